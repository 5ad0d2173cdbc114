"""CNN-SK with its kernel at each depth, LeNet, AlexNet, VGG and VGG-SE on the paper's own clips of arc sound.

Needs the recordings: set WELDFUSION_REAL_DATA to the folder with cmt_arc_sound.zip. By blocks of successive
clips (the honest least: even there class and recording cannot be told apart) and by clip at random, as the
paper divided them, which flatters. Reduced to two cores: 10 epochs instead of 20. Beside the simple
baselines of every report (octave bands and other plain features) stands a stronger one: extra trees on the
64 mel bands that the networks see, averaged over the clip. `--kept` trains nothing and joins what is
finished.
"""

from harness import Row
from real_studies import Part, benchmark, beside
from systems_cmt import ON_BANDS, trees_on_bands

import weldfusion as wf
from weldfusion.evaluation.evaluate import Frames

STUDY = "cnn_sk/tables/sk_depth_cmt.yaml"
REDUCED = {"trainer.max_epochs": 10}
NAME = "real_cmt"
_found: dict[str, Frames] = {}


def on_bands(title: str, trained: wf.Run) -> list[Row]:
    """A row beside the trees of its division, which are fitted once for all rows."""
    key = str(trained.folder.path.parent)
    if key not in _found:
        _found[key] = trees_on_bands(trained)
    return beside(title, trained, {ON_BANDS: _found[key]}, "accuracy")


PARTS = (
    Part("cmt_by_block", STUDY, "cmt_arc_sound", "blocks of successive clips, 10 epochs",
         overrides=REDUCED, further=on_bands),
    Part("cmt_by_clip", STUDY, "cmt_arc_sound", "clips at random, which flatters, 10 epochs",
         "cmt_arc_sound_by_clip", REDUCED, further=on_bands),
)  # fmt: skip

if __name__ == "__main__":
    raise SystemExit(benchmark(NAME, __doc__, PARTS))
