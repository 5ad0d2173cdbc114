"""Statistics of 24 GTA welds, one value a weld; `python -m tests.simulate.pulsed_gta.frozen_statistics`
prints the file that `test_frozen.py` compares with (only for a new version of the process)."""

import hashlib
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from scipy.signal import welch

from tests.simulate.frozen import means, printed
from weldfusion.simulate.process import plan_welds
from weldfusion.simulate.pulsed_gta.labels import PENETRATION, penetration_along
from weldfusion.simulate.pulsed_gta.process import PulsedGTA
from weldfusion.simulate.pulsed_gta.weld import SimulatedWeld

WELDS, SEED, SECONDS = 24, 0, 2.0
PROCESS = PulsedGTA(picture_px=64)
BANDS = {"microphone": (20, 80, 150, 300, 1_000, 4_000, 10_000), "arc": (20, 150, 400), "noise": (10, 500)}


def make() -> list[SimulatedWeld]:
    plan = plan_welds(PROCESS, WELDS, SEED, PROCESS.sensors, SECONDS)
    return [PROCESS.simulate(plan, index) for index in range(WELDS)]


def statistics(weld: SimulatedWeld) -> dict[str, float]:
    """The statistics of one weld by name."""
    states = weld.states
    found = {f"pool {name} mean": curve.values.mean() for name, curve in vars(states.pool).items()}
    found |= {f"bead {name} mean": curve.values.mean() for name, curve in vars(states.bead).items()}
    found |= {f"mode {k} mean": mode.mean() for k, mode in enumerate(states.modes_hz)}
    found |= {"surface rms": states.surface_m.values.std(), "width sd": states.pool.width_m.values.std()}
    along = penetration_along(states)
    found |= {f"share of {name}": along.count(name) / len(along) for name in PENETRATION}
    for name, edges in BANDS.items():
        recording = weld.recordings[name]
        frequency, density = welch(recording.values[0], recording.true.rate, nperseg=2000)
        for low, high in pairwise(edges):
            band = density[(frequency >= low) & (frequency < high)]
            found[f"{name} log energy {low}-{high} Hz"] = np.log(band.sum())
    camera = weld.recordings["pool_camera"].values.astype(float)
    found |= {
        f"camera {colour} mean": camera[..., k].mean() for k, colour in enumerate(("red", "green", "blue"))
    }
    found["camera sd"] = camera.std(axis=(1, 2, 3)).mean()
    radiance = weld.recordings["infrared"].values.astype(float)
    for k, rows in enumerate(np.array_split(radiance, 4, axis=1)):
        found[f"infrared rows {k} mean"] = rows.mean()
    return {name: float(value) for name, value in found.items()}


def fingerprint(welds: Sequence[SimulatedWeld]) -> str:
    """Hash of what is whole numbers: settings, phase of the pulse, classes."""
    total = hashlib.sha256()
    for weld in welds:
        numbers = [*(v for v in vars(weld.design).values()), weld.states.pulse.phase]
        codes = [PENETRATION.index(name) for name in penetration_along(weld.states)]
        total.update(np.append(np.round(1e6 * np.array(numbers)), codes).astype(np.int64).tobytes())
    return total.hexdigest()


def summary(welds: Sequence[SimulatedWeld]) -> dict[str, list[float]]:
    """Mean over the welds and its standard error, by name."""
    return means([statistics(weld) for weld in welds])


if __name__ == "__main__":
    made = make()
    print(printed(PROCESS.version, fingerprint(made), summary(made)))
