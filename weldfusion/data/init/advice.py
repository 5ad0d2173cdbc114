"""What a user must look at in a proposed data set: notes beside fields, and whole sentences."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from weldfusion.data.card import Card
from weldfusion.data.init.sensor_record import Sensor
from weldfusion.data.init.table import IndexTable
from weldfusion.data.init.targets import Columns


def notes_of(card: Card, sensors: Mapping[str, Sensor], columns: Columns) -> dict[str, str]:
    """Full key of the card → why its value is a guess."""
    notes = {
        "name": "a short name of the data set",
        "license": "who may use these recordings, and how",
        "process": "0 is `not stated`; write the ISO 4063 number, such as 135 (MAG), 52 (laser), 21 (spot)",
        "material": "such as S355, EN AW-6082, 1.4301",
    }
    for name, sensor in sensors.items():
        notes |= {f"modalities.{name}.{key}": text for key, text in sensor.notes.items()}
        if sensor.modality.kind == "waveform":
            notes.setdefault(f"modalities.{name}.kind", "add `unit:` if there is one, such as A, V, N")
    return notes | dict(columns.notes)


def things_to_check(
    card: Card,
    rows: Sequence[Mapping[str, str]],
    files: Mapping[str, Mapping[str, Sequence[Path]]],
    notes: Mapping[str, str],
    table: IndexTable | None,
) -> list[str]:
    """What the user must look at, most important first."""
    todo = []
    for target in card.targets.values():
        if not any(row.get(target.column) for row in rows):
            todo.append(
                f"manifest.csv: no labels were found; fill the column {target.column!r}, and its classes"
            )
    for key, text in notes.items():
        if key.startswith(("modalities", "targets")) and not text.startswith("add "):
            todo.append(f"dataset.yaml, {key}: {text}")
    if not card.groups:
        todo.append(
            "dataset.yaml, groups: every weld is its own group now; add a manifest column such as workpiece "
            "or day and name it, or the figures may flatter (welds of one workpiece resemble each other)"
        )
    for name, found in files.items():
        missing = sum(row["weld"] not in found for row in rows)
        if missing:
            todo.append(f"manifest.csv: {missing} of {len(rows)} welds have no {name}; is that so?")
        extra = [weld for weld, paths in found.items() if len(paths) > 1]
        if extra and card.modalities[name].kind not in ("image", "image_sequence"):
            todo.append(
                f"manifest.csv: weld {extra[0]!r} has {len(found[extra[0]])} files for {name}; keep one"
            )
    if table is not None and table.left_out:
        todo.append(f"{table.file.name}: not used: {', '.join(table.left_out)}")
    return todo
