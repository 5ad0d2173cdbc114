"""What the headers of all recordings say, looked up once and kept beside the cache."""

import json
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any, Protocol

from weldfusion.data.address import file_of
from weldfusion.data.files import write_text
from weldfusion.data.reading import Probe
from weldfusion.errors import ReadError


class Probes(Protocol):
    """What tells rate and shape of recordings: their headers, or the card alone (`data/nominal.py`)."""

    def probe(self, path: Path, options: Mapping[str, Any]) -> Probe: ...

    def save(self) -> None: ...


class Headers:
    """Probes by file; kept in `headers.json` of the cache folder and asked anew where a file changed.

    A format without a header (CSV) is read once for it.

    Args:
        folder: cache folder; made when something is to be kept.
        root: the data folder; files are kept by their path relative to it.
    """

    def __init__(self, folder: Path, root: Path) -> None:
        self.root = root.absolute()
        self.path = folder / "headers.json"
        self._known: dict[str, Any] = {}
        self._changed = False
        try:
            known = json.loads(self.path.read_bytes())
            self._known = known if isinstance(known, dict) else {}
        except (OSError, ValueError):
            pass

    def probe(self, path: Path, options: Mapping[str, Any]) -> Probe:
        """Rate and shape of one file. Raises ReadError where it cannot be read."""
        from weldfusion.data.readers.find import probe

        entry = json.dumps([*stamp(path, self.root), options], sort_keys=True, default=str)
        if entry not in self._known:
            found = probe(path, options)
            rate = None if found.rate is None else str(found.rate)
            self._known[entry] = [rate, list(found.shape)]
            self._changed = True
        rate, shape = self._known[entry]
        return Probe(None if rate is None else Fraction(rate), tuple(shape))

    def save(self) -> None:
        """Keep what was found, whole or not at all. A folder that cannot be written is no error."""
        if not self._changed:
            return
        try:
            write_text(self.path, json.dumps(self._known))
            self._changed = False
        except OSError:
            pass


def stamp(path: Path, root: Path) -> tuple[str, int, int]:
    """Path (and place in it) relative to the data folder, size in bytes and time of change in ns of a file.

    Raises ReadError where there is no such file.
    """
    try:
        found = file_of(path).stat()
    except OSError as problem:
        raise ReadError(f"{path}: {problem.strerror or problem}; correct the manifest's path") from None
    name = path.absolute()
    relative = name.relative_to(root) if name.is_relative_to(root) else name
    return relative.as_posix(), found.st_size, found.st_mtime_ns
