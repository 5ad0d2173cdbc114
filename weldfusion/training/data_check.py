"""The data check at the time of fit: errors in what is used refuse to start, warnings are kept."""

from collections import Counter
from collections.abc import Container, Sequence
from dataclasses import replace
from pathlib import Path

from weldfusion.data.card import Card, read_card
from weldfusion.data.check import check
from weldfusion.data.finding import Finding, raise_first
from weldfusion.data.folder import CARD_FILE
from weldfusion.data.inputs import chosen_inputs, chosen_targets
from weldfusion.data.settings import DataSettings
from weldfusion.errors import RunError
from weldfusion.training.folder import RunFolder

SHOWN = 3
MOST_TELLING = (
    "class-tied-to-group",
    "gives-label-away",
    "class-in-one-group",
    "no-groups",
    "one-group",
    "few-groups",
    "rare-class",
    "empty-class",
    "absent-truth",
)


def check_data(run: RunFolder, root: Path, settings: DataSettings) -> list[Finding]:
    """What the check finds in a data folder, or found when the run was started.

    Errors in recordings of modalities and truths of targets that `settings` leaves out become warnings that
    say so.

    Raises RunError with the first error that remains; then nothing is trained.
    """
    if run.check.is_file():
        return run.findings()
    unused = unused_names(read_card(root / CARD_FILE), settings)
    findings = [_lighter(finding, unused) for finding in check(root)]
    raise_first(findings, RunError)
    return findings


def unused_names(card: Card, settings: DataSettings) -> set[str]:
    """Modalities and targets of the card that the `data:` section leaves out.

    Raises ConfigError at a name that the card lacks.
    """
    used = {*chosen_inputs(card, settings), *chosen_targets(card, settings)}
    return {*card.modalities, *card.targets} - used


def _lighter(finding: Finding, unused: Container[str]) -> Finding:
    """An error in something unused as a warning; the field of a recording is `modality` or
    `modality.channel`, that of a card's entry `modalities.modality.key`.

    >>> _lighter(Finding("error", "unreadable", "no such file", field="sound.left"), {"sound"}).level
    'warning'
    """
    parts = finding.field.removeprefix("modalities.").removeprefix("targets.").split(".")
    if finding.level != "error" or parts[0] not in unused:
        return finding
    return replace(
        finding, level="warning", message=f"{finding.message} ({parts[0]} is not used in this run)"
    )


def check_lines(findings: Sequence[Finding], root: Path) -> list[str]:
    """The three findings that limit most what can be claimed, and how many there are.

    >>> for line in check_lines([Finding("warning", "few-groups", "only 3 days")], Path("welds")):
    ...     print(line)
    data check: 1 warning
      only 3 days
    """
    if not findings:
        return []
    lines = [f"data check: {len(findings)} warning{'s' if len(findings) > 1 else ''}"]
    lines += [f"  {str(finding).removeprefix(': ')}" for finding in telling_first(findings)[:SHOWN]]
    if len(findings) > SHOWN:
        lines.append(f"  `weldfusion data check {root}` lists all")
    return lines


def telling_first(findings: Sequence[Finding]) -> list[Finding]:
    """The first finding of each kind, kinds that limit claims most in front; then the second ones …"""
    seen: Counter[str] = Counter()
    order: list[tuple[int, int, int]] = []
    for place, finding in enumerate(findings):
        code = finding.code
        rank = MOST_TELLING.index(code) if code in MOST_TELLING else len(MOST_TELLING)
        order.append((seen[code], rank, place))
        seen[code] += 1
    return [findings[place] for *_, place in sorted(order)]
