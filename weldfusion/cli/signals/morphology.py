"""`weldfusion signals morphology`: size, place and direction of a keyhole or melt pool in each frame."""

from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from weldfusion.cli.figures import aligned
from weldfusion.cli.parser import UsageError
from weldfusion.cli.signals.film import Film, read_film
from weldfusion.cli.signals.pool import MOST_KEPT, enhance
from weldfusion.cli.signals.results import (
    NUMBERS,
    add_results,
    check_results,
    of_recording,
    write_results,
)
from weldfusion.cli.signals.several import SEVERAL, work_each
from weldfusion.cli.signals.source import add_reader, add_weld

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from weldfusion.signals.frame_step import FrameSeries
    from weldfusion.signals.frames import Region
    from weldfusion.signals.thresholds import Threshold

ABOUT = f"""\
Measure a keyhole's mouth in each frame of a camera: area, perimeter, length and width along and across the
weld, axes, centroid and orientation, as time series. Frames without a keyhole are marked missing (NaN).
Videos and folders of any length are read piece by piece.

  weldfusion signals morphology my_welds --weld w012 --mm-per-px 0.02 --save-steps steps
  weldfusion signals morphology keyhole.avi --mm-per-px 0.0125 --region 40:200,60:260 --area 0.02,1.5
  weldfusion signals morphology frames/ --rate 2000 --threshold 90,140 --spatter 7
  weldfusion signals morphology thermal.tiff --what thermal --levels 660 --mm-per-px 0.05

Steps, to be tuned on own footage with --save-steps (each intermediate picture of one frame):
  --region     part of the frame that is looked at
  --spatter    particles narrower than so many pixels are removed; the mouth must be wider
  --median     filter against noise
  --threshold  otsu finds the level anew in each frame; LEVEL is fixed; WEAK,STRONG keeps what is beyond WEAK
               and hangs together with something beyond STRONG
  --area       a largest region outside of it is no keyhole
Published work on porosity from the keyhole's shape uses these steps and area, perimeter, length and width.
`thermal` gives statistics of the temperature and the isotherms of --levels. `pool` enhances melt-pool
pictures in five steps (RTM): NAME-pool.npz (--out) has the enhanced `frames` (frames, 224, 224), the
picture some of them before and after. Of more than {MOST_KEPT} frames it keeps one in two, three, …; `frame`
in the .npz tells which.

{SEVERAL}"""
SHOWN = 6
TOLD = {"keyhole": ("area", "perimeter", "length", "width", "orientation_deg"), "thermal": ("max", "mean")}


def add(verbs: Any) -> None:
    about = "size, place and direction of a keyhole or melt pool in each frame"
    parser = verbs.add_parser("morphology", help=about, description=ABOUT)
    parser.add_argument(
        "input",
        metavar="INPUT",
        type=Path,
        nargs="+",
        help="a data folder, a video or stack of images, or a folder of pictures",
    )
    chosen = parser.add_argument_group("which recording")
    add_weld(chosen)
    chosen.add_argument("--modality", metavar="NAME", help="camera of the data folder [the only one]")
    add_reader(chosen)
    how = parser.add_argument_group("how")
    how.add_argument(
        "--what", default="keyhole", choices=("keyhole", "thermal", "pool"), help="[%(default)s]"
    )
    how.add_argument("--mm-per-px", type=float, default=1.0, metavar="X", help="scale [1: results in pixels]")
    how.add_argument(
        "--region", metavar="T:B,L:R", help="rows and columns of interest, such as 40:200,60: [all]"
    )
    how.add_argument("--dark", action="store_true", help="the keyhole is darker than what is around it")
    how.add_argument("--spatter", type=int, default=5, metavar="PX", help="[%(default)s; 0: keep]")
    how.add_argument("--median", type=int, default=3, metavar="PX", help="odd [%(default)s; 0: none]")
    how.add_argument("--threshold", default="otsu", metavar="T", help="otsu, LEVEL or WEAK,STRONG [otsu]")
    how.add_argument("--area", default="0,inf", metavar="A,B", help="least and largest, in mm² [0,inf]")
    how.add_argument(
        "--travel", type=float, default=0.0, metavar="DEG", help="direction of the weld [0: to the right]"
    )
    how.add_argument("--levels", default="", metavar="A,B", help="temperatures of the isotherms of `thermal`")
    add_results(parser, "morphology", "columns frame, time_s, one for each measure")
    parser.add_argument(
        "--save-steps", type=Path, metavar="DIR", help="write each step of one frame as a picture"
    )
    parser.add_argument(
        "--frame", type=int, metavar="N", help="number of that frame, from 0 [the middle one]"
    )
    parser.set_defaults(run=run)


def run(arguments: Namespace) -> int:
    if arguments.what == "pool":
        arguments.ending = "pool"
    check_results(arguments, *arguments.input, numbers=(".npz",) if arguments.what == "pool" else NUMBERS)
    _step(arguments)
    return work_each(arguments, "image_sequence", _look)


def _look(arguments: Namespace) -> None:
    film = read_film(arguments)
    step = _step(arguments)
    count = film.count()
    film.wanted = _wanted(film, count, arguments)
    if arguments.what == "pool":
        enhance(film, step, count, arguments)
    else:
        _measure(film, step, arguments)
    if arguments.save_steps is not None:
        from weldfusion.report.step_pictures import save_steps

        with of_recording(film.name):
            files = save_steps(step.pictures(film.kept[film.wanted[0]]), arguments.save_steps)
        print(f"steps of frame {film.wanted[0]}: {arguments.save_steps} ({len(files)} pictures)")


def _wanted(film: Film, count: int, arguments: Namespace) -> tuple[int, ...]:
    """Numbers of the frame whose steps are shown, and of some spread over the film."""
    import numpy as np

    first = count // 2 if arguments.frame is None else arguments.frame
    if not 0 <= first < count:
        raise UsageError(f"--frame {first}: {film.name} has the frames 0 to {count - 1}")
    spread = ((np.arange(SHOWN) + 0.5) / SHOWN * count).astype(int).tolist()
    return (first, *sorted(set(spread) - {first}))


def _measure(film: Film, series: "FrameSeries", arguments: Namespace) -> None:
    from weldfusion.report.frame_pictures import series_plot

    with of_recording(film.name):
        values = series.stream(film.pieces())
        columns = _in_units(series.columns, arguments.mm_per_px)
        spread = {n: _outlined(series, film.kept[n]) for n in sorted(film.wanted)}
    times = film.times_s(values.shape[1])
    print(_told(film, values, columns, arguments.what))
    shown = [n for n, (name, _) in enumerate(columns) if name in TOLD[arguments.what]]
    shown = shown or list(range(min(4, len(columns))))
    drawing = series_plot(
        {float(times[n]): picture for n, picture in spread.items()},
        times,
        {columns[n]: values[n] for n in shown},
        timed=film.rate is not None,
    )
    arrays: dict[str, np.ndarray | float] = {"time_s" if film.rate else "frame": times}
    arrays |= {name: row for (name, _), row in zip(columns, values, strict=True)}
    write_results(arguments, film.name, arrays, lambda: _table(film, values, columns), drawing)


def _outlined(series: "FrameSeries", frame: "np.ndarray") -> "np.ndarray":
    """The last picture of the steps that has the outline, or the frame itself."""
    pictures = series.pictures(frame)
    last = list(pictures)[-1]
    return pictures[last] if last.startswith(("outline", "isotherm")) else pictures["frame"]


def _in_units(columns: Sequence[tuple[str, str]], scale: float) -> list[tuple[str, str]]:
    """Without a scale, lengths are in pixels."""
    return [(name, unit.replace("mm", "px") if scale == 1 else unit) for name, unit in columns]


def _step(arguments: Namespace) -> Any:
    """A frame series, or for `pool` a frame step."""
    from weldfusion.signals.morphology import KeyholeOpening
    from weldfusion.signals.pool_enhancement import PoolEnhancement
    from weldfusion.signals.thermal import ThermalFrames

    region = _region(arguments.region)
    if arguments.what == "pool":
        return PoolEnhancement()
    if arguments.what == "thermal":
        levels = _numbers("--levels", arguments.levels) if arguments.levels else ()
        return ThermalFrames(arguments.mm_per_px, levels, region, arguments.travel)
    area = _numbers("--area", arguments.area)
    if len(area) != 2:
        raise UsageError(f"--area {arguments.area}: write two numbers, LEAST,LARGEST")
    return KeyholeOpening(
        arguments.mm_per_px, region, not arguments.dark, arguments.spatter, arguments.median,
        _threshold(arguments.threshold), (area[0], area[1]), arguments.travel,
    )  # fmt: skip


def _threshold(text: str) -> "Threshold":
    from weldfusion.signals.thresholds import Hysteresis, Level, Otsu

    if text == "otsu":
        return Otsu()
    levels = _numbers("--threshold", text, "otsu, LEVEL or WEAK,STRONG")
    if len(levels) > 2:
        raise UsageError(f"--threshold {text}: write otsu, LEVEL or WEAK,STRONG")
    return Level(levels[0]) if len(levels) == 1 else Hysteresis(*levels)


def _region(text: str | None) -> "Region":
    from weldfusion.signals.frames import Region

    if text is None:
        return Region()
    try:
        (top, bottom), (left, right) = (
            [int(edge) if edge else None for edge in part.split(":")] for part in text.split(",")
        )
    except ValueError:
        raise UsageError(f"--region {text}: write TOP:BOTTOM,LEFT:RIGHT, such as 40:200,60:") from None
    return Region(top or 0, bottom, left or 0, right)


def _numbers(option: str, text: str, right: str = "numbers with commas between them") -> tuple[float, ...]:
    try:
        return tuple(float(word) for word in text.split(","))
    except ValueError:
        raise UsageError(f"{option} {text}: write {right}") from None


def _told(film: Film, values: "np.ndarray", columns: list[tuple[str, str]], what: str) -> str:
    """Mean and standard deviation of the main measures over the frames that have them."""
    import numpy as np

    seen = np.isfinite(values[0])
    rate = "" if film.rate is None else f" at {film.rate:g} a second"
    found = f", {int(seen.sum())} with a keyhole ({seen.mean():.1%})" if what == "keyhole" else ""
    rows = [["measure", "mean", "standard deviation", "unit"]]
    for (name, unit), row in zip(columns, values, strict=True):
        known = row[np.isfinite(row)]
        if len(known) and (what != "keyhole" or name in TOLD[what]):
            rows.append([name, f"{known.mean():.4g}", f"{known.std():.3g}", unit])
    return f"{film.name}: {values.shape[1]} frames{rate}{found}\n{aligned(rows)}"


def _table(film: Film, values: "np.ndarray", columns: list[tuple[str, str]]) -> "pd.DataFrame":
    import numpy as np
    import pandas as pd

    table = pd.DataFrame(values.T, columns=[f"{name}_{unit}" if unit and not name.endswith(unit) else name
                                            for name, unit in columns])  # fmt: skip
    if film.rate is not None:
        table.insert(0, "time_s", film.times_s(values.shape[1]))
    table.insert(0, "frame", np.arange(values.shape[1]))
    return table
