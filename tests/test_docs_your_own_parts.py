"""docs/your_own_parts.md, tried out: an encoder and a fusion in a user's own file, used from YAML."""

import importlib
import json
import re
import shlex
import sys
from pathlib import Path

import pytest

from tests.permuted_set import write_set
from weldfusion.cli.main import main

PAGE = (Path(__file__).parents[1] / "docs" / "your_own_parts.md").read_text("utf-8")
FILES = dict(re.findall(r"^```\w+ file=(\S+)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL))
(CHECKS,) = re.findall(r"^```python run\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
(CONSOLE,) = re.findall(r"^```console\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
COMMANDS = [shlex.split(line)[1:] for line in CONSOLE.splitlines()]


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder with welds and the page's files, from which weldfusion is called."""
    write_set(tmp_path / "my_welds")
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "my_parts", raising=False)
    importlib.invalidate_caches()
    return tmp_path


def test_the_parts_keep_the_contracts(place):
    exec(compile(CHECKS, "your_own_parts.md", "exec"), {})


def test_describe_fit_evaluate_and_explain_with_trust(place, capsys):
    assert [words[0] for words in COMMANDS] == ["describe", "fit", "evaluate", "explain"]
    for words in COMMANDS:
        more = ["--trainer.max_epochs", "2", "--trainer.accelerator", "cpu"] if words[0] == "fit" else []
        assert main([*words, *more]) == 0, (words, capsys.readouterr().err)
    assert "WeightedMean" in (place / "my_model.svg").read_text("utf-8")
    (metrics,) = (place / "runs" / "mine" / "evaluation").rglob("metrics.json")
    assert "defect" in json.loads(metrics.read_text("utf-8"))["targets"]
    assert list((place / "runs" / "mine" / "explanation").rglob("explanation.html"))


@pytest.mark.parametrize("number", [0, 2], ids=["describe", "evaluate"])
def test_without_trust_no_line_of_it_is_run(place, number, capsys):
    """A fresh process would import nothing; here the module would appear among the loaded ones."""
    if number > 1:
        fit = [*COMMANDS[1], "--trainer.max_epochs", "1", "--trainer.accelerator", "cpu"]
        assert main(fit) == 0
        sys.modules.pop("my_parts")
    words = [word for word in COMMANDS[number] if word not in ("--trust", "my_parts")]
    assert main(words) != 0
    assert "--trust my_parts" in capsys.readouterr().err
    assert "my_parts" not in sys.modules


def test_a_wrong_setting_of_your_class_is_told(place, capsys):
    words = [*COMMANDS[0], "--model.fusion.sise", "3"]
    assert main(words) != 0
    assert "size" in capsys.readouterr().err
