"""Study files: what is read, in which order configs are joined, and how mistakes are told."""

import pytest

from weldfusion.config.load import load_layers
from weldfusion.config.study_file import read_study, row_layers
from weldfusion.config.yaml_layer import override_layers
from weldfusion.errors import ConfigError

BASE = "data: {root: d, targets: [a]}\ntrainer: {max_epochs: 5}\ntraining: {batch_size: 4}\n"
GOOD = """\
title: T
base: [base.yaml]
every: {files: more.yaml, trainer.max_epochs: 7}
rows:
  as is:
  larger: {training.batch_size: 16, paper: 0.9, note: why}
  other.file: other.yaml
  nested:
    model:
      fusion: {class_path: Concat, init_args: {absent: zero}}
    model.modality_dropout: 0.3
seeds: 3
splits: 2
figures: mae
"""


@pytest.fixture
def write(tmp_path):
    files = {
        "base": BASE,
        "more": "training: {batch_size: 8}\n",
        "other": "data: {root: elsewhere}\ntraining: {batch_size: 2}\n",
    }
    for name, text in files.items():
        (tmp_path / f"{name}.yaml").write_text(text)

    def made(text: str):
        (tmp_path / "s.yaml").write_text(text)
        return tmp_path / "s.yaml"

    return made


def settings_of(study, name):
    row = next(row for row in study.rows if row.name == name)
    return load_layers(row_layers(study, row), tell=lambda line: None)[0]


def test_what_is_read(write):
    study = read_study(write(GOOD))
    assert [row.name for row in study.rows] == ["as is", "larger", "other.file", "nested"]
    assert (study.title, study.seeds, study.splits, study.fractions) == ("T", 3, 2, [1.0])
    assert (study.figures, study.columns) == (["mae"], "figures")
    assert study.rows[1].published == {"": 0.9}
    assert study.rows[1].note == "why"


def test_the_order_of_joining(write):
    study = read_study(write(GOOD))
    found = {row.name: settings_of(study, row.name) for row in study.rows}
    assert {name: one.training.batch_size for name, one in found.items()} == {
        "as is": 8, "larger": 16, "other.file": 8, "nested": 8,
    }  # fmt: skip
    assert {one.trainer["max_epochs"] for one in found.values()} == {7}
    assert found["other.file"].data.root == "elsewhere"
    assert found["nested"].model.parts().modality_dropout == 0.3


def test_fractions_are_the_columns_of_their_own(write):
    rows = "rows: {a: {paper: {0.5: 0.8, 1: 0.9}}}\nfractions: [1, 0.5]\n"
    study = read_study(write(rows))
    assert study.fractions == [0.5, 1.0]
    assert study.columns == "fractions"
    assert study.rows[0].published == {"50 %": 0.8, "100 %": 0.9}


def test_a_published_figure_of_a_fraction_tells_of_which_figure_it_is(write):
    rows = "rows: {a: {paper: {accuracy: {0.5: 0.8, 1: 0.9}, q macro_f1: {1: 0.7}}}}\n"
    study = read_study(write(f"{rows}fractions: [0.5, 1]\ntargets: q\nfigures: [accuracy, macro_f1]\n"))
    assert study.rows[0].published == {"accuracy 50 %": 0.8, "accuracy 100 %": 0.9, "q macro_f1 100 %": 0.7}


@pytest.mark.parametrize(("text", "expected"), [
    ("rows: {a: {paper: {1: 0.9}}}\nfractions: [0.5, 1]\nfigures: [accuracy, macro_f1]\n",
     "s.yaml:1: rows.a.paper: must say of which figure: {accuracy: {0.5: …}}"),
    ("rows: {a: {paper: {acuracy: {1: 0.9}}}}\nfractions: [0.5, 1]\ntargets: q\n",
     "s.yaml:1: rows.a.paper.acuracy: is no figure; did you mean accuracy or"),
    ("rows: {a: {paper: {accuracy: {0.4: 0.9}}}}\nfractions: [0.5, 1]\n",
     "s.yaml:1: rows.a.paper.accuracy.0.4: is none of the fractions 0.5, 1.0"),
    ("rows: {a: {paper: 0.9}}\nfigures: [accuracy, macro_f1]\n",
     "s.yaml:1: rows.a.paper: must say of which figure: {accuracy: …}"),
    ("rows: {a: {paper: {f1: 0.9}}}\ntargets: q\nfigures: [accuracy, macro_f1]\n",
     "s.yaml:1: rows.a.paper.f1: is no column; valid: accuracy, macro_f1, q"),
    ("rows: {a: {paper: {macro_f1: 0.9}}}\ntargets: q\nfigures: balanced_accuracy\n",
     "s.yaml:1: rows.a.paper.macro_f1: is not among the study's figures; add it there"),
    ("rows: {a: {paper: {q macro_f1: {1: 1}}}}\ntargets: q\nfigures: [mae, r2]\nfractions: [0.5, 1]\n",
     "s.yaml:1: rows.a.paper.q macro_f1: is not among the study's figures; add it there"),
    ("", "rows: must name at least one row"),
    ("rows: {a: }\nseds: 3\n", "s.yaml:2: seds: is no key of a study; did you mean seeds?"),
    ("rows: {a: }\nmodel.fusion: Concat\n", "s.yaml:2: model.fusion: is no key of a study; settings of all"),
    ("rows:\n  a: {modle.fusion: Concat}\n", "s.yaml:2: rows.a.modle.fusion: is no setting; did you mean"),
    ("rows:\n  a: {seeds: 2}\n", "s.yaml:2: rows.a.seeds: is no setting of a row; write it at the top"),
    ("rows:\n  a:\n    paper: high\n", "s.yaml:3: rows.a.paper: must be a number, is 'high'"),
    ("rows:\n  a: {paper: 1}\nfractions: [0.5, 1]\n", "rows.a.paper: must say for which fraction: {0.5"),
    ("rows:\n  a: {paper: {0.4: 1}}\nfractions: [0.5, 1]\n", "rows.a.paper.0.4: is none of the fractions 0"),
    ("rows:\n  a: nowhere.yaml\n", "s.yaml:2: rows.a.files: no file nowhere.yaml in"),
    ("rows: {a: }\nbase: bas.yaml\n", "did you mean base.yaml?"),
    ("rows: {a: }\nfractions: [0, 1]\n", "s.yaml:2: fractions: must be above 0 and at most 1, is 0"),
    ("rows: {a: }\nfractions: [1, 1.0]\n", "must be one or more different shares"),
    ("rows: {a: }\nseeds: 0\n", "s.yaml:2: seeds: must be a whole number of at least 1, is 0"),
    ("rows: {a: }\ncolumns: fraction\n", "s.yaml:2: columns: 'fraction'; did you mean fractions?"),
    ("rows:\n  a b:\n  a-b:\n", "s.yaml:3: rows.a-b: has the same folder as 'a b'"),
    ("rows: {a: 3}\n", "rows.a: must be settings as KEY: VALUE, or config files, is 3"),
    ("rows: {'§': }\n", "a row's name needs a letter or digit"),
    ("every: {note: x}\nrows: {a: }\n", "every.note: belongs to one row"),
    ("rows: {a: {paper: {depht: 1}}}\ntargets: depth\n", "s.yaml:1: rows.a.paper.depht: is no column"),
    ("rows: {a: {model..fusion: Concat}}\n", "is names joined by single dots"),
])  # fmt: skip
def test_mistakes_are_told_in_one_line(write, text, expected):
    with pytest.raises(ConfigError) as told:
        read_study(write(text))
    assert expected in str(told.value)
    assert len(str(told.value).splitlines()) == 1


def test_a_setting_that_fits_nothing_is_told_with_its_line(write):
    study = read_study(write("base: base.yaml\nrows:\n  a:\n    model.fusion:\n      class_path: Concatt\n"))
    with pytest.raises(ConfigError) as told:
        settings_of(study, "a")
    assert "s.yaml:" in str(told.value)
    assert "did you mean Concat" in str(told.value)


def test_seeds_are_those_of_the_study_else_of_the_config_and_an_option_comes_last(write, tmp_path):
    (tmp_path / "five.yaml").write_text("seeds: 5\n")
    asked = GOOD.replace("other.file: other.yaml", "other.file: [other.yaml, five.yaml]")
    with_seeds, without = read_study(write(asked)), read_study(write(asked.replace("seeds: 3\n", "")))
    assert [settings_of(with_seeds, name).seeds for name in ("as is", "other.file")] == [3, 3]
    assert [settings_of(without, name).seeds for name in ("as is", "other.file")] == [1, 5]
    row = with_seeds.rows[0]
    layers = [*row_layers(with_seeds, row), *override_layers(["--seeds", "2"])]
    assert load_layers(layers, tell=lambda line: None)[0].seeds == 2


def test_a_misspelt_study_is_told_beside_the_files_that_are_there(tmp_path):
    (tmp_path / "sensors.yaml").write_text("rows: {a: }\n")
    with pytest.raises(ConfigError, match=r"sensor\.yaml: no such file; did you mean .*sensors\.yaml\?"):
        read_study(tmp_path / "sensor.yaml")


def test_a_study_among_the_configs_of_a_study_is_told(write):
    with pytest.raises(ConfigError, match=r"s\.yaml: this is a study; run it with: weldfusion study"):
        row_layers(study := read_study(write("base: s.yaml\nrows: {a: }\n")), study.rows[0])
