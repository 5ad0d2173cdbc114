"""An explanation's shares as plain arrays per weld, and their means with intervals over whole groups."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from weldfusion.evaluation.intervals import RESAMPLES, Interval, group_counts, percentile_interval
from weldfusion.explain.explanation import Explanation, TargetInfo

IS_PROBABILITY = frozenset({"class", "multilabel", "intervals"})
ALIKE = 0.05
CALLED = frozenset({"class", "multilabel"})


@dataclass(frozen=True)
class Mean:
    """A mean over welds and its interval over whole groups."""

    value: float
    interval: Interval


@dataclass(frozen=True)
class Output:
    """Shares in one output (a class, a flag or a number) per weld: means over windows and networks.

    N welds, M sensors: `share` and `present` (N, M); `base`, `full`, `truth` (N,), truth NaN where unknown.
    `called` bool (N,): the model calls the weld this class (its mean probability is the largest, or at
    least one half for a flag); always True for a number and for events, whose values are means over steps.
    """

    target: TargetInfo
    label: str
    modalities: tuple[str, ...]
    weld: np.ndarray
    group: np.ndarray
    share: np.ndarray
    present: np.ndarray
    base: np.ndarray
    full: np.ndarray
    truth: np.ndarray
    called: np.ndarray

    def __len__(self) -> int:
        return len(self.weld)

    @property
    def is_probability(self) -> bool:
        return self.target.kind in IS_PROBABILITY

    @property
    def can_be_called(self) -> bool:
        """Whether a weld as a whole is called so or otherwise: not by a number, nor by events along it."""
        return self.target.kind in CALLED

    @property
    def name(self) -> str:
        """The class, or the target where there is none."""
        return self.label or self.target.name

    @property
    def right(self) -> np.ndarray:
        """bool (N,): called so, and truly so in at least half of the windows."""
        return self.called & (self.truth >= 0.5)


def outputs(explanation: Explanation) -> list[Output]:
    """One record per target and class, in the order of the targets."""
    keys = ["target", "class", "weld", "modality"]
    how = {"group": "first", "present": "any", **dict.fromkeys(("truth", "base", "full", "share"), "mean")}
    table = explanation.by_weld().groupby(keys, sort=False, dropna=False).agg(how).reset_index()
    found = []
    for target in explanation.targets:
        rows = table[table["target"] == target.name]
        welds = list(rows["weld"].unique())
        ends = rows[rows["modality"] == explanation.modalities[0]]
        full = {label: ends[ends["class"] == label].set_index("weld")["full"] for label in _labels(target)}
        full_of = np.stack([one.reindex(welds).to_numpy(dtype=float) for one in full.values()], axis=1)
        for number, label in enumerate(_labels(target)):
            called = _called(target, full_of, number)
            found.append(_output(explanation, target, label, rows[rows["class"] == label], called))
    return found


def _labels(target: TargetInfo) -> tuple[str, ...]:
    return target.classes or ("",)


def _called(target: TargetInfo, full: np.ndarray, number: int) -> np.ndarray:
    if target.kind == "class":
        return np.asarray(full.argmax(axis=1) == number)
    return full[:, number] >= 0.5 if target.kind in CALLED else np.ones(len(full), dtype=bool)


def _output(
    explanation: Explanation, target: TargetInfo, label: str, rows: pd.DataFrame, called: np.ndarray
) -> Output:
    names = explanation.modalities
    welds = list(rows["weld"].unique())
    share = rows.pivot(index="weld", columns="modality", values="share").loc[welds, list(names)]
    present = rows.pivot(index="weld", columns="modality", values="present").loc[welds, list(names)]
    once = rows[rows["modality"] == names[0]].set_index("weld").loc[welds]
    ends = {name: once[name].to_numpy(dtype=float) for name in ("base", "full", "truth")}
    return Output(
        target,
        label,
        names,
        np.array(welds, dtype=object),
        once["group"].to_numpy(dtype=object),
        share.to_numpy(dtype=float),
        present.to_numpy(dtype=bool),
        called=called,
        **ends,
    )


def mean_of(values: np.ndarray, group: np.ndarray) -> Mean:
    """Mean (N,) → its value, with the interval from resampling whole groups of rows.

    >>> mean_of(np.array([1.0, 3.0]), np.array(["a", "b"])).interval.reason
    'not estimable: only 2 groups'
    """
    return means_of(values[:, None], group)[0]


def means_of(values: np.ndarray, group: np.ndarray) -> list[Mean]:
    """Means of the columns of (N, K); no rows give NaN and no interval."""
    names, codes = np.unique(group.astype(str), return_inverse=True)
    sums = np.zeros((len(names), values.shape[1] + 1))
    np.add.at(sums, codes, np.column_stack([values, np.ones(len(values))]))
    if not len(names):
        return [Mean(float("nan"), Interval(None, None, "no welds"))] * values.shape[1]
    drawn = group_counts(len(names), RESAMPLES, seed=0) @ sums
    resampled = drawn[:, :-1] / drawn[:, -1:]
    pooled = values.mean(axis=0)
    return [
        Mean(float(value), percentile_interval(column, len(names)))
        for value, column in zip(pooled, resampled.T, strict=True)
    ]


def reliance(explanation: Explanation, target: TargetInfo) -> dict[str, Mean]:
    """How much each sensor moves a target: its part of all movement, by sensor, strongest first.

    Movement is |share|, mean over the classes, windows and networks of a weld; a part is the ratio of
    the sums over welds, so the parts sum to 1. A sensor that pushes up in one window and down in the
    next moves the prediction, though its mean share is 0.
    """
    rows = explanation.shares[explanation.shares["target"] == target.name]
    size = rows.assign(size=rows["share"].abs()).groupby(["weld", "group", "modality"], sort=False)["size"]
    moved = size.mean().unstack("modality").loc[:, list(explanation.modalities)]
    group = moved.index.get_level_values("group").to_numpy(dtype=object)
    parts = _parts(moved.to_numpy(dtype=float), group)
    pairs = zip(explanation.modalities, parts, strict=True)
    return dict(sorted(pairs, key=lambda pair: -np.nan_to_num(pair[1].value)))


def constant_sensors(explanation: Explanation, target: TargetInfo) -> list[str]:
    """Sensors that move a target, but in every window (of a class and a network) by nearly the same share:
    the shares spread by less than `ALIKE` of their mean size."""
    rows = explanation.shares[explanation.shares["target"] == target.name]
    found = []
    for name in explanation.modalities:
        own = rows[rows["modality"] == name]
        spread = own.groupby(["class", "fold", "seed"])["share"].agg(lambda share: share.max() - share.min())
        size = own["share"].abs().mean()
        if own["weld"].nunique() > 1 and size > 0 and spread.max() < ALIKE * size:
            found.append(name)
    return found


def _parts(moved: np.ndarray, group: np.ndarray) -> list[Mean]:
    names, codes = np.unique(group.astype(str), return_inverse=True)
    sums = np.zeros((len(names), moved.shape[1]))
    np.add.at(sums, codes, moved)
    drawn = group_counts(len(names), RESAMPLES, seed=0) @ sums
    with np.errstate(invalid="ignore"):
        resampled = drawn / drawn.sum(axis=1, keepdims=True)
        pooled = sums.sum(axis=0) / sums.sum()
    return [
        Mean(float(value), percentile_interval(column, len(names)))
        for value, column in zip(pooled, resampled.T, strict=True)
    ]


def by_typicality(share: np.ndarray) -> np.ndarray:
    """Numbers of the rows of (N, M), the most typical first: nearest to the median of each column.

    >>> by_typicality(np.array([[9.0, 0.0], [0.2, 0.0], [0.25, 0.1]]))
    array([1, 2, 0])
    """
    if not len(share):
        return np.zeros(0, dtype=int)
    return np.argsort(np.abs(share - np.median(share, axis=0)).sum(axis=1), kind="stable")


def shown_rows(output: Output) -> tuple[np.ndarray, str]:
    """Numbers of the welds that a page about this output is about, and what they are in words.

    Those called so; where there are none, those that truly are so; else all.
    """
    for mask, words in ((output.called, "the model calls"), (output.truth >= 0.5, "truly")):
        if output.can_be_called and mask.any():
            return np.flatnonzero(mask), words
    return np.arange(len(output)), "all"


def names_of(outputs: Sequence[Output]) -> list[str]:
    """Names of outputs, with the target where several targets share the report."""
    several = len({output.target.name for output in outputs}) > 1
    return [f"{o.target.name}: {o.label}" if several and o.label else o.name for o in outputs]
