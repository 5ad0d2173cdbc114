"""Whether a step of a training fits into memory, told by shapes alone, before anything large is made."""

import os
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from math import prod
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from weldfusion.data.dataset import WeldWindows
from weldfusion.data.files import bytes_in_words
from weldfusion.data.flow import Flow
from weldfusion.errors import ConfigError, WeldfusionWarning
from weldfusion.systems.sizes import SAMPLES
from weldfusion.training.devices import device_of, process_count
from weldfusion.training.several import Plan
from weldfusion.training.speed import resolved
from weldfusion.training.trainer import check_trainer
from weldfusion.training.trial import STATES_PER_WEIGHT

VALUE = 4
"""Bytes of a number of 32 bits."""
LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")
"""Where Linux tells how much memory a container may have."""


def check_inputs_fit(windows: WeldWindows, planned: Sequence[Plan]) -> None:
    """Raises ConfigError where not even the recordings of one batch fit into memory."""
    size, gpus, device = _share(windows, planned)
    window, there = inputs_bytes(windows.flows), memory_of(device)
    if size * window > there:
        raise ConfigError(_line(size, gpus, size * window, there, "lower training.batch_size, "))


def warn_of_memory(
    model: nn.Module, windows: WeldWindows, found: Sequence[int], planned: Sequence[Plan]
) -> None:
    """Warns where a step probably takes more memory than there is.

    Args:
        model: counted with its gradients and what the optimiser keeps.
        windows: the inputs, of which a batch is read while another is used.
        found: numbers that the parts of the model give, see `counted`.
        planned: the gradient trainings.
    """
    size, gpus, device = _share(windows, planned)
    half = resolved(check_trainer(planned[0].trainer)).dtype is not None
    kept = VALUE // 2 if half else VALUE
    window = 2 * inputs_bytes(windows.flows) + sum(found) * kept // SAMPLES
    fixed = (1 + STATES_PER_WEIGHT) * sum(p.numel() * p.element_size() for p in model.parameters())
    there = memory_of(device)
    if (needed := fixed + size * window) > there:
        fits = max(0, there - fixed) // window * max(1, gpus)
        less = f"set training.batch_size to at most {fits}, " if fits else ""
        warnings.warn(_line(size, gpus, needed, there, less), WeldfusionWarning, stacklevel=2)


def inputs_bytes(flows: Mapping[str, Flow]) -> int:
    """Bytes of one window of all inputs.

    >>> inputs_bytes({"sound": Flow("waveform", 1, length=1000), "settings": Flow("table", 5)})
    4020
    """
    return VALUE * sum(prod(flow.shape) for flow in flows.values())


@contextmanager
def counted(model: nn.Module) -> Iterator[list[int]]:
    """Filled at the end with the numbers that every innermost part gave inside for `SAMPLES` samples; about
    what a step keeps for its gradients. Of a part that gave values too, what it gave as shapes alone is left
    out: that pass failed further on.

    >>> model = nn.Sequential(nn.Linear(3, 5), nn.ReLU())
    >>> with counted(model) as found:
    ...     given = model(torch.zeros(SAMPLES, 3))
    >>> found
    [10, 10]
    """
    found: list[int] = []
    seen: list[tuple[nn.Module, bool, int]] = []

    def count(part: nn.Module, given: Any, output: Any) -> None:
        if isinstance(output, tuple):
            for one in output:
                count(part, given, one)
        elif isinstance(output, Tensor):
            seen.append((part, output.is_meta, output.numel()))

    hooks = [part.register_forward_hook(count) for part in model.modules() if not list(part.children())]
    try:
        yield found
    finally:
        for hook in hooks:
            hook.remove()
        with_values = {part for part, is_meta, _ in seen if not is_meta}
        found += [count for part, is_meta, count in seen if not (is_meta and part in with_values)]


def memory_of(device: torch.device) -> int:
    """Bytes that the GPU has, or that processes of this machine (or container) may have in all; where the
    system does not tell, more than any machine has."""
    if device.type == "cuda":
        return int(torch.cuda.get_device_properties(device).total_memory)  # mem_get_info takes some itself
    known = [_number(Path(file)) for file in LIMITS]
    if "SC_PHYS_PAGES" in getattr(os, "sysconf_names", {}):
        known.append(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    return min((count for count in known if count), default=2**62)


def _number(file: Path) -> int:
    try:
        return int(file.read_text())
    except (OSError, ValueError):
        return 0


def _share(windows: WeldWindows, planned: Sequence[Plan]) -> tuple[int, int, torch.device]:
    """Windows of the largest batch that meet in one memory, how many GPUs share the batch (0 on a CPU, whose
    processes have one memory), device."""
    asked = check_trainer(planned[0].trainer)
    size, device = min(len(windows), max(plan.training.batch_size for plan in planned)), device_of(asked)
    gpus = process_count(asked) if device.type == "cuda" else 0
    return -(-size // max(1, gpus)), gpus, device


def _line(size: int, gpus: int, needed: int, there: int, less: str) -> str:
    whose = "the GPU" if gpus else "this machine"
    each = f" for each of {gpus} GPUs" if gpus > 1 else ""
    return (
        f"training.batch_size: {size} windows a step{each} take about {bytes_in_words(needed)} of memory, "
        f"{whose} has {bytes_in_words(there)}; {less}choose shorter windows (data.windows) or lower size, "
        "frames or rate in data.inputs"
    )
