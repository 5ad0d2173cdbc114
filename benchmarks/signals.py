"""The signal core beside its peers: one table of speed, agreement, memory and threads."""

import signals_emd
import signals_packets
import signals_sensors
import signals_spectrogram
from harness import Row, run

SECTIONS = (signals_emd, signals_packets, signals_sensors, signals_spectrogram)


def measure(quick: bool) -> list[Row]:
    return [found for section in SECTIONS for found in section.measure(quick)]


if __name__ == "__main__":
    raise SystemExit(run("signals", __doc__, measure))
