"""What is set on the machine and at the joint: one table row per weld."""

from weldfusion.data.card import Modality
from weldfusion.simulate.cmt.design import Design

COLUMNS = ("wire_m_min", "travel_speed_mm_s", "root_gap_mm")


def values(design: Design) -> tuple[float, ...]:
    """What was set, by column.

    >>> values(Design(0.1, 0.005, 0.4e-3, 3e-3))
    (6.0, 5.0, 0.4)
    """
    return (round(60 * design.wire_m_s, 3), round(1e3 * design.speed_m_s, 3), round(1e3 * design.gap_m, 3))


def modality() -> Modality:
    """How the card describes the table."""
    return Modality(
        "parameters",
        "table",
        timed=False,
        channels=COLUMNS,
        columns=COLUMNS,
        description="wire feed (m/min), travel speed (mm/s) and root gap (mm) as set",
    )
