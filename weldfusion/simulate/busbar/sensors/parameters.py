"""Process parameters as set on the machine: one table row per seam. Faults that nobody sees are not in it."""

from collections.abc import Callable, Mapping

from weldfusion.data.card import Modality
from weldfusion.simulate.busbar.design import Design

SETTINGS: Mapping[str, tuple[str, Callable[[Design], float]]] = {
    "power_kw": ("set laser power (kW)", lambda design: design.power_w / 1e3),
    "travel_speed_mm_s": ("travel speed (mm/s)", lambda design: design.speed_m_s * 1e3),
    "focus_mm": ("set focus over the sheet (mm)", lambda design: design.focus_m * 1e3),
}


def values(design: Design) -> dict[str, float]:
    """What was set, by column of the manifest."""
    return {column: value(design) for column, (_, value) in SETTINGS.items()}


def modality() -> Modality:
    """How the card describes the table."""
    told = ", ".join(what for what, _ in SETTINGS.values())
    return Modality(
        "parameters",
        "table",
        timed=False,
        channels=tuple(SETTINGS),
        columns=tuple(SETTINGS),
        description=f"{told}; not what went wrong: lost power, a part that lies off, a gap, films",
    )
