"""An argument parser that tells errors in our way and can hand on options it does not know."""

import argparse
from collections.abc import Sequence
from typing import Any, NoReturn

from weldfusion.errors import WeldfusionError, did_you_mean


class UsageError(WeldfusionError):
    """The command line is wrong."""


class Parser(argparse.ArgumentParser):
    """Raises `UsageError` instead of exiting; options are never abbreviated.

    With `collects=True`, options that were not declared (`--model.exchange null`, `--model.exchange=null`)
    end up in `namespace.others` as words in their order, so that a verb may read them by itself.
    """

    def __init__(self, *args: Any, collects: bool = False, **kwargs: Any) -> None:
        kwargs.setdefault("allow_abbrev", False)
        kwargs.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        super().__init__(*args, **kwargs)
        self.collects = collects

    def parse_known_args(  # type: ignore[override]
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        own, others = self._divided(list(args or []))
        found, rest = super().parse_known_args(own, namespace)
        if self.collects:
            found.others = others
        elif unknown := [word for word in rest if word.startswith("-")]:
            options = [option for option in self._option_string_actions if option.startswith("--")]
            self.error(f"no option {unknown[0]}; {did_you_mean(unknown[0].partition('=')[0], options)}")
        return found, rest

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is not None and value not in action.choices:
            name = action.metavar or action.dest
            self.error(f"no {name} {value!r}; {did_you_mean(str(value), map(str, action.choices))}")

    def error(self, message: str) -> NoReturn:
        """Raises UsageError; the verb's help is named."""
        raise UsageError(f"{message} (see {self.prog} --help)")

    def _divided(self, words: list[str]) -> tuple[list[str], list[str]]:
        """Words for argparse, and the undeclared options with their values."""
        if not self.collects:
            return words, []
        own: list[str] = []
        others: list[str] = []
        place = 0
        while place < len(words):
            word = words[place]
            place += 1
            if not word.startswith("--") or word.partition("=")[0] in self._option_string_actions:
                own.append(word)
                continue
            others.append(word)
            if "=" not in word and place < len(words) and not words[place].startswith("--"):
                others.append(words[place])
                place += 1
        return own, others


def pairs(words: Sequence[str]) -> list[tuple[str, str | None]]:
    """Collected words as (option without dashes, value or None).

    >>> pairs(["--a", "1", "--b=2", "--c"])
    [('a', '1'), ('b', '2'), ('c', None)]
    """
    found: list[tuple[str, str | None]] = []
    for word in words:
        if word.startswith("--"):
            name, equals, value = word.removeprefix("--").partition("=")
            found.append((name, value if equals else None))
        else:
            found[-1] = (found[-1][0], word)
    return found
