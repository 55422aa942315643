"""Addresses: exactly one mailbox or a refusal."""
