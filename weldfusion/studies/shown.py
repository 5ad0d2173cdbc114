"""What a study's table can show of a target, known before anything is trained."""

from collections.abc import Collection, Mapping

from weldfusion.data.target import TargetSpec
from weldfusion.errors import ConfigError, did_you_mean
from weldfusion.evaluation.totals import HEADLINE
from weldfusion.studies.study import Study

_OF_FLAGS = ("macro_f1", "exact_match", "log_loss", "brier")
_OF_NUMBERS = ("mae", "rmse", "r2", "bias", "coverage")
FIGURES: Mapping[str, tuple[str, ...]] = {
    "class": ("balanced_accuracy", "accuracy", "macro_f1", "log_loss", "brier", "calibration_error"),
    "multilabel": _OF_FLAGS,
    "real": _OF_NUMBERS,
    "intervals": ("event_precision", "event_recall", "event_f1", *_OF_FLAGS),
    "curve": _OF_NUMBERS,
}
"""Kind of a target → figures per weld of the whole target."""


def check_shown(study: Study, figures: Mapping[str, Collection[str]]) -> None:
    """Raises ConfigError where the study's table asks for a target that is not there, or for a figure that
    none of its targets has; `figures` maps a target to those that it has."""
    for name in study.targets:
        if name not in figures:
            raise ConfigError(
                f"{_place(study, 'targets')}: targets: no {name!r}; {did_you_mean(name, figures)}"
            )
    wanted = [name for name in study.targets or figures if figures[name]]
    known = {figure for name in wanted for figure in figures[name]}
    for figure in study.figures:
        if wanted and figure not in known:
            near = did_you_mean(figure, known)
            raise ConfigError(f"{_place(study, 'figures')}: figures: no {figure!r}; {near}")


def _place(study: Study, key: str) -> str:
    return study.places.get(key, str(study.path))


def figures_of_kinds(targets: Mapping[str, TargetSpec]) -> dict[str, tuple[str, ...]]:
    """Figures per weld that an evaluation of these targets can have."""
    return {name: FIGURES[target.kind] for name, target in targets.items()}


def planned_figures(study: Study, targets: Mapping[str, TargetSpec]) -> list[tuple[str, str]]:
    """Target and figure of each that the table is to show of a cell with these targets."""
    known = figures_of_kinds(targets)
    wanted = [name for name in study.targets or targets if name in known]
    if not study.figures:
        return [(name, HEADLINE[targets[name].kind]) for name in wanted]
    return [(name, figure) for name in wanted for figure in study.figures if figure in known[name]]
