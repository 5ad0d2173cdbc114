"""`weldfusion describe`: the parts of a config's model, their shapes, parameters and multiply-adds."""

import json
from argparse import Namespace
from pathlib import Path
from typing import Any

from weldfusion.cli.parser import UsageError

USAGE = "weldfusion describe [DATA_FOLDER] [--config FILE]... [--figure FILE.svg] [--KEY VALUE]..."
ABOUT = """\
Take apart the model that `weldfusion fit` would train with the same settings: class, shapes, parameters and
multiply-adds of every part. No recording is decoded. --figure draws it.

  weldfusion describe my_welds
  weldfusion describe --config configs/systems/cafnet/cafnet.yaml --card laser_al --figure cafnet.svg
"""


def add(verbs: Any) -> None:
    about = "take apart a model: shapes, parameters, multiply-adds, drawing"
    parser = verbs.add_parser("describe", help=about, usage=USAGE, description=ABOUT, collects=True)
    parser.add_argument("data", nargs="?", metavar="DATA_FOLDER", help="data folder, same as --data.root")
    parser.add_argument(
        "--config", action="append", default=[], metavar="FILE", help="config file; repeatable"
    )
    parser.add_argument("--figure", type=Path, metavar="FILE.svg", help="draw the structure")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the parts as JSON")
    parser.add_argument(
        "--card",
        metavar="CARD",
        help="build it from a dataset.yaml or a simulated process (laser_al, cmt …), without recordings",
    )
    parser.add_argument(
        "--weld-s", type=float, default=2.0, metavar="T", help="with --card: length of a weld in seconds [2]"
    )
    parser.add_argument(
        "--trust", action="append", default=[], metavar="MODULE", help="allow classes of this module"
    )
    parser.set_defaults(run=run)


def run(arguments: Namespace) -> int:
    if arguments.figure is not None and arguments.figure.suffix != ".svg":
        raise UsageError(f"--figure {arguments.figure}: the drawing is an SVG; give a name that ends in .svg")
    if not arguments.weld_s > 0:
        raise UsageError(f"--weld-s {arguments.weld_s:g}: must be above 0 seconds")
    from weldfusion.cli.figures import aligned
    from weldfusion.data.files import write_text
    from weldfusion.report.structure import structure_notes, structure_rows, structure_svg
    from weldfusion.run.describing import card_of, describe

    words = [*([f"--data.root={json.dumps(arguments.data)}"] if arguments.data else []), *arguments.others]
    card = None if arguments.card is None else card_of(arguments.card)
    found = describe(arguments.config, words, card, arguments.weld_s, arguments.trust)
    print(aligned(structure_rows(found)), *structure_notes(found), sep="\n")
    if arguments.figure is not None:
        write_text(arguments.figure, structure_svg(found))
        print(f"drawing: {arguments.figure}")
    if arguments.json is not None:
        write_text(arguments.json, json.dumps(found.as_dict(), indent=2) + "\n")
    return 0
