"""Fixtures are a connector's tests: what a network really sent, and beside it what we understood.

`fixtures/NAME.json|.eml|.xml|...` holds the bytes, `NAME.expected.json` a list of envelopes, or an object with `kind`
(told to `parse`; otherwise the part of NAME before `__`) and `envelopes`. Fields at their default are left out, and of
attached bytes only size and hash are kept.

`python -m mutuals.connectors._fixtures FOLDER` writes the expected files that are missing. Read them before you
commit them: they say what `parse` does, not what it should do.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from mutuals.connectors.contract import Envelope, Media, Raw

SUFFIX = ".expected.json"


@dataclass(frozen=True)
class Fixture:
    """One of them; `expected` is None where its file is missing."""

    name: str
    raw: Raw
    expected: list[Any] | None


def read(folder: Path) -> Iterator[Fixture]:
    """Those of one connector's folder, by name."""
    for file in sorted((folder / "fixtures").iterdir()):
        if file.is_dir() or file.name.endswith(SUFFIX) or file.name.startswith("."):
            continue
        stem = file.name.partition(".")[0]
        beside = file.with_name(stem + SUFFIX)
        told = json.loads(beside.read_text("utf-8")) if beside.exists() else None
        kind = told.get("kind") if isinstance(told, dict) else None
        body = Raw(f"fixture:{stem}", file.read_bytes(), stem.partition("__")[0] if kind is None else kind)
        yield Fixture(stem, body, told["envelopes"] if isinstance(told, dict) else told)


def written(envelopes: Iterable[Envelope]) -> list[Any]:
    """Envelopes as they stand in an expected file."""
    return [_value(envelope) for envelope in envelopes]


def _value(thing: Any) -> Any:
    if isinstance(thing, Media):
        data = {} if thing.data is None else {"size": len(thing.data), "sha256": hashlib.sha256(thing.data).hexdigest()}
        return {**_filled(thing, without="data"), **data}
    if is_dataclass(thing):
        return _filled(thing)
    if isinstance(thing, datetime):
        return thing.isoformat()
    if isinstance(thing, tuple | list):
        return [_value(one) for one in thing]
    if isinstance(thing, dict):
        return {str(name): _value(one) for name, one in thing.items()}
    return thing


def _filled(thing: Any, *, without: str = "") -> dict[str, Any]:
    kept = {}
    for field in fields(thing):
        value = getattr(thing, field.name)
        usual = field.default if field.default_factory is MISSING else field.default_factory()
        if field.name != without and value != usual:
            kept[field.name] = _value(value)
    return kept


def write_missing(folder: Path, parse: Callable[[Raw], tuple[Envelope, ...]]) -> list[str]:
    """The names of what was written."""
    done = []
    for fixture in read(folder):
        if fixture.expected is None:
            text = json.dumps(written(parse(fixture.raw)), ensure_ascii=False, indent=2)
            (folder / "fixtures" / (fixture.name + SUFFIX)).write_text(text + "\n", "utf-8")
            done.append(fixture.name)
    return done


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        place = Path(argument).resolve()
        connector = import_module(f"mutuals.connectors.{place.name}").CONNECTOR
        print("\n".join(write_missing(place, connector.parse)) or f"Nothing is missing in {place}.")
