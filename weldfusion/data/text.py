"""Reading text files of a data set: YAML without silent surprises, one-line errors."""

from pathlib import Path
from typing import Any

import yaml

from weldfusion.errors import WeldfusionError


class _Loader(yaml.SafeLoader):
    """Safe YAML that refuses a key given twice (plain YAML keeps the last in silence)."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value in seen:
                raise yaml.MarkedYAMLError(None, None, f"key {key.value!r} is given twice", key.start_mark)
            seen.add(str(key.value))
        return super().construct_mapping(node, deep)


def load_yaml(path: Path, error: type[WeldfusionError]) -> Any:
    """Content of a YAML file.

    Raises `error` with one line (file, line, what is wrong) where it is missing or no YAML.
    """
    text = read_text(path, error)
    try:
        return yaml.load(text, _Loader)
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        line = f" line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise error(f"{path}{line}: {' '.join(str(problem.problem).split())}") from None
    except (yaml.YAMLError, ValueError, RecursionError) as problem:
        raise error(f"{path}: cannot be read as YAML: {' '.join(str(problem).split())}") from None


def read_text(path: Path, error: type[WeldfusionError]) -> str:
    """A UTF-8 text file (a byte-order mark is dropped); raises `error` with one line."""
    try:
        return Path(path).read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise error(f"{path}: no such file") from None
    except OSError as problem:
        raise error(f"{path}: cannot be read: {problem.strerror}") from None
    except UnicodeDecodeError as problem:
        raise error(f"{path}: byte {problem.start} is not UTF-8 text; save the file as UTF-8") from None
