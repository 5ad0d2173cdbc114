"""What is set for a spot weld and read before it: one table row per weld, no result among its columns."""

from weldfusion.data.card import Modality
from weldfusion.simulate.resistance_spot.design import Design

COLUMNS = (
    "pressure_psi",
    "weld_time_ms",
    "angle_deg",
    "force_n",
    "current_a",
    "thickness_a_mm",
    "thickness_b_mm",
)


def values(design: Design, force_reading_n: float) -> tuple[float, ...]:
    """The row of a weld, by `COLUMNS`."""
    return (
        design.pressure_psi,
        design.weld_time_ms,
        design.angle_deg,
        force_reading_n,
        1e3 * design.current_ka,
        design.thickness_a_mm,
        design.thickness_b_mm,
    )


def modality() -> Modality:
    """How the card describes the table."""
    return Modality(
        "parameters",
        "table",
        timed=False,
        channels=COLUMNS,
        columns=COLUMNS,
        description="pressure of the cylinder (psi), weld time (ms), angle between the electrodes (°), "
        "reading of the rig's force gauge at rest (N), set current (A), thickness of both sheets (mm)",
    )
