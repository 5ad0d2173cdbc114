"""Figures in words: names, values with their intervals, the verdict."""

import math
from collections.abc import Iterable, Mapping
from typing import Any

from weldfusion.evaluation.compare import Difference, as_difference
from weldfusion.evaluation.compared import LEVEL_OF_CLAIMS, Compared, best_baseline
from weldfusion.evaluation.evaluate import NO_EXCEPTION
from weldfusion.evaluation.intervals import NOT_ESTIMABLE, UNDEFINED, reason_in_words
from weldfusion.report.elements import short

NAMES = {
    "balanced_accuracy": "balanced accuracy",
    "accuracy": "accuracy",
    "macro_f1": "macro-F1",
    "exact_match": "all flags right",
    "log_loss": "log loss",
    "brier": "Brier score",
    "calibration_error": "calibration error (ECE)",
    "mae": "mean absolute error",
    "rmse": "root mean square error",
    "r2": "R²",
    "bias": "mean error (bias)",
    "coverage": "share inside the predicted interval",
    "precision": "precision",
    "recall": "recall",
    "f1": "F1",
    "auc": "AUC",
    "average_precision": "average precision",
    "event_precision": "event precision",
    "event_recall": "event recall",
    "event_f1": "event F1",
}
IN_UNITS = frozenset({"mae", "rmse", "bias"})


def with_interval(figure: Mapping[str, Any], unit: str = "") -> str:
    """A figure of `metrics.json` for a cell; alone where an interval is not estimable.

    >>> with_interval({"value": 0.93, "lower": 0.88, "upper": 0.97, "reason": ""}, "mm")
    '0.930 [0.880, 0.970] mm'
    >>> with_interval({"value": 0.93, "lower": None, "upper": None, "reason": "not estimable: only 3 groups"})
    '0.930'
    >>> with_interval({"value": None, "lower": None, "upper": None, "reason": "never called"})
    '– (never called)'
    """
    value, unit = short(figure["value"]), f" {unit}" if unit else ""
    if figure["value"] is None:
        return f"{value} ({figure['reason']})"
    if figure["lower"] is None:
        return f"{value}{unit}" + ("" if _not_estimable(figure) else f" ({_why(figure)})")
    return f"{value} [{short(figure['lower'])}, {short(figure['upper'])}]{unit}"


def apart(one: Difference) -> str:
    """A difference for a cell, told from the side on which it is not negative; a dash where it is undefined.

    >>> from weldfusion.evaluation.intervals import Interval
    >>> apart(Difference(0.05, Interval(-0.01, 0.09))), apart(Difference(-0.07, Interval(-0.1, 0.02)))
    ('better by 0.050 [−0.010, 0.090]', 'worse by 0.070 [−0.020, 0.100]')
    """
    if math.isnan(one.value):
        return "–"
    word, size = one.in_words()
    edges = {"lower": size.interval.lower, "upper": size.interval.upper, "reason": size.interval.reason}
    return f"{word} by {with_interval({'value': size.value} | edges)}"


def without_brackets(figures: Iterable[Mapping[str, Any]]) -> str:
    """Why figures of a table have no interval; empty where all have one, or tell the reason themselves.

    >>> without_brackets([{"value": 0.9, "lower": None, "reason": "not estimable: only 3 groups"}])
    'Without brackets: too few groups for an interval (only 3 groups).'
    >>> rare = "not estimable: undefined in 12 % of the resamples"
    >>> without_brackets([{"value": 0.9, "lower": None, "reason": rare}])
    'Without brackets: undefined in over 1 % of the resamples, as where few groups hold a class.'
    """
    reasons = {_why(figure) for figure in figures if _not_estimable(figure)}
    few = sorted(reason for reason in reasons if not reason.startswith(UNDEFINED))
    told = [f"too few groups for an interval ({', '.join(few)})"] if few else []
    if len(few) < len(reasons):
        told.append("undefined in over 1 % of the resamples, as where few groups hold a class")
    return f"Without brackets: {'; '.join(told)}." if told else ""


def _not_estimable(figure: Mapping[str, Any]) -> bool:
    return figure["value"] is not None and str(figure["reason"]).startswith(NOT_ESTIMABLE)


def _why(figure: Mapping[str, Any]) -> str:
    return reason_in_words(str(figure["reason"]))


def _why_alone(figure: Mapping[str, Any]) -> str:
    return f" ({no_interval(figure)})" if _not_estimable(figure) else ""


def no_interval(figure: Mapping[str, Any]) -> str:
    """That a figure has no interval, and why where that is known.

    >>> no_interval({"reason": "not estimable: only 3 groups"}), no_interval({"reason": ""})
    ('no interval: only 3 groups', 'no interval')
    """
    return f"no interval: {_why(figure)}" if figure["reason"] else "no interval"


def named(figure: str, unit: str) -> str:
    """Name of a figure with its unit.

    >>> named("mae", "N"), named("r2", "N")
    ('mean absolute error (N)', 'R²')
    """
    return f"{NAMES[figure]} ({unit})" if unit and figure in IN_UNITS else NAMES[figure]


def about_steps(target: Mapping[str, Any]) -> str:
    """How figures of a dense target are to be read; empty for others."""
    if target["kind"] == "curve":
        return (
            "The windows' steps are joined along each weld. A figure is the mean over the steps of a weld, "
            "and every weld counts once."
        )
    if target["kind"] == "intervals":
        return (
            "The windows' steps are joined along each weld; successive steps with a probability of one half "
            "and above make one called event. A call hits a true event that it overlaps, or that is at most "
            f"{target['tolerance_s'] * 1e3:.3g} ms away; each call and each event counts once. Figures of "
            "steps let every weld count once."
        )
    return ""


OVER_SINGLE_WELDS = "intervals over single welds"
"""How the sentence begins that says why a run's intervals are too narrow; pages repeat it beside them."""


def verdict(target: str, metrics: Mapping[str, Any], unit: str) -> str:
    """What the run reaches, on welds it has not seen (or else that it has), and whether a simple model
    does it as well."""
    weld = metrics["weld"]
    if weld["reason"]:
        return f"{target}: {weld['reason']}, so nothing can be said about how good the predictions are."
    headline, seen = metrics["headline"], bool(metrics.get("seen_in_training"))
    unit = unit if headline in IN_UNITS else ""
    figure = weld["figures"][headline]
    sentence = "SEEN IN TRAINING: " if seen else ""
    sentence += f"{target}: {NAMES[headline]} per weld {with_interval(figure, unit)}{_why_alone(figure)} on "
    sentence += f"{in_groups(weld['welds'], weld['groups'])}, {_protocol(weld, metrics)}{_spread(figure)}. "
    if figure["reason"] == NO_EXCEPTION:
        possible = min(3 / weld["groups"], 1.0)
        sentence += (
            f"With {weld['groups']} groups, up to {possible:.0%} of new groups may still be exceptions. "
        )
    best = best_baseline(weld["baselines"], headline)
    if best is None:
        return sentence + "No baseline was fitted beside it."
    name = f"the best baseline ({best.name}: {with_interval(best.figure, unit)})"
    return sentence + f"It {best.gain.alone().sentence(name, unit)}."


def about_baselines(metrics: Mapping[str, Any]) -> str:
    """What the baselines of a target are, and what they aim at.

    >>> about_baselines({"balanced": True}).rpartition("; ")[2]
    'in “balanced” ones all classes weigh the same, as in the training of this run.'
    """
    sentence = "Linear models and extra trees on plain features, fitted on the same training welds"
    if metrics.get("balanced"):
        return f"{sentence}; in “balanced” ones all classes weigh the same, as in the training of this run."
    return f"{sentence}."


def about_claims(baselines: int) -> str:
    """When the network is told to beat a baseline, or to be beaten by one.

    >>> about_claims(1)
    'Beaten, or beating, is said only where p is below 0.05 and the 95 % interval is without 0.'
    >>> about_claims(10).partition(": ")[2].partition(".")[0]
    'for the verdict at the top, its p is therefore multiplied by 10 where it is ahead'
    """
    claims = f"is said only where p is below {LEVEL_OF_CLAIMS} and the 95 % interval is without 0."
    if baselines == 1:
        return f"Beaten, or beating, {claims}"
    return (
        f"Of {baselines} baselines some may be ahead by mere chance, and the best one was picked on these "
        f"very welds: for the verdict at the top, its p is therefore multiplied by {baselines} where it is "
        "ahead. To beat the best is no easier than to beat one. The table compares with each of them, and "
        "some may also be beaten by mere chance: there p is corrected for all comparisons (Holm), whoever is "
        "ahead, so it may differ from the verdict. A mean of networks is compared with the best one only, "
        f"as in the verdict. Beaten, or beating, {claims} Several targets or figures, if any, are not "
        "corrected for."
    )


def in_groups(welds: int, groups: int) -> str:
    """How many welds stand behind a figure, and how many groups its interval resamples.

    >>> in_groups(480, 24), in_groups(480, 480), in_groups(1, 1)
    ('480 welds in 24 groups', '480 welds, each a group of its own', '1 weld')
    """
    if groups == welds:
        return f"{welds} welds, each a group of its own" if welds > 1 else "1 weld"
    return f"{welds} welds in {groups} group{'s' if groups > 1 else ''}"


def of_ensemble(metrics: Mapping[str, Any], unit: str) -> str:
    """The mean of a run's networks (seeds) against the best baseline; empty with one network a fold."""
    ensemble, headline = metrics["weld"].get("ensemble"), metrics["headline"]
    if not ensemble:
        return ""
    unit = unit if headline in IN_UNITS else ""
    name = f"Mean of {ensemble['networks']} networks"
    figure = with_interval(ensemble["figures"][headline], unit)
    gain = ensemble_gain(metrics["weld"], headline)
    against = f"; it {gain.sentence('the best baseline', unit)}" if gain else ""
    return f"{name}: {NAMES[headline]} per weld {figure}{against}."


def ensemble_gain(level: Mapping[str, Any], headline: str) -> Compared | None:
    """The mean of the networks beside the best baseline; None without baselines."""
    gain, best = level["ensemble"]["difference"].get(headline), best_baseline(level["baselines"], headline)
    return best.gain.of(as_difference(gain)) if gain and best else None


def _protocol(level: Mapping[str, Any], metrics: Mapping[str, Any]) -> str:
    folds, networks = len(level["folds"]), metrics.get("networks")
    if networks:
        return "another data set" + (f", mean of {networks} networks" if networks > 1 else "")
    if metrics.get("seen_in_training"):
        return "seen in training" + (f" by networks of {folds} folds" if folds > 1 else "")
    return f"out-of-fold predictions of {folds} folds pooled" if folds > 1 else "one test part"


def _spread(figure: Mapping[str, Any]) -> str:
    seeds = len(figure["seeds"])
    if seeds < 2:
        return ""
    return f", mean of {seeds} training seeds (standard deviation between them {short(figure['seed_sd'])})"
