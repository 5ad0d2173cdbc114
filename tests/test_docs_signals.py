"""docs/signals.md: its examples run."""

import re
import shlex
from pathlib import Path

import numpy as np

from weldfusion.cli.main import main
from weldfusion.config.load import load_settings
from weldfusion.signals.imf_steps import ImfBand

DOCS = Path(__file__).parents[1] / "docs"
PAGE = (DOCS / "signals.md").read_text(encoding="utf-8")
MOST_BYTES = 150_000


def block(kind):
    (text,) = re.findall(rf"^```{kind}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    return text


def test_the_decomposition_runs():
    """A tone of 1 kHz on one of 100 Hz and a ramp: the band has the first, the trend at least the ramp."""
    t = np.arange(1600) / 16_000
    tone, ramp = np.sin(2 * np.pi * 1000 * t), 20 * t
    given = {"sound": tone + np.sin(2 * np.pi * 100 * t) + ramp}
    exec(block("python"), given)
    assert np.corrcoef(given["band"], tone)[0, 1] > 0.95
    assert np.corrcoef(given["slow"], ramp)[0, 1] > 0.8


def test_the_config_is_one(tmp_path):
    file = tmp_path / "fit.yaml"
    file.write_text(block("yaml config"), encoding="utf-8")
    settings, _ = load_settings([file])
    assert settings.data.inputs["sound"].steps == [ImfBand(500, 2000, trials=50)]


def test_every_command_gives_its_picture(tmp_path, monkeypatch, capsys):
    """The commands run as they are; each writes numbers and the picture that the page shows under it."""
    monkeypatch.chdir(tmp_path)
    commands = re.findall(r"^weldfusion (.+)$", PAGE, re.MULTILINE)
    shown = re.findall(r"^!\[.+\]\((.+)\)$", PAGE, re.MULTILINE)
    for command in commands:
        assert main(shlex.split(command)) == 0, command
    made = [re.sub("npz$", "png", name) for name in re.findall(r"signals .*--out (\S+)", "\n".join(commands))]
    assert made == shown
    assert len(shown) == 5
    for name in shown:
        assert (tmp_path / name).stat().st_size > 10_000
        assert 10_000 < (DOCS / name).stat().st_size <= MOST_BYTES
