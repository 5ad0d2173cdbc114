"""`weldfusion data check`: everything that is wrong with a data folder."""

import json
import sys
from argparse import Namespace
from pathlib import Path
from typing import Any


def add(verbs: Any) -> None:
    about = "list everything that is wrong with a data folder, or limits what can be claimed from it"
    parser = verbs.add_parser(
        "check",
        help=about,
        description=f"{about}.",
        epilog="exit code: 0 no errors, 1 errors, 2 no data folder",
    )
    parser.add_argument("folder", metavar="DIR", type=Path, help="folder with dataset.yaml and a manifest")
    parser.add_argument("--strict", action="store_true", help="exit with 1 for warnings too")
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")
    parser.set_defaults(run=run)


def run(arguments: Namespace) -> int:
    from weldfusion.data.check import as_json, check, exit_code, format_findings

    findings = check(arguments.folder, progress=sys.stderr.isatty())
    print(json.dumps(as_json(findings), indent=2) if arguments.json else format_findings(findings))
    return exit_code(findings, arguments.strict)
