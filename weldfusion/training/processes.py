"""Several processes train one network; before and after there is one."""

import os
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch.distributed as dist
from lightning.fabric.plugins.environments import SLURMEnvironment
from torch import Tensor

from weldfusion.errors import ConfigError, RunError

MOST_WAIT_S = 600.0


def is_first() -> bool:
    """Whether this process is the one that talks and writes the run's files."""
    return all(
        os.environ.get(name, "0") == "0" for name in ("RANK", "LOCAL_RANK", "NODE_RANK", "SLURM_PROCID")
    )


def launched() -> bool:
    """Whether somebody (weldfusion, torchrun, SLURM) started this process as one of several."""
    by_slurm = SLURMEnvironment.detect() and int(os.environ["SLURM_NTASKS"]) > 1
    return "LOCAL_RANK" in os.environ or by_slurm


def check_launch(count: int) -> None:
    """Raises ConfigError if another number of processes was started than the config asks for."""
    started = int(os.environ.get("WORLD_SIZE") or os.environ.get("SLURM_NTASKS") or count)
    if launched() and started != count:
        raise ConfigError(
            f"trainer.devices: times trainer.num_nodes makes {count} processes, but {started} were started; "
            "let them be equal"
        )


def world() -> int:
    """How many processes train together."""
    return dist.get_world_size() if dist.is_available() and dist.is_initialized() else 1


def summed(values: Tensor) -> Tensor:
    """The sum over the processes that train together, all of which have to ask for it."""
    if world() == 1:
        return values
    values = values.clone()
    dist.all_reduce(values)
    return values


def meet() -> None:
    """Waits, where several processes train together, until all of them are here."""
    if dist.is_available() and dist.is_initialized():
        dist.barrier()


def leave_warnings_to_first() -> None:
    """A warning is shown by the first process only."""
    if not is_first():
        warnings.showwarning = lambda *what, **more: None


@contextmanager
def one_process_after() -> Iterator[None]:
    """Ends what a training on several devices left behind: the group of processes is destroyed, and all
    processes but the first end here, because they were started to train only."""
    try:
        yield
    finally:
        if dist.is_available() and dist.is_initialized():
            dist.destroy_process_group()
    if launched() and not is_first():
        raise SystemExit(0)


def wait_for(file: Path, most_s: float = MOST_WAIT_S) -> None:
    """Waits until the first process has written a file. Raises RunError if it does not."""
    end = time.monotonic() + most_s
    while not file.is_file():
        if time.monotonic() > end:
            raise RunError(f"{file}: not written by the first process; all machines need the same folder")
        time.sleep(0.1)
