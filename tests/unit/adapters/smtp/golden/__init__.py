"""Mails as they go over the wire, byte for byte."""
