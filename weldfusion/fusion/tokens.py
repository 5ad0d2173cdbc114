"""The tokens that take part in an exchange: which modalities have some, and which of them are real."""

from collections.abc import Mapping, Sequence

from torch import Tensor

from weldfusion.data.flow import Flow
from weldfusion.errors import ConfigError, did_you_mean
from weldfusion.fusion.fusion import Tensors


def token_flows(
    flows: Mapping[str, Flow], part: str, between: Sequence[str] | None = None
) -> dict[str, Flow]:
    """Flows of the modalities in `between` (all that have tokens by default) by sorted name.

    Raises ConfigError for a name that is not there, for a flow without tokens, and for less than two.
    """
    for name in between or ():
        with_tokens(flows, "between", name)
    taken = between if between is not None else [name for name in flows if flows[name].kind == "tokens"]
    if len(set(taken)) < 2:
        kinds = ", ".join(f"{name}: {flow.kind}" for name, flow in sorted(flows.items()))
        raise ConfigError(f"{part} needs tokens of at least two modalities, found {kinds}")
    return {name: flows[name] for name in sorted(set(taken))}


def with_tokens(flows: Mapping[str, Flow], setting: str, name: str) -> Flow:
    """The flow of a modality that a setting names.

    Raises ConfigError if there is none of that name or it does not give tokens.
    """
    if name not in flows:
        raise ConfigError(f"{setting}: no modality {name}; {did_you_mean(name, flows)}")
    if flows[name].kind != "tokens":
        raise ConfigError(f"{setting}: {name} gives {flows[name].kind}, expected tokens")
    return flows[name]


def usable_tokens(
    names: Sequence[str], x: Tensors, present: Tensors, valid: Tensors
) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """Tokens (B, L, D) of some modalities with 0 where they are not usable, and which are usable (B, L)."""
    clean, usable = {}, {}
    for name in names:
        here = present[name].unsqueeze(1).expand(x[name].shape[:2])
        usable[name] = here & valid[name] if name in valid else here
        clean[name] = x[name].masked_fill(~usable[name].unsqueeze(-1), 0.0)
    return clean, usable
