"""The card of a data set of simulated spot welds."""

from weldfusion.data.card import Card, TargetSpec
from weldfusion.simulate.process import Plan
from weldfusion.simulate.resistance_spot.labels import QUALITY
from weldfusion.simulate.resistance_spot.weld import VERSION, Choice, modality_of

RESISTANCE_SPOT_WELDING = 21
DEPARTURES = (
    "constants of heat and resistance were tuned by hand to the textbook curve, no machine was measured",
    "currents of 4 to 7.5 kA (the study has 0.64 to 5.01 kA): the constants need them for a good nugget",
    "the tip follows the sheets, 5.1 √t mm; one electrode for all sheets was planned",
    "gauge force 40 to 133.5 N, never 0; weak welds have small nuggets, none has no nugget at all by plan",
    "levels of the pictures are relative, not those of a camera; the lower side is drawn like the upper one",
    "without counts 89, 6.5 and 4.7 % are good, bad, explode on three new seeds (study: 89, 4.2, 6.3)",
    "welds at random flatter sessions held out by 2 points only with trees on all sensors (planned 3 to 8)",
    "a third of each class: trees reach 0.88 with all sensors, 0.83 with the curves alone",
    "only the first 16 expulsions of a weld, at least 60 ms apart",
)


def spot_card(plan: Plan, choice: Choice) -> Card:
    """Card of a planned data set; its description tells version, seed, counts and the known departures."""
    counts = "as the settings give" if choice.counts is None else ":".join(map(str, choice.counts))
    return Card(
        name=f"simulated resistance spot welds ({VERSION}), seed {plan.seed}",
        process=RESISTANCE_SPOT_WELDING,
        material="low-carbon steel sheet",
        modalities={name: modality_of(name, choice.pixels) for name in plan.sensors},
        targets={target.name: target for target in _targets()},
        groups=("machine", "session", "workpiece"),
        group="session",
        about={
            "license": "CC0-1.0",
            "version": VERSION,
            "description": f"Simulated resistance spot welds, {VERSION}, seed {plan.seed}, {counts} of "
            f"{', '.join(QUALITY)}, difficulty {plan.difficulty_told()}; labels are computed from simulated "
            f"states. Known departures: {'; '.join(DEPARTURES)}.",
        },
    )


def _targets() -> tuple[TargetSpec, ...]:
    return (
        TargetSpec(
            "quality",
            "class",
            level="weld",
            column="quality",
            classes=QUALITY,
            description="explode: melt was expelled; bad: nugget below 3.5 √t mm (t: thinner sheet in mm) or "
            "one-sided; else good",
        ),
        TargetSpec(
            "nugget_mm", "real", level="weld", column="nugget_mm", unit="mm", description="nugget diameter"
        ),
        TargetSpec(
            "pull_force_kn", "real", level="weld", column="pull_force_kn", unit="kN", description="pull force"
        ),
    )
