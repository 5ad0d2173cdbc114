"""From a study file to a `Study`, and from one of its rows to the settings of a fit."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, get_args

from weldfusion.config.yaml_layer import Layer, read_config, read_layer
from weldfusion.errors import ConfigError, did_you_mean
from weldfusion.report.words import NAMES
from weldfusion.studies.shown import FIGURES
from weldfusion.studies.study import Columns, Row, Study, folder_name, percent

KEYS = ("title", "source", "base", "every", "rows", "seeds", "splits", "fractions", "targets", "figures",
        "columns")  # fmt: skip
OF_ROW = ("files", "paper", "note")
SECTIONS = ("data", "split", "model", "training", "trainer")
BY_STUDY = {"seeds": "write it at the top of the study", "seed": "write it in a file of base",
            "name": "a row has the name of its key"}  # fmt: skip


@dataclass(frozen=True)
class _File:
    """The file being read: its values and the places of its keys."""

    path: Path
    layer: Layer

    def wrong(self, key: str, what: str) -> NoReturn:
        """Raises ConfigError with file and line of the key, or of the nearest key above it."""
        place, above = str(self.path), key
        while above:
            if above in self.layer.places:
                place = self.layer.places[above]
                break
            above = above.rpartition(".")[0]
        raise ConfigError(f"{place}: {key}: {what}")


def read_study(path: Path | str) -> Study:
    """A study file; the files that it names are looked for beside it.

    Raises ConfigError: one line with file, line, key, what is wrong and what would be right.
    """
    path = Path(path)
    file = _File(path, read_layer(path))
    values = file.layer.values
    for key in values:
        if key not in KEYS:
            if str(key).partition(".")[0] in SECTIONS:
                file.wrong(str(key), "is no key of a study; settings of all rows are written under `every`")
            file.wrong(str(key), f"is no key of a study; {did_you_mean(str(key), KEYS)}")
    fractions = _fractions(file, values.get("fractions", [1.0]))
    columns = _columns(file, values.get("columns", "fractions" if len(fractions) > 1 else "figures"))
    rows = values.get("rows")
    if not isinstance(rows, Mapping) or not rows:
        file.wrong("rows", "must name at least one row: rows: {NAME: {KEY: VALUE, …}, …}")
    read = [_row(file, str(name), given, fractions, columns) for name, given in rows.items()]
    _check_names(file, read)
    targets = _names(file, "targets", values.get("targets", []))
    study = Study(
        path,
        read,
        base=_files(file, "base", values.get("base", [])),
        every=_every(file, values.get("every")),
        seeds=_count(file, "seeds", values["seeds"]) if "seeds" in values else None,
        splits=_count(file, "splits", values.get("splits", 1)),
        fractions=fractions,
        targets=targets,
        figures=_names(file, "figures", values.get("figures", [])),
        columns=columns,
        places=file.layer.places,
        title=str(values.get("title") or path.stem),
        source=str(values.get("source") or ""),
    )
    _check_published(file, study)
    return study


def row_layers(study: Study, row: Row, files: Sequence[Path | str] = ()) -> list[Layer]:
    """The layers of a row's config: base, its files, files of `every`, `files`, settings of `every`, its own,
    and the study's number of seeds.

    Raises ConfigError where a file cannot be read.
    """
    named = [*study.base, *row.files, *study.every.files, *files]
    layers = [read_config(Path(file)) for file in named]
    seeds = [] if study.seeds is None else [Layer({"seeds": study.seeds}, {"seeds": str(study.path)})]
    return [*layers, *_settings(study.every), *_settings(row), *seeds]


def _settings(row: Row) -> list[Layer]:
    """One layer a key, so that `model.fusion` may follow `model`."""
    return [Layer(_nested(key, value), row.places) for key, value in row.settings.items()]


def _nested(key: str, value: Any) -> dict[str, Any]:
    for piece in reversed(key.split(".")):
        value = {piece: value}
    return dict(value)


def _row(file: _File, name: str, given: Any, fractions: Sequence[float], columns: Columns) -> Row:
    key = f"rows.{name}"
    if not folder_name(name):
        file.wrong(key, "a row's name needs a letter or digit")
    if isinstance(given, str | list):
        given = {"files": given}
    values = _mapping(file, key, given)
    published = _published(file, f"{key}.paper", values.get("paper"), fractions, columns)
    note = str(values.get("note") or "")
    return Row(name, _files(file, f"{key}.files", values.get("files", [])), *_overrides(file, key, values),
               published, note)  # fmt: skip


def _every(file: _File, given: Any) -> Row:
    if isinstance(given, str | list):
        given = {"files": given}
    values = _mapping(file, "every", given)
    for key in ("paper", "note"):
        if key in values:
            file.wrong(f"every.{key}", "belongs to one row")
    return Row("every", _files(file, "every.files", values.get("files", [])),
               *_overrides(file, "every", values))  # fmt: skip


def _mapping(file: _File, key: str, given: Any) -> Mapping[str, Any]:
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        file.wrong(key, f"must be settings as KEY: VALUE, or config files, is {given!r}")
    return {str(name): value for name, value in given.items()}


def _overrides(file: _File, key: str, values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """The settings of a row, and where each was written by its own full key."""
    found = {name: value for name, value in values.items() if name not in OF_ROW}
    for name in found:
        pieces = name.split(".")
        if pieces[0] in BY_STUDY:
            file.wrong(f"{key}.{name}", f"is no setting of a row; {BY_STUDY[pieces[0]]}")
        if pieces[0] not in SECTIONS:
            file.wrong(f"{key}.{name}", f"is no setting; {did_you_mean(pieces[0], [*SECTIONS, *OF_ROW])}")
        if not all(pieces):
            file.wrong(f"{key}.{name}", "is names joined by single dots, as in model.fusion")
    start = f"{key}."
    inner = {k.removeprefix(start): v for k, v in file.layer.places.items() if k.startswith(start)}
    return found, {k.replace(".init_args.", "."): v for k, v in inner.items()}


def _published(
    file: _File, key: str, given: Any, fractions: Sequence[float], columns: Columns
) -> dict[str, float]:
    """Column → published figure; where columns are fractions and the figure is told, its name comes first."""
    if given is None:
        return {}
    if columns == "figures":
        return {str(name): value for name, value in _numbers(file, key, given).items()}
    if not isinstance(given, Mapping) or not any(isinstance(part, Mapping) for part in given.values()):
        return _by_fraction(file, key, given, fractions)
    of_figures = {name: _by_fraction(file, f"{key}.{name}", part, fractions) for name, part in given.items()}
    return {f"{name} {column}": value for name, part in of_figures.items() for column, value in part.items()}


def _by_fraction(file: _File, key: str, given: Any, fractions: Sequence[float]) -> dict[str, float]:
    """Fraction, in percent → published figure."""
    entries = _numbers(file, key, given)
    if "" in entries:
        if len(fractions) > 1:
            file.wrong(key, f"must say for which fraction: {{{fractions[0]}: {given}, …}}")
        return {percent(fractions[0]): entries[""]}
    for name in entries:
        if name not in fractions:
            file.wrong(f"{key}.{name}", f"is none of the fractions {', '.join(map(str, fractions))}")
    return {percent(name): value for name, value in entries.items()}


def _numbers(file: _File, key: str, given: Any) -> dict[Any, float]:
    """The numbers of a mapping; of a single one the key is ""."""
    entries = given if isinstance(given, Mapping) else {"": given}
    for name, value in entries.items():
        if isinstance(value, bool) or not isinstance(value, int | float):
            file.wrong(f"{key}.{name}" if name else key, f"must be a number, is {value!r}")
    return {name: float(value) for name, value in entries.items()}


def _check_published(file: _File, study: Study) -> None:
    """Raises ConfigError where a published figure belongs to no column that could be, or does not tell of
    which figure it is."""
    targets, ends = study.targets, [f" {percent(fraction)}" for fraction in study.fractions]
    figures = study.figures or list(NAMES)
    known = {*targets, *figures, *(f"{target} {figure}" for target in targets for figure in figures)}
    several, first = len(study.figures) > 1 or len(targets) > 1, next(iter([*study.figures, *targets]), "")
    for row in study.rows:
        for column in row.published:
            key = f"rows.{row.name}.paper"
            if study.columns == "figures":
                if column and targets and column not in known:
                    file.wrong(f"{key}.{column}", _why_no_column("column", column, known, targets))
                if not column and several:
                    file.wrong(key, f"must say of which figure: {{{first}: …}}")
            elif name := next((column.removesuffix(end) for end in ends if column.endswith(end)), ""):
                if name not in known and targets:
                    file.wrong(f"{key}.{name}", _why_no_column("figure", name, known, targets))
            elif several:
                file.wrong(key, f"must say of which figure: {{{first}: {{{study.fractions[0]}: …}}}}")


def _why_no_column(what: str, name: str, known: Collection[str], targets: Sequence[str]) -> str:
    """Of a figure that the table does not show, or of a name that is none."""
    ours = {figure for of_kind in FIGURES.values() for figure in of_kind}
    if name in ours or name in {f"{target} {figure}" for target in targets for figure in ours}:
        return "is not among the study's figures; add it there"
    return f"is no {what}; {did_you_mean(name, known)}"


def _fractions(file: _File, given: Any) -> list[float]:
    values = given if isinstance(given, list) else [given]
    for value in values:
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 1:
            file.wrong("fractions", f"must be above 0 and at most 1, is {value!r}")
    if not values or len(set(values)) < len(values):
        file.wrong("fractions", "must be one or more different shares, as in [0.1, 0.5, 1]")
    return sorted(float(value) for value in values)


def _columns(file: _File, given: Any) -> Columns:
    valid: tuple[Columns, ...] = get_args(Columns)
    for name in valid:
        if given == name:
            return name
    file.wrong("columns", f"{given!r}; {did_you_mean(str(given), valid)}")


def _count(file: _File, key: str, given: Any) -> int:
    if isinstance(given, bool) or not isinstance(given, int) or given < 1:
        file.wrong(key, f"must be a whole number of at least 1, is {given!r}")
    return given


def _names(file: _File, key: str, given: Any) -> list[str]:
    values = [given] if isinstance(given, str) else given
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        file.wrong(key, f"must be a name or a list of names, is {given!r}")
    return list(values)


def _files(file: _File, key: str, given: Any) -> list[Path]:
    """Files beside the study file."""
    names = _names(file, key, given)
    folder = file.path.parent
    for name in names:
        if not (folder / name).is_file():
            parent = (folder / name).parent
            files = [one for one in parent.glob("*.y*ml") if one.name != file.path.name]
            near = [str(Path(name).parent / one.name) for one in files]
            file.wrong(key, f"no file {name} in {folder}; {did_you_mean(name, near)}")
    return [folder / name for name in names]


def _check_names(file: _File, rows: Sequence[Row]) -> None:
    seen: dict[str, str] = {}
    for row in rows:
        other = seen.setdefault(folder_name(row.name).lower(), row.name)
        if other != row.name:
            file.wrong(f"rows.{row.name}", f"has the same folder as {other!r}; write another name")
