"""Ultrasonic welds: class and pull-out force at once, from power, force and distance together and each alone.

Needs the recordings: set WELDFUSION_REAL_DATA to the folder with ultrasonic_weld.zip. Five random folds,
which flatter the class (no day holds two classes), and every day left out in turn, without terminal_offset,
which was made on one day only: ten folds, so one seed instead of three. The epochs are those of the
configs: 200, of the 1-D CNNs 60.
"""

from real_studies import Part, benchmark

STUDY = "ultrasonic/tables/sensors.yaml"
NAME = "real_ultrasonic"
PARTS = (
    Part("ultrasonic_at_random", STUDY, "ultrasonic_weld", "welds at random, which flatters"),
    Part("ultrasonic_by_day", STUDY, "ultrasonic_weld", "every day left out in turn, four classes",
         "ultrasonic_weld_by_day", {"seeds": 1}),
)  # fmt: skip

if __name__ == "__main__":
    raise SystemExit(benchmark(NAME, __doc__, PARTS))
