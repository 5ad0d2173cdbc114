"""`weldfusion signals decompose`: what is written is what the library gives, and what is told is true."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.cli.signals.made import FAST, RATE, SLOW, made_folder, signals, size_of_png

FEW = ("--trials", 10)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return made_folder(tmp_path / "made")


def test_two_tones_are_told(folder, capsys):
    """Frequency 50 Hz and half of the energy are those of the tone that was added."""
    assert signals("decompose", folder, "--modality", "depth", "--method", "emd") == 0
    shown = capsys.readouterr().out
    hertz, share = re.search(r"^  1 +([\d.]+) Hz +([\d.]+)%", shown, re.MULTILINE).groups()
    assert float(hertz) == pytest.approx(50, rel=0.03)
    assert float(share) == pytest.approx(50, abs=8)
    assert "numbers: w2-depth-imfs.npz" in shown
    found = np.load("w2-depth-imfs.npz")
    np.testing.assert_allclose(found["imfs"].sum(1) + found["residue"], found["signal"], atol=1e-9)
    np.testing.assert_allclose(found["imfs"][0, 0, 100:-100], FAST[100:-100], atol=0.1)
    assert size_of_png("w2-depth-imfs.png")[0] > 800


@pytest.mark.parametrize("method", ["eemd", "ceemdan"])
def test_ensembles_add_up_and_a_seed_counts(folder, method):
    words = ("decompose", folder, "--modality", "depth", "--method", method, *FEW, "--out", "a.csv")
    assert signals(*words) == 0
    table = pd.read_csv("a.csv")
    parts = [name for name in table if name.startswith("imf_")] + ["residue"]
    np.testing.assert_allclose(table[parts].sum(axis=1), FAST + SLOW + 3, atol=1e-5)
    again, other = pd.read_csv("a.csv"), None
    assert signals(*words, "--threads", 1) == 0
    pd.testing.assert_frame_equal(pd.read_csv("a.csv"), again)
    assert signals(*words, "--seed", 1) == 0
    other = pd.read_csv("a.csv")
    assert not np.array_equal(other["imf_1"], again["imf_1"])


def test_channels_and_their_times(folder, capsys):
    words = ("--modality", "light", "--weld", "w2", "--method", "emd", "--out", "b.parquet")
    assert signals("decompose", folder, *words, "--picture", "b.svg", "--hilbert", "h.png") == 0
    table = pd.read_parquet("b.parquet")
    assert table["channel"].unique().tolist() == ["plasma", "back"]
    assert table["time_s"].iloc[0] == 0.25
    np.testing.assert_allclose(table["signal"], np.concatenate([FAST, SLOW]), atol=1e-6)
    assert b"<svg" in Path("b.svg").read_bytes()
    assert size_of_png("h.png")[0] > 800
    assert "plasma" in capsys.readouterr().out


WRONG = {
    "odd trials": (["--trials", 5], "trials: is 5, must be an even number"),
    "noise of nothing": (["--noise", 0], "noise: is 0"),
    "no IMFs": (["--imfs", 0], "most_imfs: is 0"),
    "no threads": (["--threads", 0], "threads: is 0"),
    "method unknown": (["--method", "emdd"], "did you mean emd or eemd?"),
    "numbers of another kind": (["--out", "a.xls"], "must end in .csv or .npz or .parquet"),
    "picture of another kind": (["--picture", "a.bmp"], "must end in .png or .svg"),
    "energy of another kind": (["--hilbert", "a.pdf"], "must end in .png or .svg"),
    "results over the input": (["--out", "x.npz"], "is the input"),
    "a stretch too short": (["--to", 0.005], "x: values have 5 samples along time"),
}


@pytest.mark.parametrize("name", WRONG)
def test_bad_input_is_one_line_and_nothing_is_written(name, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    np.savez("x.npz", x=FAST)
    words, expected = WRONG[name]
    assert signals("decompose", "x.npz", "--rate", RATE, *words) == 2
    shown = capsys.readouterr()
    assert expected in shown.err
    assert len(shown.err.splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["x.npz"]


def test_a_constant_is_told(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    np.save("still.npy", np.ones(100))
    assert signals("decompose", "still.npy", "--rate", 10) == 2
    assert capsys.readouterr().err.count("still: values[0] are constant") == 1


def test_help_teaches(capsys):
    assert signals("decompose", "--help") == 0
    shown = capsys.readouterr().out
    for word in (
        "Wu & Huang 2009",
        "standard deviations of the signal",
        "time_s, channel, signal",
        "system 9",
    ):
        assert word in shown
