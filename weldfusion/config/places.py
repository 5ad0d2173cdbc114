"""Errors of the data that begin with a key, told with the place where that key was written."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from weldfusion.config.yaml_layer import Layer
from weldfusion.errors import WeldfusionError


@contextmanager
def told_where(layers: Sequence[Layer]) -> Iterator[None]:
    """Puts file and line, or the option, before an error that begins with a key of the layers."""
    try:
        yield
    except WeldfusionError as error:
        raise type(error)(with_place(str(error), layers)) from None


def with_place(message: str, layers: Sequence[Layer]) -> str:
    """A message after the place of its key, or of the name in quotes below that key.

    >>> layer = Layer({}, {"data.inputs": "a.yaml:2", "data.inputs.sonud": "a.yaml:3"})
    >>> with_place("data.inputs: no modality 'sonud'", [layer])
    "a.yaml:3: data.inputs: no modality 'sonud'"
    >>> with_place("data.workers: must be at least 0", [layer])
    'data.workers: must be at least 0'
    """
    key, _, what = message.partition(": ")
    quoted = re.search(r"'([^']+)'", what)
    for wanted in ([f"{key}.{quoted[1]}"] if quoted else []) + [key]:
        for layer in reversed(layers):
            if place := _place(layer.places, wanted):
                return f"{place}: {what if place == f'--{key}' else message}"
    return message


def _place(places: Mapping[str, str], key: str) -> str:
    below = (place for name, place in places.items() if name.startswith(f"{key}."))
    return places.get(key) or next(below, "")
