"""What would fit where a part cannot take what comes to it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from weldfusion.data.flow import Flow
from weldfusion.errors import ConfigError


@contextmanager
def hinted(hint: str, only_if: str = "") -> Iterator[None]:
    """Adds a hint to the ConfigError of a part, if that says `only_if`.

    >>> with hinted("take b", only_if="not tokens"):
    ...     raise ConfigError("model.trunks.a: A takes features, not tokens")
    Traceback (most recent call last):
    weldfusion.errors.ConfigError: model.trunks.a: A takes features, not tokens; take b
    """
    try:
        yield
    except ConfigError as error:
        if not hint or only_if not in str(error):
            raise
        raise ConfigError(f"{error}; {hint}") from error


def tokens_for_exchange(inputs: Mapping[str, Flow], between: Mapping[str, Flow]) -> str:
    """How an exchange gets its tokens where fewer than two modalities have some; empty otherwise.

    >>> inputs = {"a": Flow("waveform", 1, length=8), "b": Flow("waveform", 1, length=8)}
    >>> tokens_for_exchange(inputs, dict.fromkeys(inputs, Flow.features(4)))
    'set out: tokens in model.encoders.a and model.encoders.b, or leave the exchange out'
    """
    if sum(flow.kind == "tokens" for flow in between.values()) > 1:
        return ""
    could = [
        n for n, flow in between.items() if flow.kind != "tokens" and inputs[n].kind in ("waveform", "image")
    ]
    if not could:
        return "leave the exchange out"
    listed = " and ".join(f"model.encoders.{name}" for name in could)
    return f"set out: tokens in {listed}, or leave the exchange out"


def tokens_for_trunk(name: str, flow: Flow) -> str:
    """How a trunk gets the tokens that it wants.

    >>> tokens_for_trunk("sound", Flow.features(4))
    'set out: tokens in model.encoders.sound, or leave model.trunks.sound out'
    """
    if flow.kind == "tokens":
        return f"set out: features in model.encoders.{name}, or leave model.trunks.{name} out"
    return f"set out: tokens in model.encoders.{name}, or leave model.trunks.{name} out"
