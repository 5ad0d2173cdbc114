"""`weldfusion simulate laser`: a data set of simulated laser keyhole welds."""

from argparse import Namespace
from typing import Any

from weldfusion.cli.simulate.options import add_process, add_weld_s, simulate


def add(verbs: Any) -> None:
    about = "laser keyhole welds"
    sensors = (
        "photodiode, microphone, oct, coaxial_camera, opening, infrared, spectrometer, noise, back_diode, "
        "parameters"
    )
    parser = add_process(verbs, "laser", about, sensors, run)
    add_weld_s(parser, 2.0, 0.2, 60.0)
    parser.add_argument(
        "--preset",
        default="laser_al",
        metavar="NAME",
        help="laser_al: aluminium plate, laser_ss: lap joint of stainless steel [%(default)s]",
    )


def run(arguments: Namespace) -> int:
    from weldfusion.simulate.laser.preset import find_preset
    from weldfusion.simulate.laser.process import Laser

    return simulate(Laser(find_preset(arguments.preset)), arguments, "cafnet/cafnet_small.yaml")
