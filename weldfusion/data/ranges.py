"""Ranges of settings, checked where the settings are made; the config loader adds the section to the name."""

from math import isfinite

from weldfusion.errors import ConfigError


def check_least(name: str, value: float | None, least: float, otherwise: str = "") -> None:
    """Raises ConfigError unless the value is None or at least `least`, and finite.

    >>> check_least("batch_size", 8, 1)
    >>> check_least("batch_size", 0, 1)
    Traceback (most recent call last):
    weldfusion.errors.ConfigError: batch_size: must be at least 1, is 0
    """
    if value is not None and not (isfinite(value) and value >= least):
        raise ConfigError(f"{name}: must be at least {least:g}{otherwise}, is {value}")


def check_above_zero(name: str, value: float | None) -> None:
    """Raises ConfigError unless the value is None or above 0, and finite."""
    if value is not None and not (isfinite(value) and value > 0):
        raise ConfigError(f"{name}: must be above 0, is {value}")


def check_share(name: str, value: float) -> None:
    """Raises ConfigError unless the value is from 0 to 1."""
    if not 0 <= value <= 1:
        raise ConfigError(f"{name}: must be from 0 to 1, is {value}")
