"""What an explanation shows, in sentences for readers who build no models."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from weldfusion.evaluation.intervals import reason_in_words
from weldfusion.explain.explanation import Explanation, TargetInfo, completeness_error
from weldfusion.report.elements import short
from weldfusion.report.explanation.shares import IS_PROBABILITY, Mean, Output, means_of, shown_rows
from weldfusion.report.words import in_groups

DEAD = 0.05
ROUNDING = 1e-5
"""A gap below this comes from adding up numbers of single precision."""
READING = (
    "A share says how far a sensor moves the prediction: for a class, 0.20 is 20 points of probability. The "
    "shares of all sensors together lead from the starting point (what the model says without any sensor) to "
    "what it says with all of them. Positive speaks for the class, negative against it.",
    "Each share is the sensor's Shapley value: the mean of what the prediction gains when the sensor is "
    "added, over all orders in which the sensors can be added. Every combination was computed; nothing is "
    "sampled.",
    "In brackets the 95 % interval from resampling whole groups of welds. docs/explain.md explains every "
    "picture.",
)


def signed(value: float, unit: str = "") -> str:
    """A share with its sign.

    >>> signed(0.1234), signed(-2.5, "mm"), signed(0.0)
    ('+0.123', '−2.500 mm', '0')
    """
    return f"{'+' if value > 0 else ''}{short(value)}{' ' + unit if unit else ''}"


def spread(mean: Mean, percent: bool = False) -> str:
    """A mean with its interval, alone where there is none.

    >>> from weldfusion.evaluation.intervals import Interval
    >>> spread(Mean(0.5, Interval(0.4, 0.6)), percent=True)
    '50 % [40, 60]'
    """
    lower, upper = mean.interval.lower, mean.interval.upper
    value = in_percent(mean.value) if percent else signed(mean.value)
    if lower is None or upper is None:
        return value
    ends = [f"{100 * end:.0f}" if percent else signed(end) for end in (lower, upper)]
    return f"{value} [{', '.join(ends)}]"


def count(welds: int) -> str:
    """
    >>> count(1), count(4)
    ('1 weld', '4 welds')
    """
    return f"{welds} weld{'' if welds == 1 else 's'}"


def in_percent(part: float) -> str:
    """
    >>> in_percent(0.616)
    '62 %'
    """
    return f"{100 * part:.0f} %"


def why_no_interval(means: Iterable[Mean]) -> str:
    """The end of a sentence whose figures lack intervals; empty where they have them.

    >>> from weldfusion.evaluation.intervals import Interval
    >>> why_no_interval([Mean(0.5, Interval(None, None, "not estimable: only 2 groups"))])
    ' (no interval: only 2 groups)'
    """
    reasons = _reasons(means)
    return f" (no interval: {reasons})" if reasons else ""


def without_brackets(means: Iterable[Mean]) -> str:
    """The end of a table's caption where figures lack intervals; empty where they have them.

    >>> from weldfusion.evaluation.intervals import Interval
    >>> without_brackets([Mean(0.5, Interval(None, None, "not estimable: only 2 groups"))])
    ' Without brackets: no interval (only 2 groups).'
    """
    return f" Without brackets: no interval ({reasons})." if (reasons := _reasons(means)) else ""


def _reasons(means: Iterable[Mean]) -> str:
    """Why means have no interval, each reason once; a share of exactly 0 needs none."""
    bare = (m for m in means if m.interval.lower is None and m.value != 0 and np.isfinite(m.value))
    return ", ".join(dict.fromkeys(reason_in_words(m.interval.reason) for m in bare))


def relies_on(target: TargetInfo, parts: Mapping[str, Mean]) -> str:
    """The sentence on which sensors move a target; `parts` strongest first."""
    names = list(parts)
    if not np.isfinite([part.value for part in parts.values()]).all():
        return f"{target.name}: no sensor moves the prediction at all; the model says the same of every weld."
    if len(names) == 1:
        return f"{target.name}: {names[0]} is the only sensor, so all of the prediction comes from it."
    first, *rest = (f"{name} ({spread(parts[name], percent=True)})" for name in names)
    return (
        f"{target.name}: the model relies most on {first}, then on {_listed(rest)}: "
        f"parts of all that the sensors move the prediction{why_no_interval(parts.values())}."
    )


def dead_weight(parts: Mapping[str, Mean]) -> str:
    """The sentences on sensors that hardly move the prediction: their part is 0, or its upper end is below
    5 %; empty where there is one sensor only, or none moves it.

    >>> from weldfusion.evaluation.intervals import Interval
    >>> few = Interval(None, None, "not estimable: only 2 groups")
    >>> dead_weight({"sound": Mean(0.98, few), "noise": Mean(0.02, few)})
    'noise moves the prediction by under 5 % here, which may be chance (no interval: only 2 groups).'
    >>> dead_weight({"sound": Mean(0.98, few), "noise": Mean(0.02, Interval(0.001, 0.07))})
    'noise moves the prediction by under 5 % here, which may be chance (the interval reaches 5 %).'
    >>> dead_weight({"sound": Mean(1.0, few), "noise": Mean(0.0, few)}).partition(".")[0]
    'noise is dead weight for this model: a share of 0 in every window'
    >>> dead_weight({"sound": Mean(0.5, few), "noise": Mean(0.5, few)})[-63:]
    'dead weight cannot be told without an interval (only 2 groups).'
    """
    if len(parts) < 2 or not np.isfinite([part.value for part in parts.values()]).all():
        return ""
    still = [name for name, part in parts.items() if part.value == 0]
    small = {name: part for name, part in parts.items() if 0 < part.value < DEAD}
    dead = [name for name, part in small.items() if (part.interval.upper or DEAD) < DEAD]
    doubtful = {name: part.interval.reason for name, part in small.items() if name not in dead}
    told = []
    for names, why in ((still, "a share of 0 in every window"), (dead, "surely under 5 % of all movement")):
        if names:
            verb = "is" if len(names) == 1 else "are"
            told.append(f"{_listed(names)} {verb} dead weight for this model: {why}.")
    if told:
        told.append(
            "That does not show that nothing could be learned from it; without it the model would have to be "
            "trained and evaluated anew."
        )
    if doubtful:
        verb = "moves" if len(doubtful) == 1 else "move"
        reasons = ", ".join(dict.fromkeys(map(reason_in_words, filter(None, doubtful.values()))))
        why = f"no interval: {reasons}" if reasons else "the interval reaches 5 %"
        told.append(
            f"{_listed(list(doubtful))} {verb} the prediction by under 5 % here, which may be chance ({why})."
        )
    if not told and (why := why_no_interval(parts.values())):
        return (
            "Each sensor makes up 5 % or more of the movement here; whether one is dead weight cannot be "
            f"told without an interval ({why.removeprefix(' (no interval: ')}."
        )
    return " ".join(told) or "No sensor is dead weight: each makes up 5 % or more of the movement."


def same_everywhere(target: TargetInfo, sensors: Sequence[str]) -> str:
    """The sentence on sensors whose shares are the same in every window; empty without any.

    >>> same_everywhere(TargetInfo("verdict", "class", "", ("good", "pore")), ["sound"])[:56]
    'verdict: the shares of sound are the same in every windo'
    """
    if not sensors:
        return ""
    moves = (
        "how often each class is called" if target.kind in IS_PROBABILITY else "the mean of all predictions"
    )
    return (
        f"{target.name}: the shares of {_listed(sensors)} are the same in every window: that moves {moves}, "
        "but tells no weld from another."
    )


def of_output(output: Output) -> str:
    """How the model comes from its starting point to what it says of the welds it calls so."""
    rows, about = shown_rows(output)
    unit = output.target.unit
    if not len(rows):
        return f"{output.name}: no weld to tell of."
    base, full = float(output.base[rows].mean()), float(output.full[rows].mean())
    means = means_of(output.share[rows], output.group[rows])
    order = np.argsort([-abs(mean.value) for mean in means], kind="stable")
    moved = _listed([f"{output.modalities[k]} {spread(means[k])}" for k in order])
    if not output.can_be_called:
        what = "mean probability of a step" if output.is_probability else "value"
        size = np.abs(output.share[rows]).mean(axis=0)
        order = np.argsort(-size, kind="stable")
        moved = _listed([f"{output.modalities[k]} by {short(float(size[k]))} {unit}".strip() for k in order])
        return f"{output.name}: over {count(len(rows))} the sensors move the {what}, up or down: {moved}."
    which = f"the {count(len(rows))} that {about} so" if about == "the model calls" else _instead(rows, about)
    return (
        f"{output.name}: for {which}, the probability goes from {short(base)} (no sensor) to {short(full)} "
        f"(all sensors): {moved}{why_no_interval(means)}."
    )


def right_calls(output: Output) -> str:
    """How many of the calls are right, or that it is not known."""
    called = output.called
    known = called & ~np.isnan(output.truth)
    if not called.any():
        return f"None of these {len(output)} welds is called {output.name}."
    if not known.any():
        return f"{called.sum()} of {len(output)} welds are called {output.name}; no truth is known."
    return (
        f"{called.sum()} of {len(output)} welds are called {output.name}; of {known.sum()} with known truth "
        f"{output.right.sum()} are called rightly. Where the model is wrong, the shares explain a mistake."
    )


def how_sure(explanation: Explanation) -> list[str]:
    """Sentences on how many welds, groups and networks stand behind the figures, and on their arithmetic."""
    once = explanation.shares[["weld", "group", "window"]].drop_duplicates()
    networks = explanation.shares[["fold", "seed"]].drop_duplicates()
    welds, groups = once["weld"].nunique(), once["group"].nunique()
    gap = completeness_error(explanation.shares)
    told = [
        f"{in_groups(welds, groups)}, {len(once)} windows, explained with {len(networks)} trained "
        f"network{'s' if len(networks) > 1 else ''}.",
        f"The shares add up to the prediction: the largest gap is {gap:.1g}"
        f"{' (rounding)' if gap < ROUNDING else ''}.",
    ]
    if networks["seed"].nunique() < 2:
        told.append(
            "One network a weld: training again from another random start may divide the credit otherwise; "
            "the intervals do not hold that."
        )
    return told


def cannot_say(explanation: Explanation) -> list[str]:
    """What the shares of this explanation do not show."""
    told = [
        "Shares say what the model used, not what causes the defect.",
        "Sensors that tell the same divide the credit: a small share is no proof that a sensor is useless.",
        "An explanation is only as good as the model: first see its evaluation report.",
    ]
    if explanation.background == "absent":
        told.append("“Without a sensor” means that it is absent, as in a part of the training steps.")
    if explanation.maps:
        told.append(
            "Moments and places in colour (Grad-CAM) are as coarse as the network's last layer, and say "
            "where it looked, not why."
        )
    return told


def _instead(rows: np.ndarray, about: str) -> str:
    if about == "truly":
        are = "is" if len(rows) == 1 else "are"
        return f"the {count(len(rows))} that truly {are} so (the model calls none so)"
    return f"all {count(len(rows))} (the model calls none so)"


def _listed(words: Sequence[str]) -> str:
    return ", ".join(words)
