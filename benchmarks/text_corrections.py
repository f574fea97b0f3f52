"""What corrections do: shipped weights refitted to a few airline posts, measured on others."""

from __future__ import annotations

import time

import numpy as np

from benchmarks.figure import Figure
from benchmarks.text_sets import in_words, logits, macro_f1, mood, rows, texts_of
from mutuals.text.labels import MOODS
from mutuals.text.model import Scorer, shipped, span
from mutuals.text.refit import refit

_TIMES = 3  # different corrections, drawn at random
_MEASURED = 2_000  # other posts


def measure() -> list[Figure]:
    """Macro F1 after so many corrections, the mean of three draws."""
    some = rows("airline")
    texts, true = texts_of(some), np.array([mood(row["label"]) for row in some])
    found = []
    for count, asked in ((0, ""), (50, ">= 0.66"), (200, ">= 0.71")):
        values, spent, note = [], [], ""
        for seed in range(_TIMES):
            order = np.random.default_rng(seed).permutation(len(texts))
            told, rest = order[:count], order[-_MEASURED:]
            start = time.process_time()
            model = (
                refit(shipped(), [texts[at] for at in told], [MOODS[true[at]] for at in told]).model
                if count
                else shipped()
            )
            spent.append(time.process_time() - start)
            said = logits([texts[at] for at in rest], Scorer(model))[:, span("mood")].argmax(axis=1)
            values.append(macro_f1(true[rest], said, 3))
            note = in_words(MOODS, true[rest], said)
        name = f"airline after {count} corrections, macro F1"
        found.append(Figure(name, float(np.mean(values)), "", asked, f"{np.mean(spent):.1f} s of CPU; {note}"))
    return found
