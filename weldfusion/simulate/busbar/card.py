"""The card of a data set of simulated busbar seams."""

from weldfusion.data.card import Card, TargetSpec
from weldfusion.simulate.busbar import labels
from weldfusion.simulate.busbar.preset import BusbarPreset
from weldfusion.simulate.busbar.weld import modality_of
from weldfusion.simulate.process import Plan

LASER_WELDING = 52
LACK_OF_FUSION = 401
STEP_S = 0.010


def busbar_card(plan: Plan, preset: BusbarPreset, columns: int) -> Card:
    """Card of a planned data set; its description tells version, seed and the known departures."""
    sheet = f"{1e3 * preset.sheet_m:g} + {1e3 * preset.sheet_m:g} mm"
    return Card(
        name=f"simulated busbar seams ({preset.version}), seed {plan.seed}",
        process=LASER_WELDING,
        material=f"{preset.material.name}, lap joint {sheet}",
        modalities={name: modality_of(name, columns) for name in plan.sensors},
        targets={target.name: target for target in _targets(preset, "picture" in plan.sensors)},
        groups=("machine", "session", "workpiece"),
        group="session",
        about={
            "license": "CC0-1.0",
            "version": preset.version,
            "description": f"Simulated laser seams of busbars, {preset.version}, seed {plan.seed}, "
            f"difficulty {plan.difficulty_told()}; a weld is a seam, both seams of a picture share a "
            "workpiece; labels are computed from simulated states. "
            f"Known departures: {'; '.join(preset.departures)}.",
        },
    )


def _targets(preset: BusbarPreset, pictures: bool) -> list[TargetSpec]:
    targets = [
        TargetSpec(
            "state",
            "class",
            classes=labels.STATES,
            codes={"cold_weld": LACK_OF_FUSION},
            description="cold_weld: narrower between the sheets than 0.3 of the bead for more than half of "
            f"the seam; else the first that holds: power at most 0.85 of {1e-3 * preset.power_w:g} kW, gap "
            f"below {1e3 * labels.LOW_GAP * preset.sheet_m:g} mm, focus at least "
            f"{1e3 * preset.defocus_m:g} mm off, water or oil on more than 0.30 of the seam; else baseline",
        ),
        TargetSpec(
            "interface_mm",
            "real",
            unit="mm",
            description="mean width of the weld between the sheets, 0 where the melt does not bridge the gap",
        ),
        TargetSpec("depth_mm", "real", unit="mm", description="mean depth of the weld, both sheets"),
        TargetSpec(
            "films",
            "intervals",
            level="interval",
            column="films_along",
            classes=labels.CONTAMINATIONS,
            step_s=STEP_S,
            description=f"where a film of water or oil is over {labels.FILM} thick",
        ),
    ]
    if pictures:
        outline = "outline of the bead in the seam's half of the picture"
        targets.append(TargetSpec("seam", "mask", of="picture", classes=("seam",), description=outline))
    return targets
