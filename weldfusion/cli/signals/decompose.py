"""`weldfusion signals decompose`: intrinsic mode functions of a recording."""

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from weldfusion.cli.figures import aligned
from weldfusion.cli.signals.results import (
    PICTURES,
    add_results,
    check_file,
    check_results,
    of_recording,
    write_results,
)
from weldfusion.cli.signals.several import SEVERAL, work_each
from weldfusion.cli.signals.source import Recorded, add_source, read_source

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from weldfusion.signals.eemd import Ensemble
    from weldfusion.signals.emd import Decomposition

ABOUT = """\
Part a signal into intrinsic mode functions (IMFs), fast ones first, and a residue, and tell of each IMF its
mean frequency, its share of the energy and its correlation with the signal.

  weldfusion signals decompose my_welds --weld w012 --modality depth
  weldfusion signals decompose arc.flac --from 12 --to 12.5 --trials 50 --out arc-imfs.csv
  weldfusion signals decompose depth.npy --rate 20000 --method emd --hilbert depth-energy.png

Which method:
  eemd     mean over noisy copies; each IMF keeps to its band (Wu & Huang 2009: 100 trials, noise 0.2).
           Porosity from keyhole depth and shape (systems 8 and 10 of docs/signals.md) use it.
  ceemdan  IMF by IMF, fewer spurious ones; slower (Colominas et al. 2014)
  emd      one decomposition; fast; the trend of the keyhole depth (system 9) uses it
The noise is added in complementary pairs, so the IMFs and the residue add up to the signal. Time grows faster
than the length: choose a stretch with --from and --to first.
"""
COLUMNS = "time_s, channel, signal, imf_1 …, residue"


def add(verbs: Any) -> None:
    about = "intrinsic mode functions (EMD, EEMD, CEEMDAN) with their spectra"
    parser = verbs.add_parser("decompose", help=about, description=f"{ABOUT}\n{SEVERAL}")
    add_source(parser)
    how = parser.add_argument_group("how")
    how.add_argument("--method", default="eemd", choices=("eemd", "ceemdan", "emd"), help="[%(default)s]")
    how.add_argument(
        "--trials", type=int, default=100, metavar="N", help="noisy copies, an even number [%(default)s]"
    )
    how.add_argument(
        "--noise", type=float, default=0.2, metavar="X", help="in standard deviations of the signal [0.2]"
    )
    how.add_argument("--imfs", type=int, metavar="K", help="end after K IMFs; the rest is the residue [all]")
    how.add_argument("--seed", type=int, default=0, metavar="S", help="seed of the noise [0]")
    how.add_argument("--threads", type=int, metavar="N", help="no bit depends on it [one a core]")
    add_results(parser, "imfs", f"columns {COLUMNS}")
    parser.add_argument(
        "--hilbert",
        type=Path,
        metavar="FILE",
        help="picture of the first channel's energy over time and frequency (Hilbert spectrum), .png or .svg",
    )
    parser.set_defaults(run=run)


def run(arguments: Namespace) -> int:
    check_results(arguments, *arguments.input)
    check_file("--hilbert", arguments.hilbert, PICTURES, arguments.input)
    _ensemble(arguments)
    return work_each(arguments, "waveform", _decompose)


def _decompose(arguments: Namespace) -> None:
    recorded = read_source(arguments)
    with of_recording(recorded.name):
        found = _decomposed(recorded, arguments)
    from weldfusion.report.decomposition import decomposition_plot
    from weldfusion.signals.emd import Decomposition

    first = Decomposition(found.imfs[0], found.residue[0], found.counts[0])
    drawing = decomposition_plot(recorded.values[0], first, recorded.rate, recorded.unit, recorded.start_s)
    print(_told(recorded, found))
    arrays: dict[str, np.ndarray | float] = {
        "signal": recorded.values,
        "imfs": found.imfs,
        "residue": found.residue,
        "time_s": recorded.times_s(),
        "rate_hz": recorded.rate,
    }
    write_results(arguments, recorded.name, arrays, lambda: _table(recorded, found), drawing)
    if arguments.hilbert is not None:
        _write_hilbert(arguments.hilbert, recorded, first)


def _decomposed(recorded: Recorded, arguments: Namespace) -> "Decomposition":
    from weldfusion.signals.ceemdan import ceemdan
    from weldfusion.signals.eemd import eemd
    from weldfusion.signals.emd import emd

    if arguments.method == "emd":
        return emd(recorded.values, most_imfs=arguments.imfs, threads=arguments.threads)
    method = eemd if arguments.method == "eemd" else ceemdan
    return method(recorded.values, _ensemble(arguments), most_imfs=arguments.imfs, threads=arguments.threads)


def _ensemble(arguments: Namespace) -> "Ensemble":
    from weldfusion.signals.eemd import Ensemble

    return Ensemble(arguments.trials, arguments.noise, complementary=True, seed=arguments.seed)


def _told(recorded: Recorded, found: "Decomposition") -> str:
    """A row for each IMF of each channel."""
    from weldfusion.signals.imf_selection import correlation, energy_shares, mean_frequency

    hertz, share = mean_frequency(found.imfs, recorded.rate), energy_shares(found)
    alike = correlation(found, recorded.values)
    several = len(recorded.channels) > 1
    rows = [["channel"] * several + ["IMF", "mean frequency", "energy", "correlation with the signal"]]
    for c, channel in enumerate(recorded.channels):
        for k in range(int(found.counts[c])):
            figures = [f"{hertz[c, k]:.4g} Hz", f"{share[c, k]:.1%}", f"{alike[c, k]:.2f}"]
            rows.append([channel] * several + [str(k + 1), *figures])
    seconds = recorded.values.shape[1] / recorded.rate
    return f"{recorded.name}: {seconds:.4g} s at {recorded.rate:g} Hz\n{aligned(rows)}"


def _table(recorded: Recorded, found: "Decomposition") -> "pd.DataFrame":
    import pandas as pd

    parts = []
    for c, channel in enumerate(recorded.channels):
        columns: dict[str, np.ndarray | str] = {
            "time_s": recorded.times_s(), "channel": channel, "signal": recorded.values[c]
        }  # fmt: skip
        columns |= {f"imf_{k + 1}": imf for k, imf in enumerate(found.imfs[c])}
        parts.append(pd.DataFrame(columns | {"residue": found.residue[c]}))
    return pd.concat(parts, ignore_index=True)


def _write_hilbert(path: Path, recorded: Recorded, found: "Decomposition") -> None:
    import numpy as np

    from weldfusion.data.files import write_bytes
    from weldfusion.report.decomposition import energy_plot
    from weldfusion.report.drawing import picture_bytes
    from weldfusion.signals.hilbert import energy_map, hilbert_spectrum

    edges = np.linspace(0, recorded.rate / 2, 129)
    samples = max(1, recorded.values.shape[1] // 512)
    energy = energy_map(hilbert_spectrum(found.imfs, recorded.rate), edges, samples)
    seconds = recorded.values.shape[1] / recorded.rate
    drawing = energy_plot(energy, edges, seconds, recorded.start_s)
    write_bytes(path, picture_bytes(drawing, path.suffix))
    print(f"Hilbert spectrum: {path}")
