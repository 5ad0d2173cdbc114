"""`weldfusion signals spectrogram`: the loudness of frequency bands over time."""

from argparse import Namespace
from typing import TYPE_CHECKING, Any

from weldfusion.cli.parser import UsageError
from weldfusion.cli.signals.results import add_results, check_results, of_recording, write_results
from weldfusion.cli.signals.several import SEVERAL, work_each
from weldfusion.cli.signals.source import Recorded, add_source, read_source

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from weldfusion.signals.filter_banks import FilterBank

ABOUT = """\
Short-time Fourier transform with a Hann window, summed into bands, as decibels: where the energy of a
recording lies over time. Tells the frequencies below which half and 95 % of the energy lie, and the loudest
band.

  weldfusion signals spectrogram my_welds --weld w012 --modality acoustic
  weldfusion signals spectrogram arc.flac --from 10 --to 12 --bank mel-linear --corner 2000
  weldfusion signals spectrogram arc.flac --bank mel-htk --bands 64 --n-fft 1024 --hop 512 --padding reflect

The last line is system 6 (penetration from the arc sound of CMT, whose energy lies below 2 kHz; the paper at
44.1 kHz). Which bank:
  mel         bands even on the scale of pitch (librosa's numbers); wide at high frequencies
  mel-htk     the same with the other usual formula and peaks of 1 (torchaudio's numbers)
  mel-linear  mel up to --corner, above it bands of one width: keeps defects that show in a high band
  octaves     --per-octave bands in each octave from --low up
  linear      --bands bands of one width
Decibels count from a power of --reference in every recording, so that a quiet weld stays quiet; `clip` counts
from each recording's own maximum, which hides how loud it was; `pcen` divides each band by its own slow mean.
"""
BANKS = ("mel", "mel-htk", "mel-linear", "octaves", "linear")


def add(verbs: Any) -> None:
    about = "loudness of frequency bands over time (Mel and others)"
    parser = verbs.add_parser("spectrogram", help=about, description=f"{ABOUT}\n{SEVERAL}")
    add_source(parser)
    how = parser.add_argument_group("how")
    how.add_argument("--n-fft", type=int, default=1024, metavar="N", help="samples per frame [%(default)s]")
    how.add_argument("--hop", type=int, default=256, metavar="N", help="samples between frames [%(default)s]")
    how.add_argument(
        "--padding", default="zero", choices=("zero", "reflect", "none"), help="at the ends [zero]"
    )
    how.add_argument("--bank", default="mel", choices=BANKS, help="[%(default)s]")
    how.add_argument(
        "--bands", type=int, metavar="N", help="[40; mel-linear: 24 up to the corner; linear: 64]"
    )
    how.add_argument("--per-octave", type=int, default=6, metavar="N", help="bands in an octave [6]")
    how.add_argument("--corner", type=float, default=2000.0, metavar="HZ", help="of mel-linear [2000]")
    how.add_argument("--low", type=float, metavar="HZ", help="lowest frequency [0; octaves: 250]")
    how.add_argument("--high", type=float, metavar="HZ", help="highest frequency [half the rate]")
    how.add_argument(
        "--loudness", default="decibels", choices=("decibels", "clip", "pcen"), help="[decibels]"
    )
    how.add_argument("--reference", type=float, default=1.0, metavar="P", help="power of 0 dB [1]")
    add_results(parser, "spectrogram", "columns time_s, channel, one for each band")
    parser.set_defaults(run=run)


def run(arguments: Namespace) -> int:
    _check(arguments)
    return work_each(arguments, "waveform", _measure)


def _measure(arguments: Namespace) -> None:
    recorded = read_source(arguments)
    from weldfusion.report.signal_pictures import spectrogram_plot
    from weldfusion.signals.spectrogram import frame_times_s

    bank = _bank(arguments)
    with of_recording(recorded.name):
        levels = _levels(recorded, bank, arguments)
    centres = bank.centres_hz(recorded.rate)
    times = recorded.start_s + frame_times_s(
        levels.shape[-1], recorded.rate, arguments.n_fft, arguments.hop, arguments.padding
    )
    print(_told(recorded, levels, centres, arguments))
    span = (recorded.start_s, recorded.start_s + recorded.values.shape[1] / recorded.rate)
    label = {"decibels": "level (dB)", "clip": "dB below the maximum", "pcen": "normalised energy"}
    drawing = spectrogram_plot(
        recorded.values[0], recorded.rate, levels[0], centres, span, label[arguments.loudness]
    )
    arrays: dict[str, np.ndarray | float] = {
        "levels": levels,
        "time_s": times,
        "centres_hz": centres,
        "rate_hz": recorded.rate,
    }
    write_results(arguments, recorded.name, arrays, lambda: _table(recorded, levels, times, centres), drawing)


def _check(arguments: Namespace) -> None:
    check_results(arguments, *arguments.input)
    for name, least in (("n_fft", 2), ("hop", 1), ("bands", 1), ("per_octave", 1)):
        value = getattr(arguments, name)
        if value is not None and value < least:
            raise UsageError(f"--{name.replace('_', '-')} {value}: must be at least {least}")
    if not 0 < arguments.reference < float("inf"):
        raise UsageError(f"--reference {arguments.reference:g}: must be a power above 0")
    _bank(arguments)


def _bank(arguments: Namespace) -> "FilterBank":
    from weldfusion.signals.filter_banks import Linear, Mel, MelThenLinear, Octaves

    low = {} if arguments.low is None else {"low_hz": arguments.low}
    bands = {} if arguments.bands is None else {"bands": arguments.bands}
    if arguments.bank == "octaves":
        return Octaves(arguments.per_octave, high_hz=arguments.high, **low)
    if arguments.bank == "mel-linear":
        return MelThenLinear(arguments.corner, high_hz=arguments.high, **low, **bands)
    if arguments.bank == "linear":
        return Linear(high_hz=arguments.high, **low, **bands)
    if arguments.bank == "mel-htk":
        return Mel(high_hz=arguments.high, scale="htk", area="peak", **low, **bands)
    return Mel(high_hz=arguments.high, **low, **bands)


def _levels(recorded: Recorded, bank: "FilterBank", arguments: Namespace) -> "np.ndarray":
    """(channels, bands, frames)."""
    from weldfusion.signals.loudness import ClipDecibels, Decibels, PerChannelEnergy
    from weldfusion.signals.spectrogram import band_powers

    weights = bank.weights(recorded.rate, arguments.n_fft)
    powers = band_powers(recorded.values, weights, arguments.n_fft, arguments.hop, arguments.padding)
    kinds = {
        "decibels": Decibels(arguments.reference),
        "clip": ClipDecibels(),
        "pcen": PerChannelEnergy(),
    }
    return kinds[arguments.loudness].of(powers, recorded.rate / arguments.hop)


def _told(recorded: Recorded, levels: "np.ndarray", centres: "np.ndarray", arguments: Namespace) -> str:
    from weldfusion.signals.spectrogram import energy_below_hz

    bands, frames = levels.shape[-2:]
    hop_ms, width_hz = 1e3 * arguments.hop / recorded.rate, recorded.rate / arguments.n_fft
    lines = [
        f"{recorded.name}: {frames} frames every {hop_ms:.4g} ms, lines of {width_hz:.3g} Hz, {bands} bands "
        f"around {centres[0]:.4g} to {centres[-1]:.4g} Hz"
    ]
    half, most = energy_below_hz(recorded.values, recorded.rate, (0.5, 0.95), arguments.n_fft)
    for c, channel in enumerate(recorded.channels):
        loudest = centres[levels[c].mean(axis=-1).argmax()]
        named = f"channel {channel}: " if len(recorded.channels) > 1 else ""
        lines.append(
            f"  {named}half of the energy lies below {half[c]:.4g} Hz, 95 % below {most[c]:.4g} Hz; "
            f"loudest on average is the band around {loudest:.4g} Hz"
        )
    return "\n".join(lines)


def _table(
    recorded: Recorded, levels: "np.ndarray", times: "np.ndarray", centres: "np.ndarray"
) -> "pd.DataFrame":
    import pandas as pd

    parts = []
    for c, channel in enumerate(recorded.channels):
        table = pd.DataFrame(levels[c].T, columns=[f"{hertz:.6g} Hz" for hertz in centres])
        table.insert(0, "time_s", times)
        table.insert(1, "channel", channel)
        parts.append(table)
    return pd.concat(parts, ignore_index=True)
