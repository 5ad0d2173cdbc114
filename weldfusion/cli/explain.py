"""`weldfusion explain`: which sensor, which moment and which place the predictions of a run come from."""

import textwrap
from argparse import Namespace
from typing import TYPE_CHECKING, Any

from weldfusion.cli.parser import UsageError

if TYPE_CHECKING:
    from weldfusion.explain.explanation import Explanation

WIDTH = 105
ABOUT = """\
Explain what a run predicts, for any model: the share of each sensor in each class and number (exact Shapley
values over all combinations of sensors, with 95 % intervals from resampling whole groups), the moments and
places that speak for and against a class (Grad-CAM, on the recording's own time axis in seconds), and the
attention between sensors. Prints the main findings and writes explanation.html, one file for reading without
Python, with shares.parquet, maps.npz, attention.npz and explanation.json beside it.

  weldfusion explain runs/my_welds
  weldfusion explain runs/my_welds --welds w012,w017        these welds in detail
  weldfusion explain runs/my_welds --class pore             what speaks for and against pores
  weldfusion explain runs/my_welds --data new_welds         welds of another data folder

Shares are computed for all welds of the part. A weld in detail gets a page of its own: all sensors on one
time axis; without --welds these are a few typical and wrong ones of each class. Shares say what the model
used, not what causes the defect; docs/explain.md tells what each figure means.
"""


def add(verbs: Any) -> None:
    about = "which sensor, which moment and which place the predictions come from"
    parser = verbs.add_parser("explain", help=about, description=ABOUT)
    parser.add_argument("run_folder", metavar="RUN", help="folder of a finished run")
    parser.add_argument("--data", metavar="DIR", help="another data folder instead of the run's own")
    parser.add_argument(
        "--part",
        default="test",
        choices=("test", "select", "calibrate", "fit", "all"),
        help="part of the run's data: test, select, calibrate, fit or all together [test]",
    )
    parser.add_argument(
        "--welds", metavar="A,B", help="welds to explain in detail [a few typical and wrong ones]"
    )
    parser.add_argument(
        "--class",
        dest="label",
        metavar="C",
        help="class (or target that is a number) to show in detail [what the model says, and what is true]",
    )
    parser.add_argument(
        "--trust", action="append", default=[], metavar="MODULE", help="allow classes of this module"
    )
    parser.set_defaults(run=run)


def run(arguments: Namespace) -> int:
    welds = _names(arguments.welds)
    from weldfusion.run import Run

    trained = Run(arguments.run_folder, arguments.trust)
    explanation = trained.explain(arguments.part, arguments.data, welds, arguments.label)
    print(findings_text(explanation))
    print(f"\nreport: {trained.explanation_folder(arguments.part, arguments.data) / 'explanation.html'}")
    return 0


def _names(given: str | None) -> list[str]:
    if given is None:
        return []
    names = [name.strip() for name in given.split(",")]
    if not all(names):
        raise UsageError(f"--welds {given!r}: an empty name; write the ids with commas between them")
    return names


def findings_text(explanation: "Explanation") -> str:
    """The sentences of the report's first page, for the terminal."""
    from weldfusion.report.explanation.pointing import of_noise
    from weldfusion.report.explanation.shares import constant_sensors, outputs, reliance
    from weldfusion.report.explanation.words import (
        dead_weight,
        how_sure,
        of_output,
        relies_on,
        same_everywhere,
    )

    lines = []
    for target in explanation.targets:
        parts = reliance(explanation, target)
        lines += [relies_on(target, parts), dead_weight(parts)]
        if alike := same_everywhere(target, constant_sensors(explanation, target)):
            lines.append(alike)
    lines += [of_output(output) for output in outputs(explanation)]
    lines += [*of_noise(explanation), *how_sure(explanation)]
    return "\n".join(textwrap.fill(line, WIDTH, subsequent_indent="  ") for line in lines)
