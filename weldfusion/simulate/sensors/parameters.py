"""Process parameters as set on the machine: one table row per weld."""

from weldfusion.data.card import Modality
from weldfusion.simulate.design import Design

COLUMNS = ("power_kw", "travel_speed_mm_s")


def values(design: Design) -> tuple[float, float]:
    """Set laser power (kW) and travel speed (mm/s)."""
    return design.power_w / 1e3, design.speed_m_s * 1e3


def modality() -> Modality:
    """How the card describes the table."""
    return Modality(
        "parameters",
        "table",
        timed=False,
        channels=COLUMNS,
        columns=COLUMNS,
        description="set laser power (kW) and travel speed (mm/s); focus and plate are set the same for all "
        "welds, the gap of a lap joint is not told",
    )
