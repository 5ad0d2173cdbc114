"""Errors that a user reads: one line that names the place, what is wrong and what would be right."""

from collections.abc import Iterable
from difflib import get_close_matches


class WeldfusionError(ValueError):
    """Bad input, told in one line; the command line prints it and exits with `exit_code`."""

    exit_code = 2


class CardError(WeldfusionError):
    """`dataset.yaml` is wrong."""


class ManifestError(WeldfusionError):
    """`manifest.csv` or `manifest.parquet` is wrong."""


class ReadError(WeldfusionError):
    """A recording cannot be read or is not what the card says."""


class SplitError(WeldfusionError):
    """The welds cannot be divided as asked."""


class ConfigError(WeldfusionError):
    """A configuration cannot work."""


class RunError(WeldfusionError):
    """A run folder is missing, incomplete or does not fit the data."""


class SignalError(WeldfusionError):
    """A signal, or an argument of a function that processes it, cannot be used."""


class WeldfusionWarning(UserWarning):
    """Something that limits what can be claimed, told in one line; work goes on (decision 7)."""


def did_you_mean(name: str, options: Iterable[str]) -> str:
    """The end of an error line: the nearest valid names, or all of them when none is near.

    >>> did_you_mean("sonud", ["sound", "photo"])
    'did you mean sound?'
    >>> did_you_mean("x", ["sound", "photo"])
    'valid: photo, sound'
    """
    known = sorted({str(option) for option in options})
    near = get_close_matches(str(name), known, n=3, cutoff=0.6)
    if near:
        return f"did you mean {' or '.join(near)}?"
    return f"valid: {', '.join(known)}" if known else "nothing is valid here"
