"""Statistics of 48 spot welds, a third of each class, one value a weld;
`python -m tests.simulate.resistance_spot.frozen_statistics` prints the file that `test_frozen.py` compares
with (only for a new version)."""

import hashlib
from collections.abc import Sequence

import numpy as np
from scipy.signal import welch

from tests.simulate.frozen import means, printed
from weldfusion.simulate.process import plan_welds
from weldfusion.simulate.resistance_spot import labels
from weldfusion.simulate.resistance_spot.process import ResistanceSpot
from weldfusion.simulate.resistance_spot.sensors import curves, parameters
from weldfusion.simulate.resistance_spot.weld import SimulatedSpot, simulate_weld

WELDS, SEED, COUNTS = 48, 0, (1, 1, 1)
BANDS_HZ = ((0, 50), (50, 500), (500, 2500))
MARKS = ("tip_m", "indentation_m", "lean", "hot_radius_m", "surface_k", "oxide")


def make() -> list[SimulatedSpot]:
    process = ResistanceSpot(COUNTS)
    plan = plan_welds(process, WELDS, SEED)
    return [simulate_weld(plan, index, process.choice) for index in range(WELDS)]


def statistics(weld: SimulatedSpot) -> dict[str, float]:
    """The statistics of one weld by name."""
    states = weld.states
    row = parameters.values(weld.design, weld.joint.force_reading_n)
    found = dict(zip(parameters.COLUMNS, row, strict=True))
    for group in (states.electric, states.heat, states.mechanics):
        found |= {f"{name} mean": curve.values.mean() for name, curve in vars(group).items()}
    found |= {name: getattr(states.mark, name) for name in MARKS}
    found |= {"nugget": labels.nugget_mm(states), "pull force": labels.pull_force_kn(states)}
    found |= {"expulsions": len(states.expulsions), "particles": len(states.spatter)}
    recording = weld.recordings["curves"]
    for name, signal in zip(curves.CHANNELS, recording.values, strict=True):
        frequency, density = welch(signal, recording.true.rate, nperseg=512)
        for low, high in BANDS_HZ:
            energy = density[(frequency >= low) & (frequency < high)].sum()
            found[f"{name} log energy {low}-{high} Hz"] = np.log(energy)
    for sensor, pictures in weld.pictures.items():
        for k, picture in enumerate(pictures):
            grey = picture.reshape(*picture.shape[:2], -1).mean(axis=2)
            found |= {f"{sensor} {k} mean": grey.mean(), f"{sensor} {k} sd": grey.std()}
            found[f"{sensor} {k} gradient"] = np.abs(np.diff(grey, axis=1)).mean()
    return {name: float(value) for name, value in found.items()}


def fingerprint(welds: Sequence[SimulatedSpot]) -> str:
    """Hash of what is whole numbers: settings in steps, expulsions, particles and where they stuck."""
    total = hashlib.sha256()
    for weld in welds:
        states, design = weld.states, weld.design
        set_to = [design.pressure_psi, design.weld_time_ms, design.angle_deg, 100 * design.current_ka]
        samples = 5_000 * states.expulsions.time_s
        for part in (set_to, samples, states.expulsions.kind, states.spatter.stuck):
            total.update(np.round(part).astype(np.int64).tobytes())
    return total.hexdigest()


def summary(welds: Sequence[SimulatedSpot]) -> dict[str, list[float]]:
    """Mean over the welds and its standard error, by name."""
    return means([statistics(weld) for weld in welds])


if __name__ == "__main__":
    made = make()
    print(printed(ResistanceSpot.version, fingerprint(made), summary(made)))
