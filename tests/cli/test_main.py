"""The command line in-process: help, errors in one line, exit codes; what loads torch."""

import os
import re
import subprocess
import sys

import pytest

from weldfusion.cli import main as main_module
from weldfusion.cli.main import main
from weldfusion.errors import ReadError

WRONG = {
    "no verb": ([], "VERB"),
    "unknown verb": (["evaluat"], "did you mean evaluate?"),
    "unknown verb of a group": (["data", "chek"], "did you mean check?"),
    "unknown option": (["data", "check", ".", "--strickt"], "did you mean --strict?"),
    "abbreviated option": (["data", "check", ".", "--stri"], "did you mean --strict?"),
    "no folder": (["data", "check"], "DIR"),
    "a count that is none": (["simulate", "laser", "out", "--welds", "many"], "--welds"),
    "no welds": (["simulate", "laser", "out", "--welds", "0"], "welds"),
    "no such data": (["data", "check", "nowhere"], "nowhere: no such folder"),
    "nothing to summarise": (["data", "summary", "nowhere"], "nowhere: no such folder"),
    "nothing to propose from": (["data", "init", "nowhere"], "nowhere: no such folder"),
    "no cache": (["cache", "size", "nowhere"], "nowhere: no such folder"),
    "no runs": (["runs", "nowhere"], "nowhere: no such folder"),
    "no data to fit": (["fit"], "data.root: no data folder"),
    "data to fit are missing": (["fit", "nowhere"], "nowhere: no such folder"),
    "config is missing": (["fit", "--config", "nowhere.yaml"], "nowhere.yaml: no such file"),
    "setting unknown": (["fit", "nowhere", "--modle.fusion", "Concat"], "did you mean model?"),
    "setting without value": (["fit", "nowhere", "--seed"], "--seed: a value is missing"),
    "folds of a text": (["fit", "nowhere", "--folds", "few"], "--folds"),
    "help on nothing": (["fit", "--model.fusoin.help"], "did you mean fusion?"),
    "no such run": (["predict", "nowhere", "data"], "nowhere: no such folder"),
    "no run to evaluate": (["evaluate", "nowhere"], "nowhere: no such folder"),
    "no such part": (["evaluate", "nowhere", "--split", "tset"], "did you mean test or select?"),
    "two kinds of input": (["predict", "nowhere", "data", "--sound", "a.wav"], "not both"),
    "odd output": (["predict", "nowhere", "data", "--out", "a.xls"], ".csv or .parquet"),
}

VERBS = """
data
data check
data init
data summary
simulate
simulate laser
fit
evaluate
predict
demo
runs
info
cache size
cache clear
signals
signals decompose
signals spectrogram
signals packets
signals morphology
signals sync
""".splitlines()


@pytest.fixture(autouse=True)
def _empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("name", WRONG)
def test_bad_input_is_one_line_and_a_code(name, capsys):
    words, expected = WRONG[name]
    assert main(words) == 2
    shown = capsys.readouterr()
    assert expected in shown.err
    assert shown.err.startswith("weldfusion: error: ")
    assert len(shown.err.splitlines()) == 1


@pytest.mark.parametrize(
    "words",
    [line.split() for line in VERBS],
    ids=" ".join,
)
def test_every_verb_has_help(words, capsys):
    assert main([*words, "--help"]) == 0
    assert f"usage: weldfusion {' '.join(words)}".strip() in capsys.readouterr().out


def test_version_is_that_of_the_package(capsys):
    import weldfusion

    assert main(["--version"]) == 0
    assert capsys.readouterr().out.strip() == f"weldfusion {weldfusion.__version__}"


def test_info_tells_the_installed_versions(capsys):
    from importlib.metadata import version

    import torch

    assert main(["info"]) == 0
    told = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())
    assert told["torch"] == version("torch")
    assert "bf16" in told
    assert "threads" in told
    assert told["vectors"] == torch.backends.cpu.get_cpu_capability()
    assert told["oneDNN"] in ("used", "not used")
    assert "malloc" in told


def _raising(monkeypatch, error: BaseException) -> None:
    class Failing:
        def parse_args(self, words):
            raise error

    monkeypatch.setattr(main_module, "build_parser", Failing)


def test_interrupt_is_130(monkeypatch, capsys):
    _raising(monkeypatch, KeyboardInterrupt())
    assert main([]) == 130
    assert capsys.readouterr().err == "weldfusion: interrupted\n"


def test_errors_of_the_disk_are_told_in_one_line(monkeypatch, capsys):
    _raising(monkeypatch, OSError(28, "No space left on device", "a.bin"))
    assert main([]) == 2
    assert capsys.readouterr().err == "weldfusion: error: a.bin: No space left on device\n"


def test_debugging_shows_where_an_error_comes_from(monkeypatch):
    monkeypatch.setenv("WELDFUSION_DEBUG", "1")
    _raising(monkeypatch, ReadError("bad"))
    with pytest.raises(ReadError):
        main([])


def test_a_mistake_in_our_code_is_not_hidden(monkeypatch):
    _raising(monkeypatch, ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        main([])


LIGHT = """
import sys
from weldfusion.cli.main import main
codes = [main(words) for words in (
    ["--help"], ["data", "--help"], ["simulate", "laser", "out", "--welds", "4", "--weld-s", "0.3"],
    ["data", "check", "out"], ["data", "summary", "out"], ["cache", "size", "out"],
)]
assert codes == [0] * 6, codes
heavy = {"torch", "lightning", "torchvision", "torchaudio"} & set(sys.modules)
assert not heavy, heavy
"""


def test_data_and_simulate_load_no_torch():
    done = subprocess.run([sys.executable, "-c", LIGHT], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr


def _asked(*words: str) -> tuple[str, float]:
    """What Python prints, and the processor seconds it took."""
    before = os.times()
    done = subprocess.run([sys.executable, *words], capture_output=True, text=True, timeout=120)
    after = os.times()
    assert done.returncode == 0, done.stderr
    used = (after.children_user + after.children_system, before.children_user + before.children_system)
    return done.stdout, used[0] - used[1]


def test_help_of_fit_comes_soon_and_teaches():
    told, took = _asked("-m", "weldfusion", "fit", "--help")
    for part in (
        "examples:",
        "--training.batch_size",
        "windows per step",
        "[32]",
        "--model.fusion.help",
        "--folds",
    ):
        assert part in told
    _, of_lightning = _asked("-c", "import lightning")
    assert took < 2 * of_lightning  # about 1.2, on any machine


@pytest.mark.parametrize("group", [[], ["cache"], ["data"], ["signals"]])
def test_every_verb_is_told_in_the_same_way(group, capsys):
    assert main([*group, "--help"]) == 0
    listed = capsys.readouterr().out.partition("  VERB\n")[2].partition("\n\n")[0]
    told = re.findall(r"^    \S+\s+(.*(?:\n {6,}.*)*)", listed, re.MULTILINE)
    assert len(told) >= 2
    assert all(line[0].islower() and not line.endswith(".") for line in told), told
