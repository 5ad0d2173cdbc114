"""Steel surfaces (NEU) by image encoders, and with a tenth of the labels with and without pretraining.

Needs the recordings: set WELDFUSION_REAL_DATA to the folder with neu_det.zip. By whole places held out, and
in five folds of pictures at random as published figures divide them, which flatters. No weights from outside.
`--kept` trains nothing and joins what is finished.
"""

from real_studies import Part, benchmark

ENCODERS, LABELS = "neu_det/tables/encoders.yaml", "neu_det/tables/labels.yaml"
NAME = "real_neu"
PARTS = (
    Part("neu_by_picture", ENCODERS, "neu_det", "pictures at random, which flatters", "neu_det_folds"),
    Part("neu_by_place", ENCODERS, "neu_det", "places held out"),
    Part("neu_labels", LABELS, "neu_det", "places held out"),
)

if __name__ == "__main__":
    raise SystemExit(benchmark(NAME, __doc__, PARTS))
