"""What the truths and groups allow to be claimed."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from weldfusion.data.card import Card, TargetSpec
from weldfusion.data.finding import Finding
from weldfusion.data.manifest import Weld

FEW_GROUPS = 5


def labels_of(target: TargetSpec, weld: Weld) -> tuple[str, ...] | None:
    """The classes of a weld for a weld-level target; None where the truth is absent.

    A multi-label weld without any label has the empty tuple.
    """
    value = weld.targets.get(target.name)
    if isinstance(value, str):
        return (value,)
    return value if isinstance(value, tuple) else None


def check_labels(card: Card, welds: Sequence[Weld]) -> Iterator[Finding]:
    """Absent truths, unused classes, classes tied to groups, groups spread over the parts of a split."""
    for target in card.targets.values():
        yield from _check_absent(target, welds)
        if target.kind not in ("real", "mask") and target.level == "weld":
            yield from _check_classes(target, welds, card.group)
            if card.group:
                yield from _check_ties(target, card.group, welds)
    if card.group:
        yield from _check_groups(card.group, welds)
        yield from _check_split(card.group, welds)
    else:
        message = "is not declared; welds of one workpiece, day or batch may be on both sides of a split"
        yield Finding("warning", "no-groups", message, "dataset.yaml", field="groups")


def _check_absent(target: TargetSpec, welds: Sequence[Weld]) -> Iterator[Finding]:
    rows = [weld.row for weld in welds if weld.targets.get(target.name) is None]
    if not rows:
        return
    if len(rows) == len(welds):
        message = f"no weld has a value of target {target.name}; fill the column or remove the target"
        yield Finding("error", "no-truth", message, field=target.column)
        return
    some = ", ".join(str(row) for row in rows[:5]) + (" …" if len(rows) > 5 else "")
    where = f"row{'s' if len(rows) > 1 else ''} {some}"
    message = f"{len(rows)} of {len(welds)} welds have no value of target {target.name} ({where})"
    yield Finding("warning", "absent-truth", f"{message}; they do not count for it", field=target.column)


def _check_classes(target: TargetSpec, welds: Sequence[Weld], group: str | None) -> Iterator[Finding]:
    counts = Counter(name for weld in welds for name in labels_of(target, weld) or ())
    for name in target.classes:
        if not counts[name]:
            message = f"no weld has class {name!r} of {target.name}; it cannot be learnt"
            yield Finding("warning", "empty-class", message, field=target.column)
        elif counts[name] < 3:
            message = (
                f"{counts[name]} weld(s) have class {name!r} of {target.name}; nothing can be claimed for it"
            )
            yield Finding("warning", "rare-class", message, field=target.column)
    if not group:
        return
    homes = defaultdict(set)
    for weld in welds:
        for name in labels_of(target, weld) or ():
            homes[name].add(weld.groups[group])
    if len({weld.groups[group] for weld in welds}) > 1:
        for name in target.classes:
            if len(homes[name]) == 1:
                message = (
                    f"class {name!r} of {target.name} lives in one {group} only ({min(homes[name])!r}); "
                    f"a split by {group} leaves it out of the training or of the test part"
                )
                yield Finding("warning", "class-in-one-group", message, field=group)


def _check_ties(target: TargetSpec, group: str, welds: Sequence[Weld]) -> Iterator[Finding]:
    """No group holds two classes: whatever differs between groups may pass for the class."""
    held = defaultdict(set)
    for weld in welds:
        if (names := labels_of(target, weld)) is not None:
            held[weld.groups[group]].add(names)
    different = {names for group_names in held.values() for names in group_names}
    singles = sum(1 for weld in welds) == len(held)
    if (
        len(held) > 1
        and len(different) > 1
        and not singles
        and all(len(names) == 1 for names in held.values())
    ):
        message = (
            f"no {group} holds two classes of {target.name!r}: class and {group} cannot be told apart, "
            "whatever the split"
        )
        yield Finding("warning", "class-tied-to-group", message, field=group)


def _check_groups(group: str, welds: Sequence[Weld]) -> Iterator[Finding]:
    count = len({weld.groups[group] for weld in welds})
    if count < 2:
        message = f"all welds have the same {group}; a split by {group} is impossible"
        yield Finding("warning", "one-group", message, field=group)
    elif count < FEW_GROUPS:
        message = (
            f"only {count} different values of {group}; intervals over groups will be wide or not estimable"
        )
        yield Finding("warning", "few-groups", message, field=group)


def _check_split(group: str, welds: Sequence[Weld]) -> Iterator[Finding]:
    parts = defaultdict(set)
    for weld in welds:
        if weld.split:
            parts[weld.groups[group]].add(weld.split)
    for name, found in sorted(parts.items()):
        if len(found) > 1:
            message = f"{group} {name!r} is spread over {', '.join(sorted(found))}; keep a group in one part"
            yield Finding("error", "group-over-splits", message, field="split")
    unset = [weld.row for weld in welds if not weld.split]
    if parts and unset:
        message = f"{len(unset)} welds have no part (first in row {unset[0]}); fill the column or remove it"
        yield Finding("error", "no-part", message, row=unset[0], field="split")
