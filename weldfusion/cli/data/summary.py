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
    parser.add_argument(
        "--html", type=Path, metavar="FILE", help="write a page with an example of each class"
    )
    parser.set_defaults(run=run)


def run(arguments: Namespace) -> int:
    from weldfusion.data.folder import read_dataset
    from weldfusion.data.summary import format_summary, summarise

    dataset = read_dataset(arguments.folder)
    tables = summarise(dataset, progress=sys.stderr.isatty())
    print(json.dumps(tables, indent=2) if arguments.json else format_summary(tables))
    if arguments.html is not None:
        from weldfusion.data.check import check
        from weldfusion.report.data_summary import data_summary_report
        from weldfusion.report.example_welds import example_welds
        from weldfusion.report.page import write_page

        findings = check(dataset.root, progress=sys.stderr.isatty())
        page = data_summary_report(tables, example_welds(dataset), findings)
        print(f"page: {write_page(arguments.html, f'{dataset.card.name}: data', page)}", file=sys.stderr)
    return 0
