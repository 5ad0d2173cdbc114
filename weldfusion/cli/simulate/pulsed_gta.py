"""`weldfusion simulate pulsed_gta`: a data set of simulated pulsed GTA welds."""

from argparse import Namespace
from typing import Any

from weldfusion.cli.simulate.options import add_process, add_weld_s, simulate


def add(verbs: Any) -> None:
    about = "pulsed GTA welds of steel plates"
    sensors = "pool_camera, microphone, infrared, noise, arc, parameters"
    parser = add_process(verbs, "pulsed_gta", about, sensors, run)
    add_weld_s(parser, 5.0, 1.0, 60.0)
    parser.add_argument(
        "--picture-px",
        type=int,
        default=128,
        metavar="N",
        help="side of the pictures in pixels, even, 32 to 512 [%(default)s]",
    )
    parser.add_argument(
        "--plate-mm",
        type=float,
        default=2.4,
        metavar="T",
        help="thickness of the plate in mm, 2 to 4 [%(default)s]",
    )


def run(arguments: Namespace) -> int:
    from weldfusion.simulate.pulsed_gta.process import PulsedGTA

    process = PulsedGTA(arguments.picture_px, arguments.plate_mm)
    return simulate(process, arguments, "am_tsfnet/am_tsfnet.yaml")
