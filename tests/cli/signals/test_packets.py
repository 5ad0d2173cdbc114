"""`weldfusion signals packets`: numbers are PyWavelets', tones are in their bands."""

import numpy as np
import pandas as pd
import pytest
import pywt

from tests.cli.signals.made import signals, size_of_png

RATE = 1000
TIME = np.arange(2000) / RATE
VALUES = 5 + np.sin(2 * np.pi * 109.4 * TIME) + np.sin(2 * np.pi * 296.9 * TIME)


@pytest.fixture(autouse=True)
def power(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    np.save("power.npy", VALUES)


def expected(values, wavelet, level, mode):
    tree = pywt.WaveletPacket(values, wavelet, mode, level)
    return np.stack([node.data for node in tree.get_level(level, "freq")])


def test_the_whole_recording(capsys):
    assert signals("packets", "power.npy", "--rate", RATE, "--level", 4, "--wavelet", "db12") == 0
    found = np.load("power-packets.npz")
    np.testing.assert_allclose(found["coefficients"][0], expected(VALUES, "db12", 4, "symmetric"), atol=1e-4)
    np.testing.assert_allclose(found["edges_hz"], np.arange(16)[:, None] * 31.25 + [0, 31.25])
    assert size_of_png("power-packets.png")[0] > 800
    shown = capsys.readouterr().out
    rows = [line.split() for line in shown.splitlines() if " Hz " in line and "%" in line]
    loudest = sorted(rows, key=lambda row: float(row[-1].rstrip("%")) if len(row) > 5 else 0)[-2:]
    assert {float(row[0]) for row in loudest} == {93.75, 281.2}


def test_windows_as_in_system_8():
    words = ("--window", 20, "--wavelet", "db3", "--level", 3, "--mode", "periodization")
    assert signals("packets", "power.npy", "--rate", RATE, *words) == 0
    found = np.load("power-packets.npz")
    assert found["coefficients"].shape == (1, 100, 8, 3)
    np.testing.assert_allclose(
        found["coefficients"][0, 7], expected(VALUES[140:160], "db3", 3, "periodization"), atol=1e-4
    )
    np.testing.assert_allclose(found["time_s"][7], 0.1495)


def test_a_table_of_energies():
    words = ("--window", 64, "--hop", 32, "--level", 2, "--wavelet", "db1", "--mode", "periodization")
    assert signals("packets", "power.npy", "--rate", RATE, *words, "--out", "a.csv") == 0
    table = pd.read_csv("a.csv")
    assert list(table) == ["time_s", "channel", "0-125 Hz", "125-250 Hz", "250-375 Hz", "375-500 Hz"]
    energy = [np.square(VALUES[start : start + 64]).sum() for start in range(0, 2000 - 63, 32)]
    np.testing.assert_allclose(table.iloc[:, 2:].sum(axis=1), energy, rtol=1e-5)


WRONG = {
    "no such wavelet": (["--wavelet", "db444"], "db44"),
    "no such mode": (["--mode", "symetric"], "symmetric"),
    "no level": (["--level", 0], "level: is 0"),
    "windows too short": (["--window", 20, "--level", 5], "power: values have 20 samples"),
    "window longer than all": (["--window", 3000], "power: has 2000 samples, a window 3000"),
    "no window": (["--window", 0], "--window 0"),
    "hop alone": (["--hop", 10], "--hop 10: needs --window"),
}


@pytest.mark.parametrize("name", WRONG)
def test_bad_input_is_one_line_and_nothing_is_written(name, tmp_path, capsys):
    words, told = WRONG[name]
    assert signals("packets", "power.npy", "--rate", RATE, *words) == 2
    shown = capsys.readouterr()
    assert told in shown.err
    assert len(shown.err.splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["power.npy"]
