"""Writes the golden mails anew: `python -m tests.unit.adapters.jinja.golden.write` in the project's root."""

from tests.unit.adapters.jinja.golden.making import message_of, path_of
from tests.unit.adapters.jinja.shipped import all_shipped

if __name__ == "__main__":
    for shipped in all_shipped():
        path_of(shipped).write_bytes(message_of(shipped))
