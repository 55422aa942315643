"""Addresses as producers write them, read by email-validator."""
