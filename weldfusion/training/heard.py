"""Warnings on what can be claimed, kept while they are shown, so that a run can repeat them."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from weldfusion.errors import WeldfusionWarning


@contextmanager
def heard() -> Iterator[list[str]]:
    """The texts of all `WeldfusionWarning` raised inside, each once; they are shown as before.

    >>> with warnings.catch_warnings(record=True), heard() as texts:
    ...     warnings.warn("split: only 3 groups", WeldfusionWarning)
    >>> texts
    ['split: only 3 groups']
    """
    texts: list[str] = []
    with warnings.catch_warnings():
        warnings.simplefilter("always", WeldfusionWarning)
        shown = warnings.showwarning

        def keep(message: Warning | str, category: type[Warning], *place: Any, **more: Any) -> None:
            if issubclass(category, WeldfusionWarning):
                if str(message) in texts:
                    return
                texts.append(str(message))
            shown(message, category, *place, **more)

        warnings.showwarning = keep
        yield texts


@contextmanager
def warnings_of(whose: str) -> Iterator[None]:
    """Warnings inside begin with whose they are.

    >>> with warnings.catch_warnings(record=True), heard() as texts, warnings_of("row a"):
    ...     warnings.warn("split: only 3 groups", WeldfusionWarning)
    >>> texts
    ['row a: split: only 3 groups']
    """
    shown = warnings.showwarning

    def named(message: Warning | str, category: type[Warning], *place: Any, **more: Any) -> None:
        shown(f"{whose}: {message}", category, *place, **more)

    warnings.showwarning = named
    try:
        yield
    finally:
        warnings.showwarning = shown
