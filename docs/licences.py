"""Writes docs/licences.md: what gets installed with weldfusion and its licence, as the packages state it.

Run by `make licences`. Ends with code 1 if something needed at run time is under the GPL or AGPL, or
under a licence that is not known.
"""

import importlib.metadata
import json
import re
import subprocess
import sys
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PAGE = Path(__file__).parent / "licences.md"
FORBIDDEN = re.compile(r"(?<!L)\bA?GPL|(?<!Lesser )General Public Licen[cs]e|Affero", re.IGNORECASE)
LESSER = re.compile(r"LGPL|Lesser General Public", re.IGNORECASE)
OPTIONAL = {"backbones"}
"""Extras of pyproject.toml that are for use at run time."""
KNOWN = {
    "cuda-toolkit": "NVIDIA CUDA Toolkit EULA",  # an empty package that only names NVIDIA's others
}
"""Licences of packages that state none themselves."""


def needed(extras: set[str]) -> set[str]:
    """Canonical names of everything that installing weldfusion (with these extras) installs here."""
    seen: set[tuple[str, frozenset[str]]] = set()
    todo = [("weldfusion", frozenset(extras))]
    while todo:
        name, wanted = todo.pop()
        if (name, wanted) in seen:
            continue
        seen.add((name, wanted))
        for text in importlib.metadata.requires(name) or []:
            requirement = Requirement(text)
            options = [{"extra": extra} for extra in wanted | {""}]
            if requirement.marker is None or any(requirement.marker.evaluate(o) for o in options):
                todo.append((canonicalize_name(requirement.name), frozenset(requirement.extras)))
    return {name for name, _ in seen} - {"weldfusion", "setuptools"}


def stated() -> dict[str, dict[str, str]]:
    """Name, version and licence of every installed distribution, by canonical name."""
    command = [sys.executable, "-m", "piplicenses", "--format=json", "--from=mixed", "--with-system"]
    entries = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return {canonicalize_name(entry["Name"]): entry for entry in entries}


def licence(entry: dict[str, str]) -> str:
    """The stated licence, or the known one, in at most 60 characters.

    Some packages put the whole text into the field; its first line names it.

    >>> licence({"Name": "CUDA_toolkit", "License": "UNKNOWN"})
    'NVIDIA CUDA Toolkit EULA'
    """
    text = entry["License"].strip()
    if text in ("", "UNKNOWN"):
        text = KNOWN.get(canonicalize_name(entry["Name"]), "UNKNOWN")
    first = text.splitlines()[0].strip()
    return first if len(first) <= 60 else f"{first[:57]}…"


def forbidden(text: str) -> bool:
    """Whether a licence is the GPL or AGPL (the LGPL is permitted: the libraries can be exchanged).

    >>> [forbidden(t) for t in ("GPL-3.0", "GNU Affero General Public License", "LGPL-2.1", "MIT")]
    [True, True, False, False]
    """
    return bool(FORBIDDEN.search(text)) and not LESSER.search(text)


def page(found: dict[str, dict[str, str]], runtime: set[str]) -> str:
    """The whole page, from what `stated` gives and the names of what is needed at run time."""
    optional = needed(OPTIONAL) - runtime
    development = needed({"dev"}) - runtime - optional
    lines = [
        "# Licences of what gets installed",
        "",
        "Written by `make licences` on Linux from what the packages state; weldfusion itself is under the",
        "Apache License 2.0. Nothing that is needed at run time may be under the GPL or AGPL. The wheels",
        "of soundfile (libsndfile), soxr and opencv-python-headless (FFmpeg) hold libraries under the LGPL;",
        "the NVIDIA packages come with PyTorch on Linux and not with its CPU-only build.",
    ]
    extras = ", ".join(f"`{extra}`" for extra in sorted(OPTIONAL))
    sections = {
        "At run time": runtime,
        f"At run time, only with the extra {extras}": optional,
        "For development only": development,
    }
    for title, names in sections.items():
        lines += ["", f"## {title}", "", "| package | version | licence |", "|---|---|---|"]
        entries = [found[name] for name in sorted(names) if name in found]
        lines += [f"| {entry['Name']} | {entry['Version']} | {licence(entry)} |" for entry in entries]
    return "\n".join(lines) + "\n"


def refused(found: dict[str, dict[str, str]], runtime: set[str]) -> list[str]:
    """What may not be needed at run time: under the GPL or AGPL, or under a licence that nobody knows."""
    licences = {found[name]["Name"]: licence(found[name]) for name in sorted(runtime) if name in found}
    return [f"{name} ({text})" for name, text in licences.items() if text == "UNKNOWN" or forbidden(text)]


def main() -> int:
    found, runtime = stated(), needed(set())
    PAGE.write_text(page(found, runtime), encoding="utf-8")
    print(f"wrote {PAGE.name}: {len(runtime)} packages at run time")
    bad = refused(found, runtime | needed(OPTIONAL))
    if bad:
        print(f"needed at run time and not permitted: {', '.join(bad)}", file=sys.stderr)
    return 1 if bad else 0


if __name__ == "__main__":
    raise SystemExit(main())
