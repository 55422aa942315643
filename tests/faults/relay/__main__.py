"""`python -m tests.faults.relay FOLDER PORT CONTROL_PORT`: runs until it is killed; the logs are in FOLDER."""

import sys
from pathlib import Path

import uvloop

from tests.faults.relay.server import RelayServer

folder, port, control_port = sys.argv[1:]
uvloop.run(RelayServer(folder=Path(folder), port=int(port), control_port=int(control_port)).run())
