"""`weldfusion signals spectrogram`: numbers are librosa's, what is told is true."""

import librosa
import numpy as np
import pandas as pd
import pytest
import soundfile

from tests.cli.signals.made import signals, size_of_png

RATE = 8000
TIME = np.arange(8000) / RATE
SOUND = (
    np.random.default_rng(0).normal(0, 0.01, 8000)
    + 0.1 * np.sin(2 * np.pi * 300 * TIME)
    + 0.3 * np.sin(2 * np.pi * 2000 * TIME)
)


@pytest.fixture(autouse=True)
def sound(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    soundfile.write("arc.wav", SOUND, RATE, subtype="FLOAT")


def test_the_numbers_are_librosas(capsys):
    assert signals("spectrogram", "arc.wav", "--n-fft", 512, "--hop", 100) == 0
    found = np.load("arc-spectrogram.npz")
    power = librosa.feature.melspectrogram(
        y=SOUND.astype(np.float32), sr=RATE, n_fft=512, hop_length=100, n_mels=40, pad_mode="constant"
    )
    expected = librosa.power_to_db(power, ref=1.0, amin=1e-10, top_db=None)
    np.testing.assert_allclose(found["levels"][0], expected, atol=1e-3)
    np.testing.assert_allclose(found["time_s"], np.arange(81) / 80)
    shown = capsys.readouterr().out
    assert "half of the energy lies below 2000 Hz, 95 % below 20" in shown
    assert size_of_png("arc-spectrogram.png")[0] > 800


def test_a_table_has_a_column_for_each_band():
    words = ("--n-fft", 512, "--hop", 100, "--bank", "linear", "--bands", 10, "--from", 0.5)
    assert signals("spectrogram", "arc.wav", *words, "--out", "a.csv", "--picture", "a.svg") == 0
    table = pd.read_csv("a.csv")
    assert table["time_s"].iloc[0] == 0.5
    levels = table.drop(columns=["time_s", "channel"])
    assert levels.shape == (41, 10)
    loudest = float(levels.mean().idxmax().removesuffix(" Hz"))
    assert abs(loudest - 2000) < 400


@pytest.mark.parametrize("bank", ["mel", "mel-htk", "mel-linear", "octaves", "linear"])
@pytest.mark.parametrize("loudness", ["decibels", "clip", "pcen"])
def test_every_bank_finds_the_loud_tone(bank, loudness):
    words = ("--bank", bank, "--loudness", loudness, "--corner", 1000)
    assert signals("spectrogram", "arc.wav", *words) == 0
    found = np.load("arc-spectrogram.npz")
    if loudness != "pcen":
        loudest = found["centres_hz"][found["levels"][0, :, 10:-10].mean(-1).argmax()]
        assert loudest == pytest.approx(2000, rel=0.15)


WRONG = {
    "bands too narrow": (["--n-fft", 64], "take fewer bands or a larger n_fft"),
    "beyond half the rate": (["--high", 9000], "half the rate, 4000 Hz"),
    "no bands": (["--bands", 0], "--bands 0: must be at least 1"),
    "no hop": (["--hop", 0], "--hop 0: must be at least 1"),
    "no frame": (["--n-fft", 1], "--n-fft 1: must be at least 2"),
    "longer than the sound": (["--n-fft", 16384, "--padding", "none"], "shorter than a frame"),
    "bank unknown": (["--bank", "octave"], "did you mean octaves?"),
    "corner outside": (["--bank", "mel-linear", "--corner", 5000], "corner_hz 5000"),
    "reference of nothing": (["--reference", 0], "--reference 0"),
}


@pytest.mark.parametrize("name", WRONG)
def test_bad_input_is_one_line_and_nothing_is_written(name, tmp_path, capsys):
    words, expected = WRONG[name]
    assert signals("spectrogram", "arc.wav", *words) == 2
    shown = capsys.readouterr()
    assert expected in shown.err
    assert len(shown.err.splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["arc.wav"]
