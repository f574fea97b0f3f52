"""Where words lie in a space of meanings: static vectors distilled from MiniLM (`corpus/make`), a piece of a word each."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
_MOST_PIECES = 4
_LONGEST = 40  # letters


class Vectors:
    """Word pieces and their vectors, eight bits a number. Begun pieces stand as they are, others begin with `##`."""

    def __init__(self, pieces: list[str], rows: NDArray[np.int8], scales: Floats) -> None:
        self.size = int(rows.shape[1])
        self._rows = rows
        self._scales = scales
        self._place: Mapping[str, int] = {piece: place for place, piece in enumerate(pieces)}

    @classmethod
    def load(cls, path: Path) -> Vectors:
        """From an .npz of `pieces` (UTF-8, parted by blanks), `rows` (int8) and `scales` (float32, one a row)."""
        with np.load(path, allow_pickle=False) as file:
            pieces = file["pieces"].tobytes().decode().split(" ")
            return cls(pieces, file["rows"], file["scales"])

    def of(self, word: str) -> Floats | None:
        """The vector of a folded word, the mean of its pieces; None for one that would fall into more than four."""
        places = self._pieces(word[:_LONGEST])
        if not places:
            return None
        rows = self._rows[places].astype(np.float32) * self._scales[places, None]
        return np.asarray(rows.mean(axis=0), np.float32)

    def _pieces(self, word: str) -> list[int]:
        """The longest piece that fits, again and again (Wu and others 2016)."""
        found, at = list[int](), 0
        while at < len(word):
            for end in range(len(word), at, -1):
                place = self._place.get(word[at:end] if at == 0 else f"##{word[at:end]}")
                if place is not None:
                    found.append(place)
                    at = end
                    break
            else:
                return []
            if len(found) > _MOST_PIECES:
                return []
        return found


@lru_cache(maxsize=1)
def shipped() -> Vectors:
    """The vectors that come with Mutuals."""
    return Vectors.load(Path(__file__).parent / "models" / "vectors.npz")
