"""Process parameters as set before the weld: one table row."""

from weldfusion.data.card import Modality

COLUMNS = ("set_current_a", "set_speed_mm_s")


def modality() -> Modality:
    """How the card describes the table."""
    return Modality(
        "parameters",
        "table",
        timed=False,
        channels=COLUMNS,
        columns=COLUMNS,
        description="set current (A) and travel speed (mm/s); what goes wrong in the weld is not among them",
    )
