"""The card of a simulated laser data set."""

from fractions import Fraction

from weldfusion.data.card import Card, TargetSpec
from weldfusion.simulate.laser import labels
from weldfusion.simulate.laser.weld import LaserPlan, modality_of

LASER_WELDING = 52
GAS_PORE = 2011
STEP_S = 0.005
MEANING = "FP root open more than half of the time, PP depth at least 0.80 of the plate, LP less"


def laser_card(plan: LaserPlan) -> Card:
    """Card of a planned data set; its description tells preset, seed and the known departures."""
    return Card(
        name=f"simulated laser welds ({plan.preset.version}), seed {plan.seed}",
        process=LASER_WELDING,
        material=plan.preset.material.name,
        modalities={name: modality_of(name, plan.preset) for name in plan.sensors},
        targets={target.name: target for target in _targets()},
        groups=("machine", "session", "workpiece"),
        group="session",
        about={
            "license": "CC0-1.0",
            "version": plan.preset.version,
            "description": f"Simulated laser keyhole welds, preset {plan.preset.version}, seed {plan.seed}, "
            f"difficulty {plan.difficulty_told()}; labels are computed from simulated states. "
            f"Known departures: {'; '.join(plan.preset.departures)}.",
        },
    )


def _targets() -> tuple[TargetSpec, ...]:
    return (*_targets_along(), *_targets_of_welds())


def _targets_along() -> tuple[TargetSpec, ...]:
    pores = f"pores of at least 50 µm that stayed in the weld, ±{1e3 * labels.PORE_REACH_M:g} mm"
    return (
        TargetSpec(
            "penetration",
            "class",
            level="interval",
            column="penetration_along",
            classes=labels.PENETRATION,
            description=f"penetration in steps of 25 ms: {MEANING}",
        ),
        TargetSpec(
            "porosity",
            "multilabel",
            level="interval",
            column="pores_along",
            classes=(labels.PORE,),
            codes={labels.PORE: GAS_PORE},
            description=f"whether a window touches one of the {pores}",
        ),
        TargetSpec(
            "pores",
            "intervals",
            level="interval",
            column="pores_along",
            classes=(labels.PORE,),
            codes={labels.PORE: GAS_PORE},
            step_s=STEP_S,
            description=f"places of {pores}",
        ),
        _curve("depth", "mm", "depth of the weld along the seam"),
        _curve("back_width", "mm", "width of the back bead along the seam"),
        _curve(
            "local_porosity", "%", "area of the pores over that of the weld's longitudinal section in 2 mm"
        ),
    )


def _curve(name: str, unit: str, description: str) -> TargetSpec:
    return TargetSpec(
        name,
        "curve",
        level="sample",
        column=f"{name}_along",
        unit=unit,
        rate=Fraction(labels.ALONG_RATE),
        step_s=STEP_S,
        may_be_constant=True,
        description=description,
    )


def _targets_of_welds() -> tuple[TargetSpec, ...]:
    numbers = {
        "depth_mm": ("mm", "mean weld depth"),
        "back_width_mm": ("mm", "mean width of the back bead"),
        "pores_per_cm": ("1/cm", "pores of at least 50 µm per cm of seam"),
    }
    return (
        TargetSpec(
            "weld_penetration",
            "class",
            level="weld",
            column="weld_penetration",
            classes=labels.PENETRATION,
            description=f"penetration of the longest part of the weld: {MEANING}",
        ),
        *(
            TargetSpec(name, "real", level="weld", column=name, unit=unit, description=description)
            for name, (unit, description) in numbers.items()
        ),
    )
