"""Gathering maps, attention and hits of the pointing game from batches to welds."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import torch

from weldfusion.data.batch import Batch, Truth, Where
from weldfusion.explain.attention import Listening, batch_attention, joined_axis, known_cells
from weldfusion.explain.explanation import POINTING_COLUMNS, AttentionMap, AttributionMap, WeldTruth
from weldfusion.explain.maps import Maps, batch_maps
from weldfusion.explain.pointing import hit_and_chance, over_time, tolerance
from weldfusion.explain.sources import Source, sources, token_axis
from weldfusion.training.predictor import Predictor


class Details:
    """What is found out about single windows of one network.

    Args:
        predictor: the network.
        detailed: welds whose maps and attention are kept.
        truths: of simulated welds, whose maps are compared with the events.
    """

    def __init__(
        self, predictor: Predictor, detailed: Collection[str], truths: Mapping[str, WeldTruth]
    ) -> None:
        self.predictor = predictor
        self.sources: dict[str, Source | None] = sources(predictor.model)
        self.detailed = frozenset(detailed)
        self.truths = {weld: truth for weld, truth in truths.items() if len(truth.event_s)}
        self._kept: dict[str, None] = {}
        self._maps: dict[tuple[str, str, str, str], list[tuple[Where, np.ndarray]]] = {}
        self._heard: dict[tuple[str, int, str, str], list[tuple[Where, Listening, np.ndarray]]] = {}
        self._hits: list[dict[str, Any]] = []

    def add(self, batch: Batch) -> None:
        """Takes in one batch; windows of other welds cost nothing."""
        assert batch.where is not None
        wanted = self.detailed | self.truths.keys()
        rows = np.flatnonzero([weld in wanted for weld in batch.where.weld])
        if not len(rows):
            return
        part = batch if len(rows) == len(batch) else chosen(batch, rows)
        part = part.to(self.predictor.device)
        maps = batch_maps(self.predictor.model, self.sources, part)
        assert part.where is not None
        self._point(maps, part.where)
        for weld in dict.fromkeys(part.where.weld):
            if weld in self.detailed:
                self._keep(str(weld), maps, part.where)
        if self.detailed.intersection(part.where.weld):
            self._listen(part, part.where)

    def kept(self) -> tuple[str, ...]:
        """The detailed welds that were met, in order."""
        return tuple(self._kept)

    def maps(self) -> tuple[AttributionMap, ...]:
        """One per kept weld, sensor and output."""
        found = []
        for (weld, modality, target, label), parts in self._maps.items():
            source = self.sources[modality]
            assert source is not None
            where = [w for w, _ in parts]
            window, start = (np.concatenate([getattr(w, n) for w in where]) for n in ("index", "t0_s"))
            axes, values = source.axes(_seconds(where[0])[0]), np.concatenate([cells for _, cells in parts])
            if source.channels is not None:
                known = np.isfinite(source.channels.centres)
                axes, values = (replace(axes[0], centres=axes[0].centres[known]),), values[:, known]
            found.append(
                AttributionMap(
                    weld, self.predictor.fold, self.predictor.seed, modality, target, label, window, start,
                    axes, values, source.flow.size,
                )
            )  # fmt: skip
        return tuple(found)

    def attention(self) -> tuple[AttentionMap, ...]:
        """One per kept weld and pair of sensors that attend."""
        found = []
        for (weld, exchange, listener, _), parts in self._heard.items():
            where, one, _ = parts[0]
            length = _seconds(where)[0]
            axes = (
                joined_axis(token_axis(self.predictor.model, name, tokens, length))
                for name, tokens in ((one.query, one.query_tokens), (one.key, one.key_tokens))
            )
            window, start = (np.concatenate([getattr(p[0], n) for p in parts]) for n in ("index", "t0_s"))
            weights, query, key = known_cells(np.concatenate([w for *_, w in parts]), *axes)
            found.append(
                AttentionMap(
                    weld, self.predictor.fold, self.predictor.seed, exchange, listener, one.query, one.key,
                    window, start, query, key, weights,
                )
            )  # fmt: skip
        return tuple(found)

    def pointing(self) -> pd.DataFrame:
        """Hits of the pointing game (`POINTING_COLUMNS`)."""
        return pd.DataFrame(self._hits, columns=list(POINTING_COLUMNS))

    def _keep(self, weld: str, maps: Maps, where: Where) -> None:
        self._kept[weld] = None
        rows = np.flatnonzero(where.weld == weld)
        for (modality, target, label), values in maps.items():
            parts = self._maps.setdefault((weld, modality, target, label), [])
            parts.append((_where(where, rows), values[rows]))

    def _listen(self, batch: Batch, where: Where) -> None:
        for one in batch_attention(self.predictor.model, batch):
            for weld in self.detailed.intersection(where.weld):
                rows = np.flatnonzero(where.weld == weld)
                parts = self._heard.setdefault((weld, one.exchange, one.listener, one.key), [])
                parts.append((_where(where, rows), one, one.weights[rows]))

    def _point(self, maps: Maps, where: Where) -> None:
        """The pointing game on every window that has an event."""
        lengths = _seconds(where)
        for row, weld in enumerate(where.weld):
            truth = self.truths.get(weld)
            if truth is None:
                continue
            events = truth.event_s[(truth.event_s >= where.t0_s[row]) & (truth.event_s < where.t1_s[row])]
            for (modality, target, label), values in maps.items() if len(events) else ():
                source = self.sources[modality]
                assert source is not None
                axes = source.axes(lengths[row])
                place = next((number for number, axis in enumerate(axes) if axis.name == "time"), None)
                if place is None:
                    continue
                strength = over_time(values[row], place)
                seconds = where.t0_s[row] + axes[place].centres
                if found := hit_and_chance(strength, seconds, events, tolerance(lengths[row])):
                    self._hits.append(
                        {
                            "weld": weld,
                            "group": where.group[row],
                            "window": where.index[row],
                            "target": target,
                            "class": label,
                            "modality": modality,
                            "hit": found[0],
                            "chance": found[1],
                            "fold": self.predictor.fold,
                            "seed": self.predictor.seed,
                        }
                    )


def chosen(batch: Batch, rows: np.ndarray) -> Batch:
    """Some windows of a batch."""
    index = torch.from_numpy(rows)
    inputs, present, valid = (
        {name: tensor[index] for name, tensor in part.items()}
        for part in (batch.inputs, batch.present, batch.valid)
    )
    targets = {name: Truth(truth.value[index], truth.known[index]) for name, truth in batch.targets.items()}
    return Batch(inputs, present, valid, targets, None if batch.where is None else _where(batch.where, rows))


def _where(where: Where, rows: np.ndarray) -> Where:
    found: dict[str, Any] = {
        name: None if values is None else values[rows] for name, values in vars(where).items()
    }
    return Where(**found)


def _seconds(where: Where) -> np.ndarray:
    """Length of each window in seconds."""
    return np.asarray(where.t1_s - where.t0_s, dtype=float)
