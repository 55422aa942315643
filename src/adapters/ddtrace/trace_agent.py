"""Where the agent takes traces, and the names under which they go there."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceAgent:
    """`url` is http://host:port or unix:///path; the rest are the tags of unified service tagging."""

    url: str
    env: str
    service: str
    version: str
