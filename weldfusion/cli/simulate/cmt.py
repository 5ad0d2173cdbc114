"""`weldfusion simulate cmt`: a data set of simulated CMT welds of groove joints."""

from argparse import Namespace
from typing import Any

from weldfusion.cli.simulate.options import add_process, add_weld_s, simulate


def add(verbs: Any) -> None:
    about = "CMT welds of groove joints with camera, arc sound, current, voltage and parameters"
    parser = add_process(verbs, "cmt", about, run)
    add_weld_s(parser, 4.0)
    parser.add_argument(
        "--preset",
        default="cmt",
        metavar="NAME",
        help="cmt, or robot_mag: natural short circuits that click, no camera [%(default)s]",
    )
    parser.add_argument(
        "--picture-px", type=int, default=128, metavar="N", help="side of a frame in pixels [%(default)s]"
    )


def run(arguments: Namespace) -> int:
    from weldfusion.simulate.cmt.preset import find_preset
    from weldfusion.simulate.cmt.process import GroovedArc

    return simulate(GroovedArc(find_preset(arguments.preset), arguments.picture_px), arguments)
