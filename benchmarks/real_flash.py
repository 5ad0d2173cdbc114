"""Flash butt welds: good or bad from the first 30 s, each sensor alone and all four together.

Needs the recordings: set WELDFUSION_REAL_DATA to the folder with flash_weld.zip. All 32 bad welds are in
shift 0, where they come in runs. By blocks of 22 successive welds of that shift (the least flattering
question that can be asked), by weld at random within it (flatters), and trained on it and tested on the
four other shifts: these hold no bad weld, so only false alarms are counted there (accuracy is one minus
their share; a model that calls nothing bad has 1), and nothing can be claimed of finding a bad weld of
another shift. What "bad" rests on is not stated.
"""

from harness import Row
from real_auc import auc_row
from real_studies import Part, benchmark

import weldfusion as wf

STUDY = "flash_weld/tables/first_30_s.yaml"
NAME = "real_flash"


def auc_of_bad(title: str, trained: wf.Run) -> list[Row]:
    return [auc_row(title, trained, "verdict", "bad")]


PARTS = (
    Part("flash_by_block", STUDY, "flash_weld", "blocks of 22 successive welds of shift 0",
         further=auc_of_bad),
    Part("flash_at_random", STUDY, "flash_weld", "welds of shift 0 at random, which flatters",
         "flash_weld_at_random", further=auc_of_bad),
    Part("flash_by_shift", "flash_weld/tables/by_shift.yaml", "flash_weld",
         "trained on shift 0, tested on the others: false alarms only"),
)  # fmt: skip

if __name__ == "__main__":
    raise SystemExit(benchmark(NAME, __doc__, PARTS))
