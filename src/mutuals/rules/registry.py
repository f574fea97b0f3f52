"""What rules may do: acts by name, each a function with typed parameters, a sentence, and the right its owner needs."""

from __future__ import annotations

import inspect
import logging
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import entry_points
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

from mutuals.base.refusals import Refusal

GROUP = "mutuals.actions"
"""Entry points of foreign packages: each names a module that adds actions."""
LONGEST = 500  # letters of a text that is a parameter
LARGEST = 1_000_000
TeamName = Annotated[str, "team"]
Staff = Annotated[str, "staff"]
Tag = Annotated[str, "tag"]
Note = Annotated[str, "long"]
Address = Annotated[str, "address"]
ProcessName = Annotated[str, "process"]
LONGEST_TAG = 40


@dataclass(frozen=True, slots=True)
class Answer:
    """More about a parameter, in its Annotated: how a form calls it, and its bounds, of a number or of a text's letters."""

    label: str = ""
    least: int = 0
    most: int = 0


_KINDS = ("team", "staff", "tag", "long", "address", "process")
_ADDRESS = re.compile(r"https?://[^\s/?#@]{1,253}(?:[/?][^\s]*)?")
_MARK = re.compile(r"\{(\w+)\}")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Event:
    """What woke a rule, and what its acts are about. `key` is the same whenever the same event comes again.

    `about` is the text key of the row that it is about, "deal:5", where that is neither a message nor a person. `via` are the
    rules that led to it, oldest first; `firing` is the number of the line in the log that an act stands in.
    """

    key: str
    kind: str
    at: datetime
    interaction_id: int | None = None
    conversation_id: int | None = None
    person_id: int | None = None
    via: tuple[int, ...] = ()
    firing: int = 0
    about: str = ""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One answer that an act needs. `kind`: text, long, number, yes, choice, team, staff, tag, address (of the web) or process.

    `least` and `most` bound a number, `most` the letters of a text. `label` is how a form calls it.
    """

    name: str
    kind: str
    choices: tuple[str, ...] = ()
    default: Any = None
    is_needed: bool = True
    label: str = ""
    least: int = 0
    most: int = LONGEST


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that a rule may do. `lane` is what two rules may quarrel about; one that `disturbs` waits in quiet hours."""

    name: str
    sentence: str
    right: str
    run: Callable[..., str]
    parameters: tuple[Parameter, ...]
    lane: str = ""
    disturbs: bool = False
    check: Callable[[Mapping[str, Any]], None] | None = None
    suits: Callable[[str, Mapping[str, Any]], None] | None = None

    def said(self, told: Mapping[str, Any]) -> str:
        """The act in words, with the answers in it. What stands behind a comma falls away where its answer is nothing, or 0."""
        answers = {one.name: _given(one, told.get(one.name, one.default)) for one in self.parameters}
        given = {name: "" if value is None else str(value).replace("_", " ") for name, value in answers.items()}
        first, *more = self.sentence.split(", ")
        parts = [first, *(part for part in more if all(answers.get(name) for name in _MARK.findall(part)))]
        words = _MARK.sub(lambda found: given.get(found[1], found[0]), ", ".join(parts))
        return " ".join(words.split())

    def read(self, told: Any) -> dict[str, Any]:
        """The answers, typed. Refused: one that is missing, unknown or of another type, by its name."""
        given = {} if told is None else told
        if not isinstance(given, Mapping):
            raise Refusal(f"{self.name} takes its answers by name, such as {_example(self)}.")
        known = {one.name: one for one in self.parameters}
        for name in given:
            if name not in known:
                raise Refusal(f"{self.name} has no “{str(name)[:40]}”. There is: {', '.join(known) or 'nothing'}.")
        found = {}
        for one in self.parameters:
            value = given.get(one.name)
            if value is None or value == "":
                if one.is_needed:
                    raise Refusal(f"{self.name} needs “{one.name}”.", fields={one.name: "Please fill this in."})
                continue
            try:
                found[one.name] = _typed(one, value)
            except ValueError as error:
                words = str(error)
                raise Refusal(
                    f"“{one.name}” of {self.name} {words}", fields={one.name: f"{words[0].upper()}{words[1:]}"}
                ) from error
        return found


_actions: dict[str, Action] = {}


def action(
    name: str,
    *,
    sentence: str,
    right: str,
    lane: str = "",
    disturbs: bool = False,
    check: Callable[[Mapping[str, Any]], None] | None = None,
    suits: Callable[[str, Mapping[str, Any]], None] | None = None,
) -> Callable[[Callable[..., str]], Callable[..., str]]:
    """Let rules do what a function does: `(event, *, by, now, ...)`, which returns in words what it did.

    Its further parameters are keywords of these types: str, int, bool, a Literal of texts, TeamName, Staff, Tag, Note, Address,
    ProcessName; one with a default may be left out; an `Answer` in their Annotated tells their label and bounds. When a rule is
    written `check` refuses answers that could never be done, `suits(when, answers)` those that could never be done for that
    kind of event. The act runs in a savepoint of its own, in the name of the rule's owner, who needs `right`; a ValueError or
    NotAllowed is noted as the reason why nothing was done. The last one of a name counts.
    """

    def take(run: Callable[..., str]) -> Callable[..., str]:
        hints = get_type_hints(run, include_extras=True)
        told = inspect.signature(run).parameters.values()
        names = [one for one in told if one.name not in ("event", "by", "now")]
        _actions[name] = Action(
            name,
            sentence,
            right,
            run,
            tuple(_parameter(one, hints[one.name]) for one in names),
            lane,
            disturbs,
            check,
            suits,
        )
        return run

    return take


def actions() -> dict[str, Action]:
    """All acts, by name."""
    return dict(sorted(_actions.items()))


def find(name: str) -> Action | None:
    """The act of that name; None where nobody offers it any more."""
    return _actions.get(name)


def load_foreign() -> None:
    """Import what other packages add. What cannot be loaded is left out with a warning."""
    for entry in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        try:
            entry.load()
        except Exception as error:  # whatever a stranger's module raises must not stop ours
            _log.warning("The actions of %s cannot be loaded: %s", entry.name, error)


def _parameter(one: inspect.Parameter, hint: Any) -> Parameter:
    is_needed = one.default is inspect.Parameter.empty
    more = get_args(hint)[1:] if get_origin(hint) is Annotated else ()
    bare = get_args(hint)[0] if more else hint
    told = next((part for part in more if isinstance(part, Answer)), Answer())
    kind = next((str(part) for part in more if part in _KINDS), {int: "number", bool: "yes"}.get(bare, "text"))
    choices = tuple(get_args(bare)) if get_origin(bare) is Literal else ()
    largest = {"number": LARGEST, "tag": LONGEST_TAG}.get(kind, LONGEST)
    return Parameter(
        one.name,
        "choice" if choices else kind,
        choices,
        None if is_needed else one.default,
        is_needed,
        told.label or one.name.replace("_", " ").capitalize(),
        told.least,
        told.most or largest,
    )


def _given(one: Parameter, value: Any) -> Any:
    """An answer as it is said. A number that was kept as text is one; 0 says nothing, where nothing else was asked for."""
    if one.kind == "number" and isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value)
    return None if one.kind == "number" and value == 0 and not one.is_needed else value


def _typed(one: Parameter, value: Any) -> Any:
    """The answer; a ValueError says how it ought to be, in words that follow its name."""
    if one.kind == "number":
        is_whole = not isinstance(value, bool) and str(value).isascii() and str(value).isdigit() and len(str(value)) < 8
        if not is_whole or not one.least <= int(value) <= one.most:
            raise ValueError(f"is a whole number from {one.least} to {one.most}.")
        return int(value)
    if one.kind == "yes":
        if str(value).lower() not in ("true", "false", "yes", "no"):
            raise ValueError("is yes or no.")
        return str(value).lower() in ("true", "yes")
    if one.kind == "choice":
        if value not in one.choices:
            raise ValueError(f"is one of: {', '.join(one.choices)}.")
        return value
    return _text(one, value)


def _text(one: Parameter, value: Any) -> str:
    if not isinstance(value, str) or len(value) > one.most or "\0" in value:
        raise ValueError(f"is a text of at most {one.most} letters.")
    if all(letter.isspace() or unicodedata.category(letter).startswith("C") for letter in value):
        raise ValueError("holds nothing that can be shown.")
    text = value.encode("utf-8", "replace").decode().strip()
    if one.kind == "text" and any(unicodedata.category(letter) == "Cc" for letter in text):
        raise ValueError("is one line of text.")
    if one.kind == "tag" and ("," in text or any(unicodedata.category(letter).startswith("C") for letter in text)):
        raise ValueError("is one word or phrase, without commas.")
    if one.kind == "address" and not _ADDRESS.fullmatch(text):
        raise ValueError("is an address of the web, such as https://example.com/hook.")
    return text


def _example(act: Action) -> str:
    return "{" + ", ".join(f"{one.name}: ..." for one in act.parameters) + "}"
