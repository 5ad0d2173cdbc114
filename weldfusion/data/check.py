"""The check of a data folder: everything that is wrong with it, in one pass."""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
from tqdm import tqdm

from weldfusion.data.card import Card, parse_card
from weldfusion.data.checks.giveaway import check_giveaway
from weldfusion.data.checks.labels import check_labels
from weldfusion.data.checks.recordings import Seen, check_weld
from weldfusion.data.checks.shared_pictures import check_shared_pictures
from weldfusion.data.finding import Finding
from weldfusion.data.folder import CARD_FILE, card_file, manifest_file
from weldfusion.data.iso4063 import NOT_STATED
from weldfusion.data.manifest import Weld, parse_manifest
from weldfusion.data.sheet import Sheet
from weldfusion.data.similar import line, similar
from weldfusion.errors import CardError, WeldfusionError


def check(
    root: Path | str,
    progress: bool = True,
    inputs: Container[str] | None = None,
    targets: Container[str] | None = None,
) -> list[Finding]:
    """Every finding in a data folder, errors first; recordings are opened one at a time.

    What cannot be read does not stop the rest: a card with a wrong entry is used without it. Files are
    told relative to the folder. `progress` shows a bar on stderr. Of the card's modalities and targets only
    `inputs` and `targets` are judged, all by default.

    Raises CardError where there is no such folder.
    """
    folder = Path(root)
    if not folder.is_dir():
        raise CardError(f"{folder}: no such folder; give the folder of a data set")
    findings = [_relative(finding, folder) for finding in _findings(folder, progress, inputs, targets)]
    return sorted(dict.fromkeys(findings), key=lambda finding: finding.level)


def exit_code(findings: Sequence[Finding], strict: bool = False) -> int:
    """1 where there is an error, with `strict` also for a warning; else 0."""
    return int(any(strict or finding.level == "error" for finding in findings))


def format_findings(findings: Sequence[Finding]) -> str:
    """The findings as text; similar ones share a line with their count and up to three examples.

    >>> print(format_findings([]))
    no findings
    """
    if not findings:
        return "no findings"
    lines = [line(group) for group in similar(findings)]
    errors = sum(finding.level == "error" for finding in findings)
    every = " (--json lists each one)" if len(lines) < len(findings) else ""
    return "\n".join(
        [*lines, f"{_count(errors, 'error')}, {_count(len(findings) - errors, 'warning')}{every}"]
    )


def _count(number: int, name: str) -> str:
    return f"{number} {name}{'' if number == 1 else 's'}"


def as_json(findings: Sequence[Finding]) -> list[dict[str, object]]:
    """The findings as plain values, for a run folder's `check.json`."""
    return [asdict(finding) for finding in findings]


def _findings(
    folder: Path, progress: bool, inputs: Container[str] | None, targets: Container[str] | None
) -> Iterator[Finding]:
    try:
        card, of_card = parse_card(card_file(folder))
    except WeldfusionError as problem:
        yield Finding("error", "card", str(problem))
        return
    yield from of_card
    yield from _check_card(card)
    card, unused = _judged(card, of_card, inputs, targets)
    try:
        manifest = manifest_file(folder)
        sheet, rows, of_manifest = parse_manifest(manifest, card)
    except WeldfusionError as problem:
        yield Finding("error", "manifest", str(problem))
        return
    yield from (f for f in of_manifest if f.code != "unknown-column" or f.field not in unused)
    welds = [weld for weld in rows if not weld.exclude]
    if rows and not welds:
        yield Finding("error", "no-welds", "every weld is excluded; at least one must stay", manifest.name)
    seen = Seen()
    of_rows: list[Finding] = []
    for weld in tqdm(
        welds, "checking recordings", unit="weld", disable=None if progress else True, leave=False
    ):
        of_rows.extend(check_weld(card, weld, seen))
    if welds:
        of_rows += check_labels(card, welds)
        of_rows += check_shared_pictures(card, welds)
        cells = _cells(card, sheet, welds)
        cells = {name: texts for name, texts in cells.items() if name not in unused}
        of_rows += check_giveaway(card, welds, cells, _facts(welds, seen.facts))
    for finding in sorted(of_rows, key=lambda f: (f.code, f.field)):
        yield finding if finding.file else replace(finding, file=manifest.name)


def _judged(
    card: Card, of_card: Sequence[Finding], inputs: Container[str] | None, targets: Container[str] | None
) -> tuple[Card, set[str]]:
    """The card with the entries to judge, and the manifest columns that its other entries name.

    How the cells of an entry of unknown kind are to be read is not known, so nothing can be said of them.
    """
    unknown = {finding.field.removesuffix(".kind") for finding in of_card if finding.field.endswith(".kind")}
    modalities = {
        name: modality
        for name, modality in card.modalities.items()
        if f"modalities.{name}" not in unknown and (inputs is None or name in inputs)
    }
    truths = {
        name: target
        for name, target in card.targets.items()
        if f"targets.{name}" not in unknown and (targets is None or name in targets)
    }
    kept = replace(card, modalities=modalities, targets=truths)
    return kept, _columns_of(card) - _columns_of(kept)


def _columns_of(card: Card) -> set[str]:
    """The manifest columns with a meaning in a card."""
    columns = {*card.groups, *(target.column for target in card.targets.values())}
    for name, modality in card.modalities.items():
        columns |= {*modality.columns, modality.column or "", f"{name}.offset_s", f"{name}.clock_ppm"}
    return columns


def _check_card(card: Card) -> Iterator[Finding]:
    if card.process == NOT_STATED:
        message = "is not stated; write the ISO 4063 number of the process, such as 135"
        yield Finding("warning", "no-process", message, CARD_FILE, field="process")
    if "license" not in card.about:
        message = "is missing; say who may use the recordings and how"
        yield Finding("warning", "no-license", message, CARD_FILE, field="license")


def _cells(card: Card, sheet: Sheet, welds: Sequence[Weld]) -> dict[str, list[str]]:
    """The manifest's cells by column; paths without the weld's id, which they often repeat."""
    by_row = dict(sheet.rows)
    columns = {name: [by_row[weld.row][name] for weld in welds] for name in sheet.header}
    for modality in card.modalities.values():
        if modality.column in columns:
            texts = columns[modality.column]
            columns[modality.column] = [t.replace(w.id, "") for t, w in zip(texts, welds, strict=True)]
    return columns


def _facts(welds: Sequence[Weld], facts: Mapping[str, Mapping[str, float]]) -> dict[str, list[float]]:
    names = sorted({name for found in facts.values() for name in found})
    return {name: [facts[weld.id].get(name, np.nan) for weld in welds] for name in names}


def _relative(finding: Finding, folder: Path) -> Finding:
    """File names within the data folder."""

    def within(text: str) -> str:
        for start in (f"{folder.absolute()}/", f"{folder}/"):
            text = text.replace(start, "") if start != "./" else text.removeprefix(start)
        return text

    return replace(finding, file=within(finding.file), message=within(finding.message))
