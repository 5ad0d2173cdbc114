"""Explanations come back from disk as they were; damaged ones are refused in one line."""

import json
from dataclasses import fields, replace

import numpy as np
import pandas as pd
import pytest

from tests.explain.made import made_explanation, made_shares
from weldfusion.errors import RunError
from weldfusion.explain.explanation import Axis, completeness_error, mean_over_windows
from weldfusion.explain.storage import read_explanation, write_explanation


def same(one: object, other: object) -> bool:
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
    if isinstance(one, tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, Axis):
        return (one.name, one.unit) == (other.name, other.unit) and same(one.centres, other.centres)
    return one == other


@pytest.fixture
def folder(tmp_path):
    write_explanation(made_explanation(), tmp_path / "test")
    return tmp_path / "test"


def test_what_is_read_is_what_was_written(folder):
    made, read = made_explanation(), read_explanation(folder)
    pd.testing.assert_frame_equal(read.shares, made.shares, check_dtype=False)
    for name in ("targets", "detailed", "modalities", "background", "figures", "notes"):
        assert getattr(read, name) == getattr(made, name)
    for one, other in zip(made.maps + made.attention, read.maps + read.attention, strict=True):
        for field in fields(one):
            assert same(getattr(one, field.name), getattr(other, field.name)), field.name
    for weld, truth in made.truths.items():
        assert all(same(value, getattr(read.truths[weld], name)) for name, value in vars(truth).items())


def test_an_explanation_without_maps(tmp_path):
    bare = replace(made_explanation(), maps=(), attention=(), truths={})
    write_explanation(bare, tmp_path)
    assert read_explanation(tmp_path).maps == ()


@pytest.mark.parametrize("name", ["shares.parquet", "pointing.parquet", "maps.npz", "attention.npz"])
def test_a_file_of_another_explanation_is_refused(folder, name):
    (folder / name).write_bytes(b"other")
    with pytest.raises(RunError, match=f"{name}: is not the file that explanation.json names"):
        read_explanation(folder)


@pytest.mark.parametrize("name", ["shares.parquet", "maps.npz", "attention.npz", "explanation.json"])
def test_a_missing_file_is_told(folder, name):
    (folder / name).unlink()
    with pytest.raises(RunError, match="explain again"):
        read_explanation(folder)


@pytest.mark.parametrize("change", [{"schema": 99}, {"files": {}}, {"maps": []}, {"truths": {"W": {}}}])
def test_a_changed_json_is_refused(folder, change):
    file = folder / "explanation.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | change))
    with pytest.raises(RunError, match="explain again"):
        read_explanation(folder)


def test_writing_that_is_cut_short_leaves_no_readable_explanation(folder, monkeypatch):
    def fails(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("weldfusion.explain.storage.write_text", fails)
    with pytest.raises(OSError, match="disk full"):
        write_explanation(made_explanation(), folder)
    with pytest.raises(RunError, match="holds no explanation"):
        read_explanation(folder)


def test_means_over_windows_keep_the_sum():
    shares = made_shares()
    assert completeness_error(shares) < 1e-12
    welds = mean_over_windows(shares)
    assert len(welds) == len(shares) / 4
    one = shares[(shares["weld"] == "W03") & (shares["class"] == "PP") & (shares["modality"] == "sound")]
    mine = welds[(welds["weld"] == "W03") & (welds["class"] == "PP") & (welds["modality"] == "sound")]
    assert mine["share"].item() == pytest.approx(one["share"].mean(), abs=1e-15)
    assert completeness_error(welds.assign(window=0)) < 1e-12


def test_a_wrong_share_is_noticed():
    shares = made_shares()
    shares.loc[5, "share"] += 0.25
    assert completeness_error(shares) == pytest.approx(0.25)
