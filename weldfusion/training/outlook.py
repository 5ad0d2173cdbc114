"""What a training will take, told before it starts: parameters, windows, time, memory, disk."""

import copy
import resource
import shutil
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from weldfusion.data.dealing import Fold, Part, shared_groups
from weldfusion.data.files import bytes_in_words
from weldfusion.training.loader import Windows
from weldfusion.training.sampler import shuffled

PARTS: tuple[Part, ...] = ("fit", "select", "calibrate", "test")
_TRIAL_STEPS = 3
_STATES_PER_WEIGHT = 3
"""A checkpoint holds weights and AdamW's two moments."""


@dataclass(frozen=True)
class Outlook:
    """Seconds of one step, bytes of memory and of checkpoints."""

    step_s: float
    memory: int
    disk: int


def trial(model: nn.Module, windows: Windows, batch_size: int, device: torch.device) -> Outlook:
    """Times some steps (reading, forward, backward) on a copy of the model; the model stays as it is."""
    copied = copy.deepcopy(model).to(device).train()
    seconds = []
    for step in range(_TRIAL_STEPS):
        start = time.perf_counter()
        chosen = shuffled(len(windows), 0, step)[:batch_size]
        batch = windows.__getitems__(chosen.tolist()).to(device)
        losses = copied.training_loss(batch)  # type: ignore[operator]
        torch.stack([loss.mean() for loss in losses.values()]).sum().backward()
        if device.type == "cuda":
            torch.cuda.synchronize(device)
        seconds.append(time.perf_counter() - start)
    weights = sum(p.numel() * p.element_size() for p in model.parameters())
    best_and_last_and_state = weights * (_STATES_PER_WEIGHT + 2)
    return Outlook(min(seconds), peak_memory(device) + 2 * weights, best_and_last_and_state)


def peak_memory(device: torch.device) -> int:
    """Most bytes this process has held: of the GPU's memory there, else of the machine's."""
    if device.type == "cuda":
        return int(torch.cuda.max_memory_allocated(device))
    unit = 1 if sys.platform == "darwin" else 1024
    return int(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) * unit


def parts_lines(fold: Fold, windows: Mapping[str, int], card_groups: Mapping[str, str]) -> list[str]:
    """One line per part: welds, groups, windows; and how many groups training and test share.

    `windows` counts the windows of a part where they are known; `card_groups` is weld id → group of the
    card, whatever the fold kept together.

    >>> fold = Fold("f", {"a": "fit", "b": "test"}, {"a": "a", "b": "b"})
    >>> for line in parts_lines(fold, {"fit": 7}, {"a": "monday", "b": "monday"}):
    ...     print(line)
      fit       1 welds, 1 groups, 7 windows
      test      1 welds, 1 groups
      0 welds and 1 groups shared between training and test
    """
    named = fold.groups or {}
    lines = []
    for part in PARTS:
        if not (welds := fold.welds(part)):
            continue
        groups = {named.get(weld, weld) for weld in welds}
        counted = f", {windows[part]} windows" if part in windows else ""
        lines.append(f"  {part:<9} {len(welds)} welds, {len(groups)} groups{counted}")
    shared = len(shared_groups(fold, card_groups))
    return [*lines, f"  0 welds and {shared} groups shared between training and test"]


def outlook_lines(model: nn.Module, stages: Sequence[tuple[int, Outlook]], folder: Path) -> list[str]:
    """Parameters, time, memory and disk in words; `stages` are the steps of each training and its outlook."""
    parameters = sum(p.numel() for p in model.parameters() if p.requires_grad)
    memory = bytes_in_words(max(outlook.memory for _, outlook in stages))
    disk = bytes_in_words(sum(outlook.disk for _, outlook in stages))
    steps, seconds = sum(count for count, _ in stages), sum(count * one.step_s for count, one in stages)
    free = bytes_in_words(shutil.disk_usage(existing(folder)).free)
    return [
        f"  {parameters:,} parameters",
        f"  {steps} steps, about {duration(seconds)} ({seconds / max(1, steps) * 1e3:.0f} ms a step)",
        f"  memory about {memory}, disk {disk} of {free} free",
    ]


def existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that exists."""
    return next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())


def duration(seconds: float) -> str:
    """Seconds in words.

    >>> duration(5), duration(400), duration(9000)
    ('5 s', '7 min', '2.5 h')
    """
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
