"""`weldfusion simulate aluminium_tig`: a data set of simulated AC TIG welds in aluminium."""

from argparse import Namespace
from typing import Any

from weldfusion.cli.simulate.options import add_process, add_weld_s, simulate


def add(verbs: Any) -> None:
    about, sensors = "aluminium TIG welds of six states", "pool_camera, current_speed, noise, parameters"
    parser = add_process(verbs, "aluminium_tig", about, sensors, run)
    add_weld_s(parser, 40.0, 10.0, 120.0)
    parser.add_argument(
        "--picture-px",
        type=int,
        default=224,
        metavar="P",
        help="height and width of the pictures, 64 to 512 [%(default)s]",
    )


def run(arguments: Namespace) -> int:
    from weldfusion.simulate.aluminium_tig.process import AluminiumTig

    return simulate(AluminiumTig(arguments.picture_px), arguments, "rtm/rtm.yaml")
