"""`weldfusion data init`: a proposed card, manifest and config for a folder of recordings."""

from argparse import Namespace
from pathlib import Path
from typing import Any


def add(verbs: Any) -> None:
    about = "propose dataset.yaml, manifest.csv and config.yaml for a folder of recordings"
    parser = verbs.add_parser("init", help=about, description=f"{about}, for you to correct.")
    parser.add_argument("folder", metavar="DIR", type=Path, help="folder with the recordings")
    parser.add_argument("--force", action="store_true", help="replace files that an earlier init wrote")
    parser.set_defaults(run=run)


def run(arguments: Namespace) -> int:
    from weldfusion.data.init.proposal import propose
    from weldfusion.data.init.write import write_proposal

    folder = arguments.folder
    proposal = propose(folder)
    written = write_proposal(proposal, folder, arguments.force)
    print(f"{len(proposal.rows)} welds, sensors: {', '.join(proposal.card.modalities) or 'none'}")
    for path in written:
        print(f"wrote {path}")
    for line in proposal.todo:
        print(f"please check: {line}")
    print(f"next: weldfusion data check {folder}")
    return 0
