"""`weldfusion signals sync`: a known offset is found and told, strangers are refused."""

import numpy as np
import pandas as pd
import pytest
import soundfile

from tests.cli.signals.made import CARD, MANIFEST, signals, size_of_png

RATE = 1000


def power_steps(seed, length=4000):
    rng = np.random.default_rng(seed)
    return np.repeat(rng.uniform(1, 3, 200), rng.integers(10, 90, 200))[:length] + rng.normal(0, 0.02, length)


@pytest.fixture(autouse=True)
def pair(tmp_path, monkeypatch):
    """`late.npy` sees everything 0.12 s later, counted from its first sample."""
    monkeypatch.chdir(tmp_path)
    power = power_steps(0)
    np.save("early.npy", power[120:])
    np.save("late.npy", power[:-120] + np.random.default_rng(2).normal(0, 0.02, 3880))
    np.save("stranger.npy", np.random.default_rng(5).normal(size=3880))
    np.save("still.npy", np.ones(3880))


def test_a_known_offset_is_found(capsys):
    assert signals("sync", "early.npy", "late.npy", "--rate", RATE, "--out", "a.csv") == 0
    row = pd.read_csv("a.csv").iloc[0]
    assert abs(row["offset_s"] - 0.12) < 4 * row["offset_sd_s"] + 1e-4
    assert row["offset_sd_s"] < 1e-3
    shown = capsys.readouterr().out
    assert "s later in late than in early" in shown
    assert size_of_png("a.png")[0] > 800


def test_the_curve_has_its_peak_there():
    assert signals("sync", "late.npy", "early.npy", "--rate", "1000,1000", "--most-s", 0.5) == 0
    found = np.load("late-early-sync.npz")
    assert found["lag_s"][found["correlation"].argmax()] == pytest.approx(-0.12, abs=1e-3)
    assert np.abs(found["lag_s"]).max() <= 0.5
    assert found["offset_s"] == pytest.approx(-0.12, abs=1e-3)


def test_two_sensors_of_a_weld(tmp_path, capsys):
    """`light` begins at 0.25 s by the card; the depth, late by 0.12 s, must then begin at 0.13 s."""
    (tmp_path / "dataset.yaml").write_text(CARD, encoding="utf-8")
    (tmp_path / "manifest.csv").write_text(MANIFEST, encoding="utf-8")
    early, late = np.load("early.npy"), np.load("late.npy")
    for weld in ("w1", "w2"):
        np.save(f"{weld}-light.npy", np.stack([early, np.zeros_like(early)]))
    np.save("w2-depth.npy", late)
    assert signals("sync", ".", "--modality", "light,depth", "--drift", "--out", "b.parquet") == 0
    shown = capsys.readouterr().out
    assert "with w2-light at 0.25 s, the first value of w2-depth lies at 0.13" in shown
    row = pd.read_parquet("b.parquet").iloc[0]
    assert abs(row["rate_ppm"]) < 4 * row["rate_sd_ppm"] + 1
    assert "ppm" in shown


def test_what_is_printed_puts_the_clocks_right(tmp_path, capsys):
    """The depth begins at -0.4 s with a clock 130 ppm fast; the manifest says 40 ppm and 0 s so far."""
    rng = np.random.default_rng(3)
    instants, levels = np.sort(rng.uniform(0, 20, 120)), rng.uniform(1, 3, 121)

    def seen(begin_s, ppm):
        times = begin_s + np.arange(20 * RATE) / (RATE * (1 + ppm * 1e-6))
        return levels[np.searchsorted(instants, times)] + rng.normal(0, 0.02, len(times))

    np.save("w2-light.npy", np.stack([seen(0.25, 0), np.zeros(20 * RATE)]))
    np.save("w2-depth.npy", seen(-0.4, 130))
    np.save("w1-light.npy", np.load("w2-light.npy"))
    (tmp_path / "dataset.yaml").write_text(CARD, encoding="utf-8")

    def told(offset_s, ppm):
        first, second = MANIFEST.splitlines()[1:]
        rows = [MANIFEST.splitlines()[0] + ",depth.offset_s,depth.clock_ppm", f"{first},,"]
        (tmp_path / "manifest.csv").write_text(
            "\n".join([*rows, f"{second},{offset_s},{ppm}", ""]), encoding="utf-8"
        )
        words = ("--modality", "light,depth", "--drift", "--out", "f.csv")
        assert signals("sync", ".", *words) == 0
        written = capsys.readouterr().out.partition("to write into the manifest for this weld: ")[2]
        offset, _, clock = written.partition("\n")[0].partition(", ")
        assert clock.endswith(f"(so far: {ppm})")
        return (
            offset.removeprefix("depth.offset_s "),
            clock.removeprefix("depth.clock_ppm ").partition(" ")[0],
            pd.read_csv("f.csv").iloc[0],
        )

    begin, ppm, row = told(0, 40)
    assert float(begin) == pytest.approx(-0.4, abs=4 * row["offset_sd_s"])
    assert float(ppm) == pytest.approx(130, abs=4 * row["rate_sd_ppm"])
    assert len(ppm) <= 6
    _, _, again = told(begin, ppm)
    assert abs(again["rate_ppm"]) < 2 * row["rate_sd_ppm"]
    assert again["offset_s"] == pytest.approx(0.25 + 0.4, abs=2 * row["offset_sd_s"])


def test_the_level_of_a_sound():
    """A tone that is loud where the power is high, with its own rate."""
    loud = np.interp(np.arange(3880 * 8) / 8000, np.arange(3880) / RATE, np.load("late.npy"))
    tone = np.random.default_rng(1).normal(0, 0.1, len(loud)) * 10 ** (loud - 3)
    soundfile.write("arc.wav", tone, 8000, subtype="FLOAT")
    assert (
        signals("sync", "early.npy", "arc.wav", "--rate", "1000,", "--level", "second", "--out", "c.csv") == 0
    )
    row = pd.read_csv("c.csv").iloc[0]
    assert row["offset_s"] == pytest.approx(0.12, abs=0.005)


def test_the_level_begins_later_than_its_sound(capsys):
    """Its first value belongs to the middle of 2.5 ms; the sound itself begins 0.12 s before `early`."""
    steps = power_steps(0, 9000)
    loud = np.repeat(10 ** (steps - 3), 8)
    sound = np.random.default_rng(1).normal(0, 0.1, len(loud)) * loud
    soundfile.write("arc.wav", sound, 8000, subtype="FLOAT")
    np.save("later.npy", steps[120:])
    assert signals("sync", "later.npy", "arc.wav", "--rate", "1000,", "--level", "second") == 0
    write = capsys.readouterr().out.partition("for this weld: offset_s ")[2].splitlines()[0]
    assert float(write) == pytest.approx(-0.12, abs=0.001)


WRONG = {
    "strangers": (["early.npy", "stranger.npy"], "no common event stands out"),
    "nothing happens": (["early.npy", "still.npy"], "second is constant"),
    "one file": (["early.npy"], "INPUT: 1 are named; give two files"),
    "three files": (["early.npy"] * 3, "INPUT: 3 are named; give two files"),
    "one channel": (["early.npy", "late.npy", "--channel", "1"], "--channel 1: write two, A,B"),
    "no such channel": (["early.npy", "late.npy", "--channel", "1,2"], "--channel 2: late has none"),
    "no range": (["early.npy", "late.npy", "--most-s", 0], "most_s must be above 0"),
    "odd level": (["early.npy", "late.npy", "--level", "third"], "no level 'third'"),
    "no folder to write": (
        ["early.npy", "late.npy", "--out", "early.npy/a.csv"],
        "nothing can be written into",
    ),
    "odd repair": (["early.npy", "late.npy", "--repair", 4], "window must be odd"),
}


@pytest.mark.parametrize("name", WRONG)
def test_bad_input_is_one_line_and_nothing_is_written(name, tmp_path, capsys):
    words, told = WRONG[name]
    before = sorted(tmp_path.iterdir())
    assert signals("sync", *words, "--rate", RATE) == 2
    shown = capsys.readouterr()
    assert told in shown.err
    assert len(shown.err.splitlines()) == 1
    assert sorted(tmp_path.iterdir()) == before


def test_gaps_are_bridged_where_asked(capsys):
    late = np.load("late.npy")
    late[::50] = np.nan
    np.save("gaps.npy", late)
    assert signals("sync", "early.npy", "gaps.npy", "--rate", RATE) == 2
    assert signals("sync", "early.npy", "gaps.npy", "--rate", RATE, "--repair", 5, "--out", "d.csv") == 0
    assert pd.read_csv("d.csv")["offset_s"].iloc[0] == pytest.approx(0.12, abs=1e-3)
    assert "gaps: 2.01% of the samples were missing" in capsys.readouterr().out
