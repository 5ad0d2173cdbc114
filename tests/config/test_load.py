"""Loading configs: precedence, short names, shorthand, resolved configs, foreign code."""

import inspect
import sys
from pathlib import Path

import pytest
import torch
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from weldfusion.config.load import load_resolved, load_settings
from weldfusion.data.flow import Flow
from weldfusion.encoders.conv1d import ConvBlocks1d
from weldfusion.errors import ConfigError
from weldfusion.fusion.concat import Concat

WAVE = Flow("waveform", 1, length=256)

FOREIGN = """\
from pathlib import Path
Path(__file__).with_name("imported").touch()
from torch import nn
from weldfusion.data.flow import Flow
from weldfusion.encoders.encoder import Encoder

class Mean(Encoder):
    '''Mean over time.

    Args:
        gain: factor.
    '''
    def __init__(self, flow: Flow, gain: float = 1.0) -> None:
        super().__init__()
        self.gain = gain
        self.out = Flow.features(flow.channels)

    def forward(self, x, valid=None):
        return self.gain * x.mean(-1)
"""


@pytest.fixture
def foreign(tmp_path, monkeypatch):
    """A module outside weldfusion in the current folder, which leaves a mark when it is imported."""
    (tmp_path / "plant_code.py").write_text(FOREIGN)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [place for place in sys.path if place])
    yield tmp_path / "imported"
    sys.modules.pop("plant_code", None)


def write(folder: Path, text: str, name: str = "a.yaml") -> Path:
    (folder / name).write_text(text)
    return folder / name


def test_later_files_and_then_overrides_win(tmp_path):
    first = write(tmp_path, "training: {batch_size: 8, patience: 3}\nseed: 1\n")
    second = write(tmp_path, "training: {batch_size: 16}\n", "b.yaml")
    loaded, resolved = load_settings([first, second], ["--seed", "7", "--trainer.max_epochs=5"])
    assert (loaded.training.batch_size, loaded.training.patience, loaded.seed) == (16, 3, 7)
    assert loaded.trainer["max_epochs"] == resolved["trainer"]["max_epochs"] == 5
    assert loaded.name == "a-b"


def test_short_name_shorthand_and_full_path_mean_the_same(tmp_path):
    written = [
        "model: {encoders: {sound: {class_path: ConvBlocks1d, init_args: {widths: [8, 16]}}}}",
        "model: {encoders: {sound: {class_path: ConvBlocks1d, widths: [8, 16]}}}",
        "model: {encoders: {sound: {class_path: weldfusion.encoders.conv1d.ConvBlocks1d, widths: [8, 16]}}}",
    ]
    resolved = [load_settings([write(tmp_path, text)])[1]["model"] for text in written]
    options = ["--model.encoders.sound", "ConvBlocks1d", "--model.encoders.sound.widths", "[8, 16]"]
    long = ["--model.encoders.sound", "ConvBlocks1d", "--model.encoders.sound.init_args.widths", "[8, 16]"]
    resolved += [load_settings(overrides=words)[1]["model"] for words in (options, long)]
    assert all(one == resolved[0] for one in resolved)
    parameters = list(inspect.signature(ConvBlocks1d).parameters.values())[1:]
    assert resolved[0]["class_path"] == "weldfusion.systems.parts.Parts"
    assert resolved[0]["init_args"]["encoders"]["sound"] == {
        "class_path": "weldfusion.encoders.conv1d.ConvBlocks1d",
        "init_args": {one.name: one.default for one in parameters} | {"widths": [8, 16]},
    }


def test_makers_build_what_python_builds(tmp_path):
    file = write(
        tmp_path, "model: {encoders: {sound: {class_path: ConvBlocks1d, widths: [8, 16]}}, fusion: Concat}"
    )
    loaded, _ = load_settings([file])
    torch.manual_seed(0)
    ours = loaded.model.encoders["sound"](WAVE)
    torch.manual_seed(0)
    theirs = ConvBlocks1d(WAVE, widths=[8, 16])
    assert ours.out == theirs.out
    for (name, weight), (_, other) in zip(
        ours.state_dict().items(), theirs.state_dict().items(), strict=True
    ):
        assert torch.equal(weight, other), name
    assert isinstance(loaded.model.fusion({"a": Flow.features(2)}), Concat)


def test_optimizer_and_schedule_are_those_of_torch():
    words = [
        "--training.optimizer",
        "SGD",
        "--training.optimizer.lr",
        "0.5",
        "--training.optimizer.momentum",
        "0.9",
    ]
    words += ["--training.scheduler", "StepLR", "--training.scheduler.step_size", "2"]
    training = load_settings(overrides=words)[0].training
    optimizer = training.optimizer([torch.nn.Parameter(torch.zeros(1))])
    schedule = training.scheduler(optimizer)
    assert isinstance(optimizer, torch.optim.SGD)
    assert (optimizer.defaults["lr"], optimizer.defaults["momentum"]) == (0.5, 0.9)
    assert isinstance(schedule, torch.optim.lr_scheduler.StepLR)
    assert schedule.step_size == 2


def test_null_takes_an_exchange_out(tmp_path):
    file = write(tmp_path, "model: {exchange: [CrossAttention]}")
    assert load_settings([file])[0].model.exchange is not None
    assert load_settings([file], {"model.exchange": None})[0].model.exchange is None


def test_arguments_alone_change_the_default_class():
    loaded, resolved = load_settings(overrides={"split.test": 0.4})
    assert loaded.split.test == 0.4
    assert resolved["split"]["class_path"].endswith(".HoldOut")


def test_a_learning_rate_alone_changes_that_of_the_default_optimizer(tmp_path):
    (tmp_path / "c.yaml").write_text("training: {batch_size: 64}\n")
    settings, _ = load_settings([tmp_path / "c.yaml"], ["--training.optimizer.lr", "10"])
    parameter = torch.nn.Parameter(torch.zeros(1))
    made = settings.training.optimizer([parameter])
    assert type(made) is torch.optim.AdamW
    assert made.defaults == {**torch.optim.AdamW([parameter]).defaults, "lr": 10}
    (tmp_path / "c.yaml").write_text("training: {optimizer: SGD}\n")
    settings, _ = load_settings([tmp_path / "c.yaml"], ["--training.optimizer.lr", "10"])
    assert type(settings.training.optimizer([parameter])) is torch.optim.SGD
    settings, _ = load_settings((), ["--training.scheduler.warmup", "0.5"])
    assert settings.training.scheduler(made).warmup == 0.5


def test_a_change_of_class_drops_all_arguments_and_says_so(tmp_path, capsys):
    file = write(tmp_path, "training: {optimizer: {class_path: SGD, lr: 0.1, momentum: 0.5}}")
    _, resolved = load_settings([file], ["--training.optimizer", "AdamW"])
    assert resolved["training"]["optimizer"]["init_args"]["lr"] == 1e-3
    told = capsys.readouterr().err
    assert "training.optimizer: SGD is replaced by AdamW; dropped lr=0.1, momentum=0.5" in told


def test_naming_the_same_class_again_keeps_its_arguments(tmp_path, capsys):
    file = write(tmp_path, "training: {optimizer: {class_path: SGD, lr: 0.1}}")
    _, resolved = load_settings([file], ["--training.optimizer", "torch.optim.SGD"])
    assert resolved["training"]["optimizer"]["init_args"]["lr"] == 0.1
    assert capsys.readouterr().err == ""


def test_resolved_config_survives_yaml_and_gives_the_same_again(tmp_path):
    text = "model: {encoders: {sound: ConvBlocks1d}}\ndata: {inputs: {sound: {size: [4, 5]}, photo: null}}\n"
    loaded, resolved = load_settings([write(tmp_path, text)])
    again = yaml.safe_load(yaml.safe_dump(resolved))
    assert again == resolved
    assert load_resolved(again) == loaded
    assert loaded.data.inputs["sound"].size == (4, 5)


@settings(deadline=None, max_examples=25)
@given(st.floats(1e-12, 1e12))
def test_numbers_survive_as_python_writes_them(number):
    assert load_settings(overrides=[f"--training.target_weights.a={number!r}"])[
        0
    ].training.target_weights == {"a": number}


@settings(deadline=None, max_examples=25)
@given(
    st.lists(st.fixed_dictionaries({}, optional={k: st.integers(1, 9) for k in ("batch_size", "patience")}))
)
def test_joining_sections_is_the_union_in_order(layers):
    overrides = [f"--training.{key}={value}" for layer in layers for key, value in layer.items()]
    expected = {"batch_size": 32, "patience": None}
    for layer in layers:
        expected |= layer
    training = load_settings(overrides=overrides)[1]["training"]
    assert {key: training[key] for key in expected} == expected


def test_foreign_code_is_refused_before_it_is_imported(foreign, tmp_path):
    for text in ("plant_code.Mean", "{class_path: plant_code.Mean, init_args: {gain: 2}}"):
        with pytest.raises(ConfigError, match="add --trust plant_code"):
            load_settings([write(tmp_path, f"model: {{encoders: {{sound: {text}}}}}")])
    foreign_run = {"model": {"encoders": {"sound": {"class_path": "plant_code.Mean", "init_args": {}}}}}
    with pytest.raises(ConfigError, match="add --trust plant_code"):
        load_resolved(foreign_run, source="runs/x/config.yaml")
    assert not foreign.exists()
    assert "plant_code" not in sys.modules


@pytest.mark.parametrize(
    "path", ["os.path.join", "builtins.eval", "torch.nn.Linear", "torch.optim.SGD", "..x", "x."]
)
def test_other_libraries_are_refused_in_a_slot_of_ours(path):
    with pytest.raises(ConfigError, match=r"model\.fusion"):
        load_settings(overrides={"model.fusion": path})


def test_a_user_s_own_encoder_works_when_trusted(foreign, tmp_path):
    words = ["--model.encoders.sound", "plant_code.Mean", "--model.encoders.sound.gain", "2"]
    loaded, resolved = load_settings(overrides=words, trust=["plant_code"])
    encoder = loaded.model.encoders["sound"](WAVE)
    x = torch.ones(3, 1, 256)
    assert torch.equal(encoder(x), torch.full((3, 1), 2.0))
    assert load_resolved(resolved, trust=["plant_code"]) == loaded
    assert foreign.exists()
    with pytest.raises(ConfigError, match=r"model\.encoders\.sound\.gian.*did you mean gain"):
        load_settings(overrides=[*words[:2], "--model.encoders.sound.gian", "2"], trust=["plant_code"])
    with pytest.raises(ConfigError, match=r"plant_code has no Maen; did you mean Mean"):
        load_settings(overrides={"model.encoders.sound": "plant_code.Maen"}, trust=["plant_code"])


def test_a_broken_module_of_the_user_is_told(foreign, tmp_path):
    (tmp_path / "plant_code.py").write_text("raise RuntimeError('no licence file')")
    with pytest.raises(
        ConfigError, match=r"plant_code\.Mean cannot be imported: RuntimeError: no licence file"
    ):
        load_settings(overrides={"model.encoders.sound": "plant_code.Mean"}, trust=["plant_code"])


def test_what_a_constructor_raises_names_the_key():
    words = ["--model.encoders.sound", "ConvBlocks1d", "--model.encoders.sound.widths", "[]"]
    make = load_settings(overrides=words)[0].model.encoders["sound"]
    with pytest.raises(ConfigError, match=r"^model\.encoders\.sound: ConvBlocks1d: "):
        make(WAVE)
    words = ["--training.optimizer", "AdamW", "--training.optimizer.lr", "-1"]
    make = load_settings(overrides=words)[0].training.optimizer
    with pytest.raises(ConfigError, match=r"^training\.optimizer: AdamW: Invalid learning rate: -1"):
        make([torch.nn.Parameter(torch.zeros(1))])
