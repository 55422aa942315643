"""The shipped mails as they go over the wire, byte for byte."""
