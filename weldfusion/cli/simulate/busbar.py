"""`weldfusion simulate busbar`: a data set of simulated laser seams of busbars."""

from argparse import Namespace
from typing import Any

from weldfusion.cli.simulate.options import add_process, add_weld_s, simulate


def add(verbs: Any) -> None:
    about = "laser seams of busbars of seven states, two a picture"
    sensors = "picture, spectrometer, noise, parameters"
    parser = add_process(verbs, "busbar", about, sensors, run)
    add_weld_s(parser, 0.56, 0.28, 1.12)
    parser.add_argument(
        "--preset",
        default="busbar",
        metavar="NAME",
        help="busbar: aluminium 2 + 2 mm, busbar_cu: copper 1 + 1 mm [%(default)s]",
    )
    parser.add_argument(
        "--picture-px",
        type=int,
        default=768,
        metavar="W",
        help="width of the picture of two seams in pixels, a third as high; a multiple of 6, 192 to 3072 "
        "[%(default)s]",
    )


def run(arguments: Namespace) -> int:
    from weldfusion.simulate.busbar.preset import find_preset
    from weldfusion.simulate.busbar.process import Busbar

    process = Busbar(find_preset(arguments.preset), arguments.picture_px)
    return simulate(process, arguments, "vision_spectrum/cross.yaml")
