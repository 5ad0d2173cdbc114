"""`weldfusion simulate cmt`: a data set of simulated CMT welds of groove joints."""

from argparse import Namespace
from typing import Any

from weldfusion.cli.parser import UsageError
from weldfusion.cli.simulate.options import add_process, add_weld_s, simulate


def add(verbs: Any) -> None:
    about = "CMT and MAG welds of groove joints"
    sensors = "camera, microphone, current, voltage, noise, parameters"
    parser = add_process(verbs, "cmt", about, sensors, run)
    add_weld_s(parser, 4.0, 0.5, 120.0)
    parser.add_argument(
        "--preset",
        default="cmt",
        metavar="NAME",
        help="cmt, or robot_mag: natural short circuits that click, no camera [%(default)s]",
    )
    parser.add_argument(
        "--picture-px", type=int, metavar="N", help="side of a frame in pixels, 32 to 512; cmt only [128]"
    )


def run(arguments: Namespace) -> int:
    from weldfusion.simulate.cmt.preset import find_preset
    from weldfusion.simulate.cmt.process import PICTURE_PX, GroovedArc

    preset, asked = find_preset(arguments.preset), arguments.picture_px
    process = GroovedArc(preset, PICTURE_PX if asked is None else asked)
    if asked is not None and "camera" not in process.sensors:
        raise UsageError(f"--picture-px {asked}: {process.name} has no camera; leave it out")
    config = "mcrnet/mcrnet.yaml" if "camera" in process.sensors else "cnn_sk/cnn_sk.yaml"
    return simulate(process, arguments, config)
