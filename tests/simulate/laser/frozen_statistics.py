"""Statistics of 24 welds of a preset, one value a weld.

`python -m tests.simulate.laser.frozen_statistics PRESET`
prints the file that `test_frozen.py` compares with (only for a new version of a preset)."""

import hashlib
import sys
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from scipy.signal import welch

from tests.simulate.frozen import means, printed
from weldfusion.simulate.laser.labels import PENETRATION, penetration_along, pores_per_cm
from weldfusion.simulate.laser.preset import find_preset
from weldfusion.simulate.laser.process import plan_laser
from weldfusion.simulate.laser.weld import SENSORS, SimulatedWeld, simulate_weld

WELDS, SEED, SECONDS = 24, 0, 1.0
BANDS = {
    "photodiode": (0, 300, 1_500, 10_000),
    "microphone": (50, 500, 1_500, 2_500, 12_000),
    "noise": (10, 500),
}
LINES_NM = (396.15, 425.4, 518.4, 589.0, 700.0)


def make(preset: str) -> list[SimulatedWeld]:
    plan = plan_laser(WELDS, SEED, SENSORS, SECONDS, find_preset(preset))
    return [simulate_weld(plan, index) for index in range(WELDS)]


def statistics(weld: SimulatedWeld) -> dict[str, float]:
    """The statistics of one weld by name."""
    states = weld.states
    found = {f"{name} mean": curve.values.mean() for name, curve in vars(states.keyhole).items()}
    found |= {f"{name} mean": curve.values.mean() for name, curve in vars(states.heat).items()}
    found |= {f"bead {name} mean": curve.values.mean() for name, curve in vars(states.bead).items()}
    found |= {
        "depth sd": states.keyhole.depth_m.values.std(),
        "opening sd": states.keyhole.opening.values.std(),
    }
    found |= {"collapses": len(states.events), "pores per cm": pores_per_cm(states)}
    found["particles"] = len(states.spatter.time_s)
    along = penetration_along(states).labels
    found |= {f"share of {name}": along.count(name) / len(along) for name in PENETRATION}
    for name in BANDS:
        found |= band_energies(weld, name)
    found |= oct_and_pictures(weld)
    return {name: float(value) for name, value in found.items()}


def band_energies(weld: SimulatedWeld, name: str) -> dict[str, float]:
    recording = weld.recordings[name]
    frequency, density = welch(recording.values[0], recording.true.rate, nperseg=512)
    found = {f"{name} mean of channel {k}": row.mean() for k, row in enumerate(recording.values)}
    edges = BANDS[name]
    for low, high in pairwise(edges):
        energy = density[(frequency >= low) & (frequency < high)].sum()
        found[f"{name} log energy {low}-{high} Hz"] = np.log(energy)
    return found


def oct_and_pictures(weld: SimulatedWeld) -> dict[str, float]:
    depth = weld.recordings["oct"].values[0]
    found = {f"oct quantile {q}": np.nanquantile(depth, q / 100) for q in (10, 50, 85, 95)}
    found["oct without signal"] = np.isnan(depth).mean()
    for name in ("coaxial_camera", "infrared"):
        frames = weld.recordings[name].values.astype(float)
        found |= {f"{name} mean": frames.mean(), f"{name} sd": frames.std(axis=(1, 2)).mean()}
    found |= {f"opening channel {k}": row.mean() for k, row in enumerate(weld.recordings["opening"].values)}
    spectra = weld.recordings["spectrometer"].values.mean(axis=1)
    axis = np.linspace(340, 800, len(spectra))
    return found | {f"spectrum at {nm} nm": np.interp(nm, axis, spectra) for nm in LINES_NM}


def fingerprint(welds: Sequence[SimulatedWeld]) -> str:
    """Hash of what is whole numbers: when collapses and particles came, of which kind, what stayed."""
    total = hashlib.sha256()
    for weld in welds:
        states = weld.states
        samples = np.round(20_000 * np.concatenate([states.events.time_s, states.spatter.time_s]))
        for part in (samples, states.events.kind, states.pores.event, states.pores.survived):
            total.update(np.asarray(part).astype(np.int64).tobytes())
    return total.hexdigest()


def summary(welds: Sequence[SimulatedWeld]) -> dict[str, list[float]]:
    """Mean over the welds and its standard error, by name."""
    return means([statistics(weld) for weld in welds])


if __name__ == "__main__":
    made = make(sys.argv[1])
    print(printed(find_preset(sys.argv[1]).version, fingerprint(made), summary(made)))
