"""What ends a training that cannot work, in one line: the cause, a way out, and what is kept."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch

from weldfusion.errors import RunError

_OF_THE_ALLOCATOR = ("can't allocate memory", "Cannot allocate memory", "not enough memory")
_COMPILERS = ("torch._dynamo", "torch._inductor")


@contextmanager
def limits_told(batch_size: int, checkpoint: Path | None = None) -> Iterator[None]:
    """Inside, memory that is too small, a lost loader process and a failed compilation become a RunError of
    one line; that, and any other RunError, tells whether `checkpoint` is kept.

    >>> with limits_told(32):
    ...     raise MemoryError
    Traceback (most recent call last):
    ...
    weldfusion.errors.RunError: training: the memory of this machine is too small for 32 windows a step; ...
    """
    try:
        yield
    except RunError as error:
        raise RunError(f"{error}{_kept(checkpoint)}") from None
    except (MemoryError, RuntimeError) as error:
        line = _line(error, batch_size)
        if line is None:
            raise
        raise RunError(f"training: {line}{_kept(checkpoint)}") from None


def _line(error: Exception, batch_size: int) -> str | None:
    """Cause and suggestion; None for an error of another kind."""
    text = " ".join(str(error).split())
    of_gpu = isinstance(error, torch.OutOfMemoryError)
    if of_gpu or isinstance(error, MemoryError) or any(known in text for known in _OF_THE_ALLOCATOR):
        whose = "the GPU" if of_gpu else "this machine"
        return f"the memory of {whose} is too small for {batch_size} windows a step; {_smaller(batch_size)}"
    if "DataLoader worker" in text:
        return (
            "a process that loads windows was ended, often for want of memory; lower data.workers "
            f"or training.batch_size ({text[:120]})"
        )
    if type(error).__module__.startswith(_COMPILERS):
        return f"the encoders could not be compiled ({text[:160]}); set trainer.compile to false"
    return None


def _smaller(batch_size: int) -> str:
    if batch_size == 1:
        return "lower size, frames or rate in data.inputs, or choose a smaller model"
    half = batch_size // 2
    return (
        f"set training.batch_size to {half} (with trainer.accumulate_grad_batches 2 the optimiser still sees "
        f"{2 * half} a step), or lower size, frames or rate in data.inputs"
    )


def _kept(checkpoint: Path | None) -> str:
    if checkpoint is None:
        return ""
    if checkpoint.is_file():
        return f"; the last good checkpoint is kept ({checkpoint})"
    return "; no checkpoint was written yet"
