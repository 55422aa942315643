"""Where the agent listens, and the tags that everything of ours carries there."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """A UDP address, or where `socket` is not empty a unix socket; the tags are those of unified service tagging.

    docs.datadoghq.com/getting_started/tagging/unified_service_tagging/
    """

    host: str
    port: int
    socket: str
    env: str
    service: str
    version: str

    @property
    def tags(self) -> list[str]:
        """The tags, as the client takes them."""
        return [f"env:{self.env}", f"service:{self.service}", f"version:{self.version}"]
