"""The card of a simulated data set of gas-metal-arc welds."""

from fractions import Fraction

from weldfusion.data.card import Card, TargetSpec
from weldfusion.simulate.cmt.labels import ALONG_RATE, PENETRATION
from weldfusion.simulate.cmt.preset import ArcPreset
from weldfusion.simulate.cmt.weld import modality_of
from weldfusion.simulate.process import Plan

MAG_WELDING = 135
CODES = {"non_penetration": 402, "excessive_penetration": 504}
STEP_S = 0.05
MEANING = (
    "excessive: back reinforcement over 1 mm; full: root open more than half of the time; non: less than that"
)


def arc_card(plan: Plan, preset: ArcPreset, pixels: int) -> Card:
    """Card of a planned data set; its description tells preset, seed and the known departures."""
    return Card(
        name=f"simulated {preset.process} welds ({preset.version}), seed {plan.seed}",
        process=MAG_WELDING,
        material="structural steel, groove with a root face of 2.5 mm",
        modalities={name: modality_of(name, pixels) for name in plan.sensors},
        targets={target.name: target for target in _targets()},
        groups=("machine", "session", "workpiece"),
        group="session",
        about={
            "license": "CC0-1.0",
            "version": preset.version,
            "description": f"Simulated groove welds by {preset.about}, preset {preset.version}, seed "
            f"{plan.seed}, difficulty {plan.difficulty_told()}; labels are computed from simulated states. "
            f"Known departures: {'; '.join(preset.departures)}.",
        },
    )


def _targets() -> tuple[TargetSpec, ...]:
    return (
        TargetSpec(
            "penetration",
            "class",
            level="interval",
            column="penetration_along",
            classes=PENETRATION,
            codes=CODES,
            description=f"penetration in steps of 50 ms: {MEANING}",
        ),
        _curve("depth", "depth of the weld along the seam, back reinforcement included"),
        _curve("back_reinforcement", "how far the weld sags beyond the root"),
        TargetSpec(
            "weld_penetration",
            "class",
            column="weld_penetration",
            classes=PENETRATION,
            codes=CODES,
            description=f"penetration of the longest part of the weld: {MEANING}",
        ),
        TargetSpec("depth_mm", "real", column="depth_mm", unit="mm", description="mean depth of the weld"),
        TargetSpec(
            "back_reinforcement_mm",
            "real",
            column="back_reinforcement_mm",
            unit="mm",
            description="mean back reinforcement",
        ),
    )


def _curve(name: str, description: str) -> TargetSpec:
    return TargetSpec(
        name,
        "curve",
        level="sample",
        column=f"{name}_along",
        unit="mm",
        rate=Fraction(ALONG_RATE),
        step_s=STEP_S,
        may_be_constant=True,
        description=description,
    )
