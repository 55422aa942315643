"""`takeoff-mailer templates preview`: serves the preview until Ctrl-C."""

import contextlib
import os
import socket
import sys
from pathlib import Path

import uvicorn

from entrypoints import exit_codes
from entrypoints.load_settings import SettingsInvalid, load_settings
from entrypoints.preview.app import HOSTS, preview_app
from entrypoints.preview.settings import PreviewSettings
from entrypoints.preview.workbench import Workbench

_CLOSE_S = 1


def run_preview(*, directory: Path | None, port: int) -> int:
    """Return 0 after Ctrl-C, 69 where the port is taken, 78 for wrong settings."""
    try:
        settings = load_settings(PreviewSettings, {"TEMPLATES_DIR": directory} if directory else None)
        listener = socket.create_server((HOSTS[0], port))
    except SettingsInvalid as invalid:
        sys.stderr.writelines(f"{problem}\n" for problem in invalid.problems)
        return exit_codes.CONFIG_ERROR
    except OSError as error:
        sys.stderr.write(f"port {port} of this host: {os.strerror(error.errno or 0)}; name another by --port\n")
        return exit_codes.UNAVAILABLE
    with listener:
        sys.stdout.write(f"http://{HOSTS[0]}:{listener.getsockname()[1]}/ (end with Ctrl-C)\n")
        sys.stdout.flush()
        config = uvicorn.Config(
            preview_app(Workbench(settings)), log_config=None, lifespan="off", timeout_graceful_shutdown=_CLOSE_S
        )
        with contextlib.suppress(KeyboardInterrupt):  # uvicorn raises the signals again that ended it
            uvicorn.Server(config).run(sockets=[listener])
    return exit_codes.OK
