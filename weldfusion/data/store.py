"""Prepared recordings at hand: from memory, the cache on disk, or made now."""

from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from weldfusion.data.cache import Cache
from weldfusion.data.prepare import key_of_recording, prepare, prepared_parts
from weldfusion.data.source import Source
from weldfusion.errors import ConfigError

SMALL = 1 << 18
MOST_BYTES = 1 << 28
MOST_MAPS = 256


class Store:
    """Arrays by modality and weld. The last ones used stay open, within a fixed budget: small ones as
    copies (256 MiB in all), large ones mapped from disk (256 files).

    Pickled, it carries no array and no open file.
    """

    def __init__(self, folder: Path, root: Path, sources: Mapping[str, Source]) -> None:
        self.cache = Cache(folder)
        self.root = root
        self.sources = sources
        self._forget()

    def _forget(self) -> None:
        self._copies: OrderedDict[tuple[str, int], np.ndarray] = OrderedDict()
        self._maps: OrderedDict[tuple[str, int], np.ndarray] = OrderedDict()
        self._bytes = 0

    def __getstate__(self) -> dict[str, Any]:
        return {"cache": self.cache, "root": self.root, "sources": self.sources}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._forget()

    def get(self, name: str, weld: int) -> np.ndarray:
        """The prepared recording of a weld (its number in the data set)."""
        place = (name, weld)
        for held in (self._copies, self._maps):
            if place in held:
                held.move_to_end(place)
                return held[place]
        array = self.fetch(name, weld)
        if array.nbytes > SMALL:
            self._maps[place] = array.view(np.ndarray)
            if len(self._maps) > MOST_MAPS:
                self._maps.popitem(last=False)
            return self._maps[place]
        self._copies[place] = copy = np.array(array)
        self._bytes += copy.nbytes
        while self._bytes > MOST_BYTES:
            self._bytes -= self._copies.popitem(last=False)[1].nbytes
        return copy

    def holds(self, name: str, weld: int) -> bool:
        """Whether the cache holds the prepared recording whole. Raises ReadError where a file is missing."""
        return self.cache.load(self._key(name, weld)) is not None

    def fetch(self, name: str, weld: int) -> np.ndarray:
        """The prepared recording from the cache, made and kept there if it is not whole there.

        Raises ReadError; ConfigError where the cache cannot be written.
        """
        key = self._key(name, weld)
        array = self.cache.load(key)
        if array is not None:
            return array
        source = self.sources[name]
        try:
            self.cache.store_parts(key, prepared_parts(source.recipe, source.recordings[weld]))
        except OSError as problem:
            raise ConfigError(f"data.cache: {self.cache.folder} cannot be written ({problem.strerror}); "
                              "name another folder") from None  # fmt: skip
        kept = self.cache.load(key)
        return prepare(source.recipe, source.recordings[weld]) if kept is None else kept

    def _key(self, name: str, weld: int) -> str:
        source = self.sources[name]
        return key_of_recording(source.recipe, source.recordings[weld], self.root)
