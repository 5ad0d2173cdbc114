"""Several recordings for one verb: each gets what it gets alone; what fails does not stop the others."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from tests.cli.signals.made import FAST, RATE, SLOW, made_folder, signals

VERBS = {
    "decompose": (("--method", "emd"), "imfs"),
    "spectrogram": (("--n-fft", 128, "--hop", 32, "--bands", 5), "spectrogram"),
    "packets": (("--level", 3), "packets"),
}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Two bare files, a data folder `made`, and a file too short for any verb."""
    monkeypatch.chdir(tmp_path)
    made_folder(tmp_path / "made")
    np.save("a.npy", FAST + SLOW)
    np.save("b.npy", 2 * FAST - SLOW)
    np.save("short.npy", FAST[:2])
    return tmp_path


def written():
    return sorted(path.name for path in Path().iterdir() if path.name not in GIVEN)


GIVEN = {"made", "a.npy", "b.npy", "short.npy"}


@pytest.mark.parametrize("verb", VERBS)
def test_each_gets_what_it_gets_alone(verb, capsys):
    words, ending = VERBS[verb]
    alone = {}
    for name in "ab":
        assert signals(verb, f"{name}.npy", "--rate", RATE, *words) == 0
        with np.load(f"{name}-{ending}.npz") as found:
            alone[name] = {key: found[key] for key in found}
        Path(f"{name}-{ending}.npz").unlink()
    apart = capsys.readouterr().out
    assert signals(verb, "a.npy", "b.npy", "--rate", RATE, *words) == 0
    assert capsys.readouterr().out == apart
    for name, arrays in alone.items():
        with np.load(f"{name}-{ending}.npz") as found:
            assert set(found) == set(arrays)
            for key in found:
                np.testing.assert_array_equal(found[key], arrays[key])


@pytest.mark.parametrize("verb", VERBS)
def test_one_that_fails_is_told_and_the_others_are_done(verb, capsys):
    words, ending = VERBS[verb]
    assert signals(verb, "nowhere.npy", "a.npy", "short.npy", "b.npy", "--rate", RATE, *words) == 1
    shown = capsys.readouterr()
    first, second = shown.err.splitlines()
    assert first == "weldfusion: error: nowhere.npy: no such file or folder"
    assert second.startswith("weldfusion: error: short.npy: ")
    assert shown.out.splitlines()[-1] == "2 of 4 recordings are done; the others failed"
    assert written() == [f"{name}-{ending}.{suffix}" for name in "ab" for suffix in ("npz", "png")]


@pytest.mark.parametrize("welds", ["all", "w1,w2", "w2, w1"])
def test_welds_of_a_data_folder(welds):
    words = ("--modality", "light", "--method", "emd")
    assert signals("decompose", "made", "--weld", welds, *words) == 0
    assert written() == [f"w{n}-light-imfs.{suffix}" for n in (1, 2) for suffix in ("npz", "png")]


def test_all_welds_are_those_that_have_the_sensor_and_are_not_excluded(folder, capsys):
    manifest = folder / "made" / "manifest.csv"
    rows = ["weld,depth,light,power,verdict,exclude", "w1,,w1-light.npy,3,good,", "w2,w2-depth.npy,,4,bad,"]
    manifest.write_text("\n".join([*rows, "w3,w2-depth.npy,,4,bad,a trial", ""]), encoding="utf-8")
    assert signals("packets", "made", "--weld", "all", "--modality", "depth", "--out", "x.npz") == 0
    assert written() == ["x.npz", "x.png"]
    assert signals("packets", "made", "--weld", "w3,w2", "--modality", "depth") == 0
    assert {"w2-depth-packets.npz", "w3-depth-packets.npz"} <= set(written())


def test_a_weld_whose_file_is_broken_is_named(folder, capsys):
    (folder / "made" / "w1-light.npy").write_bytes(b"nothing")
    assert signals("packets", "made", "--weld", "all", "--modality", "light") == 1
    assert "w1-light" in capsys.readouterr().err
    assert written() == ["w2-light-packets.npz", "w2-light-packets.png"]


def test_a_folder_that_cannot_be_read_and_a_file(capsys):
    Path("none").mkdir()
    assert signals("packets", "none", "a.npy", "--rate", RATE) == 1
    shown = capsys.readouterr()
    assert shown.err.startswith("weldfusion: error: none: has no dataset.yaml")
    assert signals("packets", "made", "a.npy", "--rate", RATE) == 1
    assert "made: --rate and --reader are for a bare file" in capsys.readouterr().err


def test_films(capsys):
    frames = np.zeros((5, 40, 60), np.uint8)
    frames[:, 10:20, 10:40] = 200
    np.save("one.npy", frames)
    np.save("two.npy", frames[:, :, ::-1])
    words = ("--reader", "images=grey", "--threshold", 90)
    assert signals("morphology", "one.npy", "two.npy", *words) == 0
    left, right = (np.load(f"{name}-morphology.npz")["x"] for name in ("one", "two"))
    np.testing.assert_allclose(left + right, 59, atol=0.01)


@pytest.mark.parametrize("option", ["--out=r.npz", "--picture=r.png", "--hilbert=r.png"])
def test_options_of_one_result_are_refused(option, capsys):
    assert signals("decompose", "a.npy", "b.npy", "--rate", RATE, "--method", "emd", option) == 2
    shown = capsys.readouterr().err
    assert "is for one recording, here are 2; leave it out (each gets NAME-imfs.npz) or name one" in shown
    assert len(shown.splitlines()) == 1
    assert written() == []


def test_steps_of_two_films_are_refused(capsys):
    assert signals("morphology", "a.npy", "b.npy", "--save-steps", "s") == 2
    assert "--save-steps s: is for one recording" in capsys.readouterr().err


def test_two_results_of_one_name_are_refused_before_any_work(folder, capsys):
    (folder / "other").mkdir()
    shutil.copy("a.npy", "other/a.npy")
    assert signals("packets", "b.npy", "a.npy", "other/a.npy", "--rate", RATE) == 2
    shown = capsys.readouterr().err
    assert "a.npy and other/a.npy: would both be written to a-packets.npz" in shown
    assert not list(Path().glob("*-packets.npz"))


def test_a_result_over_an_input_is_refused(capsys):
    """As a second `weldfusion signals decompose *.npz` would do."""
    np.savez("x.npz", x=FAST)
    np.savez("x-imfs.npz", x=FAST)
    assert signals("decompose", "x-imfs.npz", "x.npz", "--rate", RATE, "--method", "emd") == 2
    assert "x.npz: would be written over the input x-imfs.npz" in capsys.readouterr().err


WRONG = {
    "a weld that is not there": (
        ["made", "--modality", "light", "--weld", "w1,w3"],
        "--weld w3: no such weld",
    ),
    "a weld without it": (["made", "--modality", "depth", "--weld", "w1,w2"], "--weld w1: has no depth"),
    "welds of a file": (["a.npy", "--weld", "all"], "--weld all: only a data folder has it"),
    "an option": (["a.npy", "b.npy", "--rate", RATE, "--wavelet", "db444"], "db44"),
    "nothing": ([], "INPUT"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_with_the_command_is_told_once_before_any_work(name, capsys):
    words, told = WRONG[name]
    assert signals("packets", *words) == 2
    shown = capsys.readouterr().err
    assert told in shown
    assert len(shown.splitlines()) == 1
    assert written() == []


def test_help_tells_of_several(capsys):
    assert signals("packets", "--help") == 0
    assert "--weld w001,w002 or --weld all" in capsys.readouterr().out
