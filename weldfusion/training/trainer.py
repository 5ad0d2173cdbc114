"""Lightning's Trainer for a gradient stage, from the `trainer:` section of a config."""

import inspect
import logging
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import lightning.pytorch as pl
from lightning.pytorch.loggers import Logger, TensorBoardLogger

from weldfusion.data.ranges import check_least
from weldfusion.errors import ConfigError, did_you_mean
from weldfusion.training.checkpoint import AtomicCheckpointIO
from weldfusion.training.devices import check_strategy, statistics_together, strategy_of
from weldfusion.training.speed import NAMES, asked_speed, resolved

DEFAULTS: Mapping[str, Any] = {
    "max_epochs": 50,
    "precision": "auto",
    "accelerator": "auto",
    "devices": 1,
    "log_every_n_steps": 50,
}
"""Where we differ from Lightning's own defaults."""

_PRECISIONS = ("auto", "32-true", "16-mixed", "bf16-mixed")
_KEPT_OPEN = "set by the run itself"
_ORDER = "would change the order or the number of windows, which the run keys and resumes itself"
REFUSED: Mapping[str, str] = {
    "callbacks": _KEPT_OPEN,
    "logger": "a run always writes metrics.csv and tensorboard/",
    "default_root_dir": "everything goes into the run folder",
    "plugins": _KEPT_OPEN,
    "use_distributed_sampler": _ORDER,
    "reload_dataloaders_every_n_epochs": _ORDER,
    "overfit_batches": _ORDER,
    "fast_dev_run": "use max_epochs: 1",
    "enable_checkpointing": "last and best state are always kept",
    "enable_progress_bar": _KEPT_OPEN,
    "enable_model_summary": _KEPT_OPEN,
    "num_sanity_val_steps": _KEPT_OPEN,
    "check_val_every_n_epoch": "the best epoch is chosen among all",
    "val_check_interval": "the best epoch is chosen among all",
    "inference_mode": _KEPT_OPEN,
    "barebones": "it switches checkpoints off",
    "enable_autolog_hparams": _KEPT_OPEN,
    "model_registry": _KEPT_OPEN,
    "limit_test_batches": "tests are made by evaluate",
    "limit_predict_batches": "predictions are made by predict",
}
LEAST: Mapping[str, float] = {
    "accumulate_grad_batches": 1,
    "gradient_clip_val": 0,
    "log_every_n_steps": 1,
    "max_epochs": -1,
    "max_steps": -1,
    "num_nodes": 1,
}


def check_trainer(given: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments for Lightning's Trainer, with our defaults, and the settings of `Speed` that were given;
    needs no data and no device.

    Raises ConfigError for a key that Lightning does not know, that the run sets itself, a number out of
    range, a precision that would change the stored weights, or a strategy other than DDP.
    """
    known = (set(inspect.signature(pl.Trainer.__init__).parameters) | set(NAMES)) - {"self"} - set(REFUSED)
    for key in given:
        if key in REFUSED:
            raise ConfigError(f"trainer.{key}: cannot be set here ({REFUSED[key]}); remove it")
        if key not in known:
            raise ConfigError(f"trainer.{key}: no such argument of the trainer; {did_you_mean(key, known)}")
        if key in LEAST and isinstance(given[key], int | float):
            check_least(f"trainer.{key}", given[key], LEAST[key])
    arguments = {**DEFAULTS, **given}
    precision = {"32": "32-true", "16": "16-mixed", "bf16": "bf16-mixed"}.get(
        str(arguments["precision"]), str(arguments["precision"])
    )
    if precision not in _PRECISIONS:
        raise ConfigError(f"trainer.precision: {precision!r}; {did_you_mean(precision, _PRECISIONS)}")
    check_strategy(arguments.get("strategy", "auto"))
    asked_speed(arguments)
    return {**arguments, "precision": precision}


def build_trainer(given: Mapping[str, Any], folder: Path, callbacks: Sequence[pl.Callback]) -> pl.Trainer:
    """A Trainer that writes only into `folder`. Raises ConfigError if the section cannot work here."""
    arguments = check_trainer(given)
    arguments = {key: value for key, value in arguments.items() if key not in NAMES} | {
        "precision": resolved(arguments).precision,
        "strategy": strategy_of(arguments),
        "sync_batchnorm": statistics_together(arguments),
    }
    logger: Logger = TensorBoardLogger(folder, name="", version="tensorboard")
    try:
        return pl.Trainer(
            **arguments,
            callbacks=list(callbacks),
            logger=logger,
            default_root_dir=folder,
            plugins=[AtomicCheckpointIO()],
            use_distributed_sampler=False,
            enable_progress_bar=False,
            enable_model_summary=False,
            enable_checkpointing=True,
            num_sanity_val_steps=0,
            enable_autolog_hparams=False,
        )
    except Exception as error:  # Lightning's own kinds of errors have no common base
        raise ConfigError(f"trainer: {' '.join(str(error).split())}") from None


@contextmanager
def quiet_lightning() -> Iterator[None]:
    """Keeps Lightning's advertisements, hints and notes on loaders off the screen; errors stay."""
    loggers = [logging.getLogger(name) for name in ("lightning.pytorch", "lightning.fabric", "lightning")]
    levels = [logger.level for logger in loggers]
    with warnings.catch_warnings():
        for module in ("lightning", "torch.utils.data", "torch.utils.tensorboard"):
            warnings.filterwarnings("ignore", module=rf"{module.replace('.', '[.]')}.*")
        warnings.filterwarnings("ignore", message=".*LeafSpec.*")
        for logger in loggers:
            logger.setLevel(logging.ERROR)
        try:
            yield
        finally:
            for logger, level in zip(loggers, levels, strict=True):
                logger.setLevel(level)
