"""The study printed in docs/studies.md is one; the tables it lists are there."""

import re
from pathlib import Path

from weldfusion.config.load import load_layers
from weldfusion.config.study_file import KEYS, read_study, row_layers
from weldfusion.config.yaml_layer import override_layers
from weldfusion.data.splits import KFold

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "studies.md").read_text("utf-8")


def test_the_study_loads(tmp_path):
    (block,) = re.findall(r"^```yaml study\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    (tmp_path / "s.yaml").write_text(block, encoding="utf-8")
    (tmp_path / "my_welds.yaml").write_text("data: {root: my_welds}\n", encoding="utf-8")
    (tmp_path / "other.yaml").write_text("training: {batch_size: 8}\n", encoding="utf-8")
    study = read_study(tmp_path / "s.yaml")
    found = {row.name: load_layers(row_layers(study, row))[0] for row in study.rows}
    assert {one.trainer["max_epochs"] for one in found.values()} == {30}
    assert found["paper's network"].training.batch_size == 8
    assert study.rows[-1].published == {"macro_f1 50 %": 0.94, "macro_f1 100 %": 0.97}


def test_the_trial_trains_as_many_networks_as_told(tmp_path):
    (block,) = re.findall(r"^```yaml\n(title: A trial\n.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    (tmp_path / "trial.yaml").write_text(block.replace("configs/", f"{ROOT.as_posix()}/configs/"), "utf-8")
    study = read_study(tmp_path / "trial.yaml")
    words, again = re.findall(r"^weldfusion study trial.yaml (.+)$", PAGE, re.MULTILINE)
    assert again.startswith(words)
    networks, folds = {}, set()
    for row in study.rows:
        settings = load_layers([*row_layers(study, row), *override_layers(words.split())])[0]
        assert isinstance(settings.split, KFold)
        assert not settings.training.calibrate
        folds.add(settings.split.k)
        networks[row.name] = settings.seeds * len(study.fractions) * settings.split.k
    assert folds == {4}
    assert f"trains {sum(networks.values())} networks (2 rows at 2 fractions, 4 folds each)" in PAGE
    assert f"trains {networks['parameters']} more" in " ".join(PAGE.split())


def test_every_key_is_told():
    table = PAGE.partition("## What stands in a study file")[2].partition("\n\nA row")[0]
    assert set(re.findall(r"`(\w+)`", " ".join(re.findall(r"^\| (`[^|]*) \|", table, re.MULTILINE)))) == set(
        KEYS
    )


def test_every_table_is_listed_and_every_listed_one_is_there():
    systems, listed = ROOT / "configs" / "systems", []
    for line in PAGE.partition("## Tables of papers")[2].splitlines():
        folder = ""
        for name in re.findall(r"`([\w/]+\.yaml)`", line):
            folder = (
                name.rpartition("/")[0] or folder
            )  # further tables of a line are told without their folder
            listed.append(f"{folder}/{name.rpartition('/')[2]}")
    assert sorted(listed) == sorted(
        f.relative_to(systems).as_posix() for f in systems.glob("*/tables/*.yaml")
    )
