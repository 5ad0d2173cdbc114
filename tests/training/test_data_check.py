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


def test_what_the_run_does_not_use_is_not_judged(root, tmp_path):
    run = RunFolder(tmp_path / "run")
    manifest = root / "manifest.csv"
    rows = [line.split(",") for line in manifest.read_text().splitlines()]
    column = rows[0].index("force")
    for row in rows[1:3]:
        row[column] = ""
    manifest.write_text("".join(",".join(row) + "\n" for row in rows))
    used = {"settings": None}
    card = root / "dataset.yaml"
    card.write_text(card.read_text().replace("52", "0"))
    told = [str(finding) for finding in check_data(run, root, DataSettings(str(root), used))]
    assert any("no value of target force (rows 2, 3)" in line for line in told)
    assert not any("w00.npy" in line or "curve" in line for line in told)
    less = [str(finding) for finding in check_data(run, root, DataSettings(str(root), used, ["defect"]))]
    assert less == [line for line in told if "force" not in line]


def test_an_unknown_sensor_is_told(root, tmp_path):
    with pytest.raises(ConfigError, match=r"no modality 'curv'; did you mean curve\?"):
        check_data(RunFolder(tmp_path / "run"), root, DataSettings(str(root), {"curv": None}))
