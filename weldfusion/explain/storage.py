"""Explanations on disk: shares.parquet, pointing.parquet, maps.npz, attention.npz, explanation.json."""

import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import pandas as pd

from weldfusion.data.files import write_bytes, write_text
from weldfusion.errors import RunError
from weldfusion.explain.explanation import (
    AttentionMap,
    AttributionMap,
    Axis,
    Explanation,
    TargetInfo,
    WeldTruth,
)

SCHEMA = 1
JSON, SHARES, POINTING = "explanation.json", "shares.parquet", "pointing.parquet"
MAPS, ATTENTION = "maps.npz", "attention.npz"


def write_explanation(explanation: Explanation, folder: Path) -> None:
    """Writes the files of an explanation; `explanation.json`, which vouches for the others, comes last.

    A folder in which writing was cut short is thus refused by `read_explanation`. Raises OSError.
    """
    (folder / JSON).unlink(missing_ok=True)
    content = {
        SHARES: explanation.shares.to_parquet(index=False),
        POINTING: explanation.pointing.to_parquet(index=False),
        MAPS: _packed([_arrays(one) for one in explanation.maps]),
        ATTENTION: _packed([_arrays(one) for one in explanation.attention]),
    }
    for name, body in content.items():
        write_bytes(folder / name, body)
    facts = {
        "schema": SCHEMA,
        "files": {name: hashlib.sha256(body).hexdigest() for name, body in content.items()},
        "targets": [asdict(target) for target in explanation.targets],
        "modalities": list(explanation.modalities),
        "background": explanation.background,
        "detailed": list(explanation.detailed),
        "figures": explanation.figures,
        "notes": list(explanation.notes),
        "truths": {weld: _plain(vars(truth)) for weld, truth in explanation.truths.items()},
        "maps": [_facts(one) for one in explanation.maps],
        "attention": [_facts(one) for one in explanation.attention],
    }
    write_text(folder / JSON, json.dumps(facts, indent=1) + "\n")


def read_explanation(folder: Path) -> Explanation:
    """The explanation that `write_explanation` wrote.

    Raises RunError, one line, if a file is missing, damaged or of another version.
    """
    facts = _read_facts(folder / JSON)
    body = {name: _read_file(folder / name, digest) for name, digest in facts["files"].items()}
    try:
        maps = _unpacked(body[MAPS], facts["maps"])
        attention = _unpacked(body[ATTENTION], facts["attention"])
        return Explanation(
            targets=tuple(TargetInfo(**{**t, "classes": tuple(t["classes"])}) for t in facts["targets"]),
            modalities=tuple(facts["modalities"]),
            background=facts["background"],
            detailed=tuple(facts["detailed"]),
            shares=pd.read_parquet(io.BytesIO(body[SHARES])),
            maps=tuple(_map(one) for one in maps),
            attention=tuple(AttentionMap(**one) for one in attention),
            truths={weld: _truth(truth) for weld, truth in facts["truths"].items()},
            figures=facts["figures"],
            notes=tuple(facts["notes"]),
            pointing=pd.read_parquet(io.BytesIO(body[POINTING])),
        )
    except (KeyError, IndexError, TypeError, ValueError, BadZipFile) as error:
        cause = " ".join(str(error).split())
        raise RunError(f"{folder / JSON}: damaged ({type(error).__name__}: {cause}); explain again") from None


def _read_facts(file: Path) -> dict[str, Any]:
    try:
        facts = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise RunError(f"{file.parent}: holds no explanation (no readable {JSON}); explain again") from None
    if not isinstance(facts, dict) or facts.get("schema") != SCHEMA:
        found = facts.get("schema") if isinstance(facts, dict) else facts
        raise RunError(f"{file}: schema {found}, expected {SCHEMA}; explain again")
    if not isinstance(facts.get("files"), dict) or set(facts["files"]) != {SHARES, POINTING, MAPS, ATTENTION}:
        raise RunError(f"{file}: damaged, does not name its files; explain again")
    return facts


def _read_file(file: Path, digest: str) -> bytes:
    try:
        body = file.read_bytes()
    except OSError:
        raise RunError(f"{file}: is missing; explain again") from None
    if hashlib.sha256(body).hexdigest() != digest:
        raise RunError(f"{file}: is not the file that {JSON} names; explain again")
    return body


def _arrays(record: AttributionMap | AttentionMap) -> dict[str, np.ndarray]:
    """The arrays of a map by name of the field; those of axes as `axes.0`, `query_axis` …"""
    found = {}
    for name, value in vars(record).items():
        if isinstance(value, np.ndarray):
            found[name] = value
        elif isinstance(value, Axis):
            found[name] = value.centres
        elif name == "axes":
            found |= {f"axes.{number}": axis.centres for number, axis in enumerate(value)}
    return found


def _facts(record: AttributionMap | AttentionMap) -> dict[str, Any]:
    """What is no array of a map, as plain values; axes as [name, unit]."""
    found: dict[str, Any] = {}
    for name, value in vars(record).items():
        if isinstance(value, Axis):
            found[name] = [value.name, value.unit]
        elif name == "axes":
            found[name] = [[axis.name, axis.unit] for axis in value]
        elif not isinstance(value, np.ndarray):
            found[name] = value
    return found


def _packed(records: Sequence[Mapping[str, np.ndarray]]) -> bytes:
    buffer = io.BytesIO()
    arrays = {f"{number}/{name}": value for number, one in enumerate(records) for name, value in one.items()}
    np.savez_compressed(buffer, allow_pickle=False, **arrays)  # type: ignore[arg-type]
    return buffer.getvalue()


def _unpacked(body: bytes, facts: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """For each map its fields, arrays and axes put together again."""
    found = []
    with np.load(io.BytesIO(body), allow_pickle=False) as arrays:
        by_record: list[dict[str, Any]] = [{} for _ in facts]
        for key in arrays.files:
            number, _, name = key.partition("/")
            by_record[int(number)][name] = arrays[key]
    for own, values in zip(facts, by_record, strict=True):
        one: dict[str, Any] = {**own, **values}
        for name in ("query_axis", "key_axis"):
            if name in own:
                kind, unit = own[name]
                one[name] = Axis(kind, unit, values[name])
        if "axes" in own:
            centres = [one.pop(f"axes.{number}") for number in range(len(own["axes"]))]
            one["axes"] = tuple(
                Axis(kind, unit, c) for (kind, unit), c in zip(own["axes"], centres, strict=True)
            )
        found.append(one)
    return found


def _map(one: dict[str, Any]) -> AttributionMap:
    size = one.pop("size_px")
    return AttributionMap(**one, size_px=None if size is None else (size[0], size[1]))


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value.tolist() if isinstance(value, np.ndarray) else value for name, value in values.items()
    }


def _truth(values: Mapping[str, Any]) -> WeldTruth:
    kinds = {field.name: field.type for field in fields(WeldTruth)}
    found: dict[str, Any] = {
        name: np.array(value, dtype=float) if kinds[name] is np.ndarray else value
        for name, value in values.items()
    }
    return WeldTruth(**{**found, "event_kind": tuple(found["event_kind"])})
