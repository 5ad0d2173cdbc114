"""The batch: every modality of some windows by name, with masks, truths and places."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import torch
from torch import Tensor


@dataclass(frozen=True)
class Truth:
    """Truth of one target. `value` is class index int64 (B,), class flags float (B, K) or a real
    float32 (B,); of a dense target flags float (B, K, steps) or a curve float (B, steps), NaN at unknown
    steps. `known` bool (B,) is False where the whole truth is absent (`value` is then 0)."""

    value: Tensor
    known: Tensor


@dataclass(frozen=True)
class Where:
    """Where the windows of a batch come from: numpy arrays of length B.

    `sample` is the window's number in the whole data set (the key of keyed randomness), `weld` the
    weld id, `group` its group, `index` the window's number in the weld, `t0_s`/`t1_s` its edges and
    `x_mm` the position of its middle on the seam (NaN where the speed is unknown). `speed_mm_s` is the
    travel speed, NaN or None where it is unknown.
    """

    sample: np.ndarray
    weld: np.ndarray
    group: np.ndarray
    index: np.ndarray
    t0_s: np.ndarray
    t1_s: np.ndarray
    x_mm: np.ndarray
    speed_mm_s: np.ndarray | None = None


@dataclass(frozen=True)
class Batch:
    """Some windows, checked on construction.

    `inputs[name]` is float32 (or uint8 for images) of shape (B, *flow.shape); `present[name]` bool
    (B,); `valid[name]` bool (B, L) over time (waveform), images (set, sequence) or columns (table),
    only for modalities that need one. Names are kept sorted, so the order in a file changes nothing.
    Absent or invalid entries hold 0.

    Raises ValueError naming field and shapes if something does not fit.
    """

    inputs: Mapping[str, Tensor]
    present: Mapping[str, Tensor]
    valid: Mapping[str, Tensor]
    targets: Mapping[str, Truth]
    where: Where | None = None

    def __post_init__(self) -> None:
        for name in ("inputs", "present", "valid", "targets"):
            object.__setattr__(self, name, dict(sorted(getattr(self, name).items())))
        if not self.inputs:
            raise ValueError("a batch needs at least one modality")
        size = len(self)
        if set(self.present) != set(self.inputs):
            raise ValueError(f"present names {sorted(self.present)}, inputs {sorted(self.inputs)}")
        if extra := set(self.valid) - set(self.inputs):
            raise ValueError(f"valid names {sorted(extra)}, which are not inputs")
        for name, mask in self.present.items():
            _expect(f"present[{name}]", mask, (size,))
        for name, mask in self.valid.items():
            axis = 2 if self.inputs[name].ndim == 3 else 1
            _expect(f"valid[{name}]", mask, (size, self.inputs[name].shape[axis]))
        for name, tensor in self.inputs.items():
            if len(tensor) != size:
                raise ValueError(f"inputs[{name}] has {len(tensor)} samples, expected {size}")
        for name, truth in self.targets.items():
            _expect(f"targets[{name}].known", truth.known, (size,))
            if len(truth.value) != size:
                raise ValueError(f"targets[{name}] has {len(truth.value)} values, expected {size}")

    def __len__(self) -> int:
        return len(next(iter(self.inputs.values())))

    def to(self, device: torch.device | str, non_blocking: bool = False) -> Self:
        """The batch on another device (Lightning calls this)."""

        def move(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
            return {k: v.to(device, non_blocking=non_blocking) for k, v in tensors.items()}

        truths = {
            k: Truth(
                t.value.to(device, non_blocking=non_blocking), t.known.to(device, non_blocking=non_blocking)
            )
            for k, t in self.targets.items()
        }
        return replace(
            self, inputs=move(self.inputs), present=move(self.present), valid=move(self.valid), targets=truths
        )

    def pin_memory(self) -> Self:
        """The batch in page-locked memory (the data loader calls this when a GPU is used)."""
        pin = lambda tensors: {k: v.pin_memory() for k, v in tensors.items()}  # noqa: E731
        truths = {k: Truth(t.value.pin_memory(), t.known.pin_memory()) for k, t in self.targets.items()}
        return replace(
            self, inputs=pin(self.inputs), present=pin(self.present), valid=pin(self.valid), targets=truths
        )


def _expect(name: str, mask: Tensor, shape: tuple[int, ...]) -> None:
    if mask.dtype != torch.bool or tuple(mask.shape) != shape:
        raise ValueError(f"{name} is {mask.dtype} {tuple(mask.shape)}, expected torch.bool {shape}")
