"""Pulsed GTA welding as a simulated process."""

from collections.abc import Mapping
from dataclasses import dataclass

from weldfusion.data.card import Card
from weldfusion.errors import WeldfusionError
from weldfusion.simulate.process import Duration, Plan, Process
from weldfusion.simulate.pulsed_gta.card import gta_card
from weldfusion.simulate.pulsed_gta.labels import STEP_S, labels_of
from weldfusion.simulate.pulsed_gta.sensors import parameters
from weldfusion.simulate.pulsed_gta.truth import truth_record
from weldfusion.simulate.pulsed_gta.weld import ALL_SENSORS, SimulatedWeld, simulate_weld
from weldfusion.simulate.record import WeldRecord

PICTURE_PX, PLATE_MM = 128, 2.4
FEWEST_PX, MOST_PX = 32, 512
THINNEST_MM, THICKEST_MM = 2.0, 4.0


@dataclass(frozen=True)
class PulsedGTA(Process):
    """Pulsed gas tungsten arc welding of steel plates; see docs/simulator_pulsed_gta.md.

    Args:
        picture_px: side of the pictures of both cameras (pixels, even); the paper has 256.
        plate_mm: nominal thickness of the plate (mm), 2 to 4.

    Raises:
        WeldfusionError: `picture_px` is odd or out of range, or `plate_mm` is.
    """

    picture_px: int = PICTURE_PX
    plate_mm: float = PLATE_MM

    version = "pulsed_gta/2"
    sensors = ALL_SENSORS
    unasked = ("arc",)
    duration = Duration(usual=5.0, shortest=1.0, longest=60.0, step=STEP_S)
    knobs = (
        "group_scale",
        "hidden_scale",
        "noise_scale",
        "dropouts_per_weld",
        "class_margin",
        "param_spread",
        "n_nuisance",
    )

    def __post_init__(self) -> None:
        if self.picture_px % 2 or not FEWEST_PX <= self.picture_px <= MOST_PX:
            raise WeldfusionError(
                f"picture_px: must be even and from {FEWEST_PX} to {MOST_PX}, is {self.picture_px}"
            )
        if not THINNEST_MM <= self.plate_mm <= THICKEST_MM:
            raise WeldfusionError(
                f"plate_mm: must be from {THINNEST_MM:g} to {THICKEST_MM:g}, is {self.plate_mm:g}"
            )

    def card(self, plan: Plan) -> Card:
        return gta_card(self.version, plan, self.picture_px, self.plate_mm)

    def weld(self, plan: Plan, index: int) -> WeldRecord:
        weld = self.simulate(plan, index)
        told = parameters.values(weld.design) if "parameters" in plan.sensors else {}
        return WeldRecord(
            weld.id,
            weld.place,
            weld.states.duration_s,
            weld.recordings,
            {},
            {"speed_mm_s": f"{1e3 * weld.states.speed_m_s:.4f}", **told},
            labels_of(weld.states, plan.difficulty.class_margin),
            truth_record(weld),
        )

    def simulate(self, plan: Plan, index: int) -> SimulatedWeld:
        """Weld number `index` of a plan with its design and states."""
        return simulate_weld(self.name, 1e-3 * self.plate_mm, self.picture_px, plan, index)


PROCESSES: Mapping[str, Process] = {"pulsed_gta": PulsedGTA()}
