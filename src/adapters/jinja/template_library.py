"""TemplateLibrary by folders: what the manifests say, and the beginning of another bundle."""

from pathlib import Path

from adapters.jinja.errors import TemplateProblem
from adapters.jinja.folders import SHIPPED, is_category_name, read_folders
from adapters.jinja.manifest import FILENAME, Manifest, parse_manifest
from application.ports.diagnosis import Finding, Severity
from application.ports.template_library import (
    BundleNotWritten,
    BundleRefused,
    BundleSummary,
    Origin,
    TemplateLibrary,
)

_NEW_BUNDLE = Path(__file__).parent / "new_bundle"


class JinjaTemplateLibrary(TemplateLibrary):
    """The shipped folders and those of `templates_dir`."""

    def __init__(self, *, templates_dir: Path | None) -> None:
        self._templates_dir = templates_dir

    def bundles(self) -> tuple[list[BundleSummary], list[Finding]]:
        folders, problems = read_folders(self._templates_dir)
        summaries = []
        for category, folder in folders.items():
            if is_category_name(category):
                manifest = parse_manifest(folder.texts.get(FILENAME, ""), where=f"{category}/{FILENAME}")
                if isinstance(manifest, Manifest):
                    origin = Origin.SHIPPED if folder.is_shipped else Origin.TEMPLATES_DIR
                    summaries.append(_summary(category, manifest, origin))
                else:
                    problems += manifest
        return summaries, [_finding(problem) for problem in problems]

    def create(self, name: str, directory: Path) -> list[Path]:
        if not is_category_name(name):
            raise BundleRefused(f"{name!r} is no name for a bundle: 1 to 64 of A-Z a-z 0-9 _ . -, no _ or . in front")
        if (SHIPPED / name).exists():
            raise BundleRefused(f"{name} ships already: to replace it, copy {SHIPPED / name} to {directory}")
        folder = directory / name
        try:
            directory.mkdir(exist_ok=True)
            folder.mkdir()
            return [_copied(file, folder) for file in sorted(_NEW_BUNDLE.iterdir())]
        except FileExistsError:
            raise BundleNotWritten(f"{folder} is there already: choose another name, or remove it") from None
        except OSError as err:
            raise BundleNotWritten(f"{err.filename or folder} cannot be written: {err.strerror}") from err


def _copied(file: Path, folder: Path) -> Path:
    copy = folder / file.name
    copy.write_bytes(file.read_bytes())
    return copy


def _summary(category: str, manifest: Manifest, origin: Origin) -> BundleSummary:
    rules, params = manifest.rules, manifest.params.items()
    parts = {"qr": rules.shows_qr, "calendar": rules.invites}
    return BundleSummary(
        category=category,
        description=manifest.description,
        languages=manifest.languages,
        parts=tuple(part for part, is_there in parts.items() if is_there),
        required=(*manifest.required, *(f"params.{name}" for name, param in params if param.is_required)),
        optional=tuple(f"params.{name}" for name, param in params if not param.is_required),
        origin=origin,
    )


def _finding(problem: TemplateProblem) -> Finding:
    return Finding(severity=Severity.ERROR, subject=problem.where, detail=problem.what, remedy=problem.remedy)
