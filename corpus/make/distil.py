"""Static word vectors out of MiniLM, after model2vec: each piece alone through the encoder, 192 axes, rare ones heavier."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from corpus.make.minilm import MiniLM

SIZE = 192
_FIRST = 999  # what stands before it in the vocabulary are signs without a meaning


def distil(folder: Path, out: Path) -> None:
    """Write `vectors.npz` as `mutuals.text.vectors` reads it. `folder` holds MiniLM."""
    model = MiniLM(folder)
    kept = [place for place, piece in enumerate(model.vocabulary) if place >= _FIRST and _is_word(piece)]
    whole = model.sequences([[place] for place in kept])
    centred = whole - whole.mean(axis=0)
    axes = np.linalg.svd(centred, full_matrices=False)[2][:SIZE]
    found = centred @ axes.T
    found /= np.linalg.norm(found, axis=1).mean()
    share = 1 / (
        (1 + np.arange(len(kept))) * np.log(len(kept))
    )  # the vocabulary stands by how often pieces are met (Zipf)
    found *= (1e-3 / (1e-3 + share))[:, None]  # Arora and others 2017
    scales = np.abs(found).max(axis=1) / 127
    rows = np.round(found / scales[:, None]).astype(np.int8)
    pieces = " ".join(model.vocabulary[place] for place in kept).encode()
    np.savez_compressed(out, pieces=np.frombuffer(pieces, np.uint8), rows=rows, scales=scales.astype(np.float32))


def _is_word(piece: str) -> bool:
    """Of Latin letters: everything else comes by its parts."""
    return piece.removeprefix("##").isalpha() and all(letter < "\u0250" for letter in piece)
