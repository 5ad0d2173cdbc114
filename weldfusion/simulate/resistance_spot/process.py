"""Resistance spot welding as a simulated process."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from weldfusion.data.card import Card
from weldfusion.errors import WeldfusionError
from weldfusion.simulate.data_set import write_data_set
from weldfusion.simulate.process import Plan, Process, plan_welds
from weldfusion.simulate.record import Labels, WeldRecord
from weldfusion.simulate.resistance_spot import labels
from weldfusion.simulate.resistance_spot.card import spot_card
from weldfusion.simulate.resistance_spot.sensors import parameters
from weldfusion.simulate.resistance_spot.truth import truth_record
from weldfusion.simulate.resistance_spot.weld import (
    ALL_SENSORS,
    VERSION,
    Choice,
    SimulatedSpot,
    simulate_weld,
)

PIXELS = (32, 512)


@dataclass(frozen=True)
class ResistanceSpot(Process):
    """Resistance spot welds of two steel sheets; see docs/simulator_resistance_spot.md.

    Args:
        counts: how many welds are good, are bad and explode, in proportion, such as (443, 21, 31); without
            them as the settings give.
        picture_px: height and width of the pictures.

    Raises:
        WeldfusionError: counts or pixels that cannot be.
    """

    counts: tuple[int, int, int] | None = None
    picture_px: int = 96

    version = VERSION
    sensors = ALL_SENSORS
    knobs = ("group_scale", "hidden_scale", "noise_scale", "dropouts_per_weld", "n_nuisance")

    def __post_init__(self) -> None:
        if self.counts is not None and (min(self.counts) < 0 or sum(self.counts) == 0):
            told = ":".join(map(str, self.counts))
            raise WeldfusionError(f"counts: {told} cannot work; give three numbers such as 443:21:31")
        if not PIXELS[0] <= self.picture_px <= PIXELS[1]:
            raise WeldfusionError(
                f"picture_px: {self.picture_px} is out of range; it must be from {PIXELS[0]} to {PIXELS[1]}"
            )

    @property
    def choice(self) -> Choice:
        """What the data set chose, for its welds."""
        return Choice(self.counts, self.picture_px)

    def card(self, plan: Plan) -> Card:
        return spot_card(plan, self.choice)

    def weld(self, plan: Plan, index: int) -> WeldRecord:
        weld = simulate_weld(plan, index, self.choice)
        return WeldRecord(
            weld.id,
            weld.place,
            weld.states.duration_s,
            weld.recordings,
            weld.pictures,
            settings_of(weld) if "parameters" in plan.sensors else {},
            labels_of(weld),
            truth_record(weld),
        )


PROCESSES: Mapping[str, Process] = {"resistance_spot": ResistanceSpot()}


def simulate_resistance_spot(
    out: Path,
    welds: int,
    seed: int,
    counts: tuple[int, int, int] | None = None,
    progress: bool = True,
    processes: int = 1,
) -> Path:
    """Write a data-set folder of simulated spot welds and return it.

    Arguments and errors: `ResistanceSpot`, `process.plan_welds`, `data_set.write_data_set`.
    """
    process = ResistanceSpot(counts)
    return write_data_set(process, plan_welds(process, welds, seed), Path(out), progress, processes)


def labels_of(weld: SimulatedSpot) -> Labels:
    """The targets of a weld."""
    states = weld.states
    return Labels(
        values={
            "quality": labels.quality(states),
            "nugget_mm": f"{labels.nugget_mm(states):.3f}",
            "pull_force_kn": f"{labels.pull_force_kn(states):.3f}",
        }
    )


def settings_of(weld: SimulatedSpot) -> dict[str, float | str]:
    """The columns of the parameters."""
    row = parameters.values(weld.design, weld.joint.force_reading_n)
    return {name: f"{value:.5g}" for name, value in zip(parameters.COLUMNS, row, strict=True)}
