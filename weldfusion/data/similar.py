"""Findings that say the same of several places, as one line with a count and examples."""

import re
from collections.abc import Callable, Sequence

from weldfusion.data.finding import Finding

EXAMPLES = 3
QUOTED = re.compile(r"'[^']*'")
# What may differ between similar messages: quoted names, files and full keys, numbers, lists of all these.
VARIES = re.compile(r"'[^']*'|\S*/\S*|\b[\w-]+(\.[\w-]+)*\.[A-Za-z]\w*|\d[\d.]*(e[+-]?\d+)?")
LISTED = re.compile(r"\*( \(\*\))?(, \*( \(\*\))?)+|\* \(\*\)")


def similar(findings: Sequence[Finding]) -> list[list[Finding]]:
    """Findings of one level, code and file whose messages differ in names and numbers only.

    In the order in which each kind comes first; nothing is left out.

    >>> ends = [Finding("warning", "end", f"ends at {s} s", "m.csv", row) for s, row in ((1, 2), (7, 5))]
    >>> [len(group) for group in similar([*ends, Finding("warning", "end", "has no end", "m.csv")])]
    [2, 1]
    """
    groups: dict[tuple[str, ...], list[Finding]] = {}
    for finding in findings:
        template = LISTED.sub("*", VARIES.sub("*", finding.message))
        groups.setdefault((finding.level, finding.code, finding.file, template), []).append(finding)
    return list(groups.values())


def line(group: Sequence[Finding]) -> str:
    """One line for similar findings: the first one whole, then where else, up to three places in all.

    >>> line([Finding("warning", "end", "ends early", "m.csv", row) for row in (2, 5, 6, 9)])
    'warning (4): m.csv row 2: ends early; likewise row 5, row 6 and 1 more [end]'
    """
    first = group[0]
    if len(group) == 1:
        return f"{first.level}: {first} [{first.code}]"
    places = list(dict.fromkeys(place for place in map(_place_in(group), group) if place))[1:EXAMPLES]
    more = len(group) - 1 - len(places)
    others = ", ".join(places) + (" and " if places and more else "") + (f"{more} more" if more else "")
    return f"{first.level} ({len(group)}): {first}; likewise {others} [{first.code}]"


def _place_in(group: Sequence[Finding]) -> Callable[[Finding], str]:
    """What tells the findings of a group apart: the row, the field, or else a name in the message."""
    rows = len({finding.row for finding in group}) > 1
    fields = len({finding.field for finding in group}) > 1
    names = [QUOTED.findall(finding.message) for finding in group]
    varied = next((k for k, column in enumerate(zip(*names, strict=False)) if len(set(column)) > 1), None)

    def place(finding: Finding) -> str:
        if rows:
            return f"row {finding.row} ({finding.field})" if fields else f"row {finding.row}"
        if fields:
            return finding.field
        return "" if varied is None else QUOTED.findall(finding.message)[varied]

    return place
