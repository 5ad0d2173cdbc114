"""Statistics of 24 arc welds of a preset, one value a weld; `python -m tests.simulate.cmt.frozen_statistics
PRESET` prints the file that `test_frozen.py` compares with (only for a new version of a preset)."""

import hashlib
import sys
from collections.abc import Sequence

import numpy as np

from tests.simulate.frozen import means, printed
from weldfusion.simulate.cmt import labels
from weldfusion.simulate.cmt.figures import sound_figures
from weldfusion.simulate.cmt.preset import find_preset
from weldfusion.simulate.cmt.process import GroovedArc
from weldfusion.simulate.process import plan_welds
from weldfusion.simulate.record import WeldRecord

WELDS, SEED, SECONDS, PIXELS = 24, 0, 2.0, 64
CURVES = ("gap_m", "depth_m", "sag_m", "open_root", "width_m", "length_m", "cycle_hz")


def make(preset: str) -> list[WeldRecord]:
    process = GroovedArc(find_preset(preset), PIXELS)
    plan = plan_welds(process, WELDS, SEED, process.sensors, SECONDS)
    return [process.weld(plan, index) for index in range(WELDS)]


def statistics(weld: WeldRecord) -> dict[str, float]:
    """The statistics of one weld by name."""
    found = {f"{name} mean": weld.truth[f"states.{name}"].mean() for name in CURVES}
    found |= {f"{name} sd": weld.truth[f"states.{name}"].std() for name in CURVES}
    found["periods"] = len(weld.truth["arc.starts_s"])
    found["jitter"] = np.diff(weld.truth["arc.starts_s"]).std()
    found |= {f"is {name}": weld.labels.values["weld_penetration"] == name for name in labels.PENETRATION}
    sound = weld.recordings["microphone"]
    found |= {f"sound {name}": value for name, value in sound_figures(sound.values[0], 44_100).items()}
    found["sound level"] = sound.values.std()
    for name in ("current", "voltage", "noise"):
        values = weld.recordings[name].values[0]
        found |= {f"{name} mean": values.mean(), f"{name} sd": values.std()}
        found |= {f"{name} quantile {q}": np.quantile(values, q / 100) for q in (10, 50, 90)}
    if "camera" in weld.recordings:
        frames = weld.recordings["camera"].values.astype(float)
        found |= {"camera mean": frames.mean(), "camera sd": frames.std(axis=(1, 2)).mean()}
        found |= {f"camera rows {k}": band.mean() for k, band in enumerate(np.array_split(frames, 8, axis=1))}
    return {name: float(value) for name, value in found.items()}


def fingerprint(welds: Sequence[WeldRecord]) -> str:
    """Hash of when periods begin, to 0.1 µs, and of the penetration along the welds."""
    total = hashlib.sha256()
    for weld in welds:
        total.update(np.round(1e7 * weld.truth["arc.starts_s"]).astype(np.int64).tobytes())
        names = [labels.PENETRATION.index(row[2]) for row in weld.labels.intervals["penetration_along"]]
        total.update(np.array(names, np.int64).tobytes())
    return total.hexdigest()


def summary(welds: Sequence[WeldRecord]) -> dict[str, list[float]]:
    """Mean over the welds and its standard error, by name."""
    return means([statistics(weld) for weld in welds])


if __name__ == "__main__":
    made = make(sys.argv[1])
    print(printed(find_preset(sys.argv[1]).version, fingerprint(made), summary(made)))
