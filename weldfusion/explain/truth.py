"""What really happened in simulated welds, read from `truth/<weld>.npz` beside the recordings."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from weldfusion.errors import ReadError
from weldfusion.explain.explanation import WeldTruth
from weldfusion.simulate.laser.events import KINDS
from weldfusion.simulate.sensors import noise

FOLDER = "truth"
PURE_NOISE = noise.modality().name
"""The simulated sensor that sees nothing of the weld: whatever share it gets is wrong."""
COLLAPSES = frozenset(KINDS)
"""Events that are collapses of the keyhole; other processes have events of their own."""
OF_COLLAPSES = frozenset({"porosity", "pores", "local_porosity", "pores_per_cm"})
"""Simulated targets that collapses of the keyhole cause; the others follow the depth."""


def pure_noise(sensors: Iterable[str]) -> list[str]:
    """Those simulated sensors that see nothing of the weld.

    >>> pure_noise(["oct", "noise", "noise2"])
    ['noise', 'noise2']
    """
    return sorted(name for name in set(sensors) if name.rstrip("0123456789") == PURE_NOISE)


def read_truths(root: Path, welds: Iterable[str]) -> dict[str, WeldTruth]:
    """Events and pores of the welds that have a truth file in the data set's folder, by weld.

    Raises ReadError, one line, if such a file is damaged or lacks the events.
    """
    files = {weld: root / FOLDER / f"{weld}.npz" for weld in welds}
    return {weld: _read(weld, file) for weld, file in files.items() if file.is_file()}


def _read(weld: str, file: Path) -> WeldTruth:
    try:
        with np.load(file, allow_pickle=False) as record:
            kinds = record["event_kinds"] if "event_kinds" in record else np.array(KINDS)
            seconds, micrometres = _pores(record)
            return WeldTruth(
                weld,
                record["events.time_s"].astype(float),
                tuple(str(kinds[kind]) for kind in record["events.kind"]),
                seconds,
                micrometres,
            )
    except (KeyError, IndexError, ValueError, OSError, BadZipFile) as error:
        cause = " ".join(str(error).split())
        raise ReadError(
            f"{file}: no truth of a simulated weld ({cause}); simulate the data set again"
        ) from None


def _pores(record: Mapping[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Times (s) and diameters (µm) of the pores that stayed; none where the process has no pores."""
    if "pores.time_s" not in record:
        return np.zeros(0), np.zeros(0)
    stays = record["pores.survived"].astype(bool)
    return record["pores.time_s"][stays].astype(float), record["pores.diameter_m"][stays] * 1e6
