"""Process parameters as set on the machine: one table row per weld."""

from weldfusion.data.card import Modality
from weldfusion.simulate.pulsed_gta.design import Design

COLUMNS = ("peak_a", "base_a", "pulse_hz", "duty", "travel_speed_mm_s", "arc_mm")


def values(design: Design) -> dict[str, float]:
    """What was set, by column."""
    return {
        "peak_a": design.peak_a,
        "base_a": design.base_a,
        "pulse_hz": design.pulse_hz,
        "duty": design.duty,
        "travel_speed_mm_s": 1e3 * design.speed_m_s,
        "arc_mm": 1e3 * design.arc_m,
    }


def modality() -> Modality:
    """How the card describes the table."""
    return Modality(
        "parameters",
        "table",
        timed=False,
        channels=COLUMNS,
        columns=COLUMNS,
        description="set peak and base current (A), pulses per second (Hz), share of the period at the peak, "
        "travel speed (mm/s), arc length (mm); the plate is the same for all welds",
    )
