"""The data check of what a fit uses: errors refuse to start, warnings are kept."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from weldfusion.data.card import read_card
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

    Only the modalities and targets are judged that `settings` uses.

    Raises RunError with the first error; then nothing is trained. Raises ConfigError at a name in `settings`
    that the card lacks.
    """
    if run.check.is_file():
        return run.findings()
    card = read_card(root / CARD_FILE)
    inputs, targets = chosen_inputs(card, settings), chosen_targets(card, settings)
    findings = check(root, inputs=inputs, targets=targets)
    if len(inputs) < len(card.modalities):
        findings = [_lighter(finding) for finding in findings]
    raise_first(findings, RunError)
    return findings


def _lighter(finding: Finding) -> Finding:
    """That a weld lacks all sensors of the run as a warning: it may have others."""
    if finding.code != "no-recording":
        return finding
    return replace(finding, level="warning", message=f"{finding.message} (of the sensors of this run)")


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
