"""One YAML file, or the overrides of a command line, as plain values that know where they were written."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from weldfusion.errors import ConfigError, did_you_mean

MOST_KEYS = 10_000
MOST_LEVELS = 50
_FLOAT = re.compile(
    r"""^(?:[-+]?(?:[0-9][0-9_]*)\.[0-9_]*(?:[eE][-+]?[0-9]+)?
    |[-+]?(?:[0-9][0-9_]*)(?:[eE][-+]?[0-9]+)
    |[-+]?\.[0-9][0-9_]*(?:[eE][-+]?[0-9]+)?
    |[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$""",
    re.VERBOSE,
)


class _Loader(yaml.SafeLoader):
    """Safe YAML in which `1e-3` is a number, as in YAML 1.2."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in known if tag != "tag:yaml.org,2002:float"]
    for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:float", _FLOAT, list("-+0123456789."))


@dataclass(frozen=True)
class Layer:
    """Values of one source; `places` maps a dotted key to where it was written (for errors)."""

    values: Mapping[str, Any]
    places: Mapping[str, str]


def read_layer(path: Path) -> Layer:
    """One config file.

    Raises ConfigError, naming file and line: not readable, not YAML, a key twice, not a mapping.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        beside = [str(path.with_name(one.name)) for one in path.parent.glob("*.y*ml")]
        raise ConfigError(f"{path}: no such file; {did_you_mean(str(path), beside)}") from None
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not a UTF-8 text file"
        raise ConfigError(f"{path}: {reason}") from None
    return layer_from_text(text, str(path))


def read_config(path: Path) -> Layer:
    """One file of settings, as `read_layer` reads it; raises ConfigError too where it is a study."""
    layer = read_layer(path)
    if "rows" in layer.values:
        raise ConfigError(f"{path}: this is a study; run it with: weldfusion study {path}")
    return layer


def layer_from_text(text: str, name: str) -> Layer:
    """YAML text of the file `name`.

    >>> layer_from_text("split: {k: 5}", "a.yaml").places
    {'split': 'a.yaml:1', 'split.k': 'a.yaml:1'}
    """
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return Layer({}, {})
        if not isinstance(node, yaml.MappingNode):
            raise ConfigError(f"{name}: a config is a mapping of sections (data, model, …)")
        places: dict[str, str] = {}
        for key, line in _lines(node, (), name):
            places[key] = f"{name}:{line}"
            if len(places) > MOST_KEYS:
                raise ConfigError(f"{name}: more than {MOST_KEYS} keys; this is no config")
        values = loader.construct_document(node)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{name}:{mark.line + 1}" if mark else name
        what = " ".join(str(getattr(error, "problem", None) or error).split())
        raise ConfigError(f"{place}: not valid YAML: {what}") from None
    finally:
        loader.dispose()
    return Layer(values, places)


def _lines(node: yaml.Node, path: tuple[str, ...], name: str) -> Iterator[tuple[str, int]]:
    if len(path) > MOST_LEVELS:
        raise ConfigError(f"{name}: more than {MOST_LEVELS} levels, or an alias that refers to itself")
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key_node, value_node in node.value:
            key, line = str(key_node.value), key_node.start_mark.line + 1
            if key in seen and key != "<<":
                raise ConfigError(f"{name}:{line}: key {'.'.join((*path, key))} is given twice")
            seen.add(key)
            inner = path if key == "init_args" else (*path, key)
            yield ".".join(inner), line
            yield from _lines(value_node, inner, name)
    elif isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            inner = (*path, str(number))
            yield ".".join(inner), item.start_mark.line + 1
            yield from _lines(item, inner, name)


def parse_value(text: str, key: str) -> Any:
    """A value on the command line, read as YAML.

    >>> parse_value("[8, 16]", "widths"), parse_value("null", "exchange"), parse_value("1e-3", "lr")
    ([8, 16], None, 0.001)
    """
    try:
        return yaml.load(text, Loader=_Loader)
    except yaml.YAMLError:
        raise ConfigError(f"--{key}: {text!r} is not valid YAML") from None


def override_layer(key: str, value: Any) -> Layer:
    """`model.exchange`, None → the same as a file that says `model: {exchange: null}`."""
    pieces = key.split(".")
    if not all(pieces):
        raise ConfigError(f"--{key}: a key is names joined by single dots, as in model.fusion")
    values: Any = value
    for piece in reversed(pieces):
        values = {piece: values}
    kept = ".".join(piece for piece in pieces if piece != "init_args")
    return Layer(values, {kept: f"--{key}"})


def override_layers(overrides: Mapping[str, Any] | Sequence[str]) -> list[Layer]:
    """Overrides as a mapping of dotted keys to values, or as `--key value` and `--key=value` words.

    Raises ConfigError: a word that is not an option, an option without a value.
    """
    if isinstance(overrides, Mapping):
        return [override_layer(key, value) for key, value in overrides.items()]
    layers = []
    words = iter(overrides)
    for word in words:
        if not word.startswith("--"):
            raise ConfigError(f"{word!r} was not expected here; settings are given as --key value")
        key, equals, text = word.removeprefix("--").partition("=")
        if not equals:
            text = next(words, "--")
            if text.startswith("--"):
                raise ConfigError(f"--{key}: a value is missing (write --{key} VALUE)")
        layers.append(override_layer(key, parse_value(text, key)))
    return layers
