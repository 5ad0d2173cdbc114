"""Shared by the tables on real recordings: studies that can be stopped and gone on with, joined into rows.

A benchmark is a list of `Part`s, each a study (`configs/systems/<name>/tables/`) on one division of one
data set. Its runs lie in `studies/real/<part>` (`--home` names another folder), so a table that was
interrupted goes on where it stopped. With `--kept` nothing is trained; `--only PART`, given as often as
wanted, leaves the other parts as they are. Rows of earlier full runs stay in `results/` until the same row is
finished again, or its recipe changes; a row that was never run says so.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
from harness import RESULTS, Row, row, run
from real_sets import CONFIGS, converted, recordings
from real_words import apart, bounded

import weldfusion as wf
from weldfusion.config.study_file import read_study
from weldfusion.errors import did_you_mean
from weldfusion.evaluation.compare import Difference
from weldfusion.evaluation.evaluate import SCHEMA, Frames, evaluate
from weldfusion.evaluation.intervals import Interval
from weldfusion.run.study_plan import Asked, Planned, plan_study
from weldfusion.run.studying import run_study, write_tables
from weldfusion.studies.study import percent

HOME = Path("studies") / "real"
NOT_RUN = "not run"
ORIGIN = "Rows of several runs: each was trained when its part was run, and joined on the machine below."


@dataclass(frozen=True)
class Part:
    """One table.

    Args:
        name: of its folder, and the beginning of its rows' names.
        study: file below `configs/systems`.
        data: the data set's zip file, without `.zip`, or a copy that `prepare` makes.
        told: how the welds are divided and what was reduced, for the note of every row.
        config: file of `configs/data` joined after those of every row.
        overrides: settings of every row.
        prepare: makes the folder of the data set out of those of the zip files, where it is no zip file.
        further: more rows of a trained run, whose names begin with the given words.
    """

    name: str
    study: str
    data: str
    told: str
    config: str = ""
    overrides: Mapping[str, Any] = field(default_factory=dict)
    prepare: Callable[[Path], Path] | None = None
    further: Callable[[str, wf.Run], list[Row]] | None = None

    @property
    def file(self) -> Path:
        return CONFIGS / "systems" / self.study


def unzipped(home: Path, name: str) -> Path:
    """The converted data set below `home`, unzipped the first time."""
    folder = home / "data" / name
    return folder if (folder / "manifest.csv").is_file() else converted(recordings(), name, home / "data")


def asked(part: Part, home: Path, quick: bool) -> Asked:
    """What its study is run with; quick: the first row, one epoch, one seed."""
    data = (part.prepare or (lambda home: unzipped(home, part.data)))(home)
    files = [CONFIGS / "data" / f"{part.config}.yaml"] if part.config else []
    overrides = {"data.root": str(data.absolute()), **part.overrides}
    if not quick:
        return Asked(files, overrides)
    return Asked(files, overrides | {"trainer.max_epochs": 1}, only=[read_study(part.file).rows[0].name])


def finished(part: Part, home: Path, quick: bool = False) -> list[Row]:
    """A row for each figure of each finished run of the part."""
    folder, study = home / part.name, read_study(part.file)
    planned = plan_study(study, folder, asked(part, home, quick))
    write_tables(study, folder, planned)
    if not (folder / "table.csv").is_file():
        return []
    table = pd.read_csv(folder / "table.csv", keep_default_na=False, na_values=[""])
    by_name = {one.cell.row.name: one for one in planned}
    rows = []
    lines: list[dict[str, Any]] = table.to_dict("records")  # type: ignore[assignment]
    for number, line in enumerate(lines):
        rows.append(told(part, line, by_name[line["row"]], study.rows[0].name))
        last = line["row"] not in {later["row"] for later in lines[number + 1 :]}
        if part.further and last:
            rows += part.further(f"{part.name}: {line['row']}: ", wf.Run(by_name[line["row"]].run))
    return rows


def recipe(part: Part) -> str:
    """The end of the note of every row: how the part is run, and the version of the evaluation."""
    return f"{part.told}; evaluation {SCHEMA}"


def told(part: Part, line: Mapping[str, Any], planned: Planned, first: str) -> Row:
    """One line of a study's table. Its goal is met where the study says so: the paired difference from the
    best simple baseline on the same sensors and folds has a p-value below 0.05, corrected after Holm over the
    table. The note also tells the difference from the first row of the table.
    """
    note = [bounded(line["value"], edges(line["lower"], line["upper"]))]
    best = line["baseline"] if isinstance(line["baseline"], str) else ""
    if best:
        theirs = bounded(line["baseline_value"], edges(line["baseline_lower"], line["baseline_upper"]))
        note.append(f"{best}: {theirs}; {line['over_baseline_verdict']}: {corrected(line, 'over_baseline')}")
    if isinstance(line["over_first_row_verdict"], str) and line["over_first_row_verdict"]:
        gain = corrected(line, "over_first_row")
        note.append(f"than {first}: {line['over_first_row_verdict']}, {gain}")
    note.append(f"{len(planned.folds)} folds, {planned.seeds} seeds, {line['groups']} groups, {recipe(part)}")
    of = "" if line["fraction"] == 1 else f", {percent(line['fraction'])} of the training welds"
    name = f"{part.name}: {line['row']}: {line['target']}{of}"
    met = line["over_baseline_verdict"] == "beats" if best else None
    goal = f"beats {best}" if best else None
    return Row(name, float(line["value"]), line["figure"], goal, met, note="; ".join(note))


def beside(title: str, trained: wf.Run, baselines: Mapping[str, Frames], figure: str) -> list[Row]:
    """A figure of each target of a run beside each of further baselines; met where the paired interval lies
    above 0 and the p-value below 0.05, neither corrected."""
    rows = []
    for label, frames in baselines.items():
        found = evaluate(*trained.predictions(), {label: frames}, trained.settings.seed)["targets"]
        rows += [against(f"{title}{target}, against {label}", entry["weld"], figure, label)
                 for target, entry in found.items()]  # fmt: skip
    return rows


def against(title: str, level: Mapping[str, Any], figure: str, label: str) -> Row:
    """A figure per weld beside one baseline."""
    ours, beside = level["figures"][figure], level["baselines"][label]
    theirs, found = beside["figures"][figure], beside["difference"][figure]
    texts = [bounded(one["value"], edges(one["lower"], one["upper"])) for one in (ours, theirs)]
    gain = Difference(found["value"], edges(found["lower"], found["upper"]), found["p"])
    note = f"{texts[0]}; {label}: {texts[1]}; {uncorrected(gain)}"
    return Row(title, ours["value"], figure, f"beats {label}", met_alone(gain), note=note)


def met_alone(gain: Difference) -> bool:
    """Whether one comparison, not corrected for others, is a gain.

    >>> [met_alone(Difference(0.1, Interval(0.05, 0.15), p)) for p in (0.03, 0.07)]
    [True, False]
    """
    return gain.verdict == "beats" and gain.p is not None and gain.p < 0.05


def uncorrected(gain: Difference) -> str:
    return apart(gain) + ("" if gain.p is None else f" (p {gain.p:.3f}, uncorrected)")


def corrected(line: Mapping[str, Any], side: str) -> str:
    """A difference of one line of a table, with its p-value after Holm."""
    p = line[f"{side}_p_holm"]
    gain = Difference(line[side], edges(line[f"{side}_lower"], line[f"{side}_upper"]))
    return apart(gain) + ("" if pd.isna(p) else f" (p {p:.3f} after Holm)")


def edges(lower: float | None, upper: float | None) -> Interval:
    """Of an interval that may be missing, without telling why.

    >>> edges(0.1, 0.3), edges(float("nan"), None).reason
    (Interval(lower=0.1, upper=0.3, reason=''), 'no interval')
    """
    missing = pd.isna(lower) or pd.isna(upper)
    return Interval(None, None, "no interval") if missing else Interval(lower, upper)


def joined(parts: Sequence[Part], found: Sequence[Row], before: Sequence[Row]) -> list[Row]:
    """Rows of every part in the order of its study: those found now, else those kept of the same recipe, else
    one that says that the row was not run."""
    rows: list[Row] = []
    for part in parts:
        for wanted in read_study(part.file).rows:
            begin = f"{part.name}: {wanted.name}: "
            now, kept = ([one for one in side if one.name.startswith(begin)] for side in (found, before))
            rows += (
                now
                or (kept if of_recipe(part, kept) else [])
                or [row(begin + NOT_RUN, float("nan"), note=f"{NOT_RUN}; {part.told}")]
            )
    return rows


def of_recipe(part: Part, rows: Sequence[Row]) -> bool:
    """Whether the rows of one run were made and evaluated as now; `further` rows, which do not tell it, came
    from the same run as the others."""
    return any(one.note.endswith(f" groups, {recipe(part)}") for one in rows)


def rows_kept(name: str) -> list[Row]:
    """Rows of the last full run of a benchmark, less those that were not run."""
    file = RESULTS / f"{name}.json"
    found = json.loads(file.read_text("utf-8"))["rows"] if file.is_file() else []
    return [Row(**one) for one in found if not one["name"].endswith(NOT_RUN)]


def only_of(parts: Sequence[Part], names: Sequence[str]) -> list[Part]:
    """The parts named, all where none is. Exits in one line where there is no such part."""
    there = {part.name: part for part in parts}
    for name in names:
        if name not in there:
            raise SystemExit(f"--only {name}: no such part; {did_you_mean(name, there)}")
    return [there[name] for name in names] or list(parts)


def measure(
    name: str, parts: Sequence[Part], quick: bool, home: Path, train: bool, only: Sequence[str] = ()
) -> list[Row]:
    """Runs what is not finished (with `train`) of the parts `only` names and gives the rows of all parts."""
    if quick:
        with tempfile.TemporaryDirectory() as folder:
            run_study(parts[0].file, Path(folder) / parts[0].name, asked=asked(parts[0], Path(folder), quick))
            return finished(parts[0], Path(folder), quick)
    found: list[Row] = []
    for part in only_of(parts, only):
        if train:
            told_of = run_study(part.file, home / part.name, asked=asked(part, home, quick))
            for line in told_of.failed:
                print(f"failed: {line}", file=sys.stderr)
        if (home / part.name).is_dir():
            found += finished(part, home)
    return joined(parts, found, rows_kept(name))


def options_of_studies() -> argparse.ArgumentParser:
    """`--kept` and `--home`."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--kept", action="store_true", help="train nothing: join what is finished")
    parser.add_argument("--home", type=Path, default=HOME, help=f"folder of data and runs ({HOME})")
    return parser


def benchmark(name: str, about: str | None, parts: Sequence[Part], argv: Sequence[str] | None = None) -> int:
    """The command line of a table on real recordings: that of every benchmark, with `--kept`, `--home` and
    `--only`."""
    parser = options_of_studies()
    told = "run this part and leave the others as they are; as often as wanted"
    parser.add_argument("--only", action="append", default=[], metavar="PART", help=told)
    options, _ = parser.parse_known_args(argv)
    only_of(parts, options.only)

    def rows(quick: bool) -> list[Row]:
        return measure(name, parts, quick, options.home, not options.kept, options.only)

    return run(name, about, rows, argv, [parser], " --kept" if options.kept else "", ORIGIN)
