"""Wrong configs: every problem is one line with place, full key, value and what would be right."""

import pytest

from weldfusion.config.load import load_settings
from weldfusion.data.flow import Flow
from weldfusion.errors import ConfigError

FILES = {
    "unknown section": ("modle: {}", ["c.yaml:1: modle: unknown setting; did you mean model?"]),
    "unknown key": (
        "data:\n  root: a\n  worker: 2",
        ["c.yaml:3: data.worker: unknown setting; did you mean workers?"],
    ),
    "wrong type": (
        "training:\n  batch_size: many",
        ["c.yaml:2: training.batch_size: expected int, got 'many'"],
    ),
    "fraction for a count": ("seeds: 2.5", ["c.yaml:1: seeds: expected int, got 2.5"]),
    "truth for a count": ("seed: true", ["c.yaml:1: seed: expected int, got True"]),
    "number for a name": ("name: 7", ["c.yaml:1: name: expected text or null (in quotes), got 7"]),
    "wrong choice": (
        "training: {scheduler_step: weld}",
        ["c.yaml:1: training.scheduler_step: expected step or epoch, got 'weld'"],
    ),
    "wrong size": (
        "data: {inputs: {photo: {size: [1, 2, 3]}}}",
        ["data.inputs.photo.size: expected [int, int] or null"],
    ),
    "setting of an input": (
        "data:\n  inputs:\n    photo:\n      sice: [1, 2]",
        ["c.yaml:4: data.inputs.photo.sice: unknown setting of Input; did you mean size?"],
    ),
    "section is a list": (
        "model: [a]",
        ["c.yaml:1: model: expected a mapping of settings or a class (System), got ['a']"],
    ),
    "unknown class": (
        "model:\n  encoders:\n    sound: ConvBlock1d",
        ["c.yaml:3: model.encoders.sound: no Encoder is called 'ConvBlock1d'; did you mean ConvBlocks1d?"],
    ),
    "unknown argument": (
        "model:\n  encoders:\n    a:\n      class_path: ConvBlocks1d\n      init_args:\n        width: [8]",
        ["c.yaml:6: model.encoders.a.width: unknown setting of ConvBlocks1d; did you mean widths?"],
    ),
    "wrong argument": (
        "model: {encoders: {sound: {class_path: ConvBlocks1d, widths: [8, b]}}}",
        ["c.yaml:1: model.encoders.sound.widths: expected list of int, got [8, 'b']"],
    ),
    "missing argument": (
        "training: {scheduler: StepLR}",
        ["training.scheduler.step_size: must be given (StepLR needs it): int"],
    ),
    "class of another slot": (
        "model: {fusion: ConvBlocks1d}",
        ["no Fusion or LateFusion is called 'ConvBlocks1d'"],
    ),
    "full path of another slot": (
        "model: {fusion: weldfusion.encoders.conv1d.ConvBlocks1d}",
        ["model.fusion: weldfusion.encoders.conv1d.ConvBlocks1d cannot be used as Fusion or LateFusion;"],
    ),
    "abstract class": (
        "model: {fusion: Fusion}",
        ["Fusion cannot be used as Fusion or LateFusion; valid:", "Concat"],
    ),
    "no such module": (
        "model: {fusion: weldfusion.fusio.Concat}",
        ["weldfusion has no fusio; did you mean weldfusion.fusion.concat.Concat?", "model.fusion: "],
    ),
    "class path is a number": (
        "model: {fusion: {class_path: 3}}",
        ["class_path must be the name of a class, got 3"],
    ),
    "init_args is a list": (
        "model: {fusion: {class_path: Concat, init_args: [1]}}",
        ["init_args must be a mapping"],
    ),
    "arguments without a class": (
        "model: {fusion: {absent: zero}}",
        ["model.fusion: says absent but no class"],
    ),
    "trainer key": (
        "trainer:\n  max_epoch: 3",
        ["c.yaml:2: trainer.max_epoch: no such argument", "max_epochs"],
    ),
    "trainer type": ("trainer: {max_epochs: long}", ["trainer.max_epochs: expected int or null, got 'long'"]),
    "trainer key of ours": ("trainer: {logger: true}", ["trainer.logger: cannot be set here"]),
    "trainer is a text": ("trainer: fast", ["trainer: expected a mapping of Trainer arguments, got 'fast'"]),
    "several at once": (
        "seed: x\nseeds: y\ntraining: {patience: z}",
        ["c.yaml:1: seed: ", "c.yaml:2: seeds: ", "c.yaml:3: training.patience: "],
    ),
    "not YAML": ("data:\n  root: [a", ["c.yaml:", "not valid YAML"]),
    "a tab": ("data:\n\troot: a", ["c.yaml:2: not valid YAML"]),
    "a python object": ("data: !!python/object/apply:os.getcwd []", ["c.yaml:1: not valid YAML"]),
    "key twice": ("seed: 1\ndata: {}\nseed: 2", ["c.yaml:3: key seed is given twice"]),
    "inner key twice": ("data:\n  root: a\n  root: b", ["c.yaml:3: key data.root is given twice"]),
    "a list": ("- a", ["c.yaml: a config is a mapping of sections"]),
    "an alias in itself": ("data: &a {root: *a}", ["refers to itself"]),
}
WORDS = {
    "unknown option": (["--sed", "3"], "--sed: unknown setting; did you mean seed"),
    "no value": (["--seed"], "--seed: a value is missing"),
    "next is an option": (["--seed", "--name", "a"], "--seed: a value is missing"),
    "no option": (["seed", "3"], "'seed' was not expected here"),
    "not YAML": (["--seed", "[1"], "--seed: '[1' is not valid YAML"),
    "two dots": (["--data..root", "a"], "--data..root: a key is names joined by single dots"),
    "inside a number": (["--seed.x", "1"], "--seed.x: seed: expected int, got a mapping of x"),
    "argument of a part that has no class": (
        ["--model.encoders.sound.widths", "[8]"],
        "--model.encoders.sound.widths: model.encoders.sound has no class yet; write --model.enc",
    ),
    "class of an argument": (
        ["--model.encoders.sound", "MelCNN", "--model.encoders.sound.nfft", "3"],
        "--model.encoders.sound.nfft: unknown setting of MelCNN; did you mean",
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_wrong_file(name, tmp_path, monkeypatch):
    text, expected = FILES[name]
    monkeypatch.chdir(tmp_path)
    (tmp_path / "c.yaml").write_text(text)
    with pytest.raises(ConfigError) as caught:
        load_settings(["c.yaml"])
    told = str(caught.value)
    assert all(part in told for part in expected), told
    assert len(told.splitlines()) == (3 if name == "several at once" else 1), told


@pytest.mark.parametrize("name", WORDS)
def test_wrong_words(name):
    words, expected = WORDS[name]
    with pytest.raises(ConfigError) as caught:
        load_settings(overrides=words)
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00"])
def test_file_that_cannot_be_read(content, tmp_path):
    file = tmp_path / "c.yaml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ConfigError, match=r"c\.yaml: (no such file|not a UTF-8)"):
        load_settings([file])


def test_an_empty_file_is_all_defaults(tmp_path):
    (tmp_path / "c.yaml").write_text("# nothing\n")
    settings, _ = load_settings([tmp_path / "c.yaml"])
    assert settings.name == "c"
    assert settings.training == load_settings()[0].training


def test_a_part_that_names_itself_is_named_once():
    settings, _ = load_settings((), {"model.encoders": {"curve": "TableMLP"}})
    with pytest.raises(ConfigError, match=r"^model\.encoders\.curve: TableMLP takes a table, not waveform$"):
        settings.model.parts().encoders["curve"](Flow("waveform", 1, length=8))


def test_an_argument_on_the_command_line_does_not_blame_the_file(tmp_path):
    (tmp_path / "c.yaml").write_text("model:\n  encoders: {}\n")
    with pytest.raises(ConfigError) as caught:
        load_settings([tmp_path / "c.yaml"], ["--model.encoders.sound.widths", "[8]"])
    assert str(caught.value).startswith("--model.encoders.sound.widths: ")


def test_a_study_given_as_a_config_is_told_in_one_line(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text("title: T\nbase: []\nevery: {trainer.max_epochs: 2}\nrows: {a: }\nseeds: 3\n")
    with pytest.raises(ConfigError) as caught:
        load_settings([file])
    assert str(caught.value) == f"{file}: this is a study; run it with: weldfusion study {file}"
