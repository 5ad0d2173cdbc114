"""The signal core beside its peers: one table of speed, agreement, memory and threads."""

import signals_emd
from harness import Row, run

SECTIONS = (signals_emd,)


def measure(quick: bool) -> list[Row]:
    return [found for section in SECTIONS for found in section.measure(quick)]


if __name__ == "__main__":
    raise SystemExit(run("signals", __doc__, measure))
