"""What the frozen statistics of all simulated processes share: means over welds, and how they are printed."""

import json
import re
from collections.abc import Mapping, Sequence

import numpy as np


def means(tables: Sequence[Mapping[str, float]]) -> dict[str, list[float]]:
    """Mean over the welds and its standard error, by name."""
    columns = {name: np.array([table[name] for table in tables]) for name in tables[0]}
    errors = {name: values.std(ddof=1) / np.sqrt(len(values)) for name, values in columns.items()}
    return {
        name: [float(f"{values.mean():.6g}"), float(f"{errors[name]:.3g}")]
        for name, values in columns.items()
    }


def printed(version: str, fingerprint: str, found: Mapping[str, list[float]]) -> str:
    """The file that a `test_frozen.py` compares with."""
    content = {
        "version": version,
        "numpy": ".".join(np.__version__.split(".")[:2]),
        "fingerprint": fingerprint,
        "mean and standard error": found,
    }
    text = json.dumps(content, indent=1, ensure_ascii=False)
    return re.sub(r"\[\s+(\S+)\s+(\S+)\s+\]", r"[\1 \2]", text)
