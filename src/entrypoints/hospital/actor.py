"""Who runs a command, for the audit."""

import getpass
import os
import socket


def actor() -> str:
    """Name the user and the host; a user without a name (in a container) by number."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = str(os.getuid())
    return f"{user}@{socket.gethostname()}"
