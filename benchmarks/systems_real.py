"""First round on real recordings: every data set, each sensor alone, fusions and a simple baseline, one seed.

Needs the recordings: set WELDFUSION_REAL_DATA to the folder with the zip files. It runs systems_robotic.py,
systems_cmt.py, systems_ultrasonic.py and systems_neu.py one after the other; each can be run alone. With
`--kept` nothing is trained: the rows that the full runs of these kept in `results/` are put into one table. A
row whose goal is not met (**no**) does not beat the best simple baseline on the same sensors and folds.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import replace

import systems_cmt
import systems_neu
import systems_robotic
import systems_ultrasonic
from harness import RESULTS, Row, run

PARTS = {
    "systems_robotic": (systems_robotic.measure, "4 folds of whole config folders, 1 seed"),
    "systems_cmt": (systems_cmt.measure, "by block of successive clips, or by clip, which flatters"),
    "systems_ultrasonic": (systems_ultrasonic.measure, "5 random folds of seed 601, 1 seed"),
    "systems_neu": (
        systems_neu.measure,
        "a quarter held out by place, or by picture, which flatters; 1 seed",
    ),
}

ORIGIN = "Rows of several whole runs: the note of each names its command."


def measure(quick: bool) -> list[Row]:
    return [told for name in PARTS for told in labelled(name, PARTS[name][0](quick))]


def kept(quick: bool) -> list[Row]:
    """Rows of the parts that were run in full, from `results/`; the others are named on stderr."""
    rows: list[Row] = []
    for name in PARTS:
        file = RESULTS / f"{name}.json"
        if file.is_file():
            found = json.loads(file.read_text("utf-8"))["rows"]
            rows += labelled(name, [Row(**one) for one in found])
        else:
            print(f"{name}: no full run is kept; run `python benchmarks/{name}.py`", file=sys.stderr)
    return rows


def labelled(name: str, rows: Sequence[Row]) -> list[Row]:
    """The rows with their split and their own command."""
    return [replace(one, note=f"{one.note}; {PARTS[name][1]}; `benchmarks/{name}.py`") for one in rows]


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--kept", action="store_true", help="train nothing: join the rows of the parts")
    options, _ = parser.parse_known_args(argv)
    if options.kept:
        return run("systems_real", __doc__, kept, argv, [parser], " --kept", ORIGIN)
    return run("systems_real", __doc__, measure, argv, [parser])


if __name__ == "__main__":
    raise SystemExit(main())
