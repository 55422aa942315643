"""`takeoff-mailer healthcheck`: asks this host's worker; for Docker's HEALTHCHECK and for probes."""

import sys
from http.client import HTTPConnection, HTTPException

from entrypoints import exit_codes
from entrypoints.load_settings import SettingsInvalid, load_settings
from entrypoints.settings import HttpSettings

# Well under the 5 s that Docker gives the command as a whole.
_TIMEOUT_S = 3.0
_EVERY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  compared with, not bound to


def run_healthcheck() -> int:
    """Return 0 where `/readyz` answers 200, 1 where it does not, 78 where HTTP_ADDR is wrong."""
    try:
        address = load_settings(HttpSettings).http_addr
    except SettingsInvalid as invalid:
        sys.stderr.write("\n".join(invalid.problems) + "\n")
        return exit_codes.CONFIG_ERROR
    host = _EVERY_ADDRESS.get(address.host, address.host)
    connection = HTTPConnection(host, address.port, timeout=_TIMEOUT_S)
    try:
        connection.request("GET", "/readyz")
        response = connection.getresponse()
        sys.stdout.write(response.read().decode() + "\n")
    except (OSError, HTTPException):
        sys.stderr.write(f"no worker answers on {host}:{address.port}\n")
        return exit_codes.FAILED
    finally:
        connection.close()
    return exit_codes.OK if response.status == 200 else exit_codes.FAILED
