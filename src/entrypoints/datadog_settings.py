"""Where Datadog's agent is and how the worker is tagged there, by the names that Datadog's own libraries read."""

from importlib.metadata import version

from pydantic import AliasChoices, Field

from adapters.datadog.agent import Agent
from adapters.ddtrace.trace_agent import TraceAgent
from entrypoints.layered_settings import LayeredSettings

_SOCKET_SCHEMES = ("unix://", "unixgram://", "unixstream://")
# The client makes a tag's comma a further tag, and every other character but these an underscore.
_TAG = r"^[\w\-:/.]{1,200}$"


class DatadogSettings(LayeredSettings):
    """Nothing is sent unless a host or a socket is set; traces go to a host, or to a URL of their own."""

    dd_agent_host: str = Field("", validation_alias=AliasChoices("DD_AGENT_HOST"))
    dd_dogstatsd_port: int = Field(8125, ge=1, le=65535, validation_alias=AliasChoices("DD_DOGSTATSD_PORT"))
    dd_dogstatsd_socket: str = Field("", validation_alias=AliasChoices("DD_DOGSTATSD_SOCKET"))
    dd_trace_enabled: bool = Field(True, validation_alias=AliasChoices("DD_TRACE_ENABLED"))
    dd_trace_agent_port: int = Field(8126, ge=1, le=65535, validation_alias=AliasChoices("DD_TRACE_AGENT_PORT"))
    dd_trace_agent_url: str = Field(
        "", pattern=r"^$|^(https?|unix)://\S+$", validation_alias=AliasChoices("DD_TRACE_AGENT_URL")
    )
    dd_env: str = Field("takeoff-prod", pattern=_TAG, validation_alias=AliasChoices("DD_ENV"))
    dd_service: str = Field("email-worker", pattern=_TAG, validation_alias=AliasChoices("DD_SERVICE"))
    dd_version: str = Field("", pattern=rf"^$|{_TAG}", validation_alias=AliasChoices("DD_VERSION"))

    @property
    def datadog_agent(self) -> Agent | None:
        """The agent, if one is set; a socket goes before a host."""
        is_socket = self.dd_agent_host.startswith(_SOCKET_SCHEMES)
        socket = self.dd_dogstatsd_socket or (self.dd_agent_host if is_socket else "")
        if not socket and not self.dd_agent_host:
            return None
        return Agent(
            host="" if socket else self.dd_agent_host,
            port=self.dd_dogstatsd_port,
            socket=socket,
            env=self.dd_env,
            service=self.dd_service,
            version=self.tagged_version,
        )

    @property
    def trace_agent(self) -> TraceAgent | None:
        """Where traces go, if they go anywhere; a URL goes before the host."""
        is_host = self.dd_agent_host and not self.dd_agent_host.startswith(_SOCKET_SCHEMES)
        host = f"[{self.dd_agent_host}]" if ":" in self.dd_agent_host else self.dd_agent_host
        url = self.dd_trace_agent_url or (f"http://{host}:{self.dd_trace_agent_port}" if is_host else "")
        if not url or not self.dd_trace_enabled:
            return None
        return TraceAgent(url=url, env=self.dd_env, service=self.dd_service, version=self.tagged_version)

    @property
    def log_tags(self) -> dict[str, str]:
        """The unified tags as log lines have them, where Datadog gets anything at all."""
        if self.datadog_agent is None and self.trace_agent is None:
            return {}
        return {"dd.env": self.dd_env, "dd.service": self.dd_service, "dd.version": self.tagged_version}

    @property
    def tagged_version(self) -> str:
        """The package's version where none is set."""
        return self.dd_version or version("takeoff-mailer")
