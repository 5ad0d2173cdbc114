"""Columns, identifiers and plain facts of the files that give the label away.

A decision tree of depth 2 on one column is fitted in grouped folds; where its balanced accuracy for one
class against the others reaches 0.95 on groups that it has not seen, a network may learn that column's
trace instead of the weld (decision 7). Of few welds some column fits by chance: nothing is said where labels
dealt at random are given away as well (see `chance`).
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.tree import DecisionTreeClassifier

from weldfusion.data.card import Card, TargetSpec
from weldfusion.data.checks.chance import likely_by_chance
from weldfusion.data.checks.labels import labels_of
from weldfusion.data.finding import Finding
from weldfusion.data.manifest import Weld

THRESHOLD = 0.95
MOST_PIECES = 200
PIECE = re.compile(r"[A-Za-z]+|[0-9]+")


def check_giveaway(
    card: Card,
    welds: Sequence[Weld],
    cells: Mapping[str, Sequence[str]],
    facts: Mapping[str, Sequence[float]],
) -> Iterator[Finding]:
    """Findings for manifest columns (`cells`, one text a weld) and facts of the files (one number a weld)."""
    skipped = {target.column for target in card.targets.values()} | {card.group, "split", "exclude"}
    tables = {name: _columns(texts) for name, texts in cells.items() if name not in skipped}
    tables |= {name: _filled(np.array(values)[:, None]) for name, values in _different(facts).items()}
    groups = np.array([weld.groups[card.group] if card.group else weld.id for weld in welds], dtype=object)
    for target in card.targets.values():
        if target.kind in ("real", "mask") or target.level != "weld":
            continue
        labels = [labels_of(target, weld) for weld in welds]
        known = np.array([names is not None for names in labels], dtype=bool)
        varied = {name: table[known] for name, table in tables.items() if np.any(table != table[:1])}
        given: dict[str, dict[str, float]] = {column: {} for column in varied}
        for name in target.classes:
            truth = np.array([name in (names or ()) for names in labels], dtype=int)
            for column, score in given_away(varied, truth[known], groups[known]).items():
                given[column][name] = score
        for column in varied:
            if given[column]:
                yield _finding(card, target, column, given[column], _use(card, column, facts))


def given_away(tables: Mapping[str, np.ndarray], truth: np.ndarray, groups: np.ndarray) -> dict[str, float]:
    """The columns from whose `tables` a class can be told, with their scores; none where chance may do it.

    Args:
        tables: (welds, columns) numbers each.
        truth: (welds,) 0 or 1.
        groups: (welds,) group names.
    """
    scores = {column: best_score(table, truth, groups) for column, table in tables.items()}
    given = {column: score for column, score in scores.items() if score >= THRESHOLD}

    def found(dealt: np.ndarray) -> bool:
        return any(best_score(table, dealt, groups) >= THRESHOLD for table in tables.values())

    return {} if given and likely_by_chance(found, truth, groups) else given


def best_score(table: np.ndarray, truth: np.ndarray, groups: np.ndarray) -> float:
    """The best `tree_score` of all columns together and of each flag that fits the truth as a whole.

    A table to which a tree cannot be fitted that well even with all welds is not tried in folds (0).
    """
    if len(np.unique(truth)) < 2:
        return 0.0
    shares = [np.mean(table[truth == value] == 1, axis=0) for value in (0, 1)]
    fitting = np.abs(shares[1] - shares[0]) >= 2 * THRESHOLD - 1
    chosen = np.flatnonzero(fitting & np.isin(table, (0, 1)).all(axis=0))[:5]
    tables = [table[:, [one]] for one in chosen]
    if balanced_accuracy(truth, _tree().fit(table, truth).predict(table)) >= THRESHOLD:
        tables.append(table)
    return max((tree_score(part, truth, groups) for part in tables), default=0.0)


def balanced_accuracy(truth: np.ndarray, predicted: np.ndarray) -> float:
    """Mean of the shares found of both classes, which must both occur in `truth`.

    >>> balanced_accuracy(np.array([0, 0, 0, 1]), np.array([0, 0, 1, 1])).__round__(3)
    0.833
    """
    return float(np.mean([np.mean(predicted[truth == value] == value) for value in (0, 1)]))


def _tree() -> DecisionTreeClassifier:
    return DecisionTreeClassifier(max_depth=2, class_weight="balanced", random_state=0)


def tree_score(table: np.ndarray, truth: np.ndarray, groups: np.ndarray) -> float:
    """Balanced accuracy of a depth-2 tree, predictions of all grouped folds pooled.

    Args:
        table: (welds, columns) numbers.
        truth: (welds,) 0 or 1.
        groups: (welds,) group names.

    Returns:
        The figure, 0 where either class has fewer than two groups.
    """
    _, codes = np.unique(groups.astype(str), return_inverse=True)
    folds = min(5, *(len(np.unique(codes[truth == value])) for value in (0, 1)))
    if folds < 2 or len(np.unique(codes)) < 2:
        return 0.0
    predicted = np.zeros_like(truth)
    for fit, test in StratifiedGroupKFold(folds, shuffle=True, random_state=0).split(table, truth, codes):
        predicted[test] = _tree().fit(table[fit], truth[fit]).predict(table[test])
    return balanced_accuracy(truth, predicted)


def _columns(texts: Sequence[str]) -> np.ndarray:
    """A column of texts as numbers: itself where all are numbers, else its pieces (see `text_pieces`)."""
    try:
        return _filled(np.array([float(text) if text else np.nan for text in texts])[:, None])
    except ValueError:
        return text_pieces(texts)


def text_pieces(texts: Sequence[str]) -> np.ndarray:
    """Texts as (texts, columns): which of the commoner pieces occur where, the numbers by place, the length.

    >>> text_pieces(["run-7-good", "run-9-bad", "run-8-good", "run-6-bad"])[:, -2:]
    array([[ 7., 10.],
           [ 9.,  9.],
           [ 8., 10.],
           [ 6.,  9.]])
    """
    pieces = [list(enumerate(PIECE.findall(text))) for text in texts]
    backward = [[(place - len(row), piece) for place, piece in row] for row in pieces]
    counts = Counter(entry for row in (*pieces, *backward) for entry in row)
    common = [entry for entry, count in counts.most_common(MOST_PIECES) if 1 < count < len(texts)]
    present = [[float(entry in front or entry in back) for entry in common]
               for front, back in zip(map(set, pieces), map(set, backward), strict=True)]  # fmt: skip
    most = max(map(len, pieces), default=0)
    numbers = [
        [
            float(row[place][1]) if place < len(row) and row[place][1].isdigit() else -1.0
            for place in range(most)
        ]
        for row in pieces
    ]
    varied = [place for place in range(most) if len({row[place] for row in numbers}) > 1]
    lengths = [[float(len(text))] for text in texts]
    return np.hstack([np.array(present), np.array(numbers)[:, varied], np.array(lengths)])


def _different(facts: Mapping[str, Sequence[float]]) -> dict[str, Sequence[float]]:
    """The facts without copies: three sensors in one file have one duration."""
    different: dict[bytes, tuple[str, Sequence[float]]] = {}
    for name, values in facts.items():
        different.setdefault(np.array(values, dtype=float).tobytes(), (name, values))
    return dict(different.values())


def _filled(values: np.ndarray) -> np.ndarray:
    """NaN as a number below all others, so that absence counts as a value."""
    if np.isnan(values).all():
        return np.zeros_like(values)
    return np.where(np.isnan(values), np.nanmin(values) - 1.0, values)


def _finding(card: Card, target: TargetSpec, column: str, given: Mapping[str, float], use: str) -> Finding:
    if column in {"weld", *(modality.column for modality in card.modalities.values())}:
        message = f"{target.name!r} can be told from it; ids and paths are not used as input"
        return Finding("warning", "name-tells-label", message, field=column)
    classes = ", ".join(f"{name!r} ({score:.2f})" for name, score in given.items())
    how = "balanced accuracy of a depth-2 tree in grouped folds"
    message = f"alone gives away {target.name!r}: {classes} ({how}); {use}"
    return Finding("warning", "gives-label-away", message, field=column)


def _use(card: Card, column: str, facts: Mapping[str, Sequence[float]]) -> str:
    """What to do about a telling column, by its use."""
    for modality in card.modalities.values():
        if column in modality.columns:
            return f"it is an input of {modality.name}: is it known before the weld is judged?"
    if column in facts:
        return "judge a fixed part of the recordings, or say that this counts as a result"
    return "it is no input; never make it one"
