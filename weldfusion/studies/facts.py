"""How the cells of a study are run, as one line above its tables."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Facts:
    """How one cell is run.

    Args:
        folds: their number.
        divided: what is kept together, such as `whole groups (session)`; empty where it is not told.
        seeds: networks of each fold.
        epochs: of each training after the other; none where steps are counted instead.
        stops_early: whether a training may end before.
        data: the data set, as a relative path or a name.
        share: of the training welds of the whole folds that the cell has.
    """

    folds: int
    divided: str
    seeds: int
    epochs: Sequence[int]
    stops_early: bool
    data: str
    share: float


def facts_line(facts: Sequence[Facts], levels: Sequence[Mapping[str, Any]]) -> str:
    """Folds, test welds, seeds, epochs and data of all cells; what differs is told as a range or left out.

    Args:
        facts: of the cells.
        levels: the part `weld` of each finished cell's metrics, for each of its targets.

    >>> one = Facts(2, "whole groups (session)", 1, [5], False, "data/zoo/aluminium_tig", 1.0)
    >>> facts_line([one, one], [{"welds": 96, "groups": 12}])
    '2 folds of whole groups (session), 96 test welds in 12 groups, 1 seed, 5 epochs, data/zoo/aluminium_tig'
    """
    if not facts:
        return ""
    divided = _same(one.divided for one in facts)
    folds = _counted([one.folds for one in facts], "fold") + (f" of {divided}" if divided else "")
    seeds = _counted([one.seeds for one in facts], "seed")
    parts = [folds, _tested(levels), seeds, _epochs(facts), _same(one.data for one in facts)]
    return ", ".join(part for part in parts if part)


def _tested(levels: Sequence[Mapping[str, Any]]) -> str:
    if not levels:
        return ""
    welds, groups = ([level[name] for level in levels] for name in ("welds", "groups"))
    told = _counted(welds, "test weld")
    return f"{told}, each a group of its own" if welds == groups else f"{told} in {_counted(groups, 'group')}"


def _epochs(facts: Sequence[Facts]) -> str:
    known = [list(one.epochs) for one in facts]
    if not all(known):
        return ""
    if len(known[0]) > 1 and all(one == known[0] for one in known):
        told = f"{' + '.join(map(str, known[0]))} epochs"
    else:
        told = _counted([epochs for one in known for epochs in one], "epoch")
        told += " a stage" if any(len(one) > 1 for one in known) else ""
    return f"at most {told}" if any(one.stops_early for one in facts) else told


def _same(texts: Iterable[str]) -> str:
    """What all say; empty where they differ."""
    found = set(texts)
    return found.pop() if len(found) == 1 else ""


def _counted(counts: Sequence[int], noun: str) -> str:
    return f"{in_range(counts)} {noun}{'' if max(counts) == 1 else 's'}"


def in_range(counts: Sequence[float]) -> str:
    """
    >>> in_range([48, 48.2]), in_range([40, 48])
    ('48', '40–48')
    """
    ends = list(dict.fromkeys(f"{end:.0f}" for end in (min(counts), max(counts))))
    return "–".join(ends)
