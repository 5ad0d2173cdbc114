"""Statistics of 24 welds, one value a weld.

`python -m tests.simulate.aluminium_tig.frozen_statistics` prints the file that `test_frozen.py` compares with
(only for a new version of the process).
"""

import hashlib
from collections.abc import Sequence

import numpy as np
from scipy.signal import welch

from tests.simulate.frozen import means, printed
from weldfusion.simulate.aluminium_tig.figures.of_windows import of_picture
from weldfusion.simulate.aluminium_tig.labels import STATES, measures, states_along
from weldfusion.simulate.aluminium_tig.process import AluminiumTig
from weldfusion.simulate.aluminium_tig.weld import SimulatedWeld, simulate_weld
from weldfusion.simulate.process import plan_welds

WELDS, SEED, SECONDS, PICTURE_PX = 24, 0, 20.0, 96
BANDS = ((0.2, 2), (2, 7), (7, 9), (9, 50), (59, 61))


def make() -> list[SimulatedWeld]:
    plan = plan_welds(AluminiumTig(PICTURE_PX), WELDS, SEED, weld_s=SECONDS)
    return [simulate_weld(plan, index, PICTURE_PX) for index in range(WELDS)]


def statistics(weld: SimulatedWeld) -> dict[str, float]:
    """The statistics of one weld by name."""
    states, found = weld.states, {}
    for part in (states.drive, states.pool, states.joint):
        found |= {f"{name} mean": curve.values.mean() for name, curve in vars(part).items()}
    found |= {f"{name} of steps": values.mean() for name, values in measures(states).items()}
    found |= {"plate": states.plate_mm, "groove": states.groove_half_mm, "dips": len(states.events.time_s)}
    along = states_along(states).labels
    found |= {f"share of {name}": along.count(name) / len(along) for name in STATES}
    for channel, values in zip(
        ("current", "speed"), weld.recordings["current_speed"].values.astype(float), strict=True
    ):
        frequency, density = welch(values, 128, nperseg=1280)
        found |= {f"{channel} recorded mean": values.mean(), f"{channel} recorded sd": values.std()}
        for low, high in BANDS:
            energy = density[(frequency >= low) & (frequency < high)].sum()
            found[f"{channel} log energy {low}-{high} Hz"] = np.log(energy)
    pictures = weld.recordings["pool_camera"].values
    found |= {"pictures mean": pictures.mean(), "pictures saturated": np.mean(pictures >= 250)}
    features = np.mean([of_picture(picture) for picture in pictures[2::5]], axis=0)
    found |= {f"picture feature {k}": features[k] for k in range(16)}
    return {name: float(value) for name, value in found.items()}


def fingerprint(welds: Sequence[SimulatedWeld]) -> str:
    """Hash of what is whole numbers: when dips came, of which kind, and the states in steps."""
    total = hashlib.sha256()
    for weld in welds:
        events, along = weld.states.events, states_along(weld.states).labels
        numbers = [STATES.index(name) for name in along]
        for part in (np.round(1e3 * events.time_s), events.kind, numbers):
            total.update(np.asarray(part).astype(np.int64).tobytes())
    return total.hexdigest()


def summary(welds: Sequence[SimulatedWeld]) -> dict[str, list[float]]:
    """Mean over the welds and its standard error, by name."""
    return means([statistics(weld) for weld in welds])


if __name__ == "__main__":
    made = make()
    print(printed(AluminiumTig.version, fingerprint(made), summary(made)))
