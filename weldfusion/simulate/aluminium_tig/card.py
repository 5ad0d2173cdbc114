"""The card of a simulated data set of aluminium TIG welds."""

from fractions import Fraction

from weldfusion.data.card import Card, TargetSpec
from weldfusion.simulate.aluminium_tig import labels
from weldfusion.simulate.aluminium_tig.weld import modality_of
from weldfusion.simulate.process import Plan

TIG_WITHOUT_FILLER = 142
STEP_S = 0.5
DEPARTURES = (
    "not confirmed with a network",
    "levels of current, light and pool are our choice, not those of a machine",
    "no filler wire, no cracks and no pores; the steady part of a seam, no crater",
    "a pool that sags through is hollow and dark in the picture but never an open hole",
    "the place of the torch is seen by pool, bead and groove only; the camera stands on the torch",
    "pollution of the electrode never burns off within a weld",
    "cold welds have 80 to 115 A, lack of fusion up to about 205 A (planned: 120 to 200 A)",
    "contamination shows in the current, by the polluted electrode, nearly as well as in the picture",
    "faults of the speed change the size of the pool, so pictures tell them too (planned: the series only)",
)


def tig_card(plan: Plan, version: str, picture_px: int) -> Card:
    """Card of a planned data set; its description tells version, seed and the known departures."""
    return Card(
        name=f"simulated aluminium TIG welds ({version}), seed {plan.seed}",
        process=TIG_WITHOUT_FILLER,
        material="aluminium EN AW-5083, plates of 3 mm, butt joint",
        modalities={name: modality_of(name, picture_px) for name in plan.sensors},
        targets={target.name: target for target in _targets()},
        groups=("machine", "session", "workpiece"),
        group="session",
        about={
            "license": "CC0-1.0",
            "version": version,
            "description": f"Simulated AC TIG welds in aluminium, {version}, seed {plan.seed}, difficulty "
            f"{plan.difficulty_told()}; labels are computed from simulated states. "
            f"Known departures: {'; '.join(DEPARTURES)}.",
        },
    )


def _targets() -> tuple[TargetSpec, ...]:
    return (
        TargetSpec(
            "state",
            "class",
            level="interval",
            column="state_along",
            classes=labels.STATES,
            codes=labels.CODES,
            description="state of the weld in steps of 1 s, by rules on depth, width, sag, film and place of "
            "the torch",
        ),
        TargetSpec(
            "weld_state",
            "class",
            level="weld",
            column="weld_state",
            classes=labels.STATES,
            codes=labels.CODES,
            description="the imperfection that takes the longest part of the weld, a quarter at least",
        ),
        _curve("depth", "depth of the weld along the seam"),
        _curve("back_width", "width of the melt at the root along the seam"),
    )


def _curve(name: str, description: str) -> TargetSpec:
    return TargetSpec(
        name,
        "curve",
        level="sample",
        column=f"{name}_along",
        unit="mm",
        rate=Fraction(labels.ALONG_RATE),
        step_s=STEP_S,
        may_be_constant=True,
        description=description,
    )
