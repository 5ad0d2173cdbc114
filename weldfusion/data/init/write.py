"""A proposal as the texts of `dataset.yaml`, `manifest.csv` and `config.yaml`, with comments at guesses."""

import re
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from weldfusion.data.card import write_card
from weldfusion.data.files import write_text
from weldfusion.data.init.proposal import BATCH, Proposal
from weldfusion.data.manifest import write_manifest
from weldfusion.errors import CardError

MARK = "please check"


def write_proposal(proposal: Proposal, folder: Path | str, force: bool = False) -> list[Path]:
    """Write `dataset.yaml`, `manifest.csv` and `config.yaml` into the folder; gives their paths.

    Raises CardError, before anything is written, where one of them exists and `force` is not set.
    """
    root = Path(folder)
    if (root / "manifest.parquet").exists():
        raise CardError(f"{root / 'manifest.parquet'} exists; remove it first (a data set has one manifest)")
    targets = [root / name for name in ("dataset.yaml", "manifest.csv", "config.yaml")]
    present = [path for path in targets if path.exists()]
    if present and not force:
        raise CardError(f"{present[0]} exists and is not overwritten; use --force to replace it")
    write_text(targets[0], card_text(proposal))
    write_manifest(proposal.rows, targets[1])
    write_text(targets[2], config_text(proposal, root))
    return targets


def card_text(proposal: Proposal) -> str:
    """The card as YAML with `# please check` where a value is a guess."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "dataset.yaml"
        write_card(proposal.card, path)
        text = path.read_text(encoding="utf-8")
    head = f"# Proposed by `weldfusion data init`. Correct what is marked `{MARK}`, then remove the mark.\n"
    if proposal.card.groups:
        tail = ""
    else:
        tail = (
            f"# groups: [workpiece]  # {MARK}: manifest columns that say which welds belong together\n"
            "# group: workpiece      # the one whose welds are never torn apart by a split\n"
        )
    return head + annotate(text, proposal.notes) + tail


def annotate(text: str, notes: Mapping[str, str]) -> str:
    """Block-style YAML with a comment after each key (`a.b.c`) that has a note.

    >>> print(annotate("a:\\n  b: 1\\nb: 2\\n", {"a.b": "in m"}), end="")
    a:
      b: 1  # please check: in m
    b: 2
    """
    lines = []
    place: list[tuple[int, str]] = []
    for line in text.splitlines():
        found = re.match(r"( *)([^\s#:-][^:]*):(?: |$)", line)
        if found:
            indent = len(found[1])
            place = [(depth, key) for depth, key in place if depth < indent] + [(indent, found[2])]
            note = notes.get(".".join(key for _, key in place))
            line = f"{line}  # {MARK}: {note}" if note else line
        lines.append(line)
    return "\n".join(lines) + "\n"


def config_text(proposal: Proposal, root: Path) -> str:
    """A starter config: all sensors, default parts; windows of one second where welds are long."""
    lines = [
        "# Starter config, proposed by `weldfusion data init`; every setting: `weldfusion fit --help`.",
        f"name: {proposal.card.name}  # of the run folder: runs/{proposal.card.name}",
        "data:",
        f"  root: {root.as_posix()}  # as seen from where you call weldfusion",
        "  inputs:  # remove a line to leave a sensor out",
    ]
    for name in proposal.card.modalities:
        size = proposal.sizes.get(name)
        lines.append(f"    {name}:" + (f" {{size: [{size[0]}, {size[1]}]}}" if size else " {}"))
    lines.append("  windows:")
    if proposal.window_s is None:
        lines.append(f"    length_s: null  # {MARK}: one window per weld, its whole length")
    else:
        lines.append(f"    length_s: {proposal.window_s:g}  # {MARK}: as long as what is to be seen")
    lines += ["training:", f"  batch_size: {BATCH}", "trainer:", f"  max_epochs: {proposal.epochs}"]
    return "\n".join(lines) + "\n"
