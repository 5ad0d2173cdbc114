"""The config printed in docs/config.md is one."""

import re
from pathlib import Path

from weldfusion.config.load import load_settings
from weldfusion.data.flow import Flow
from weldfusion.encoders.mel import MelCNN

PAGE = Path(__file__).parents[1] / "docs" / "config.md"


def test_the_example_loads(tmp_path):
    match = re.search(r"^```yaml config\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert match
    (tmp_path / "config.yaml").write_text(match[1], encoding="utf-8")
    settings, resolved = load_settings([tmp_path / "config.yaml"])
    assert settings.data.windows.hop_s == 0.5
    assert resolved["split"]["init_args"]["k"] == 5
    assert settings.model.encoders is not None
    make = settings.model.encoders["sound"]
    assert isinstance(make(Flow("waveform", 1, length=16000, rate=16000.0)), MelCNN)
    assert settings.trainer["max_epochs"] == 50


def test_every_section_is_described():
    text = PAGE.read_text("utf-8")
    _, resolved = load_settings()
    assert all(f"`{section}`" in text for section in resolved)
