"""`takeoff-mailer datadog install`: the files of deploy/datadog, in Datadog."""

import json
import sys
from pathlib import Path
from typing import Any

from pydantic import AliasChoices, Field, SecretStr

from adapters.datadog.api import ApiUnavailable, DatadogApi, DatadogApiError, KeysRefused
from adapters.datadog.installation import Installation
from entrypoints import exit_codes
from entrypoints.layered_settings import LayeredSettings
from entrypoints.load_settings import SettingsInvalid, load_settings


class InstallSettings(LayeredSettings):
    """The keys of a Datadog organisation; the application key needs the rights to write dashboards and monitors."""

    dd_api_key: SecretStr = Field(validation_alias=AliasChoices("DD_API_KEY"), description="Datadog's API key")
    dd_app_key: SecretStr = Field(validation_alias=AliasChoices("DD_APP_KEY"), description="an application key")
    dd_site: str = Field("datadoghq.com", pattern=r"^[a-z0-9.-]+$", validation_alias=AliasChoices("DD_SITE"))
    # Keys leave this host by https only.
    dd_api_url: str = Field(
        "", pattern=r"^$|^https://|^http://127\.0\.0\.1:\d+$", validation_alias=AliasChoices("DD_API_URL")
    )

    @property
    def api(self) -> DatadogApi:
        """The API of the site; a URL goes before it, as for a proxy."""
        return DatadogApi(
            url=self.dd_api_url or f"https://api.{self.dd_site}",
            api_key=self.dd_api_key.get_secret_value(),
            app_key=self.dd_app_key.get_secret_value(),
        )


def run_install(directory: Path, *, is_dry_run: bool, as_json: bool) -> int:
    """Return 0 once all is there, 65 for bad files, 69 without an answer, 78 for missing or refused keys."""
    try:
        api = load_settings(InstallSettings).api
        dashboard, monitors = _read(directory / "dashboard.json"), _read(directory / "monitors.json")
        for change in Installation(api, is_dry_run=is_dry_run).run(dashboard, monitors):
            told = {"verb": change.verb, "kind": change.kind, "name": change.name, "done": not is_dry_run}
            line = json.dumps(told) if as_json else f"{change.verb:<7} {change.kind:<10} {change.name}"
            sys.stdout.write(line + "\n")
    except SettingsInvalid as invalid:
        return _fail(exit_codes.CONFIG_ERROR, *invalid.problems)
    except _FilesInvalid as invalid:
        return _fail(exit_codes.DATA_ERROR, str(invalid))
    except KeysRefused as refused:
        return _fail(exit_codes.CONFIG_ERROR, refused.problem)
    except ApiUnavailable as away:
        return _fail(exit_codes.UNAVAILABLE, away.problem)
    except DatadogApiError as error:
        return _fail(exit_codes.DATA_ERROR, error.problem)
    return exit_codes.OK


class _FilesInvalid(Exception):
    pass


def _read(path: Path) -> Any:  # noqa: ANN401  JSON
    try:
        return json.loads(path.read_text())
    except OSError as error:
        raise _FilesInvalid(f"{path}: {error.strerror}; name the folder by --dir") from None
    except ValueError as error:
        raise _FilesInvalid(f"{path}: not JSON: {error}") from None


def _fail(code: int, *problems: str) -> int:
    sys.stderr.writelines(f"{problem}\n" for problem in problems)
    return code
