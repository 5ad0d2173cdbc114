"""Parts of one network used by another: the same weights, with batch statistics of its own or not."""

from collections.abc import Iterator, Sequence
from typing import Literal

from torch import Tensor, nn
from torch.nn.modules.batchnorm import _NormBase

from weldfusion.errors import ConfigError

Norms = Literal["own", "shared"]


def share_stages(
    network: nn.Module,
    source: nn.Module,
    stages: Sequence[str],
    norms: Norms,
    there: Sequence[str] | None = None,
) -> None:
    """Makes the sub-modules `stages` of `network` use the weights of the same ones of `source`.

    Args:
        network: changed in place; of the same make as `source`.
        source: whose parameters, the very same tensors, it gets.
        stages: names of sub-modules (several in one text are divided by spaces; `""` is the whole).
        norms: `own`: batch normalisations keep weights and running statistics of their own, as inputs of
            unlike brightness need; `shared`: they are the same too.
        there: their names in `source`, one for each of `stages`, where they differ.

    Raises ConfigError if a weight of the two differs in shape, or a stage has more sub-modules in one.

    >>> a, b = (nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3)) for _ in range(2))
    >>> share_stages(b, a, ["0 1"], "own")
    >>> b[0].weight is a[0].weight, b[1].weight is a[1].weight
    (True, False)
    """
    for name, other in _pairs(stages, stages if there is None else there):
        ours, theirs = network.get_submodule(name), source.get_submodule(other)
        _check_alike(name, ours, theirs)
        if norms == "own":
            _take_parameters(ours, theirs)
        elif name:
            parent, _, child = name.rpartition(".")
            setattr(network.get_submodule(parent), child, theirs)


def _pairs(stages: Sequence[str], there: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The sub-modules of each stage here and there."""
    for stage, other in zip(stages, there, strict=True):
        names, others = stage.split(" "), other.split(" ")
        if len(names) != len(others):
            raise ConfigError(f"stage {stage} has {len(names)} parts here and {len(others)} there")
        yield from zip(names, others, strict=True)


def _take_parameters(network: nn.Module, source: nn.Module) -> None:
    for name, theirs in source.named_modules():
        if not isinstance(theirs, _NormBase):
            ours = network.get_submodule(name)
            for key, parameter in theirs.named_parameters(recurse=False):
                setattr(ours, key, parameter)


def _check_alike(stage: str, network: nn.Module, source: nn.Module) -> None:
    ours, theirs = dict(_weights(network)), dict(_weights(source))
    for key in sorted(ours.keys() | theirs.keys()):
        shapes = [tuple(found[key].shape) if key in found else "not there" for found in (ours, theirs)]
        if shapes[0] != shapes[1]:
            name = ".".join(piece for piece in (stage, key) if piece)
            raise ConfigError(
                f"{name} is {shapes[0]} here and {shapes[1]} there; shared weights need equal sizes"
            )


def _weights(network: nn.Module) -> Iterator[tuple[str, Tensor]]:
    return network.named_parameters(remove_duplicate=False)
