"""Errors of the data check refuse a fit only where it uses what is wrong."""

from pathlib import Path

import pytest

from tests.training.tiny_data import write_tiny
from weldfusion.data.settings import DataSettings
from weldfusion.errors import ConfigError, RunError
from weldfusion.training.data_check import check_data
from weldfusion.training.folder import RunFolder


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = write_tiny(tmp_path / "tiny", welds=12)
    (root / "curves/w00.npy").write_bytes(b"hello")
    return root


def test_a_broken_recording_of_a_used_sensor_refuses(root, tmp_path):
    for inputs in (None, {"curve": None}):
        with pytest.raises(RunError, match=r"w00\.npy"):
            check_data(RunFolder(tmp_path / "run"), root, DataSettings(str(root), inputs))


def test_a_broken_recording_of_an_unused_sensor_is_a_warning(root, tmp_path):
    findings = check_data(RunFolder(tmp_path / "run"), root, DataSettings(str(root), {"settings": None}))
    (about,) = [finding for finding in findings if "w00.npy" in str(finding)]
    assert about.level == "warning"
    assert about.message.endswith("(curve is not used in this run)")
    assert {finding.level for finding in findings} == {"warning"}


def test_an_unknown_sensor_is_told(root, tmp_path):
    with pytest.raises(ConfigError, match=r"no modality 'curv'; did you mean curve\?"):
        check_data(RunFolder(tmp_path / "run"), root, DataSettings(str(root), {"curv": None}))
