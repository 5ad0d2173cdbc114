"""Which recording the verbs of `weldfusion signals` read, and what they say of a wrong choice."""

from argparse import Namespace

import numpy as np
import pytest
import soundfile

from tests.cli.signals.made import FAST, RATE, SLOW, made_folder, signals
from weldfusion.cli.signals.source import read_source
from weldfusion.errors import WeldfusionError

NAMES = ("weld", "modality", "channel", "begin", "end", "repair", "rate")
NOTHING = dict.fromkeys(NAMES) | {"reader": []}


def read(path, **chosen):
    return read_source(Namespace(input=path, **(NOTHING | chosen)))


def test_a_weld_of_a_folder(tmp_path):
    found = read(made_folder(tmp_path), modality="depth")
    assert (found.name, found.unit, found.channels, found.rate) == ("w2-depth", "mm", ("depth",), RATE)
    np.testing.assert_allclose(found.values[0], FAST + SLOW + 3, atol=1e-6)
    assert found.start_s == 0


def test_a_stretch_is_counted_on_the_welds_clock(tmp_path):
    """Sample 0 of `light` lies at 0.25 s."""
    found = read(made_folder(tmp_path), weld="w2", modality="light", channel="back", begin=0.3, end=0.4)
    np.testing.assert_array_equal(found.values[0], SLOW[50:150].astype(np.float32))
    assert found.channels == ("back",)
    assert found.times_s()[[0, -1]] == pytest.approx([0.3, 0.399])


def test_a_bare_file_with_its_rate(tmp_path):
    soundfile.write(tmp_path / "arc.wav", 0.5 * np.stack([FAST, SLOW], 1), 8000, subtype="FLOAT")
    found = read(tmp_path / "arc.wav", channel="2")
    assert (found.name, found.rate) == ("arc", 8000.0)
    np.testing.assert_allclose(found.values[0], 0.5 * SLOW, atol=1e-7)


def test_options_of_the_reader(tmp_path):
    (tmp_path / "log.csv").write_text("from machine 7\n#DATA\nt;way;force\n0;1;5\n1;2;7\n", encoding="utf-8")
    found = read(tmp_path / "log.csv", rate="10", reader=["columns=[force]", "sep=;", "skip_until=#DATA"])
    assert found.values.tolist() == [[5.0, 7.0]]
    assert found.rate == 10


WRONG = {
    "no such input": (["nowhere.wav"], "nowhere.wav: no such file or folder"),
    "no data folder": (["."], "has no dataset.yaml"),
    "several sensors": (["made"], "--modality is needed: depth, light"),
    "no such sensor": (["made", "--modality", "dept"], "did you mean depth?"),
    "a table": (["made", "--modality", "settings"], "settings: is of kind table"),
    "no such weld": (["made", "--modality", "light", "--weld", "w3"], "no such weld; valid: w1, w2"),
    "a weld without it": (
        ["made", "--modality", "depth", "--weld", "w1"],
        "has no depth; valid: w2",
    ),
    "no such channel": (["made", "--modality", "light", "--channel", "plasm"], "did you mean plasma?"),
    "channel 0": (["made", "--modality", "light", "--channel", "0"], "valid: back, plasma"),
    "rate of a folder": (["made", "--rate", "5"], "are for a bare file"),
    "weld of a file": (["x.npy", "--weld", "w1"], "only a data folder has it"),
    "no rate": (["x.npy"], "x.npy: states no sampling rate; give --rate HZ"),
    "rate of a text": (["x.npy", "--rate", "fast"], "--rate fast: must be a number of Hz"),
    "rate below 0": (["x.npy", "--rate", "-5"], "--rate -5: must be a number of Hz above 0"),
    "another rate": (["x.wav", "--rate", "5"], "x.wav states 1000 Hz; leave --rate out"),
    "no such suffix": (["made/dataset.yaml"], "no reader for .yaml"),
    "pictures": (["frames.npy", "--rate", "5"], "needed is a signal (channels, time)"),
    "odd reader": (["x.npy", "--reader", "columns"], "write KEY=VALUE"),
    "no such option": (["x.npy", "--rate", "5", "--reader", "colums=[a]"], "colums"),
    "beyond its end": (["x.npy", "--rate", "1000", "--from", "3"], "x lasts from 0 to 0.6 s"),
    "no seconds": (["x.npy", "--rate", "1000", "--to", "nan"], "holds no sample"),
    "not finite": (
        ["gap.npy", "--rate", "1000"],
        "gap: 1 of 600 samples are missing; bridge them with --repair",
    ),
}


@pytest.mark.parametrize("verb", ["decompose", "spectrogram"])
@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_choice_is_one_line_and_nothing_is_written(name, verb, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    made_folder(tmp_path / "made")
    np.save("x.npy", FAST)
    np.save("gap.npy", np.where(np.arange(600) == 7, np.nan, FAST))
    np.save("frames.npy", np.zeros((3, 4, 5, 6), np.uint8))
    soundfile.write("x.wav", FAST, 1000)
    before = sorted(tmp_path.rglob("*"))
    words, expected = WRONG[name]
    assert signals(verb, *words) == 2
    shown = capsys.readouterr()
    assert expected in shown.err
    assert len(shown.err.splitlines()) == 1
    assert sorted(tmp_path.rglob("*")) == before


def test_errors_name_the_nearest(tmp_path):
    with pytest.raises(WeldfusionError, match="did you mean light"):
        read(made_folder(tmp_path), modality="ligt")
