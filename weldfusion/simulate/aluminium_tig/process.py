"""Aluminium TIG welding as a simulated process."""

from collections.abc import Mapping
from dataclasses import dataclass

from weldfusion.data.card import Card
from weldfusion.errors import WeldfusionError
from weldfusion.simulate.aluminium_tig import labels
from weldfusion.simulate.aluminium_tig.card import tig_card
from weldfusion.simulate.aluminium_tig.sensors.pool_camera import PICTURE_PX
from weldfusion.simulate.aluminium_tig.states import States
from weldfusion.simulate.aluminium_tig.truth import truth_record
from weldfusion.simulate.aluminium_tig.weld import NAME, SENSORS, settings, simulate_weld
from weldfusion.simulate.process import Duration, Plan, Process
from weldfusion.simulate.record import Labels, WeldRecord

FEWEST_PX, MOST_PX = 64, 512


@dataclass(frozen=True)
class AluminiumTig(Process):
    """AC TIG welds in aluminium with the electrode in view; see docs/simulator_aluminium_tig.md.

    Args:
        picture_px: height and width of the pictures, 64 to 512.

    Raises:
        WeldfusionError: pictures of another size.
    """

    picture_px: int = PICTURE_PX

    version = f"{NAME}/1"
    sensors = SENSORS
    duration = Duration(usual=40.0, shortest=10.0, longest=120.0, step=labels.STEP_S)
    knobs = (
        "group_scale",
        "hidden_scale",
        "noise_scale",
        "dropouts_per_weld",
        "param_spread",
        "n_nuisance",
        "imbalance",
    )

    def __post_init__(self) -> None:
        if not FEWEST_PX <= self.picture_px <= MOST_PX:
            raise WeldfusionError(f"picture_px: must be from {FEWEST_PX} to {MOST_PX}, is {self.picture_px}")

    def card(self, plan: Plan) -> Card:
        return tig_card(plan, self.version, self.picture_px)

    def weld(self, plan: Plan, index: int) -> WeldRecord:
        weld = simulate_weld(plan, index, self.picture_px)
        told = settings(weld.design) if "parameters" in plan.sensors else {}
        return WeldRecord(
            weld.id,
            weld.place,
            weld.states.duration_s,
            weld.recordings,
            {},
            {"speed_mm_s": weld.design.speed_mm_s, **told},
            labels_of(weld.states),
            truth_record(weld),
        )


PROCESSES: Mapping[str, Process] = {NAME: AluminiumTig()}


def labels_of(states: States) -> Labels:
    """All labels of a weld."""
    along, pool = labels.states_along(states), states.pool
    return Labels(
        values={"weld_state": labels.weld_state(along)},
        intervals={
            "state_along": list(zip(along.edges_s[:-1], along.edges_s[1:], along.labels, strict=True))
        },
        curves={
            "depth_along": labels.along_mm(pool.depth_mm),
            "back_width_along": labels.along_mm(pool.back_width_mm),
        },
    )
