"""docs/model_zoo.md: figures and table of sizes are those of the present configs; its examples load."""

import re
import shlex
from pathlib import Path

import pytest
import yaml

from docs import model_zoo
from docs.model_zoo import zoo_tables
from weldfusion.cli.main import build_parser, main
from weldfusion.config.load import load_settings
from weldfusion.config.study_file import read_study
from weldfusion.report.structure import structure_svg
from weldfusion.run.describing import card_of

DOCS = Path(__file__).parents[1] / "docs"
PAGE = model_zoo.PAGE.read_text("utf-8")
PAGES = [model_zoo.PAGE, *sorted(model_zoo.FOLDER.glob("*.md"))]
AGAIN = "run `python docs/model_zoo.py`"


@pytest.fixture(scope="module")
def structures():
    return model_zoo.figures()


def test_figures_are_those_of_the_configs(structures):
    for name, structure in structures.items():
        kept = (model_zoo.FOLDER / f"{name}.svg").read_text("utf-8")
        assert kept == structure_svg(structure), f"{name}: {AGAIN}"


def test_sizes_are_those_of_the_configs(structures):
    assert model_zoo.filled(PAGE, model_zoo.SIZES, model_zoo.table(structures)) == PAGE, AGAIN


def test_tables_are_those_that_the_benchmark_kept():
    assert model_zoo.filled(PAGE, model_zoo.TABLES, model_zoo.tables()) == PAGE, AGAIN


def test_every_system_has_an_entry():
    """A class of `weldfusion.systems` derived from `System` stands in a config of an entry's folder."""
    with_class = {
        file.relative_to(model_zoo.CONFIGS).parts[0]
        for file in model_zoo.CONFIGS.rglob("*.yaml")
        if "class_path" in (yaml.safe_load(file.read_text("utf-8")).get("model") or {})
    }
    assert with_class <= {entry.name for entry in model_zoo.ENTRIES}


def test_cards_show_their_figure():
    for card in model_zoo.FOLDER.glob("*.md"):
        assert card.stem in {entry.name for entry in model_zoo.ENTRIES}
        assert f"]({card.stem}.svg)" in card.read_text("utf-8"), f"{card.name}: shows no {card.stem}.svg"


def test_the_example_config_is_one(tmp_path):
    (text,) = re.findall(r"^```yaml config\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    file = tmp_path / "mine.yaml"
    file.write_text(text, encoding="utf-8")
    card = card_of("laser_al")
    inputs = dict.fromkeys(yaml.safe_load(text)["model"]["encoders"])
    given = {"data.inputs": inputs, "data.targets": ["penetration"], "data.windows.length_s": 0.1}
    assert load_settings([file], given)[0].model.fusion is not None
    found = model_zoo.describe([file], given, card)
    assert {"CrossAttention", "Gated"} <= {piece.name for piece in found.pieces}


def test_the_config_of_own_data_is_whole(tmp_path):
    (text,) = re.findall(r"^```yaml config own\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    file = tmp_path / "mine.yaml"
    file.write_text(text, encoding="utf-8")
    found = model_zoo.describe([file], {}, card_of("laser_al"))
    assert list(found.inputs) == ["microphone", "photodiode"]
    assert [piece.name for piece in found.pieces if piece.name.endswith("Head")] == ["ClassHead"]


@pytest.mark.parametrize("file", PAGES, ids=lambda file: file.stem)
def test_commands_are_words_that_the_verbs_know(file):
    text = file.read_text("utf-8").replace("\\\n", " ")
    commands = re.findall(r"^weldfusion (.+)$", text, re.MULTILINE)
    assert len(commands) > 3
    for command in commands:
        build_parser().parse_args(shlex.split(command))
        for config in re.findall(r"--config (configs/\S+)", command):
            assert (DOCS.parent / config).is_file()


def test_every_note_of_a_row_stands_below_its_table():
    """The notes of the study files themselves, of studies that have a kept table."""
    _, _, text = PAGE.partition(model_zoo.TABLES[0])
    told = 0
    for part in text.partition(model_zoo.TABLES[1])[0].split("\n### ")[1:]:
        file = model_zoo.CONFIGS / part.split("`")[1]
        rows = yaml.safe_load(file.read_text("utf-8"))["rows"]
        for name, row in rows.items():
            if f"\n| {name} |" in part and isinstance(row, dict) and "note" in row:
                assert f"\n- {name}: {row['note']}\n" in f"{part}\n", f"{file}: {AGAIN}"
                told += 1
    assert told > 5


def said(table: zoo_tables.Table) -> list[list[str]]:
    """The words of the commands below a table, less `weldfusion`."""
    lines = model_zoo.commands(table).replace("\\\n", " ").splitlines()
    return [shlex.split(line)[1:] for line in lines]


@pytest.mark.parametrize("table", zoo_tables.TABLES, ids=lambda table: table.study)
def test_commands_below_a_table_do_what_the_benchmark_does(table, monkeypatch):
    """The same data set, and the same settings of every row."""
    made = []
    monkeypatch.setattr("weldfusion.simulate.data_set.write_data_set", lambda *of: made.append(of) or of[2])
    simulated, *_, studied = said(table)
    main(simulated)
    process = zoo_tables.find_process(table.process)
    ((asked, plan, folder, *_),) = made
    assert asked == process
    assert plan == zoo_tables.plan_welds(process, table.welds, zoo_tables.SEED, weld_s=table.weld_s)
    given = build_parser().parse_args(studied)
    part = table.part()
    assert (DOCS.parent / given.file).samefile(part.file)
    files = read_study(part.file).rows[0].files
    wanted = load_settings(files, {**part.overrides, "data.root": str(folder)})[1]
    assert load_settings(files, given.others)[1] == wanted


def test_commands_below_a_table_learn_the_segmenter_of_the_benchmark(tmp_path, monkeypatch):
    (table,) = [one for one in zoo_tables.TABLES if one.prepare is zoo_tables.with_segmenter]
    data, learnt = [], []
    monkeypatch.setattr(zoo_tables, "simulated", lambda *_: None)
    for place in ("zoo_tables", "weldfusion.simulate.data_set"):
        monkeypatch.setattr(
            f"{place}.write_data_set", lambda _, plan, out, *more: data.append((plan, out.name))
        )
    _, masks, segmented, _ = said(table)
    main(masks)
    given = build_parser().parse_args(segmented)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(zoo_tables, "segment", lambda *given: learnt.append(given))
    table.part().prepare(tmp_path)
    assert data[0] == data[1]
    ((_, folder, settings),) = learnt
    assert given.folder == folder
    found = (tuple(given.size), tuple(map(int, given.widths.split(","))), given.epochs)
    assert found == (settings.size, settings.widths, settings.epochs)


def figures_with_interval(text: str) -> set[str]:
    """Figures with their 95 % interval, as `0.546 [0.481, 0.604]`, whatever breaks the line."""
    plain = re.sub(r"\s+", " ", text.replace("\\", "").replace("*", ""))
    return set(re.findall(r"-?\d\.\d{3} \[-?\d\.\d{3}, -?\d\.\d{3}\]", plain))


@pytest.mark.parametrize("file", PAGES, ids=lambda file: file.stem)
def test_figures_with_intervals_are_kept_results(file):
    """What a card says stands in a table that a benchmark wrote, so no old figure stays behind."""
    results = DOCS.parent / "benchmarks" / "results"
    kept = [*results.glob("zoo_tables/*.md"), *results.glob("real_*.md")]
    there = set().union(*(figures_with_interval(one.read_text("utf-8")) for one in kept))
    told = figures_with_interval(file.read_text("utf-8"))
    assert told
    assert not told - there, f"{file.name}: in no table of benchmarks/results"
