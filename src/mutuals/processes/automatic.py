"""What a step does by itself: acts by name, filled at start-up by the rooms above."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, get_type_hints

from mutuals.base.refusals import Refusal

LONGEST = 500  # letters of an answer
_TYPES = {str: "text", int: "number", bool: "yes"}


@dataclass(frozen=True, slots=True)
class Automatic:
    """One act: `run(item, by=, now=, **answers)` returns in words what it did. `answers`: name -> (kind, is needed)."""

    name: str
    sentence: str
    run: Callable[..., str]
    answers: Mapping[str, tuple[str, bool]]


_acts: dict[str, Automatic] = {}


def automatic(name: str, *, sentence: str) -> Callable[[Callable[..., str]], Callable[..., str]]:
    """Let steps do what a function does: `(item, *, by, now, ...)`, whose further parameters are str, int or bool.

    It runs when an item enters the step, in a savepoint of its own; a ValueError or PermissionError is noted as the reason
    why nothing was done, and the item moves all the same. The last one of a name counts.
    """

    def take(run: Callable[..., str]) -> Callable[..., str]:
        hints = get_type_hints(run)
        told = [one for one in inspect.signature(run).parameters.values() if one.name not in ("item", "by", "now")]
        answers = {one.name: (_TYPES.get(hints[one.name], "text"), one.default is one.empty) for one in told}
        _acts[name] = Automatic(name, sentence, run, answers)
        return run

    return take


def known() -> dict[str, Automatic]:
    """All acts, by name."""
    return dict(sorted(_acts.items()))


def read(name: str, answers: Mapping[str, Any]) -> tuple[Automatic, dict[str, Any]]:
    """The act with its answers, checked. Refusal: an act that nobody offers, an answer that is missing or unfit."""
    act = _acts.get(name)
    if act is None:
        raise Refusal(f"nobody offers “{name[:60]}”. There are: {', '.join(known())}.")
    for one in answers:
        if one not in act.answers:
            raise Refusal(f"{name} has no “{str(one)[:40]}”. There is: {', '.join(act.answers) or 'nothing'}.")
    found: dict[str, Any] = {}
    for one, (kind, is_needed) in act.answers.items():
        value = answers.get(one)
        if value is None or value == "":
            if is_needed:
                raise Refusal(f"{name} needs “{one}”.")
            continue
        found[one] = _typed(f"“{one}” of {name}", kind, value)
    return act, found


def _typed(where: str, kind: str, value: Any) -> Any:
    if kind == "number":
        if isinstance(value, bool) or not isinstance(value, int) or abs(value) > 1_000_000:
            raise Refusal(f"{where} is a whole number.")
        return value
    if kind == "yes":
        if not isinstance(value, bool):
            raise Refusal(f"{where} is yes or no.")
        return value
    if not isinstance(value, str | int) or len(str(value)) > LONGEST or "\0" in str(value):
        raise Refusal(f"{where} is a text of at most {LONGEST} letters.")
    return str(value).encode("utf-8", "replace").decode()
