"""`weldfusion data summary`: classes, durations, rates and what is missing."""

import json
import sys
from argparse import Namespace
from pathlib import Path
from typing import Any


def add(verbs: Any) -> None:
    about = "classes, durations, rates and missing recordings of a data folder"
    parser = verbs.add_parser("summary", help=about, description=f"Print {about}.")
    parser.add_argument("folder", metavar="DIR", type=Path, help="folder with dataset.yaml and a manifest")
    parser.add_argument("--json", action="store_true", help="print the tables as JSON")
    parser.set_defaults(run=run)


def run(arguments: Namespace) -> int:
    from weldfusion.data.folder import read_dataset
    from weldfusion.data.summary import format_summary, summarise

    tables = summarise(read_dataset(arguments.folder), progress=sys.stderr.isatty())
    print(json.dumps(tables, indent=2) if arguments.json else format_summary(tables))
    return 0
