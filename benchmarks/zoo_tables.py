"""The papers' tables on simulated welds of each system's own process, in reduced sizes.

Each part is a study of `configs/systems/<name>/tables/` on a data set of its own (seed 21; settings were
chosen on other seeds, but numbers of welds and epochs and two recipes were changed after a first look at
these welds), two folds of whole sessions, one network a fold or more. Epochs are reduced for two cores and
told in every note: a figure shows what the network reaches in so many, not the most it can. Rows can be
stopped and gone on with; `--kept` trains nothing and joins what is finished, `--only PART` does one table; a
row that was never trained says `not run`.
A goal is met where a row beats the best simple baseline on its own sensors and folds, after Holm's
correction. The tables in the papers' layout are kept in `results/zoo_tables/`; docs/model_zoo.py puts them on
its page.
"""

import argparse
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from harness import RESULTS
from real_studies import HOME, Part, benchmark

from weldfusion.data.folder import read_dataset
from weldfusion.run.segmenting import segment
from weldfusion.simulate.data_set import write_data_set
from weldfusion.simulate.find import find_process
from weldfusion.simulate.process import plan_welds
from weldfusion.training.segmentation import SegmentationSettings

SEED = 21
NAME = "zoo_tables"
SEGMENTER = Path("segmenters") / "busbar_masks"
"""Named by the rows of its study, below the working folder."""
FOLDS = {"split": {"class_path": "KFold", "init_args": {"k": 2, "by": "session", "select": 0}}}


def simulated(home: Path, process: str, welds: int, weld_s: float | None = None) -> Path:
    """The data set below `home`, made the first time. Exits where it is of another version or size."""
    folder, found = home / "data" / process, find_process(process)
    if not (folder / "manifest.csv").is_file():
        write_data_set(found, plan_welds(found, welds, SEED, weld_s=weld_s), folder)
    there = read_dataset(folder)
    version = there.card.about.get("version")
    if (version, len(there.welds)) != (found.version, welds):
        raise SystemExit(
            f"{folder}: holds {len(there.welds)} welds of {version}, expected {welds} of {found.version}; "
            "delete it, and the tables trained on it, or name another --home"
        )
    return folder


def with_segmenter(home: Path, process: str, welds: int, weld_s: float | None = None) -> Path:
    """`simulated`, and the segmenter that the study's rows name, learnt on 240 seams of another seed."""
    masks, found = home / "data" / f"{process}_masks", find_process(process)
    if not (SEGMENTER / "segmenter.pt").is_file():
        write_data_set(found, plan_welds(found, 240, SEED + 1), masks)
        segment(masks, SEGMENTER, SegmentationSettings(size=(64, 192), widths=(8, 16, 32), epochs=8))
    return simulated(home, process, welds, weld_s)


@dataclass(frozen=True)
class Table:
    """A study of one system.

    Args:
        study: file below `configs/systems`.
        process: simulated process.
        welds: number of welds.
        epochs: of every network.
        seeds: networks of each fold.
        weld_s: length of a weld (s), the usual one by default.
        prepare: makes the data set below a folder.
    """

    study: str
    process: str
    welds: int
    epochs: int
    seeds: int = 1
    weld_s: float | None = None
    prepare: Callable[..., Path] = simulated

    def part(self) -> Part:
        system, _, table = self.study.replace("/tables", "").removesuffix(".yaml").partition("/")
        return Part(
            f"{system}_{table}",
            self.study,
            self.process,
            f"{self.welds} simulated welds ({find_process(self.process).version}), {self.epochs} epochs",
            overrides={**FOLDS, "seeds": self.seeds, "trainer.max_epochs": self.epochs},
            prepare=partial(self.prepare, process=self.process, welds=self.welds, weld_s=self.weld_s),
        )


TABLES = (
    Table("emmdl/tables/classifiers.yaml", "resistance_spot", 240, 10),
    Table("emmdl/tables/ablation.yaml", "resistance_spot", 240, 10),
    Table("emmdl/tables/backbones.yaml", "resistance_spot", 240, 10),
    Table("vision_spectrum/tables/fusion.yaml", "busbar", 480, 15),
    Table("vision_spectrum/tables/single_sensor.yaml", "busbar", 480, 15),
    Table("vision_spectrum/tables/segmentation.yaml", "busbar", 480, 15, prepare=with_segmenter),
    Table("am_tsfnet/tables/ablation.yaml", "pulsed_gta", 48, 5),
    Table("am_tsfnet/tables/sharing.yaml", "pulsed_gta", 48, 5),
    Table("am_tsfnet/tables/extractors.yaml", "pulsed_gta", 48, 5),
    Table("mcrnet/tables/ablation.yaml", "cmt", 48, 15),
    Table("mcrnet/tables/similarity.yaml", "cmt", 48, 15),
    Table("mcrnet/tables/frames.yaml", "cmt", 48, 15),
    Table("cnn_sk/tables/sk_depth.yaml", "cmt", 48, 15),
    Table("rtm/tables/fusion.yaml", "aluminium_tig", 96, 5),
    Table("rtm/tables/enhancement.yaml", "aluminium_tig", 96, 5),
    Table("cafnet/tables/data_fractions_small.yaml", "laser_al", 360, 5, weld_s=0.3),
)
PARTS: tuple[Part, ...] = tuple(table.part() for table in TABLES)

LINK = re.compile(r"(?<!\\)\[((?:\\.|[^\[\]\\])*)\]\(runs/[^)]*\)")
"""Of a figure in a study's table to its run."""


def networks(part: Part) -> str:
    """How many each fold has.

    >>> networks(PARTS[0])
    'one network'
    """
    seeds = part.overrides["seeds"]
    return "one network" if seeds == 1 else f"{seeds} networks"


def keep_tables(home: Path, results: Path) -> None:
    """Copies of the tables below `home`, without links to the runs, which stay where they were trained."""
    results.mkdir(exist_ok=True)
    for part in PARTS:
        table = home / part.name / "table.md"
        if table.is_file():
            head = f"{part.study}: {part.told}; two folds of whole sessions, {networks(part)} a fold\n\n"
            kept = LINK.sub(r"\1", table.read_text(encoding="utf-8"))
            (results / f"{part.name}.md").write_text(head + kept, encoding="utf-8")


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--home", type=Path, default=HOME)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json")
    options, _ = parser.parse_known_args(argv)
    code = benchmark(NAME, __doc__, PARTS, argv)
    if not (options.quick or options.json):
        keep_tables(options.home, RESULTS / NAME)
    return code


if __name__ == "__main__":
    raise SystemExit(main())
