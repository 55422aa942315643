"""What mails look like in a real browser; needs Chromium, no service."""
