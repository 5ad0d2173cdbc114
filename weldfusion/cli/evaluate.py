"""`weldfusion evaluate`: figures with intervals beside simple baselines, predictions and a report."""

from argparse import Namespace
from typing import Any

from weldfusion.cli.figures import figures_text

ABOUT = """\
Evaluate a run on welds it was not trained on (with folds: each weld by the network that did not see it), or
on another data folder. Prints the figures with 95 % intervals from resampling whole groups, beside simple
baselines, and writes metrics.json, predictions.parquet, predictions_weld.parquet and report.html.
Another data folder is matched by name to the card of the run; with folds each of its welds is predicted by
the mean of all networks, and welds that training saw are told.
"""


def add(verbs: Any) -> None:
    about = "figures with intervals beside simple baselines, predictions and a report"
    parser = verbs.add_parser("evaluate", help=about, description=ABOUT)
    parser.add_argument("run_folder", metavar="RUN", help="folder of a finished run")
    parser.add_argument("--data", metavar="DIR", help="another data folder instead of the run's own")
    parser.add_argument(
        "--split",
        default="test",
        choices=("test", "select", "calibrate", "fit", "all"),
        help="part of the run's data: test, select, calibrate, fit or all together; figures of parts other "
        "than test are marked as seen in training [test]",
    )
    parser.add_argument(
        "--trust", action="append", default=[], metavar="MODULE", help="allow classes of this module"
    )
    parser.set_defaults(run=run)


def run(arguments: Namespace) -> int:
    from weldfusion.run import Run
    from weldfusion.run.one_class import one_class_lines

    trained = Run(arguments.run_folder, arguments.trust)
    metrics = trained.evaluate(arguments.split, arguments.data)
    units = {name: target.unit for name, target in trained.card.targets.items()}
    folder = trained.evaluation_folder(arguments.split, arguments.data)
    print(figures_text(metrics, units, one_class_lines(trained.folder, folder)))
    print(f"\nreport: {folder / 'report.html'}")
    return 0
