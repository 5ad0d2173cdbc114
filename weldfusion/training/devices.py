"""What the `trainer:` section asks of devices: how many processes train, and how they stay together."""

from collections.abc import Mapping
from typing import Any

import torch

from weldfusion.errors import ConfigError, did_you_mean

STRATEGIES = ("auto", "ddp", "ddp_find_unused_parameters_true", "ddp_find_unused_parameters_false")
"""Every process holds the whole network; others would not leave one set of weights."""


def gpu_wanted(arguments: Mapping[str, Any]) -> bool:
    """Whether the training will run on a CUDA device."""
    return arguments.get("accelerator", "auto") in ("auto", "gpu", "cuda") and torch.cuda.is_available()


def cpu_wanted(trainer: Mapping[str, Any]) -> bool:
    """Whether the training will run on the CPU.

    >>> cpu_wanted({"accelerator": "cpu"})
    True
    """
    asked = trainer.get("accelerator", "auto")
    other = asked in ("auto", "gpu", "mps") and torch.backends.mps.is_available()
    return asked == "cpu" or (asked == "auto" and not gpu_wanted({"accelerator": asked}) and not other)


def device_of(trainer: Mapping[str, Any]) -> torch.device:
    """Where a run with this `trainer:` section predicts: on a GPU if it would train on one, else on the CPU.

    >>> device_of({"accelerator": "cpu"})
    device(type='cpu')
    """
    return torch.device("cuda" if gpu_wanted({"accelerator": "auto", **trainer}) else "cpu")


def processes_here(arguments: Mapping[str, Any]) -> int:
    """Processes of this machine, one for each of its devices.

    >>> [processes_here({"accelerator": "cpu", "devices": d}) for d in (2, "3", [0, 1], "0,1", "auto")]
    [2, 3, 2, 2, 1]
    """
    devices = arguments["devices"]
    if isinstance(devices, str) and "," in devices:
        devices = [place for place in devices.split(",") if place.strip()]
    if isinstance(devices, list | tuple):
        return len(devices)
    if str(devices) in ("auto", "-1"):
        return torch.cuda.device_count() if gpu_wanted(arguments) else 1
    return int(devices) if str(devices).isdecimal() else 1


def process_count(arguments: Mapping[str, Any]) -> int:
    """Processes of all machines together.

    >>> process_count({"accelerator": "cpu", "devices": 2, "num_nodes": 3})
    6
    """
    return processes_here(arguments) * int(arguments.get("num_nodes", 1))


def check_strategy(strategy: object) -> None:
    """Raises ConfigError for a strategy other than DDP in processes of their own."""
    if strategy not in STRATEGIES:
        raise ConfigError(f"trainer.strategy: {strategy!r}; {did_you_mean(str(strategy), STRATEGIES)}")


def strategy_of(arguments: Mapping[str, Any]) -> str:
    """The strategy as Lightning names it. A process whose share of a batch lacks a sensor uses none of its
    weights, which DDP must expect.

    >>> strategy_of({"accelerator": "cpu", "devices": 2, "strategy": "ddp"})
    'ddp_find_unused_parameters_true'
    """
    strategy = str(arguments.get("strategy", "auto"))
    check_strategy(strategy)
    if process_count(arguments) > 1 and strategy in ("auto", "ddp"):
        return "ddp_find_unused_parameters_true"
    return strategy


def statistics_together(arguments: Mapping[str, Any]) -> bool:
    """Whether batch normalisation takes its statistics over all processes: with several on CUDA devices,
    unless `sync_batchnorm` says otherwise.

    Raises ConfigError where that is asked for without CUDA, for which there is none.
    """
    asked = arguments.get("sync_batchnorm")
    on_gpu = gpu_wanted(arguments)
    if asked and not on_gpu:
        raise ConfigError("trainer.sync_batchnorm: true needs CUDA devices; leave it out")
    return process_count(arguments) > 1 and on_gpu if asked is None else bool(asked)
