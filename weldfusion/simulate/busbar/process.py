"""Laser seams of busbars as a simulated process."""

from collections.abc import Mapping
from dataclasses import dataclass

from weldfusion.data.card import Card
from weldfusion.errors import WeldfusionError
from weldfusion.simulate.busbar import labels
from weldfusion.simulate.busbar.card import busbar_card
from weldfusion.simulate.busbar.preset import BUSBAR, PRESETS, BusbarPreset
from weldfusion.simulate.busbar.seam import SEAMS, SimulatedSeam, simulate_seam
from weldfusion.simulate.busbar.sensors import parameters
from weldfusion.simulate.busbar.sensors.view import ROWS_IN_WIDTH
from weldfusion.simulate.busbar.truth import truth_record
from weldfusion.simulate.busbar.weld import ALL_SENSORS, Pair, part_of, record_seam, simulate_pair
from weldfusion.simulate.process import Duration, Plan, Process
from weldfusion.simulate.record import Labels, WeldRecord

SMALLEST_PX, LARGEST_PX = 192, 3072


@dataclass(frozen=True)
class Busbar(Process):
    """Pairs of laser seams that join two sheets of a busbar; see docs/simulator_busbar.md.

    Args:
        preset: material, sheets and what is set for a sound seam.
        picture_px: width of the picture of a pair in pixels; it is a third as high.

    Raises:
        WeldfusionError: the width is no multiple of 6 from 192 to 3072.
    """

    preset: BusbarPreset = BUSBAR
    picture_px: int = 768

    sensors = ALL_SENSORS
    duration = Duration(usual=0.56, shortest=0.28, longest=1.12, step=0.01)
    knobs = (*Process.knobs, "n_nuisance")

    def __post_init__(self) -> None:
        if not (SMALLEST_PX <= self.picture_px <= LARGEST_PX and self.picture_px % ROWS_IN_WIDTH == 0):
            raise WeldfusionError(
                f"picture_px: {self.picture_px} cannot be drawn; it must be a multiple of {ROWS_IN_WIDTH} "
                f"from {SMALLEST_PX} to {LARGEST_PX}"
            )

    @property
    def version(self) -> str:  # type: ignore[override]
        return self.preset.version

    def card(self, plan: Plan) -> Card:
        return busbar_card(plan, self.preset, self.picture_px)

    def weld(self, plan: Plan, index: int) -> WeldRecord:
        pair = None
        if "picture" in plan.sensors:
            pair = simulate_pair(plan, self.preset, index // SEAMS, self.picture_px)
        seam = pair.seams[index % SEAMS] if pair else simulate_seam(plan, self.preset, index)
        settings: dict[str, float | str] = {"speed_mm_s": 1e3 * seam.joint.speed_m_s}
        if "parameters" in plan.sensors:
            settings |= {name: f"{value:.4f}" for name, value in parameters.values(seam.design).items()}
        return WeldRecord(
            seam.id,
            seam.place,
            seam.states.duration_s,
            record_seam(plan, self.preset, seam, index),
            {"picture": [part_of(pair, index)]} if pair else {},
            settings,
            labels_of(seam, self.preset, pair, index),
            truth_record(seam, pair),
        )


PROCESSES: Mapping[str, Process] = {name: Busbar(preset) for name, preset in PRESETS.items()}


def labels_of(seam: SimulatedSeam, preset: BusbarPreset, pair: Pair | None, index: int) -> Labels:
    """All labels of a seam; the outline of its bead only where it has a picture."""
    states = seam.states
    return Labels(
        values={
            "state": labels.state(states, preset.power_w, preset.defocus_m),
            "interface_mm": f"{labels.mean_mm(states.interface_m):.4f}",
            "depth_mm": f"{labels.mean_mm(states.weld.bead.depth_m):.4f}",
        },
        intervals={"films_along": labels.film_intervals(states)},
        masks={"seam": pair.picture.outlines[index % SEAMS]} if pair else {},
    )
