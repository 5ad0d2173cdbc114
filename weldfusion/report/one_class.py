"""Networks that say one class for every weld, as a mark and notes of a table, a warning and a line."""

from collections.abc import Mapping, Sequence

import pandas as pd

from weldfusion.evaluation.one_class import LEAST_WELDS, OneClass, one_class
from weldfusion.report.elements import Element, WarningBox
from weldfusion.studies.results import Outcome, figures_of
from weldfusion.studies.study import Study, percent

MARK = "§"
MOST_TOLD = 3
TRACE = 0.001
WHAT_TO_TRY = (
    "Where the probabilities are nearly the same for all welds, or the training loss stayed where it was, it "
    "has learned nothing that tells welds apart: its settings did not fit, and the figures say nothing about "
    "the method (else it may still rank welds, and only the likeliest class is always the same). Try another "
    "learning rate (lr of training.optimizer) or more epochs (trainer.max_epochs)."
)
NOTE = (
    f"{MARK} says one class for every weld of a fold that holds others too (of {LEAST_WELDS} welds or more). "
    f"{WHAT_TO_TRY}"
)


def one_class_line(welds: pd.DataFrame, target: str, histories: Mapping[str, pd.DataFrame]) -> str:
    """Which networks of a run say one class for every weld, of how many, and their training losses; empty
    where none does. `histories` maps training to its epochs, see `report.evaluation.Background`."""
    found = one_class(welds, target)
    if not found:
        return ""
    own = welds[welds["target"] == target]
    networks = len(own[["fold", "seed"]].drop_duplicates())
    told = [_network(one, histories) for one in found[:MOST_TOLD]]
    more = [f"and {len(found) - MOST_TOLD} more"] if len(found) > MOST_TOLD else []
    which = f"{len(found)} of {networks} networks says" if networks > 1 else "the network says"
    which = which.replace("says", "say") if len(found) > 1 else which
    return f"{which} one class for every weld: {'; '.join([*told, *more])}."


def one_class_warning(
    target: str, welds: pd.DataFrame, histories: Mapping[str, pd.DataFrame]
) -> list[Element]:
    """The box at the top of a target's section; nothing where no network does so."""
    line = one_class_line(welds, target, histories)
    return [WarningBox("One class for every weld", [f"{target}: {line}", WHAT_TO_TRY])] if line else []


def mark_of(outcome: Outcome, target: str) -> str:
    """The mark of a figure in a study's table; empty where there is no need."""
    return MARK if outcome.finished is not None and one_class(outcome.finished.welds, target) else ""


def one_class_notes(study: Study, outcomes: Sequence[Outcome]) -> list[str]:
    """What stands below a study's tables: what the mark means, then a line for each row that bears it."""
    lines = []
    for outcome in outcomes:
        if outcome.finished is None:
            continue
        targets = dict.fromkeys(target for target, _ in figures_of(study, outcome.finished.metrics))
        for target in targets:
            line = one_class_line(outcome.finished.welds, target, outcome.finished.histories)
            where = [target] if len(targets) > 1 else []
            where += [percent(outcome.cell.fraction)] if len(study.fractions) > 1 else []
            named = f"{MARK} ({', '.join(where)})" if where else MARK
            lines += [f"{outcome.cell.row.name}: {named} {line}"] if line else []
    return [NOTE, *lines] if lines else []


def _network(one: OneClass, histories: Mapping[str, pd.DataFrame]) -> str:
    training = f"{one.fold} seed {one.seed}"
    apart = f"less than {TRACE}" if one.apart < TRACE else f"at most {one.apart:.3f}"
    losses = _losses(training, histories)
    facts = [f"probabilities {apart} apart", *([f"training loss {losses}"] if losses else [])]
    return f"{training} “{one.said}” for all {one.welds}, true of {one.right} ({', '.join(facts)})"


def _losses(training: str, histories: Mapping[str, pd.DataFrame]) -> str:
    """Training loss of the first and the last epoch, stage by stage; empty where it is not told.

    >>> epochs = pd.DataFrame({"epoch": [1, 2, 3], "train_loss": [1.1, 1.0, 0.9]})
    >>> _losses("f seed 0", {"f seed 0 stage 1": epochs, "f seed 0 stage 2": epochs, "f seed 01": epochs})
    '1.10 → 0.90, then 1.10 → 0.90'
    """
    own = [
        rows for name, rows in histories.items() if name == training or name.startswith(f"{training} stage ")
    ]
    losses = [rows["train_loss"].dropna().to_numpy(dtype=float) for rows in own if "train_loss" in rows]
    return ", then ".join(f"{loss[0]:.2f} → {loss[-1]:.2f}" for loss in losses if len(loss))
