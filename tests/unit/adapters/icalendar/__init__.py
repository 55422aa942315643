"""MIME, header encoding and the parts of the SMTP adapter that need no server."""
