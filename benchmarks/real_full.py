"""The tables on real recordings: three kinds of welds, CMT arc sound, wire-arc tube, steel surfaces.

Needs the recordings: set WELDFUSION_REAL_DATA to the folder with the zip files. It runs real_robotic.py,
real_ultrasonic.py, real_cmt.py, real_flash.py, real_waam.py and real_neu.py one after the other; each can be
run alone, be stopped and gone on with. `--kept` trains nothing: what is finished, and what `results/` kept of
earlier runs, is joined. A row whose goal is not met (**no**) does not beat the best simple baseline on the
same sensors and folds; `not run` says that a row has not been trained yet.
"""

from collections.abc import Sequence

import real_cmt
import real_flash
import real_neu
import real_robotic
import real_ultrasonic
import real_waam
from harness import Row, run
from real_studies import ORIGIN, measure, options_of_studies

TABLES = (real_robotic, real_ultrasonic, real_cmt, real_flash, real_waam, real_neu)


def main(argv: Sequence[str] | None = None) -> int:
    parser = options_of_studies()
    options, _ = parser.parse_known_args(argv)

    def every(quick: bool) -> list[Row]:
        train = not options.kept
        tables = (measure(one.NAME, one.PARTS, quick, options.home, train) for one in TABLES)
        return [row for rows in tables for row in rows]

    return run("real_full", __doc__, every, argv, [parser], " --kept" if options.kept else "", ORIGIN)


if __name__ == "__main__":
    raise SystemExit(main())
