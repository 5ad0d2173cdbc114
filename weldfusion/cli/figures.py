"""The figures of an evaluation as text for the terminal."""

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

WIDTH = 105


def figures_text(
    metrics: Mapping[str, Any], units: Mapping[str, str], alike: Mapping[str, str] | None = None
) -> str:
    """Verdict and table of every target, per weld and per window, then the warnings.

    `metrics` is what `Run.evaluate` gives, `units` the unit of each target, `alike` by target which networks
    say one class for every weld, see `run.one_class`.
    """
    from weldfusion.evaluation.frame import DENSE
    from weldfusion.report.learned import learned_line
    from weldfusion.report.one_class import WHAT_TO_TRY
    from weldfusion.report.tables import figures_table
    from weldfusion.report.words import of_ensemble, verdict, without_brackets

    blocks = []
    for name, target in metrics["targets"].items():
        unit = units.get(name, "")
        blocks.append(textwrap.fill(verdict(name, target, unit), WIDTH))
        if line := (alike or {}).get(name, ""):
            blocks.append(textwrap.fill(f"warning: {name}: {line} {WHAT_TO_TRY}", WIDTH))
        if ensemble := of_ensemble(target, unit):
            blocks.append(textwrap.fill(f"{name}: {ensemble}", WIDTH))
        for level in ("weld", "window"):
            if target[level]["figures"]:
                table = figures_table(target[level], unit)
                rows = [[str(cell) for cell in row] for row in [table.columns, *table.rows]]
                place = "step" if level == "window" and target["kind"] in DENSE else level
                told = without_brackets(target[level]["figures"].values())
                blocks.append(f"{name}, per {place}\n{aligned(rows)}" + f"\n{told}" * bool(told))
        if learned := learned_line(name, target):
            blocks.append(textwrap.fill(learned, WIDTH))
    blocks += [f"warning: {line}" for line in metrics["warnings"]]
    return "\n\n".join(blocks)


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """Rows of cells in columns.

    >>> print(aligned([["figure", "value"], ["accuracy", "0.9"]]))
      figure    value
      accuracy  0.9
    """
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    return "\n".join(f"  {line}".rstrip() for line in lines)
