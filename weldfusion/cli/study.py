"""`weldfusion study`: a table of a paper, or your own, from one file."""

import sys
import textwrap
import time
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from weldfusion.cli.figures import WIDTH, aligned

if TYPE_CHECKING:
    from collections.abc import Sequence

    from weldfusion.run.study_outlook import Costs

USAGE = "weldfusion study FILE [--dry-run] [--jobs N] [--only ROW]... [--KEY VALUE]..."
ABOUT = """\
Run every row of a study file at every fraction of the data, and write one table: mean over seeds and folds,
95 % interval over groups of welds, parameters, whether a row beats the best simple baseline and differs from
the first row (paired over the same welds, p-values corrected after Holm).

Each cell is a run of its own in STUDY_FOLDER/runs, which evaluate, explain and predict take. Run again, a
study skips what is finished and goes on where it was interrupted; with more seeds (seeds: in the file, or
--seeds) it trains the networks that are missing. Exit code 1 if a cell failed; the others go on.
"""
EXAMPLES = """\
a study file:
  title: Where the sensors are joined
  base: [my_welds/config.yaml]         # config files that all rows begin with, looked for beside this file
  every: {trainer.max_epochs: 30}      # settings (and `files`) of all rows
  rows:                                # the others are compared with the first
    late:
    early: {model.fusion: Concat}
    sound only: {data.inputs: {sound: {}}, note: "as in table 4"}
    paper's own: {files: [other.yaml], paper: {1: 0.97}}  # `paper`: its published figure, shown apart
  seeds: 3                             # networks of each fold [the config's]
  splits: 1                            # how often the welds are divided anew
  fractions: [0.1, 0.5, 1]             # of the training welds, each within the next; the test part stays
  targets: [penetration]               # of the table [all]
  figures: [macro_f1]                  # of the table [the headline figure of each target]
  columns: fractions                   # fractions or figures

examples:
  weldfusion study my_study.yaml --dry-run
      what would run: networks, steps, and the time they take, measured on a few steps of each row
  weldfusion study my_study.yaml --jobs 2 --only late --only early
  weldfusion study configs/systems/cafnet/tables/data_fractions.yaml --trainer.max_epochs 5
      settings are written as for weldfusion fit and come last, for every row

tables: STUDY_FOLDER/table.csv (all figures), table.md, table.html; times.csv has the times of training.
"""


STOPPED = "weldfusion: interrupted; the same command goes on where it stopped"
INTERRUPTED = 130
OF_COST = ("row", "of the data", "training welds", "parameters", "networks", "steps", "a step", "time",
           "precision")  # fmt: skip


def add(verbs: Any) -> None:
    about = "a table of a paper, or your own, from one file"
    parser = verbs.add_parser(
        "study", help=about, usage=USAGE, description=ABOUT, epilog=EXAMPLES, collects=True
    )
    parser.add_argument("file", metavar="FILE", help="the study file (YAML)")
    parser.add_argument("--dry-run", action="store_true", help="tell what would run and what it takes")
    parser.add_argument("--jobs", type=int, metavar="N", help="cells at a time [1, or one for each GPU]")
    parser.add_argument("--folder", type=Path, metavar="DIR", help="the study's folder [studies/FILE's name]")
    parser.add_argument(
        "--only", action="append", default=[], metavar="ROW", help="run only this row; repeatable"
    )
    parser.add_argument(
        "--config", action="append", default=[], metavar="FILE",
        help="config file joined after those of every row, such as your data; repeatable",
    )  # fmt: skip
    parser.add_argument(
        "--trust", action="append", default=[], metavar="MODULE", help="allow classes of this module"
    )
    parser.set_defaults(run=run)


def run(arguments: Namespace) -> int:
    began = time.perf_counter()
    from weldfusion.run.study_plan import Asked
    from weldfusion.run.studying import outlook_study, run_study

    imports_s = time.perf_counter() - began

    asked = Asked(arguments.config, arguments.others, arguments.trust, arguments.only)
    if arguments.dry_run:
        from weldfusion.run.study_jobs import check_jobs

        check_jobs(arguments.jobs)
        study, found = outlook_study(arguments.file, arguments.folder, asked)
        print(f"{study.title}\n\n{costs_text(found, arguments.jobs or 1, imports_s)}")
        return 0
    from weldfusion.report.study import legend, terminal_rows

    try:
        done = run_study(arguments.file, arguments.folder, arguments.jobs, asked)
    except KeyboardInterrupt:
        print(STOPPED, file=sys.stderr)
        return INTERRUPTED
    for sheet in done.sheets:
        print("\n".join(filter(None, [f"\n{sheet.title}", aligned(terminal_rows(sheet)), sheet.remark])))
    if marks := legend(done.sheets):
        print(f"\n{textwrap.fill(marks, WIDTH)}")
    print(f"\ntables: {done.folder / 'table.html'}")
    for line in done.failed:
        print(f"failed: {line}")
    return 1 if done.failed else 0


def costs_text(found: "Costs", jobs: int, imports_s: float = 0.0) -> str:
    """One line a cell, then the sum; `imports_s` are seconds that the study begins with too."""
    from weldfusion.studies.study import percent
    from weldfusion.training.outlook import counted_as, duration

    cells = found.cells
    rows = [list(OF_COST)]
    rows += [
        [
            cost.cell.row.name,
            percent(cost.cell.fraction),
            f"{cost.training_welds:.0f}",
            f"{cost.parameters:,}",
            str(cost.networks),
            str(cost.steps),
            f"{cost.step_s * 1e3:.0f} ms" if cost.steps else "–",
            duration(cost.seconds) if cost.steps else "–",
            cost.precision,
        ]
        for cost in cells
    ]
    steps, networks = sum(cost.steps for cost in cells), sum(cost.networks for cost in cells)
    trained_only = counted_as(found.to_evaluate, "trained cell")
    waiting = f"; {trained_only} still to be evaluated" if found.to_evaluate else ""
    if not networks:
        return f"{aligned(rows)}\n\n{counted_as(len(cells), 'cell')}: nothing is left to train{waiting}"
    total = duration(spread([cost.seconds for cost in cells], jobs))
    counts = ", ".join(
        counted_as(count, noun)
        for count, noun in ((len(cells), "cell"), (networks, "network"), (steps, "step"))
    )
    together = f"{counts}: about {total} of training"
    beside = f" with {jobs} at a time, where each has a device or cores of its own" if jobs > 1 else ""
    trained = sum(cost.trained for cost in cells)
    there = f"; {trained} more {'is' if trained == 1 else 'are'} trained already" if trained else ""
    return f"{aligned(rows)}\n\n{together}{beside}{there}{waiting}\n{beside_training(found, jobs, imports_s)}"


def beside_training(found: "Costs", jobs: int, imports_s: float) -> str:
    """What comes on top of the training, as far as it is known."""
    from weldfusion.training.outlook import duration

    after = duration(sum(cost.evaluation_s for cost in found.cells) / jobs)
    if not found.tried:
        return (
            f"evaluation: about {after} for predictions and plain features; starting, fitting the simple "
            "baselines, the reports and the first reading of recordings come on top"
        )
    whole = [cost.seconds + cost.evaluation_s + cost.around_s for cost in found.cells if cost.networks]
    rows = len({cost.cell.row.name for cost in found.cells if cost.networks})
    together = duration(imports_s + found.once_s + spread(whole, jobs))
    return (
        f"in all about {together}, with starting, evaluation, simple "
        f"baselines and reports (an epoch on trial of {found.tried} of {rows} rows); the first reading of "
        "recordings comes on top"
    )


def spread(seconds: "Sequence[float]", jobs: int) -> float:
    """Seconds that cells take with so many at a time.

    >>> spread([1.0, 2.0, 9.0], jobs=2)
    9.0
    """
    return max(sum(seconds) / jobs, max(seconds, default=0.0))
