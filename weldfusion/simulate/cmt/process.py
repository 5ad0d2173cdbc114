"""Gas-metal-arc welding of groove joints as simulated processes: `cmt` and `robot_mag`."""

from collections.abc import Mapping
from dataclasses import dataclass

from weldfusion.data.card import Card
from weldfusion.errors import WeldfusionError
from weldfusion.simulate.cmt import labels
from weldfusion.simulate.cmt.card import arc_card
from weldfusion.simulate.cmt.preset import CMT, ROBOT_MAG, ArcPreset
from weldfusion.simulate.cmt.sensors import parameters
from weldfusion.simulate.cmt.states import States
from weldfusion.simulate.cmt.truth import truth_record
from weldfusion.simulate.cmt.weld import simulate_weld
from weldfusion.simulate.process import Duration, Plan, Process
from weldfusion.simulate.record import Labels, WeldRecord

PICTURE_PX = 128
FEWEST_PX, MOST_PX = 32, 512


@dataclass(frozen=True)
class GroovedArc(Process):
    """Welds of groove joints by a short arc; see docs/simulator_cmt.md.

    Args:
        preset: arc and joint.
        picture_px: side of the camera's frames in pixels (the paper of MCRNet has 256).

    Raises:
        WeldfusionError: frames of such a size cannot be made.
    """

    preset: ArcPreset = CMT
    picture_px: int = PICTURE_PX

    duration = Duration(usual=4.0, shortest=0.5, longest=120.0, step=labels.STEP_S)
    knobs = ("group_scale", "hidden_scale", "noise_scale", "dropouts_per_weld", "param_spread", "n_nuisance")

    def __post_init__(self) -> None:
        if not FEWEST_PX <= self.picture_px <= MOST_PX:
            raise WeldfusionError(
                f"picture_px: {self.picture_px} is out of range; it must be from {FEWEST_PX} to {MOST_PX}"
            )

    @property
    def version(self) -> str:  # type: ignore[override]
        return self.preset.version

    @property
    def sensors(self) -> tuple[str, ...]:  # type: ignore[override]
        seen = ("camera",) if self.preset is CMT else ()
        return (*seen, "microphone", "current", "voltage", "noise", "parameters")

    @property
    def unasked(self) -> tuple[str, ...]:  # type: ignore[override]
        return ("current", "voltage") if self.preset is CMT else ()

    def card(self, plan: Plan) -> Card:
        return arc_card(plan, self.preset, self.picture_px)

    def weld(self, plan: Plan, index: int) -> WeldRecord:
        weld = simulate_weld(plan, self.preset, self.picture_px, index)
        told = zip(parameters.COLUMNS, parameters.values(weld.design), strict=True)
        settings: dict[str, float | str] = {"speed_mm_s": f"{1e3 * weld.states.speed_m_s:.3f}"}
        settings |= dict(told) if "parameters" in plan.sensors else {}
        return WeldRecord(
            weld.id,
            weld.place,
            weld.states.duration_s,
            weld.recordings,
            {},
            settings,
            labels_of(weld.states),
            truth_record(weld),
        )


PROCESSES: Mapping[str, Process] = {"cmt": GroovedArc(), "robot_mag": GroovedArc(ROBOT_MAG)}


def labels_of(states: States) -> Labels:
    """All labels of a weld."""
    along = labels.penetration_along(states)
    return Labels(
        values={
            "weld_penetration": labels.weld_penetration(along),
            "depth_mm": f"{labels.mean_mm(states.depth_m):.4f}",
            "back_reinforcement_mm": f"{labels.mean_mm(states.sag_m):.4f}",
        },
        intervals={"penetration_along": along},
        curves={
            "depth_along": labels.along_mm(states.depth_m),
            "back_reinforcement_along": labels.along_mm(states.sag_m),
        },
    )
