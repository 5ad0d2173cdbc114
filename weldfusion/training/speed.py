"""How a training uses the processor: the settings, and what they come to on this machine."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal

import torch
from torch import nn
from torch.nn.utils import convert_conv2d_weight_memory_format as lay_out
from torch.optim import SGD, Adam, AdamW, Optimizer

from weldfusion.encoders.encoder import Encoder
from weldfusion.errors import ConfigError
from weldfusion.training.allocator import keep_memory
from weldfusion.training.devices import cpu_wanted, gpu_wanted

HALF = ("bf16-mixed", "16-mixed")


@dataclass(frozen=True)
class Speed:
    """Settings of the `trainer:` section that change how fast a training is, and results only by rounding.

    Args:
        precision: `32-true`, `bf16-mixed` (half the bits in convolutions and products), `16-mixed`, or
            `auto`: bf16 on a GPU that has it; on a CPU that has it, for a training of over a minute and 100
            steps, where some steps tried before are faster by a tenth; else 32 bits.
        channels_last: hold filters and maps of pictures with the channels innermost; `auto`: on a CPU, and on
            a GPU in half precision.
        fused: update all parameters in one call, where the optimiser can (AdamW, Adam, SGD).
        pin_memory: hand batches to a GPU from page-locked memory.
        keep_memory: on Linux, keep freed memory for the next step instead of giving it back to the system.
        compile: compile the encoders before training, which takes minutes and a C++ compiler.
    """

    precision: str = "auto"
    channels_last: bool | Literal["auto"] = "auto"
    fused: bool = True
    pin_memory: bool = True
    keep_memory: bool = True
    compile: bool = False

    def __post_init__(self) -> None:
        for field in fields(self)[1:]:
            value, auto = getattr(self, field.name), field.name == "channels_last"
            if not isinstance(value, bool) and not (auto and value == "auto"):
                right = "auto, true or false" if auto else "true or false"
                raise ConfigError(f"trainer.{field.name}: must be {right}, is {value!r}")

    @property
    def dtype(self) -> torch.dtype | None:
        """What products are computed in, None where it is as everything else."""
        return {"bf16-mixed": torch.bfloat16, "16-mixed": torch.float16}.get(self.precision)


NAMES = tuple(field.name for field in fields(Speed))


def asked_speed(trainer: Mapping[str, Any]) -> Speed:
    """The speed settings within a `trainer:` section.

    >>> asked_speed({"max_epochs": 3, "compile": True}).compile
    True
    """
    return Speed(**{name: trainer[name] for name in NAMES if name in trainer})


def resolved(trainer: Mapping[str, Any], bf16_helps: Callable[[], bool] = lambda: False) -> Speed:
    """The settings without any `auto`, and without what does not exist here; resolved ones stay as they are.

    `bf16_helps` is asked on a CPU where `precision` is `auto`.

    >>> speed = resolved({"accelerator": "cpu"})
    >>> speed.precision, speed.channels_last, speed.pin_memory
    ('32-true', True, False)
    """
    asked, on_gpu = asked_speed(trainer), gpu_wanted(trainer)
    precision = asked.precision
    if precision == "auto":
        half = torch.cuda.is_bf16_supported() if on_gpu else cpu_wanted(trainer) and bf16_helps()
        precision = "bf16-mixed" if half else "32-true"
    channels_last = asked.channels_last
    if channels_last == "auto":
        channels_last = cpu_wanted(trainer) or (on_gpu and precision in HALF)
    return replace(
        asked,
        precision=precision,
        channels_last=channels_last,
        pin_memory=asked.pin_memory and on_gpu,
        keep_memory=asked.keep_memory and keep_memory(),
    )


def speed_line(speed: Speed) -> str:
    """Resolved settings in words, for the log.

    >>> speed_line(Speed("32-true", True, pin_memory=False, keep_memory=False))
    'speed: precision 32-true, channels_last, fused; not pin_memory, keep_memory, compile'
    """
    values = {name: value for name, value in asdict(speed).items() if name != "precision"}
    used, unused = ([name for name, on in values.items() if on is wanted] for wanted in (True, False))
    without = f"; not {', '.join(unused)}" if unused else ""
    return f"speed: {', '.join([f'precision {speed.precision}', *used])}{without}"


def bf16_here() -> bool:
    """Whether this CPU computes with bf16 itself (x86: AVX512-BF16 or AMX)."""
    x86 = torch.backends.cpu.get_cpu_capability() == "AVX512"
    return x86 and any(torch.cpu.get_capabilities().get(name, False) for name in ("avx512_bf16", "amx_bf16"))


@contextmanager
def sped_up(model: nn.Module, speed: Speed) -> Iterator[None]:
    """Inside, the model has the layout of pictures and the compiled encoders of resolved settings; parameters
    stay the same tensors with the same values."""
    parts = _encoders(model) if speed.compile else []
    if speed.channels_last:
        lay_out(model, torch.channels_last)
    for part in parts:
        part.compile()
    try:
        yield
    finally:
        for part in parts:
            part._compiled_call_impl = None
        if speed.channels_last:
            lay_out(model, torch.contiguous_format)


def _encoders(model: nn.Module) -> list[nn.Module]:
    """The encoders in a model that lie in no other encoder."""
    if isinstance(model, Encoder):
        return [model]
    return [part for child in model.children() for part in _encoders(child)]


def fuse(optimizer: Optimizer) -> None:
    """Has an optimiser update all its parameters in one call, where its class can and its settings do not say
    otherwise."""
    if type(optimizer) not in (Adam, AdamW, SGD):
        return
    for group in optimizer.param_groups:
        free = group.get("fused", False) is None
        if free and not group.get("foreach") and not group.get("differentiable"):
            group["fused"] = True
