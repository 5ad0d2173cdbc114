"""`weldfusion runs`: the runs of a folder."""

from argparse import Namespace
from pathlib import Path
from typing import Any

HEADER = ("run", "status", "trained", "started", "data")


def add(verbs: Any) -> None:
    about = "list runs"
    parser = verbs.add_parser("runs", help=about, description="List the runs of a folder.")
    parser.add_argument("folder", nargs="?", type=Path, default=Path("runs"), metavar="FOLDER", help="[runs]")
    parser.set_defaults(run=run)


def run(arguments: Namespace) -> int:
    from weldfusion.errors import RunError

    folder = arguments.folder
    if not folder.is_dir():
        raise RunError(f"{folder}: no such folder; `weldfusion fit` makes runs in runs/")
    rows = [_row(path) for path in sorted(folder.iterdir()) if (path / "run.json").is_file()]
    if not rows:
        print(f"no runs in {folder}")
        return 0
    widths = [max(len(row[column]) for row in (HEADER, *rows)) for column in range(len(HEADER))]
    for row in (HEADER, *rows):
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    return 0


def _row(path: Path) -> tuple[str, ...]:
    """Cells of one run; a run that cannot be read is told, not raised."""
    from weldfusion.errors import RunError
    from weldfusion.training.folder import RunFolder

    run = RunFolder(path)
    try:
        info, resolved = run.info(), run.resolved()
        trained = f"{len(info['folds'])} networks"
        return (path.name, info["status"], trained, info["started"][:16], resolved["data"]["root"])
    except (RunError, KeyError, TypeError) as error:
        return (path.name, "unreadable", "", "", str(error))
