"""Draws docs/model_zoo/<name>.svg and fills the table of docs/model_zoo.md, both from the configs themselves.

Run as `python docs/model_zoo.py`; tests/test_docs_model_zoo.py tells when they are not those of the configs.
"""

import re
import sys
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))

import zoo_tables

from weldfusion.config.load import load_settings
from weldfusion.data.files import write_text
from weldfusion.report.structure import structure_svg
from weldfusion.run.describing import card_of_root, describe
from weldfusion.simulate.find import find_process
from weldfusion.systems.structure import Structure, short_count

DOCS = Path(__file__).parent
CONFIGS = DOCS.parent / "configs" / "systems"
PAGE, FOLDER = DOCS / "model_zoo.md", DOCS / "model_zoo"
KEPT = DOCS.parent / "benchmarks" / "results" / "zoo_tables"
SIZES = "<!-- sizes, written by model_zoo.py -->\n", "<!-- end of sizes -->\n"
HOME = "data/zoo21"
TIED = "\u00a0"
LEARNT = "--size 64 192 --widths 8,16,32 --epochs 8"
TABLES = "<!-- tables, written by model_zoo.py -->\n", "<!-- end of tables -->\n"


@dataclass(frozen=True)
class Entry:
    """One system: its configs (default and the paper's sizes), the size its paper states, the paper."""

    name: str
    title: str
    config: str
    paper: str
    task: str
    stated: str = "–"
    source: str = ""


ENTRIES = (
    Entry(
        "emmdl", "EMMDL", "emmdl.yaml", "paper.yaml", "quality class of a spot weld",
        source="“Multimodal data fusion for welding defect detection using ensemble deep learning”",
    ),
    Entry(
        "vision_spectrum", "vision–spectrum", "cross.yaml", "paper_cross.yaml", "defect class of a seam",
        "25.9 M, 18.5 GFLOPs",
        "“Deep multimodal fusion of spectral and visual data for laser welding defect classification”, 2026",
    ),
    Entry(
        "am_tsfnet", "AM-TSFNet", "am_tsfnet.yaml", "paper.yaml", "width and depth along the seam",
        source="on pulsed GTAW; its title is not known to us",
    ),
    Entry(
        "mcrnet", "MCRNet", "mcrnet.yaml", "paper.yaml", "depth along the seam",
        source="“Online penetration prediction based on multimodal continuous signals fusion of CMT for full "
        "penetration”",
    ),
    Entry(
        "cnn_sk", "CNN-SK", "cnn_sk.yaml", "paper.yaml", "penetration class", "402,331 (its code)",
        "doi:10.1371/journal.pone.0311119",
    ),
    Entry(
        "rtm", "RTM", "rtm.yaml", "paper.yaml", "quality class of a pool",
        source="“Intelligent detection method for aluminum alloy TIG welding quality by fusing multimodal "
        "data features”",
    ),
    Entry(
        "cafnet", "CAFNet", "cafnet.yaml", "cafnet.yaml", "penetration class", "179,715 (its code)",
        "doi:10.1016/j.knosys.2022.110212",
    ),
)  # fmt: skip


def structure_of(entry: Entry, config: str) -> Structure:
    """The model of one of a system's configs on the sensors of its data."""
    file = CONFIGS / entry.name / config
    settings, _ = load_settings([file])
    return describe(file, {"name": entry.name}, card_of_root(settings.data.root, DOCS.parent))


def figures() -> dict[str, Structure]:
    """The default model of every system whose config is there."""
    return {entry.name: structure_of(entry, entry.config) for entry in ENTRIES}


def table(defaults: dict[str, Structure]) -> str:
    """The Markdown table of all systems."""
    lines = [
        "| system | sensors in its config | what it tells | default: parameters | MACs "
        "| in the paper's sizes: parameters | MACs | the paper states | paper |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for entry in ENTRIES:
        small, whole = defaults[entry.name], structure_of(entry, entry.paper)
        sizes = [
            f"{small.parameters:,}",
            short_count(small.macs),
            f"{whole.parameters:,}",
            short_count(whole.macs),
        ]
        link = f"[{entry.title}](model_zoo/{entry.name}.md)"
        cells = [link, ", ".join(small.inputs), entry.task, *sizes, entry.stated, entry.source]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def tables() -> str:
    """What benchmarks/zoo_tables.py kept of each study: title, how it was run, its tables, notes on rows, the
    commands that make it."""
    made = {table.part().name: table for table in zoo_tables.TABLES}
    parts = []
    for file in sorted(KEPT.glob("*.md")):
        told, title, *lines = [line for line in file.read_text(encoding="utf-8").splitlines() if line]
        several = sum(line.startswith("## ") for line in lines) > 1
        wanted = ("|", "## ") if several else "|"
        kept = [line if line[0] == "|" else f"\n##{line}\n" for line in lines if line.startswith(wanted)]
        notes = row_notes(lines)
        text = [f"###{title[1:]}", "", f"`{told.replace(': ', '`: ', 1)}.", "", *kept]
        again = ["", "```console", commands(made[file.stem]), "```"]
        parts.append("\n".join([*text, *([""] if notes else []), *notes, *again]))
    return "\n\n".join(parts) + "\n"


def row_notes(lines: Sequence[str]) -> list[str]:
    """The notes of a kept table that belong to one of its rows.

    >>> row_notes(["| row | mae |", "| weight 0 | 0.3 |", "- weight 0: our reading", "- ↑ better"])
    ['- weight 0: our reading']
    """
    rows = {line.split(" | ")[0].removeprefix("| ") for line in lines if line.startswith("| ")}
    return [line for line in lines if line.startswith(tuple(f"- {row}: " for row in rows))]


def commands(table: zoo_tables.Table) -> str:
    """What makes a table anew: its data set, a segmenter where its rows name one, the study."""
    part, data = table.part(), f"{HOME}/{table.process}"
    length = "" if table.weld_s is None else f" --weld-s {table.weld_s}"
    lines = [f"{simulate(table.process)} {data} --welds {table.welds} --seed {zoo_tables.SEED}{length}"]
    if table.prepare is zoo_tables.with_segmenter:
        lines.append(f"{simulate(table.process)} {data}_masks --welds 240 --seed {zoo_tables.SEED + 1}")
        lines.append(f"weldfusion segment {data}_masks --folder {zoo_tables.SEGMENTER} {LEARNT}")
    given = " ".join(words({"data.root": data, **part.overrides}))
    study = f"weldfusion study configs/systems/{table.study} --folder studies/zoo21/{part.name} {given}"
    pairs = re.sub(r"(--\S+) ", f"\\1{TIED}", study)
    wrapped = textwrap.wrap(pairs, 118, subsequent_indent="    ", break_on_hyphens=False)
    return "\n".join([*lines, " \\\n".join(wrapped).replace(TIED, " ")])


def simulate(process: str) -> str:
    """The verb that simulates a process.

    >>> simulate("cmt"), simulate("laser_al")
    ('weldfusion simulate cmt', 'weldfusion simulate laser --preset laser_al')
    """
    verb = type(find_process(process)).__module__.split(".")[-2]
    return f"weldfusion simulate {verb}" + ("" if verb == process else f" --preset {process}")


def words(overrides: Mapping[str, Any]) -> list[str]:
    """Overrides as words of the command line.

    >>> words({"split": {"class_path": "KFold", "init_args": {"k": 2}}, "seeds": 1})
    ['--split', 'KFold', '--split.k', '2', '--seeds', '1']
    """
    found: list[str] = []
    for key, value in overrides.items():
        if isinstance(value, Mapping):
            found += [f"--{key}", value["class_path"]]
            found += words({f"{key}.{name}": one for name, one in value["init_args"].items()})
        else:
            found += [f"--{key}", str(value)]
    return found


def filled(page: str, marks: tuple[str, str], text: str) -> str:
    """The page with what stands between two marks replaced."""
    before, _, rest = page.partition(marks[0])
    _, _, after = rest.partition(marks[1])
    return f"{before}{marks[0]}{text}{marks[1]}{after}"


def main() -> None:
    defaults = figures()
    FOLDER.mkdir(exist_ok=True)
    for name, structure in defaults.items():
        write_text(FOLDER / f"{name}.svg", structure_svg(structure))
    page = filled(PAGE.read_text(encoding="utf-8"), SIZES, table(defaults))
    write_text(PAGE, filled(page, TABLES, tables()))


if __name__ == "__main__":
    main()
