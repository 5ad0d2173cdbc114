"""The configs and options in docs/machines.md are some."""

import re
import shlex
from pathlib import Path

import pytest

from weldfusion.config.load import load_settings
from weldfusion.training.devices import process_count
from weldfusion.training.trainer import check_trainer

PAGE = (Path(__file__).parents[1] / "docs" / "machines.md").read_text("utf-8")
CALLS = re.findall(r"weldfusion fit --config \S+ (--trainer.*)", PAGE)


def test_the_config_loads(tmp_path, monkeypatch):
    (text,) = re.findall(r"^```yaml config\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    (tmp_path / "config.yaml").write_text(text, encoding="utf-8")
    settings, _ = load_settings([tmp_path / "config.yaml"])
    assert process_count(check_trainer(settings.trainer)) == 2


@pytest.mark.parametrize("options", CALLS)
def test_every_call_asks_for_eight_processes(options):
    settings, _ = load_settings(overrides=shlex.split(options))
    assert process_count(check_trainer(settings.trainer)) == 8
    assert len(CALLS) == 2
