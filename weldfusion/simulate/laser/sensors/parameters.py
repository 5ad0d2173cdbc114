"""Process parameters as set on the machine: one table row per weld."""

from collections.abc import Callable, Mapping, Sequence

from weldfusion.data.card import Modality
from weldfusion.simulate.laser.design import Design

COLUMNS = ("power_kw", "travel_speed_mm_s")
SETTINGS: Mapping[str, tuple[str, Callable[[Design], float]]] = {
    "power_kw": ("set laser power (kW)", lambda design: design.power_w / 1e3),
    "travel_speed_mm_s": ("travel speed (mm/s)", lambda design: design.speed_m_s * 1e3),
    "gap_mm": ("set gap between the sheets (mm)", lambda design: design.gap_m * 1e3),
}


def values(design: Design, columns: Sequence[str] = COLUMNS) -> tuple[float, ...]:
    """What was set, by column.

    >>> values(Design(3e3, 0.1, 0.62, gap_m=0.2e-3), ("power_kw", "gap_mm"))
    (3.0, 0.2)
    """
    return tuple(SETTINGS[column][1](design) for column in columns)


def modality(columns: Sequence[str] = COLUMNS) -> Modality:
    """How the card describes the table."""
    told = ", ".join(SETTINGS[column][0] for column in columns)
    return Modality(
        "parameters",
        "table",
        timed=False,
        channels=tuple(columns),
        columns=tuple(columns),
        description=f"{told}; focus and sheets are set the same for all welds",
    )
