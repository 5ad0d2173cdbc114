"""Why a path is no run folder, and which one may have been meant."""

from pathlib import Path

from weldfusion.errors import did_you_mean

SHOWN = 2


def why_no_run(path: Path) -> str:
    """The end of an error line about a path without a readable `run.json`."""
    if not path.exists():
        beside = _runs_in(path.parent)
        return f"no such folder; {did_you_mean(path.name, beside)}" if beside else "no such folder"
    what = "a study" if (path / "splits").is_dir() else "not a run folder"
    for folder in (path / "runs", path):
        if names := _runs_in(folder):
            more = ", …" if len(names) > SHOWN else ""
            return f"{what}; its runs are in {folder}: {', '.join(names[:SHOWN])}{more}"
    return "not a run folder (no readable run.json)"


def _runs_in(folder: Path) -> list[str]:
    """Names of the runs that lie in a folder."""
    if not folder.is_dir():
        return []
    return sorted(path.name for path in folder.iterdir() if (path / "run.json").is_file())
