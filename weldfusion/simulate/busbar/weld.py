"""A seam of a planned data set with its recordings, and the picture of its pair."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from types import ModuleType

from weldfusion.data.card import Modality
from weldfusion.data.crop import Crop
from weldfusion.simulate.busbar.preset import BusbarPreset
from weldfusion.simulate.busbar.seam import (
    SEAMS,
    SimulatedSeam,
    groups_of,
    pair_id,
    seam_id,
    simulate_seam,
)
from weldfusion.simulate.busbar.sensors import parameters, picture, spectrometer
from weldfusion.simulate.busbar.sensors.picture import PairPicture
from weldfusion.simulate.process import Plan
from weldfusion.simulate.record import Recording, SharedPicture
from weldfusion.simulate.recorded import recorded
from weldfusion.simulate.sensors import noise
from weldfusion.simulate.sensors.clock import calibrated_clock
from weldfusion.simulate.streams import stream

TIMED: Mapping[str, ModuleType] = {"spectrometer": spectrometer, "noise": noise}
ALL_SENSORS = ("picture", *TIMED, "parameters")


@dataclass(frozen=True)
class Pair:
    """Both seams of a pair, their picture and the camera's set-up."""

    seams: tuple[SimulatedSeam, ...]
    setup: picture.Setup
    picture: PairPicture


def device_of(name: str) -> ModuleType | None:
    """The module of a timed sensor; `noise2` is a further device of the kind of `noise`."""
    return TIMED.get(name.rstrip("0123456789"))


def modality_of(name: str, columns: int) -> Modality:
    """How the card describes a sensor; `columns` is the width of a picture in pixels."""
    device = device_of(name)
    if device is not None:
        return replace(device.modality(), name=name, column=name)
    return parameters.modality() if name == "parameters" else picture.modality(columns)


@lru_cache(maxsize=1)
def simulate_pair(plan: Plan, preset: BusbarPreset, pair: int, columns: int) -> Pair:
    """Both seams of a pair and their picture; the second seam need not be in the data set."""
    seams = tuple(simulate_seam(plan, preset, SEAMS * pair + k) for k in range(SEAMS))
    setup = picture.setup(groups_of(plan, preset, pair), plan.difficulty.noise_scale)
    rng = stream(plan.seed, preset.process, pair_id(pair), "sensor:picture")
    seen = picture.record([seam.states for seam in seams], setup, columns, preset.colour, rng)
    return Pair(seams, setup, seen)


def part_of(pair: Pair, index: int) -> SharedPicture:
    """The half of the pair's picture that shows seam `index`; the first seam's is mirrored."""
    rows, columns = (size // k for size, k in zip(pair.picture.pixels.shape, (SEAMS, 1), strict=False))
    place = index % SEAMS
    part = Crop(place * rows, (place + 1) * rows, 0, columns, mirrored=place == 0)
    return SharedPicture(pair_id(index // SEAMS), pair.picture.pixels, str(part))


def record_seam(plan: Plan, preset: BusbarPreset, seam: SimulatedSeam, index: int) -> dict[str, Recording]:
    """What the timed sensors of the plan recorded of seam `index`."""
    groups = groups_of(plan, preset, index // SEAMS)
    named = partial(stream, plan.seed, preset.process, seam_id(index))
    recordings = {}
    for name in plan.sensors:
        device = device_of(name)
        if device is None:
            continue
        setup = device.setup(groups, plan.difficulty.noise_scale)
        clock, lost = calibrated_clock(name, device.RATE, groups), plan.difficulty.dropouts_per_weld
        recordings[name] = recorded(name, device.record, seam.states, setup, clock, lost, named)
    return recordings
