"""What the verbs of `weldfusion simulate` tell in their help, held against the processes themselves."""

import ast
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from weldfusion.cli.main import main
from weldfusion.errors import WeldfusionError
from weldfusion.run.describing import describe
from weldfusion.simulate.aluminium_tig.process import AluminiumTig
from weldfusion.simulate.busbar.process import Busbar
from weldfusion.simulate.cmt.process import GroovedArc
from weldfusion.simulate.difficulty import Difficulty
from weldfusion.simulate.find import all_processes
from weldfusion.simulate.process import plan_welds
from weldfusion.simulate.pulsed_gta.process import PulsedGTA
from weldfusion.simulate.resistance_spot.process import ResistanceSpot

PROCESSES = all_processes()
VERBS = {name: type(process).__module__.split(".")[-2] for name, process in PROCESSES.items()}
PICTURES = {
    "aluminium_tig": (lambda px: AluminiumTig(px), 1),
    "busbar": (lambda px: Busbar(picture_px=px), 6),
    "cmt": (lambda px: GroovedArc(picture_px=px), 1),
    "pulsed_gta": (lambda px: PulsedGTA(px), 2),
    "resistance_spot": (lambda px: ResistanceSpot(picture_px=px), 1),
}


def helped(capsys, *words):
    """A help text as one line."""
    assert main(["simulate", *words, "--help"]) == 0
    return " ".join(capsys.readouterr().out.split())


def test_the_list_of_processes_names_their_sensors(capsys):
    assert main(["simulate", "--help"]) == 0
    entries = re.split(r"\n    (?=\w)", capsys.readouterr().out)
    told = {entry.split()[0]: set(re.findall(r"\w+", entry.rpartition(":")[2])) for entry in entries[1:]}
    for verb in set(VERBS.values()):
        assert told[verb] == {
            one for name, its in VERBS.items() if its == verb for one in PROCESSES[name].sensors
        }


@pytest.mark.parametrize("name", PROCESSES)
def test_help_names_sensors_and_knobs_with_their_ranges(name, capsys):
    text, process = helped(capsys, VERBS[name]), PROCESSES[name]
    line = re.search(rf"sensors of {name}: (.*?)(?= sensors of| knobs of)", text)[1]
    usual, _, asked = line.partition("; only where named: ")
    recorded = plan_welds(process, 1, 0).sensors
    assert tuple(usual.split(", ")) == recorded
    assert set(asked.split(", ")) - {""} == set(process.sensors) - set(recorded)
    ranges = dict(re.findall(r"(\w+) 0 to ([\d.]+) \[", text.partition("knobs of --difficulty")[2]))
    assert tuple(ranges) == process.knobs
    for knob, most in ranges.items():
        whole = int if knob == "n_nuisance" else float
        plan_welds(process, 1, 0, difficulty=Difficulty(**{knob: whole(most)}))
        with pytest.raises(WeldfusionError, match=rf"{knob} must be from 0 to {most}"):
            Difficulty(**{knob: whole(most) + 1})


@pytest.mark.parametrize("name", [name for name, process in PROCESSES.items() if process.duration])
def test_help_tells_how_long_welds_can_be(name, capsys):
    text, process = helped(capsys, VERBS[name]), PROCESSES[name]
    shortest, longest = map(float, re.search(r"in seconds, ([\d.]+) to ([\d.]+) \[", text).groups())
    for length in (shortest, longest):
        assert plan_welds(process, 1, 0, weld_s=length).weld_s == pytest.approx(length)
    for length in (shortest * 0.99, longest * 1.01):
        with pytest.raises(WeldfusionError, match="weld_s"):
            plan_welds(process, 1, 0, weld_s=length)


@pytest.mark.parametrize("verb", PICTURES)
def test_help_tells_how_large_pictures_can_be(verb, capsys):
    make, step = PICTURES[verb]
    text = helped(capsys, verb)
    fewest, most = map(int, re.search(r"--picture-px \w [^\[]*?(\d+) to (\d+)", text).groups())
    assert [make(size).picture_px for size in (fewest, most)] == [fewest, most]
    for size in (fewest - step, most + step):
        with pytest.raises(WeldfusionError, match="picture_px"):
            make(size)


def test_help_tells_how_thick_a_plate_can_be(capsys):
    assert "thickness of the plate in mm, 2 to 4" in helped(capsys, "pulsed_gta")
    for plate in (1.99, 4.01):
        with pytest.raises(WeldfusionError, match="plate_mm: must be from 2 to 4"):
            PulsedGTA(plate_mm=plate)


@pytest.mark.parametrize("name", PROCESSES)
def test_the_card_lists_the_knobs_of_its_process(name):
    process = PROCESSES[name]
    card = process.card(plan_welds(process, 2, 0, difficulty=Difficulty(group_scale=0.5)))
    told = ast.literal_eval(re.search(r"difficulty (\{.*?\})", card.about["description"])[1])
    assert told == {knob: vars(Difficulty(group_scale=0.5))[knob] for knob in process.knobs}


@pytest.mark.parametrize(("words", "told"), [
    (["resistance_spot", "--difficulty", "imbalance=0"], "has no knob imbalance; it has group_scale, "),
    (["cmt", "--difficulty", "class_margin=0.01"], "has no knob class_margin; it has group_scale, "),
    (["cmt", "--preset", "robot_mag", "--picture-px", "64"], "--picture-px 64: robot_mag has no camera"),
    (["cmt", "--preset", "robot_mag", "--picture-px", "128"], "--picture-px 128: robot_mag has no camera"),
])  # fmt: skip
def test_what_has_no_effect_is_told(words, told, tmp_path, capsys):
    assert main(["simulate", words[0], str(tmp_path / "out"), "--welds", "1", *words[1:]]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert told in line
    assert not (tmp_path / "out").exists()


def test_help_needs_no_torch():
    script = (
        "import sys; from weldfusion.cli.main import main; main(['simulate', 'laser', '--help']);"
        "assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True, capture_output=True)


@pytest.mark.parametrize("words", [
    ["laser", "--weld-s", "0.2"],
    ["busbar"],
    ["resistance_spot"],
    ["pulsed_gta", "--weld-s", "2"],
    ["cmt", "--weld-s", "1"],
    ["cmt", "--weld-s", "1", "--preset", "robot_mag"],
    ["aluminium_tig", "--weld-s", "12"],
])  # fmt: skip
def test_it_ends_with_the_check_and_a_fit_of_the_system_of_its_own(words, tmp_path, capsys):
    """The config that is named makes a model of the sensors that were written."""
    out = str(tmp_path / "welds of mine")
    assert main(["simulate", words[0], out, "--welds", "1", *words[1:]]) == 0
    check, fit = capsys.readouterr().out.splitlines()[-2:]
    assert shlex.split(check)[1:] == ["weldfusion", "data", "check", out]
    *begin, config, key, root = shlex.split(fit)[1:]
    assert [*begin, key, root] == ["weldfusion", "fit", "--config", "--data.root", out]
    found = describe(Path(__file__).parents[3] / config, {key.removeprefix("--"): root})
    assert found.inputs
    assert found.parameters > 1000


def test_no_config_is_named_for_chosen_sensors(tmp_path, capsys):
    words = ["simulate", "cmt", str(tmp_path / "out"), "--welds", "1", "--weld-s", "1"]
    assert main([*words, "--sensors", "camera"]) == 0
    assert " fit " not in capsys.readouterr().out
