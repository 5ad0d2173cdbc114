"""The card of a simulated laser data set."""

from dataclasses import asdict

from weldfusion.data.card import Card, Modality, TargetSpec
from weldfusion.simulate.labels import PENETRATION
from weldfusion.simulate.laser_weld import TIMED, Plan
from weldfusion.simulate.sensors import parameters

LASER_WELDING = 52
DEPARTURES = (
    "preset not frozen yet: one tuning, not confirmed with a network",
    "the depth line was identified in powder-bed spots; macro welds are an extrapolation",
    "depth rises steeply with power (exponent about 1.4); no ignition hysteresis",
    "signals are the steady part of a seam: no ignition, no end crater, no films, no beam oscillation",
    "levels are relative to a nominal weld, not those of a real machine",
)


def laser_card(plan: Plan) -> Card:
    """Card of a planned data set; its description tells preset, seed and the known departures."""
    known = {name: sensor.modality() for name, sensor in TIMED.items()} | {
        "parameters": parameters.modality()
    }
    modalities: dict[str, Modality] = {name: known[name] for name in plan.sensors}
    return Card(
        name=f"simulated laser welds ({plan.preset.version})",
        process=LASER_WELDING,
        material=plan.preset.material.name,
        modalities=modalities,
        targets={target.name: target for target in _targets()},
        groups=("machine", "session", "workpiece"),
        group="session",
        about={
            "license": "CC0-1.0",
            "version": plan.preset.version,
            "description": f"Simulated laser keyhole welds, preset {plan.preset.version}, seed {plan.seed}, "
            f"difficulty {asdict(plan.preset.difficulty)}; labels are computed from simulated states. "
            f"Known departures: {'; '.join(DEPARTURES)}.",
        },
    )


def _targets() -> tuple[TargetSpec, ...]:
    meaning = "FP root open more than half of the time, PP depth at least 0.80 of the plate, LP less"
    return (
        TargetSpec(
            "penetration",
            "class",
            level="interval",
            column="penetration_along",
            classes=PENETRATION,
            description=f"penetration in steps of 25 ms: {meaning}",
        ),
        TargetSpec(
            "weld_penetration",
            "class",
            level="weld",
            column="weld_penetration",
            classes=PENETRATION,
            description=f"penetration of the longest part of the weld: {meaning}",
        ),
        TargetSpec(
            "depth_mm", "real", level="weld", column="depth_mm", unit="mm", description="mean weld depth"
        ),
    )
