"""`weldfusion signals morphology`: shapes of known size, streamed; frames without one are missing."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from tests.cli.signals.made import signals, size_of_png
from weldfusion.cli.signals.film import Film

FRAMES, AREA = 20, 12 * 30
PX = ("--rate", 100, "--reader", "images=grey")


@pytest.fixture(autouse=True)
def film(tmp_path, monkeypatch):
    """A bright rectangle of 12 x 30 pixels that moves a pixel to the right a frame; frame 7 is dark."""
    monkeypatch.chdir(tmp_path)
    frames = np.random.default_rng(0).integers(0, 8, (FRAMES, 64, 96)).astype(np.uint8)
    for number in range(FRAMES):
        if number != 7:
            frames[number, 20:32, 10 + number : 40 + number] += 180
    np.save("film.npy", frames)
    return frames


def test_sizes_in_millimetres(capsys):
    words = ("--mm-per-px", 0.1, "--threshold", 90, "--save-steps", "steps", "--out", "a.csv")
    assert signals("morphology", "film.npy", *PX, *words) == 0
    table = pd.read_csv("a.csv")
    seen = table["frame"] != 7
    assert table.loc[~seen].iloc[0, 2:].isna().all()
    np.testing.assert_allclose(table.loc[seen, "length_mm"], 3.0, atol=0.21)
    np.testing.assert_allclose(table.loc[seen, "width_mm"], 1.2, atol=0.21)
    np.testing.assert_allclose(table.loc[seen, "area_mm2"], AREA / 100, rtol=0.05)
    np.testing.assert_allclose(np.diff(table.loc[8:, "x_mm"]), 0.1, atol=0.02)
    np.testing.assert_allclose(table["time_s"], np.arange(FRAMES) / 100)
    shown = capsys.readouterr().out
    assert "20 frames at 100 a second, 19 with a keyhole (95.0%)" in shown
    assert size_of_png("a.png")[0] > 800
    assert size_of_png("steps/strip.png")[0] > 800
    assert np.asarray(Image.open("steps/01-frame.png")).shape == (64, 96)


def test_a_folder_of_pictures_without_a_rate(film, capsys):
    for number, frame in enumerate(film):
        (folder := Path("frames")).mkdir(exist_ok=True)
        Image.fromarray(frame).save(folder / f"{number:03d}.png")
    assert signals("morphology", "frames", "--threshold", 90) == 0
    found = np.load("frames-morphology.npz")
    np.testing.assert_array_equal(found["frame"], np.arange(FRAMES))
    np.testing.assert_array_equal(np.isnan(found["area"]), np.arange(FRAMES) == 7)
    assert "px2" in capsys.readouterr().out


def test_a_region_a_dark_keyhole_and_two_levels(film):
    np.save("dark.npy", 200 - film)
    words = ("--dark", "--threshold", "150,60", "--region", "10:50,0:70", "--area", "100,1000")
    assert signals("morphology", "dark.npy", *PX, *words, "--out", "b.parquet") == 0
    table = pd.read_parquet("b.parquet")
    assert table["area_px2"].notna().sum() == FRAMES - 1
    assert table["y_px"].median() == pytest.approx(25.5, abs=0.3)


def test_isotherms_of_thermal_frames(capsys):
    y, x = np.mgrid[:48, :64]
    heat = np.stack([1000.0 - 20 * np.hypot(x - 30, y - 24) + more for more in (0, 20, 40)])
    np.save("heat.npy", heat.astype(np.float32))
    words = ("--what", "thermal", "--levels", 700, "--out", "c.csv")
    assert signals("morphology", "heat.npy", *PX, *words) == 0
    table = pd.read_csv("c.csv")
    radius = (1000 + np.array([0, 20, 40]) - 700) / 20
    np.testing.assert_allclose(table["area@700_px2"], np.pi * radius**2, rtol=0.02)


def test_an_enhanced_pool(film, capsys):
    """What is written is what the step gives frame by frame; strip and picture are there."""
    words = ("--what", "pool", "--save-steps", "s", "--frame", 3, "--out", "pool.npz")
    assert signals("morphology", "film.npy", *PX, *words) == 0
    found = np.load("pool.npz")
    assert (found["frames"].shape, found["frames"].dtype) == ((FRAMES, 224, 224), np.uint8)
    np.testing.assert_allclose(found["time_s"], np.arange(FRAMES) / 100)
    last = sorted(Path("s").glob("*-enhanced.png"))[0]
    np.testing.assert_array_equal(found["frames"][3], np.asarray(Image.open(last)))
    assert not np.array_equal(found["frames"][3], found["frames"][7])
    assert size_of_png("s/strip.png")[0] > 400
    assert size_of_png("pool.png")[0] > 800
    assert "20 of 20 frames enhanced, each 224 x 224 pixels" in capsys.readouterr().out


def test_a_long_film_of_a_pool_is_thinned(monkeypatch, capsys):
    """Of 20 frames at most 6 may be kept: one in four, whatever pieces they come in."""
    assert signals("morphology", "film.npy", *PX, "--what", "pool", "--out", "all.npz") == 0
    monkeypatch.setattr("weldfusion.cli.signals.pool.MOST_KEPT", 6)
    monkeypatch.setattr(Film, "pieces", in_pieces_of(Film.pieces, 3))
    assert signals("morphology", "film.npy", *PX, "--what", "pool") == 0
    found = np.load("film-pool.npz")
    assert found["frame"].tolist() == [0, 4, 8, 12, 16]
    np.testing.assert_array_equal(found["frames"], np.load("all.npz")["frames"][::4])
    assert "5 of 20 frames enhanced, one in 4" in capsys.readouterr().out


def in_pieces_of(given, length):
    def pieces(self):
        for piece in given(self):
            yield from (piece[start : start + length] for start in range(0, len(piece), length))

    return pieces


WRONG = {
    "no such input": (["nowhere.avi"], "nowhere.avi: no such file or folder"),
    "a folder of nothing": (["."], "has neither dataset.yaml nor pictures"),
    "weld of a film": (["film.npy", *PX, "--weld", "w1"], "only a data folder has it"),
    "region of one edge": (["film.npy", *PX, "--region", "3"], "write TOP:BOTTOM,LEFT:RIGHT"),
    "region outside": (["film.npy", *PX, "--region", "0:99,0:10"], "film: region: bottom is 99"),
    "even median": (["film.npy", *PX, "--median", 4], "median_px: is 4, must be odd"),
    "no scale": (["film.npy", *PX, "--mm-per-px", 0], "mm_per_px: is 0"),
    "three levels": (["film.npy", *PX, "--threshold", "1,2,3"], "write otsu, LEVEL or WEAK,STRONG"),
    "level of a text": (["film.npy", *PX, "--threshold", "otso"], "--threshold otso: write otsu, LEVEL"),
    "one area": (["film.npy", *PX, "--area", "5"], "write two numbers"),
    "no such frame": (["film.npy", *PX, "--frame", 20], "--frame 20: film has the frames 0 to 19"),
    "pool as a table": (["film.npy", *PX, "--what", "pool", "--out", "a.csv"], "must end in .npz"),
    "weak above strong": (["film.npy", *PX, "--threshold", "90,40"], "strong: is 40"),
    "not one of a kind": (["film.npy", *PX, "--what", "keyholes"], "did you mean keyhole?"),
}


@pytest.mark.parametrize("name", WRONG)
def test_bad_input_is_one_line_and_nothing_is_written(name, tmp_path, capsys):
    words, told = WRONG[name]
    assert signals("morphology", *words) == 2
    shown = capsys.readouterr()
    assert told in shown.err
    assert len(shown.err.splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["film.npy"]
