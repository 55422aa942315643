"""The SMTP adapter against servers in this process, on loopback, on both event loops."""
