"""`weldfusion segment`: learns to outline the seam or melt pool in pictures, from masks drawn by hand."""

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from weldfusion.cli.parser import UsageError

if TYPE_CHECKING:
    from weldfusion.data.splits import Split

ABOUT = """\
Train a small U-Net on a target of kind `mask` (docs/segmentation.md): pictures in which the seam, or the melt
pool, was outlined. Prints IoU and Dice on welds it has not seen, with 95 % intervals over groups, beside a
plain threshold, and writes segmenter.pt, split.csv, metrics.json and report.html.

  weldfusion segment my_welds
  weldfusion segment my_welds --target pool --size 128 128 --widths 8,16,32 --folds 5
  weldfusion fit my_welds --model.encoders.photo SegmentedBackbone \\
    --model.encoders.photo.segmenter segmenters/my_welds/segmenter.pt

Called again with the same settings it goes on where it stopped.
"""


def add(verbs: Any) -> None:
    about = "learn to outline the seam or melt pool in pictures"
    parser = verbs.add_parser("segment", help=about, description=ABOUT)
    parser.add_argument("data", metavar="DATA_FOLDER", help="data folder")
    parser.add_argument("--folder", type=Path, metavar="DIR", help="where results go [segmenters/NAME]")
    chosen = parser.add_argument_group("what")
    chosen.add_argument("--target", metavar="NAME", help="target of kind mask [the only one]")
    chosen.add_argument("--modality", metavar="NAME", help="its pictures [those of the target]")
    how = parser.add_argument_group("how")
    how.add_argument(
        "--size", type=int, nargs=2, metavar=("H", "W"), help="pixels that the network sees [256 256]"
    )
    how.add_argument("--widths", metavar="A,B,…", help="channels of the levels [16,32,64,128]")
    how.add_argument("--epochs", type=int, metavar="N", help="[50]")
    how.add_argument("--batch-size", type=int, metavar="N", help="[8]")
    how.add_argument("--learning-rate", type=float, metavar="X", help="[0.005]")
    how.add_argument("--patience", type=int, metavar="N", help="stop after N epochs without a better [never]")
    how.add_argument("--seed", type=int, metavar="N", help="[0]")
    parts = parser.add_argument_group("which welds are tested")
    parts.add_argument("--folds", type=int, metavar="K", help="K folds of whole groups [one hold-out]")
    parts.add_argument("--by", metavar="GROUP", help="group column whose welds stay together [the card's]")
    parts.add_argument("--split", metavar="FILE", help="the split.csv of a run or of a segmenter")
    parser.set_defaults(run=run)


def run(arguments: Namespace) -> int:
    widths = _widths(arguments.widths)
    split = _split(arguments)
    from weldfusion.cli.figures import aligned
    from weldfusion.evaluation.compare import as_difference
    from weldfusion.report.segmentation import WORDS, verdict
    from weldfusion.report.words import apart, with_interval
    from weldfusion.run.segmenting import FILE, REPORT, segment
    from weldfusion.training.segmentation import SegmentationSettings

    given = {name: getattr(arguments, name)
             for name in ("size", "epochs", "batch_size", "learning_rate", "patience", "seed")}  # fmt: skip
    given |= {"widths": widths, "size": tuple(arguments.size) if arguments.size else None}
    settings = SegmentationSettings(**{name: value for name, value in given.items() if value is not None})
    folder = arguments.folder or Path("segmenters") / Path(arguments.data).resolve().name
    metrics = segment(arguments.data, folder, settings, split, arguments.target, arguments.modality)
    print(verdict(metrics))
    rows = [["figure", "U-Net", "Otsu", "the U-Net is"]]
    for name, of in metrics["figures"].items():
        figures = (with_interval(of[key]) for key in ("U-Net", "Otsu"))
        rows.append([WORDS[name], *figures, apart(as_difference(of["difference"]))])
    print(f"{aligned(rows)}\nreport: {folder / REPORT}")
    if arguments.folds is None:
        print(f"segmenter: {folder / FILE}")
    return 0


def _widths(text: str | None) -> tuple[int, ...] | None:
    if text is None:
        return None
    try:
        return tuple(int(word) for word in text.split(","))
    except ValueError:
        raise UsageError(f"--widths {text}: write whole numbers with commas, such as 16,32,64,128") from None


def _split(arguments: Namespace) -> "Split":
    from weldfusion.data.splits import FromFile, HoldOut, KFold

    if arguments.split is not None:
        if arguments.folds is not None or arguments.by is not None:
            raise UsageError("--split: the file says how welds are divided; leave out --folds and --by")
        return FromFile(arguments.split)
    if arguments.folds is not None:
        return KFold(k=arguments.folds, by=arguments.by)
    return HoldOut(by=arguments.by)
