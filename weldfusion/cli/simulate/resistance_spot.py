"""`weldfusion simulate resistance_spot`: a data set of simulated resistance spot welds."""

from argparse import Namespace
from typing import Any

from weldfusion.cli.parser import UsageError
from weldfusion.cli.simulate.options import add_process, simulate


def add(verbs: Any) -> None:
    about = "resistance spot welds"
    sensors = "infrared, views, curves, parameters, noise"
    parser = add_process(verbs, "resistance_spot", about, sensors, run)
    parser.add_argument(
        "--counts",
        metavar="G:B:E",
        help="good, bad and exploded welds in proportion, such as 443:21:31 [as the settings give]",
    )
    parser.add_argument(
        "--picture-px",
        type=int,
        default=96,
        metavar="P",
        help="pixels of a picture's side, 32 to 512 [%(default)s]",
    )


def run(arguments: Namespace) -> int:
    from weldfusion.simulate.resistance_spot.process import ResistanceSpot

    counts = None if arguments.counts is None else _counts(arguments.counts)
    return simulate(ResistanceSpot(counts, arguments.picture_px), arguments, "emmdl/emmdl.yaml")


def _counts(text: str) -> tuple[int, int, int]:
    try:
        good, explode, bad = (int(part) for part in text.split(":"))
    except ValueError:
        raise UsageError(f"--counts {text!r}: give three whole numbers such as 443:21:31") from None
    return good, explode, bad
