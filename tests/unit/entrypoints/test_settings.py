"""Settings: where they come from, what they default to, and how every problem is told at once."""

from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.smtp.relay import Pipelining, Relay, TlsMode
from domain.email_job import InDoubtPolicy
from domain.rate_limit import RateLimit, RateLimits
from entrypoints.load_settings import SettingsInvalid, load_settings
from entrypoints.settings import BrokerSettings, HttpSettings, Settings

Environment = Callable[..., None]
SECRET = "canary-0815"
MINIMAL = {"AMQP_ADDR": "amqp://rabbitmq", "SMTP_RELAY": "mail.example.org", "MAIL_FROM": "tickets@example.org"}


def problems() -> list[str]:
    with pytest.raises(SettingsInvalid) as invalid:
        load_settings(Settings)
    return invalid.value.problems


def test_three_variables_are_enough(environment: Environment) -> None:
    environment(**MINIMAL)
    settings = load_settings(Settings)
    assert settings.relays == (Relay(host="mail.example.org", port=465, tls=TlsMode.IMPLICIT),)
    assert str(settings.mail_from.address) == "tickets@example.org"
    assert (settings.concurrency, settings.max_attempts, settings.in_doubt) == (20, 3, InDoubtPolicy.RESEND)
    assert (settings.retry_base_s, settings.retry_factor, settings.retry_cap_s) == (30, 4, 3600)
    assert (settings.http_addr.host, settings.http_addr.port) == ("127.0.0.1", 8080)
    assert (settings.stop_timeout_s, settings.log_level) == (660, "INFO")


@pytest.mark.parametrize(
    "dotenv",
    [
        (
            "AMQP_ADDR=amqp://u:p@rabbitmq:5672/%2f\nSMTP_RELAY=smtp.example.org\nSMTP_USER=tickets@example.org\n"
            "SMTP_PASS=secret\nRUST_LOG=info\n"
        ),
        (
            "RABBITMQ_URL=amqp://u:p@rabbitmq:5672/%2f\nMAIL_HOST=smtp.example.org\nMAIL_PORT=465\n"
            "MAIL_USERNAME=tickets@example.org\nMAIL_PASSWORD=secret\nMAIL_SENDER=tickets@example.org\n"
        ),
    ],
    ids=["the names of the original's README", "the names of the original's code"],
)
def test_an_env_file_of_the_original_worker_is_enough(workdir: Path, dotenv: str) -> None:
    (workdir / ".env").write_text(dotenv)
    settings = load_settings(Settings)
    assert settings.relays == (
        Relay(host="smtp.example.org", port=465, tls=TlsMode.IMPLICIT, user="tickets@example.org", password="secret"),
    )
    assert settings.amqp_addr.get_secret_value() == "amqp://u:p@rabbitmq:5672/%2f"
    assert str(settings.mail_from.address) == "tickets@example.org"


def test_the_environment_wins_over_the_file_whatever_the_name(workdir: Path, environment: Environment) -> None:
    (workdir / ".env").write_text("AMQP_ADDR=amqp://file\nSMTP_RELAY=file.example.org\nMAIL_FROM=file@example.org\n")
    environment(RABBITMQ_URL="amqp://environment", MAIL_SENDER="Takeoff <environment@example.org>")
    settings = load_settings(Settings)
    assert settings.amqp_addr.get_secret_value() == "amqp://environment"
    assert settings.mail_from.display_name == "Takeoff"
    assert str(settings.mail_from.address) == "environment@example.org"
    assert settings.relays[0].host == "file.example.org"


def test_an_empty_variable_is_as_good_as_none(environment: Environment) -> None:
    environment(**MINIMAL, SMTP_USER="", SMTP_PASS="", TEMPLATES_DIR="", LOG_LEVEL="")
    assert load_settings(Settings).relays[0].user is None


@pytest.mark.parametrize("name", ["SMTP_PASS_FILE", "MAIL_PASSWORD_FILE"])
def test_a_secret_may_come_from_a_file(workdir: Path, environment: Environment, name: str) -> None:
    (workdir / "password").write_text("secret\n")
    environment(**MINIMAL, SMTP_USER="u", **{name: str(workdir / "password")})
    assert load_settings(Settings).relays[0].password == "secret"


def test_a_secret_file_in_the_environment_wins_over_a_secret_in_the_file(
    workdir: Path, environment: Environment
) -> None:
    (workdir / ".env").write_text("AMQP_ADDR=amqp://file\n")
    (workdir / "url").write_text("amqp://secret-file")
    environment(RABBITMQ_URL_FILE=str(workdir / "url"))
    assert load_settings(BrokerSettings).amqp_addr.get_secret_value() == "amqp://secret-file"


def test_a_secret_file_that_cannot_be_read_is_one_problem(workdir: Path, environment: Environment) -> None:
    environment(AMQP_ADDR_FILE=str(workdir / "absent"), SMTP_RELAY="r", MAIL_FROM="a@example.org")
    assert problems() == ["AMQP_ADDR_FILE: cannot be read, or is empty"]


def test_nothing_set_names_everything_that_is_required() -> None:
    assert problems() == [
        "AMQP_ADDR or RABBITMQ_URL: is required: the broker's URL, such as amqp://user:password@rabbitmq:5672/",
        "SMTP_RELAY or MAIL_HOST: is required: the relay's host name",
        (
            "MAIL_FROM or MAIL_SENDER: is required where SMTP_USER is not an address: the sender, such as "
            "tickets@example.org"
        ),
    ]


@pytest.mark.parametrize(
    ("variables", "problem"),
    [
        ({"AMQP_ADDR": f"http://u:{SECRET}@rabbitmq"}, "AMQP_ADDR or RABBITMQ_URL: must look like amqp://"),
        ({"AMQP_ADDR": f"amqp://u:{SECRET}@rabbitmq:99999"}, "AMQP_ADDR or RABBITMQ_URL: has a malformed host or port"),
        ({"AMQP_ADDR": "amqp://"}, "AMQP_ADDR or RABBITMQ_URL: must look like amqp://"),
        ({"QUEUE_TYPE": SECRET}, "QUEUE_TYPE: "),
        ({"SMTP_RELAY": f"http://u:{SECRET}@relay"}, "SMTP_RELAY or MAIL_HOST: must be a host name"),
        ({"SMTP_RELAY": f"u:{SECRET}@relay"}, "SMTP_RELAY or MAIL_HOST: must be a host name"),
        ({"SMTP_RELAY": "relay, ,relay2"}, "SMTP_RELAY or MAIL_HOST: must be a host name"),
        ({"SMTP_RELAY": "relay:0"}, "SMTP_RELAY or MAIL_HOST: has a malformed host or port"),
        (
            {"SMTP_RELAY": "relay?weight=1001"},
            "SMTP_RELAY or MAIL_HOST: takes nothing after ? but weight=0 to weight=1000",
        ),
        ({"SMTP_RELAY": f"smtp://u:{SECRET}@relay?waight=1"}, "SMTP_RELAY or MAIL_HOST: takes nothing after ?"),
        ({"SMTP_RELAY": "a?weight=0,b?weight=0"}, "SMTP_RELAY or MAIL_HOST: one weight at least must be above 0"),
        ({"SMTP_PORT": SECRET}, "SMTP_PORT or MAIL_PORT: "),
        ({"SMTP_PORT": "0"}, "SMTP_PORT or MAIL_PORT: "),
        ({"SMTP_PORT": "65536"}, "SMTP_PORT or MAIL_PORT: "),
        ({"SMTP_TLS": "none"}, "SMTP_TLS: "),
        ({"SMTP_USER": "u"}, "SMTP_PASS or MAIL_PASSWORD: set SMTP_USER and SMTP_PASS both, or neither"),
        ({"SMTP_PASS": SECRET}, "SMTP_PASS or MAIL_PASSWORD: set SMTP_USER and SMTP_PASS both, or neither"),
        ({"SMTP_RELAY": f"smtp://{SECRET}@relay"}, "SMTP_RELAY or MAIL_HOST: a login in an smtp[s]:// URL needs both"),
        ({"MAIL_FROM": "jürgen@example.org"}, "MAIL_FROM or MAIL_SENDER: must be one address"),
        ({"DATABASE_URL": f"mysql://u:{SECRET}@host/name"}, "DATABASE_URL: must look like sqlite:///"),
        ({"DATABASE_URL": "sqlite:///"}, "DATABASE_URL: must look like sqlite:///"),
        ({"DATABASE_URL": "postgresql://host"}, "DATABASE_URL: must look like sqlite:///"),
        ({"LEASE_S": "0"}, "LEASE_S: "),
        ({"MAIL_IDEMPOTENCY_HEADER": "Subject"}, "MAIL_IDEMPOTENCY_HEADER: "),
        ({"MAIL_IDEMPOTENCY_HEADER": "X: y"}, "MAIL_IDEMPOTENCY_HEADER: "),
        ({"RETENTION_DAYS": "0"}, "RETENTION_DAYS: "),
        ({"SMTP_PIPELINING": "always"}, "SMTP_PIPELINING: "),
        ({"SMTP_CA_FILE": "/nowhere/ca.pem"}, "SMTP_CA_FILE: must be a readable file of certificates (PEM)"),
        ({"SMTP_CA_FILE": __file__}, "SMTP_CA_FILE: must be a readable file of certificates (PEM)"),
        ({"MAIL_FROM": SECRET}, "MAIL_FROM or MAIL_SENDER: must be one address"),
        ({"MAIL_FROM": "a@example.org, b@example.org"}, "MAIL_FROM or MAIL_SENDER: must be one address"),
        ({"MAIL_FROM": "Eve\nBcc: x@example.org <a@example.org>"}, "MAIL_FROM or MAIL_SENDER: must be one address"),
        ({"TEMPLATES_DIR": "/nowhere/templates"}, "TEMPLATES_DIR: there is no directory at this path"),
        ({"TEMPLATES_DIR": __file__}, "TEMPLATES_DIR: there is no directory at this path"),
        ({"CONCURRENCY": "0"}, "CONCURRENCY: "),
        ({"CONCURRENCY": "many"}, "CONCURRENCY: "),
        ({"CONCURRENCY": "2001"}, "CONCURRENCY: "),
        ({"DOMAIN_CONCURRENCY": "0"}, "DOMAIN_CONCURRENCY: "),
        ({"DOMAIN_CONCURRENCY": "21"}, "DOMAIN_CONCURRENCY: must not be above CONCURRENCY"),
        ({"SMTP_RATE": "20"}, "SMTP_RATE: must be a number and a unit, such as 20/s"),
        ({"SMTP_RATE": "20/s,many"}, "SMTP_RATE: must be a number and a unit, such as 20/s"),
        ({"SMTP_BURST": "-1"}, "SMTP_BURST: "),
        ({"MAX_ATTEMPTS": "0"}, "MAX_ATTEMPTS: "),
        ({"RETRY_BASE_S": "0"}, "RETRY_BASE_S: "),
        ({"RETRY_BASE_S": "nan"}, "RETRY_BASE_S: "),
        ({"RETRY_FACTOR": "0.5"}, "RETRY_FACTOR: "),
        ({"RETRY_CAP_S": "29"}, "RETRY_CAP_S: must not be below RETRY_BASE_S"),
        ({"RETRY_CAP_S": "inf"}, "RETRY_CAP_S: "),
        ({"IN_DOUBT": "maybe"}, "IN_DOUBT: "),
        ({"HTTP_ADDR": "8080"}, "HTTP_ADDR: must be host:port"),
        ({"HTTP_ADDR": "localhost:http"}, "HTTP_ADDR: has a malformed host or port"),
        ({"STOP_TIMEOUT_S": "-1"}, "STOP_TIMEOUT_S: "),
        ({"LOG_LEVEL": "loud"}, "LOG_LEVEL: must be one of trace, debug, info, warn, error, off"),
        ({"LOG_LEVEL": "loud", "RUST_LOG": "info"}, "LOG_LEVEL: must be one of trace"),
        ({"LOG_LEVEL": "takeoff=debug,error"}, "LOG_LEVEL: must be one of trace"),
        ({"LOG_FORMAT": "xml"}, "LOG_FORMAT: "),
    ],
)
def test_each_wrong_variable_is_one_line_without_its_value(
    environment: Environment, variables: dict[str, str], problem: str
) -> None:
    environment(**MINIMAL | variables)
    (line,) = problems()
    assert line.startswith(problem)
    assert SECRET not in line


def test_all_problems_are_told_at_once(environment: Environment) -> None:
    environment(SMTP_RELAY="http://relay", CONCURRENCY="0", IN_DOUBT="maybe", SMTP_PASS="secret")
    assert [line.split(":")[0] for line in problems()] == [
        "AMQP_ADDR or RABBITMQ_URL",
        "CONCURRENCY",
        "SMTP_PASS or MAIL_PASSWORD",
        "SMTP_RELAY or MAIL_HOST",
        "MAIL_FROM or MAIL_SENDER",
        "IN_DOUBT",
    ]


@pytest.mark.parametrize(
    ("variables", "relays"),
    [
        ({"SMTP_RELAY": "relay", "SMTP_PORT": "587"}, [Relay(host="relay", port=587, tls=TlsMode.STARTTLS)]),
        (
            {"SMTP_RELAY": "smtps://a?weight=3, b:587?weight=1, c:25"},
            [
                Relay(host="a", port=465, tls=TlsMode.IMPLICIT, weight=3),
                Relay(host="b", port=587, tls=TlsMode.STARTTLS, weight=1),
                Relay(host="c", port=25, tls=TlsMode.STARTTLS),
            ],
        ),
        (
            {"SMTP_RELAY": "relay", "SMTP_PIPELINING": "off"},
            [Relay(host="relay", port=465, tls=TlsMode.IMPLICIT, pipelining=Pipelining.OFF)],
        ),
        ({"SMTP_RELAY": "relay:2525"}, [Relay(host="relay", port=2525, tls=TlsMode.STARTTLS)]),
        (
            {"SMTP_RELAY": "relay:1025", "SMTP_TLS": "insecure-none"},
            [Relay(host="relay", port=1025, tls=TlsMode.INSECURE_NONE)],
        ),
        (
            {"SMTP_RELAY": "smtps://a:p%40ss@one, smtp://two:2587,three"},
            [
                Relay(host="one", port=465, tls=TlsMode.IMPLICIT, user="a", password="p@ss"),
                Relay(host="two", port=2587, tls=TlsMode.STARTTLS),
                Relay(host="three", port=465, tls=TlsMode.IMPLICIT),
            ],
        ),
        ({"SMTP_RELAY": "smtp://one"}, [Relay(host="one", port=587, tls=TlsMode.STARTTLS)]),
    ],
)
def test_relays_take_what_their_entry_leaves_open_from_the_other_variables(
    environment: Environment, variables: dict[str, str], relays: list[Relay]
) -> None:
    environment(**MINIMAL | variables)
    assert list(load_settings(Settings).relays) == relays


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("info", "INFO"),
        ("warn", "WARNING"),
        ("error", "ERROR"),
        ("debug", "DEBUG"),
        ("trace", "DEBUG"),
        ("off", "CRITICAL"),
        ("WARN", "WARNING"),
        (" Error ", "ERROR"),
        # The longest target that is a beginning of the original's crate counts, in any order.
        ("takeoff_mailer=debug,info", "DEBUG"),
        ("info,takeoff_mailer=debug", "DEBUG"),
        ("error,takeoff=warn", "WARNING"),
        ("takeoff=error,takeoff_mailer=debug,take=off", "DEBUG"),
        ("error,hyper=off", "ERROR"),
        ("off,takeoff_mailer=Info", "INFO"),
        # The last word on a target counts; a target alone asks for everything.
        ("warn,error", "ERROR"),
        ("takeoff_mailer", "DEBUG"),
        ("takeoff_mailer=", "DEBUG"),
        # A filter of texts, empty and malformed directives are passed over.
        ("warn/smtp", "WARNING"),
        (",warn,", "WARNING"),
        ("warn,takeoff_mailer=loud", "WARNING"),
        ("warn,takeoff_mailer=debug=info", "WARNING"),
        # Nothing is said of us.
        ("", "INFO"),
        (",", "INFO"),
        ("loud", "INFO"),
        ("hyper=debug", "INFO"),
        ("takeoff_mailer::mail=error", "INFO"),
        ("\udcff=\udcff", "INFO"),
    ],
)
def test_rust_log_is_read_as_env_logger_reads_it(environment: Environment, text: str, level: str) -> None:
    environment(**MINIMAL, RUST_LOG=text)
    assert load_settings(Settings).log_level == level


@pytest.mark.parametrize(
    ("text", "level"), [("trace", "DEBUG"), (" Debug ", "DEBUG"), ("warning", "WARNING"), ("off", "CRITICAL")]
)
def test_log_level_goes_before_rust_log(environment: Environment, text: str, level: str) -> None:
    environment(**MINIMAL, LOG_LEVEL=text, RUST_LOG="error")
    assert load_settings(Settings).log_level == level


@pytest.mark.parametrize(("text", "host"), [("0.0.0.0:9000", "0.0.0.0"), ("[::1]:9000", "::1")])
def test_http_addresses_are_host_and_port(environment: Environment, text: str, host: str) -> None:
    environment(HTTP_ADDR=text)
    address = load_settings(HttpSettings).http_addr
    assert (address.host, address.port) == (host, 9000)


def test_secrets_do_not_show(environment: Environment) -> None:
    environment(**MINIMAL | {"AMQP_ADDR": f"amqp://u:{SECRET}@r", "SMTP_USER": "u", "SMTP_PASS": SECRET})
    settings = load_settings(Settings)
    assert SECRET not in repr(settings)
    assert SECRET not in repr(settings.relays)


def test_a_sender_defaults_to_the_login_where_that_is_an_address(environment: Environment) -> None:
    environment(AMQP_ADDR="amqp://r", SMTP_RELAY="r", SMTP_USER="apikey", SMTP_PASS=SECRET)
    assert problems() == [
        (
            "MAIL_FROM or MAIL_SENDER: is required where SMTP_USER is not an address: the sender, such as "
            "tickets@example.org"
        )
    ]


def test_an_env_file_that_is_no_text_is_one_problem(workdir: Path) -> None:
    (workdir / ".env").write_bytes(b"AMQP_ADDR=amqp://r\xff")
    assert problems() == [".env: must be a readable UTF-8 text"]


def test_a_rate_has_several_limits_and_none_by_default(environment: Environment) -> None:
    environment(**MINIMAL)
    assert load_settings(Settings).rate_limits == RateLimits()
    environment(**MINIMAL, SMTP_RATE="20/s, 50000/d", SMTP_BURST="100")
    assert load_settings(Settings).rate_limits == RateLimits(
        limits=(RateLimit(20, 1), RateLimit(50_000, 86_400)), burst=100
    )
