"""The tables of a study in the paper's layout: rows × fractions or rows × figures, as cells of text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from weldfusion.evaluation.compared import Compared
from weldfusion.evaluation.minus import minus
from weldfusion.evaluation.totals import SMALLER_IS_BETTER
from weldfusion.report.elements import short
from weldfusion.report.one_class import mark_of
from weldfusion.report.words import apart, named, with_interval, without_brackets
from weldfusion.studies.facts import in_range
from weldfusion.studies.results import Finished, Outcome, Result
from weldfusion.studies.study import Row, Study, percent

NOT_BEATEN, BEATEN, UNTOLD, BETTER, WORSE = "†", "††", "‡", "↑", "↓"
SIMPLE = "simple model on the same sensors"
NOTES = (
    "Mean over the seeds (each pooled over the folds), figures per weld; in brackets the 95 % interval from "
    "resampling whole groups of test welds.",
    f"{NOT_BEATEN} is not shown to beat (as good, worse, or better by no more than chance) the best simple "
    "baseline that saw the same sensors, welds and fraction, paired over welds, groups resampled together; a "
    f"worse figure without an interval has {NOT_BEATEN} too, which shows nothing. {BEATEN} is beaten by it; "
    f"{UNTOLD} whether it does cannot be told; without any of the three it beats it.",
    f"That baseline of a row is its “{SIMPLE}”: a figure for each column, with the method and the sensors it "
    "does best with (on a page in small print below the row's own figure). The last row is the best baseline "
    "of the whole column, which may have seen other sensors than a row.",
    f"{BETTER} better and {WORSE} worse than the first row, paired likewise.",
    "Claims hold at 5 % after Holm's correction over all figures that this study is to show, finished or not "
    "(those against baselines together, those against the first row together). Where the best baseline is "
    "ahead, p was first multiplied by the number of baselines it was picked from.",
    "Claims are about these trained networks (with several seeds: about the mean of their figures); what "
    "other seeds would give is in no interval, and another seed may turn a claim round.",
)
PUBLISHED = (
    "Published figures are of other welds, and often of another way to divide them; they are no comparison."
)


@dataclass(frozen=True)
class SheetCell:
    """What stands in a cell, where it leads (relative to the study's folder; "" where nowhere), and the
    simple baseline that decides its marks."""

    text: str
    report: str = ""
    simple: str = ""


@dataclass(frozen=True)
class SheetRow:
    """One row: its name, parameters of a network (in words), cells, published figures column by column, the
    simple baselines that decide its marks."""

    name: str
    parameters: str
    cells: Sequence[SheetCell]
    published: Sequence[str]
    simple: str = ""


@dataclass(frozen=True)
class Sheet:
    """One table; `baseline` is its last row, the best simple baseline of each column; `published` are the
    columns of published figures; `remark` stands below it."""

    title: str
    columns: Sequence[str]
    published: Sequence[str]
    rows: Sequence[SheetRow]
    baseline: Sequence[str]
    remark: str = ""

    @property
    def has_published(self) -> bool:
        return any(text for row in self.rows for text in row.published)


def sheets(
    study: Study, found: Sequence[Result], outcomes: Sequence[Outcome], units: Mapping[str, str]
) -> list[Sheet]:
    """The tables: one for each figure with the fractions as columns, or one for each fraction with the
    figures as columns. `units` maps a target to its unit."""
    places = list(dict.fromkeys((result.target, result.figure) for result in found))
    names = {place: _name(place, places, units) for place in places}
    by_place = {(r.cell.row.name, r.cell.fraction, r.target, r.figure): r for r in found}
    ended = {(o.cell.row.name, o.cell.fraction): o for o in outcomes}
    keys = [[(fraction, *place) for fraction in study.fractions] for place in places]
    titles = [names[place] for place in places]
    if study.columns == "figures":
        keys = [[(fraction, *place) for place in places] for fraction in study.fractions]
        titles = [_title(fraction, outcomes) for fraction in study.fractions]
    made = []
    for title, columns in zip(titles, keys, strict=True):
        if study.columns == "figures":
            headings = plain = [names[(target, figure)] for _, target, figure in columns]
        else:
            plain = [percent(fraction) for fraction, *_ in columns]
            headings = [_heading(fraction, outcomes) for fraction, *_ in columns]
        rows = [
            SheetRow(
                row.name,
                _parameters([o.finished for o in outcomes if o.cell.row.name == row.name]),
                [_cell(by_place.get((row.name, *key)), ended.get((row.name, key[0]))) for key in columns],
                [_published(study, row, key, len(columns), key[1:] == places[0]) for key in columns],
                simple_models([by_place.get((row.name, *key)) for key in columns]),
            )
            for row in study.rows
        ]
        shown = [[r for r in found if (r.cell.fraction, r.target, r.figure) == key] for key in columns]
        baselines = [_best(column) for column in shown]
        remark = without_brackets([result.found for column in shown for result in column])
        made.append(Sheet(title, headings, plain, rows, baselines, remark))
    return made


def _title(fraction: float, outcomes: Sequence[Outcome]) -> str:
    """Of a table of one fraction, with what whole groups made of it."""
    told = [_used(fraction, outcomes), _welds(fraction, outcomes)]
    return f"{percent(fraction)} of the training welds" + (
        f" ({', '.join(filter(None, told))})" if told[0] else ""
    )


def _heading(fraction: float, outcomes: Sequence[Outcome]) -> str:
    """Of a column: the fraction, training welds where a row has told them, what whole groups made of it."""
    told = [part for part in (_welds(fraction, outcomes), _used(fraction, outcomes)) if part]
    return percent(fraction) + (f" ({', '.join(told)})" if told else "")


def _welds(fraction: float, outcomes: Sequence[Outcome]) -> str:
    told = [o.finished.training_welds for o in outcomes if o.finished and o.cell.fraction == fraction]
    return f"{in_range(told)} welds" if told else ""


def _used(fraction: float, outcomes: Sequence[Outcome]) -> str:
    """The share that is really used, where it is a hundredth or more away from the one asked for."""
    shares = [100 * o.facts.share for o in outcomes if o.facts and o.cell.fraction == fraction]
    apart = any(abs(share - 100 * fraction) >= 1 for share in shares)
    return f"in fact {in_range(shares)} %" if apart else ""


def _name(place: tuple[str, str], places: Sequence[tuple[str, str]], units: Mapping[str, str]) -> str:
    """Of a figure; with its target where there are several."""
    target, figure = place
    words = named(figure, units.get(target, ""))
    return f"{target}: {words}" if len({name for name, _ in places}) > 1 else words


def _cell(result: Result | None, outcome: Outcome | None) -> SheetCell:
    if result is None or outcome is None or outcome.finished is None:
        return SheetCell("–" if outcome is None else outcome.word)
    marks = _against_baseline(result.over_baseline) + _against_first(result.over_first)
    marks += mark_of(outcome, result.target)
    simple = f"{short(result.theirs['value'])} {result.baseline}" if result.theirs else ""
    return SheetCell(f"{with_interval(result.found)} {marks}".strip(), outcome.finished.report, simple)


def _against_baseline(one: Compared | None) -> str:
    if one is None or one.verdict == "cannot be told":
        return UNTOLD
    return {"beats": "", "is beaten by": BEATEN}.get(one.verdict, NOT_BEATEN)


def _against_first(one: Compared | None) -> str:
    return "" if one is None else {"beats": BETTER, "is beaten by": WORSE}.get(one.verdict, "")


def _parameters(finished: Sequence[Finished | None]) -> str:
    known = [one.parameters for one in finished if one is not None]
    return f"{known[-1]:,}".replace(",", " ") if known else "–"


def _published(study: Study, row: Row, key: tuple[float, str, str], columns: int, first: bool) -> str:
    """The published figure of a column; one that tells no figure belongs to the `first`."""
    fraction, target, figure = key
    names = [f"{target} {figure}", target, figure]
    if study.columns == "fractions":
        of_figure = [f"{name} {percent(fraction)}" for name in names]
        names = [*of_figure, percent(fraction)] if first else of_figure
    elif columns == 1:
        names.append("")
    for name in names:
        if name in row.published:
            return minus(f"{row.published[name]:g}")
    return ""


def simple_models(found: Sequence[Result | None]) -> str:
    """The best simple baseline on a row's own sensors at each column, with a name for those that follow each
    other; a dash where nothing is known."""
    known = [(result.baseline or "", result.theirs or {}) if result else ("", {}) for result in found]
    if not any(name for name, _ in known):
        return "–"
    told = []
    for name, group in groupby(known, key=lambda one: one[0]):
        values = " · ".join(short(figure["value"]) if figure else "–" for _, figure in group)
        told.append(f"{values} ({name})" if name else values)
    return "; ".join(told)


def _best(column: Sequence[Result]) -> str:
    """The best of the rows' simple baselines in one column."""
    known = [r for r in column if r.theirs is not None and r.theirs["value"] is not None]
    if not known:
        return "–"
    sign = -1 if known[0].figure in SMALLER_IS_BETTER else 1
    best = max(known, key=lambda result: sign * (result.theirs or {})["value"])
    return f"{with_interval(best.theirs or {})} ({best.baseline})"


def differences_lines(found: Sequence[Result]) -> list[list[str]]:
    """Row, fraction, figure, baseline, difference from it with p-values, difference from the first row with
    p-values."""
    return [
        [
            result.cell.row.name,
            percent(result.cell.fraction),
            f"{result.target}: {named(result.figure, '')}",
            result.baseline or "–",
            *_told(result.over_baseline),
            *_told(result.over_first),
        ]
        for result in found
    ]


def _told(one: Compared | None) -> list[str]:
    if one is None:
        return ["–", "–", "–"]
    ps = "–" if one.p is None or one.corrected is None else f"{short(one.p)} → {short(one.corrected)}"
    return [apart(one.difference), ps, one.verdict]
