"""Several processes train one network; before and after there is one."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import torch.distributed as dist

_LAUNCHED = ("LOCAL_RANK", "NODE_RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT")


def is_first() -> bool:
    """Whether this process is the one that talks and keeps the run's notes."""
    return all(
        os.environ.get(name, "0") == "0" for name in ("RANK", "LOCAL_RANK", "NODE_RANK", "SLURM_PROCID")
    )


@contextmanager
def one_process_after() -> Iterator[None]:
    """Ends what a training on several devices left behind.

    The group of processes is destroyed and the environment is as before, so that a later training can
    launch its own. Processes that the training itself launched end here: they ran the user's command
    once more only to train.
    """
    before = {name: os.environ.get(name) for name in _LAUNCHED}
    launched_here = before["LOCAL_RANK"] is None
    extra = not launched_here and not is_first() and "TORCHELASTIC_RUN_ID" not in os.environ
    try:
        yield
    finally:
        if dist.is_available() and dist.is_initialized():
            dist.destroy_process_group()
        if launched_here:
            for name in _LAUNCHED:
                os.environ.pop(name, None)
    if extra:
        raise SystemExit(0)
