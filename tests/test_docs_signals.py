"""docs/signals.md: its examples run."""

import re
from pathlib import Path

import numpy as np

from weldfusion.config.load import load_settings
from weldfusion.signals.imf_steps import ImfBand

PAGE = (Path(__file__).parents[1] / "docs" / "signals.md").read_text(encoding="utf-8")


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
