"""SMTP and MIME: the only package that may import aiosmtplib."""
