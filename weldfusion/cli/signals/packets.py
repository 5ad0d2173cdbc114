"""`weldfusion signals packets`: energy of wavelet packets over band and time."""

from argparse import Namespace
from typing import TYPE_CHECKING, Any

from weldfusion.cli.figures import aligned
from weldfusion.cli.parser import UsageError
from weldfusion.cli.signals.results import add_results, check_results, of_recording, write_results
from weldfusion.cli.signals.several import SEVERAL, work_each
from weldfusion.cli.signals.source import Recorded, add_source, read_source

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from weldfusion.signals.wavelet_packets import PacketTree

ABOUT = """\
Part a signal into 2^LEVEL bands of equal width with a full tree of wavelet packets, and tell how its energy
is shared among them. The picture shows energy over band and time (scalogram).

  weldfusion signals packets my_welds --weld w012 --modality photodiodes --channel plasma
  weldfusion signals packets power.npy --rate 1000 --wavelet db4 --level 5
  weldfusion signals packets opening.npy --rate 2000 --window 20 --hop 20 --wavelet db3 --level 3 \\
      --mode periodization

The last line is system 8 (porosity from the keyhole's shape): windows of 20 frames of area, perimeter, length
and width, each made into a picture for a CNN. The paper does not state wavelet and level; db3 and level 3 are
usual for welds. Windows of n samples allow a level of log2(n) at most; with 20 samples db1 is the only
wavelet whose level 4 is not made of its border alone. Periodization keeps the energy of a window whose length
divides by 2^LEVEL, and gives the fewest coefficients.

Without --window the whole recording is parted at once. Numbers are those of PyWavelets.
"""
MOST_ROWS = 8


def add(verbs: Any) -> None:
    about = "energy of wavelet packets over band and time"
    parser = verbs.add_parser("packets", help=about, description=f"{ABOUT}\n{SEVERAL}")
    add_source(parser)
    how = parser.add_argument_group("how")
    how.add_argument("--wavelet", default="db4", metavar="W", help="as PyWavelets names it [%(default)s]")
    how.add_argument("--level", type=int, default=5, metavar="L", help="2^L bands [%(default)s]")
    how.add_argument(
        "--mode", default="symmetric", metavar="M", help="how the signal goes on beyond its ends [symmetric]"
    )
    how.add_argument("--window", type=int, metavar="N", help="samples of a window [the whole recording]")
    how.add_argument("--hop", type=int, metavar="N", help="samples from window to window [as --window]")
    add_results(parser, "packets", "columns time_s, channel, one for each band: its energy in that column")
    parser.set_defaults(run=run)


def run(arguments: Namespace) -> int:
    _check(arguments)
    return work_each(arguments, "waveform", _part)


def _part(arguments: Namespace) -> None:
    recorded = read_source(arguments)
    from weldfusion.report.signal_pictures import packets_plot

    tree = _tree(arguments)
    with of_recording(recorded.name):
        coefficients, times = _parted(recorded, tree, arguments)
    energy = _over_time(coefficients)
    edges = tree.edges_hz(recorded.rate)
    print(_told(recorded, energy, edges))
    drawing = packets_plot(
        recorded.values[0], recorded.rate, recorded.start_s, energy[0], times, (edges[0, 0], edges[-1, 1])
    )
    arrays: dict[str, np.ndarray | float] = {
        "coefficients": coefficients,
        "energy": energy,
        "time_s": times,
        "edges_hz": edges,
        "rate_hz": recorded.rate,
    }
    write_results(arguments, recorded.name, arrays, lambda: _table(recorded, energy, times, edges), drawing)


def _check(arguments: Namespace) -> None:
    check_results(arguments, *arguments.input)
    for name in ("window", "hop"):
        if getattr(arguments, name) is not None and getattr(arguments, name) < 1:
            raise UsageError(f"--{name} {getattr(arguments, name)}: must be at least 1")
    if arguments.hop is not None and arguments.window is None:
        raise UsageError(f"--hop {arguments.hop}: needs --window")
    _tree(arguments)


def _tree(arguments: Namespace) -> "PacketTree":
    from weldfusion.signals.wavelet_packets import PacketTree

    return PacketTree(arguments.wavelet, arguments.level, arguments.mode)


def _parted(
    recorded: Recorded, tree: "PacketTree", arguments: Namespace
) -> tuple["np.ndarray", "np.ndarray"]:
    """Coefficients (channels, bands, columns), with windows (channels, windows, bands, coefficients), and the
    middle of each column in seconds."""
    import numpy as np

    from weldfusion.errors import SignalError
    from weldfusion.signals.wavelet_packets import wavelet_packets

    samples = recorded.values.shape[1]
    if arguments.window is None:
        times = tree.times_s(samples, recorded.rate)
        return wavelet_packets(recorded.values, tree), recorded.start_s + times
    if samples < arguments.window:
        raise SignalError(f"has {samples} samples, a window {arguments.window}")
    hop = arguments.hop or arguments.window
    windows = np.lib.stride_tricks.sliding_window_view(recorded.values, arguments.window, axis=1)[:, ::hop]
    middles = np.arange(windows.shape[1]) * hop + (arguments.window - 1) / 2
    return wavelet_packets(windows, tree), recorded.start_s + middles / recorded.rate


def _over_time(coefficients: "np.ndarray") -> "np.ndarray":
    """Energy (channels, bands, columns): a column is a window, or a coefficient of the whole recording."""
    import numpy as np

    from weldfusion.signals.wavelet_packets import energies

    if coefficients.ndim == 3:
        return np.square(coefficients)
    return energies(coefficients).transpose(0, 2, 1)


def _told(recorded: Recorded, energy: "np.ndarray", edges: "np.ndarray") -> str:
    """The loudest bands of each channel."""
    import numpy as np

    tiny = np.finfo(float).tiny
    bands, columns = energy.shape[1:]
    lines = [
        f"{recorded.name}: {bands} bands of {edges[0, 1] - edges[0, 0]:.4g} Hz, {columns} columns over time"
    ]
    for c, channel in enumerate(recorded.channels):
        total = energy[c].sum(axis=1, dtype=np.float64)
        share = total / max(total.sum(), tiny)
        loudest = np.sort(np.argsort(-share, kind="stable")[:MOST_ROWS])
        rows = [
            [
                "channel " + channel if len(recorded.channels) > 1 else "band",
                "energy",
                "without the lowest band",
            ]
        ]
        for band in loudest:
            above = f"{share[band] / max(share[1:].sum(), tiny):.1%}" if band else ""
            rows.append([f"{edges[band, 0]:.4g} to {edges[band, 1]:.4g} Hz", f"{share[band]:.2%}", above])
        lines.append(aligned(rows))
        if bands > MOST_ROWS:
            lines.append(f"  the other {bands - MOST_ROWS} bands: {max(1 - share[loudest].sum(), 0):.2%}")
    return "\n".join(lines)


def _table(
    recorded: Recorded, energy: "np.ndarray", times: "np.ndarray", edges: "np.ndarray"
) -> "pd.DataFrame":
    import pandas as pd

    parts = []
    for c, channel in enumerate(recorded.channels):
        table = pd.DataFrame(energy[c].T, columns=[f"{low:.6g}-{high:.6g} Hz" for low, high in edges])
        table.insert(0, "time_s", times)
        table.insert(1, "channel", channel)
        parts.append(table)
    return pd.concat(parts, ignore_index=True)
