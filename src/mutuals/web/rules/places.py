"""Where in the form of a rule something is: what a refusal is about, and what is worked on next."""

from __future__ import annotations

from collections.abc import Mapping

from mutuals.rules import registry
from mutuals.web.rules.builder import Draft, bare


def wrong_with(fields: Mapping[str, str], name: str) -> dict[str, str]:
    """Of what a refusal says of answers, by names such as then.1.title, what is about one part, without its name."""
    return {key.removeprefix(f"{name}."): words for key, words in fields.items() if key.startswith(f"{name}.")}


def refused(words: str, fields: Mapping[str, str], draft: Draft) -> str:
    """A refusal as the form says it: by the step and the label where it is about an answer of a step."""
    for name, dos in (("then", draft.then), ("otherwise", draft.otherwise)):
        for key, why in wrong_with(fields, name).items():
            number, _, answer = key.partition(".")
            known = registry.find(dos[int(number)].act) if number.isdigit() and int(number) < len(dos) else None
            one = next((each for each in known.parameters if each.name == answer), None) if known else None
            if known and one:
                return f"Step {int(number) + 1} of “{name}” ({bare(known)}), {one.label}: {why}"
    return words


def first_wrong(fields: Mapping[str, str]) -> str:
    """The id of the first answer of a step that is refused; "" = it is about none."""
    for name, group in (("then", "t"), ("otherwise", "o")):
        for key in wrong_with(fields, name):
            return f"id_{group}{key.replace('.', '')}"
    return ""


def focus(asked: str, draft: Draft) -> str:
    """The id of the field that is worked on after a button or menu: the new line, or the one before what went."""
    verb, _, rest = asked.partition(" ")
    group, _, number = rest.partition(" ")
    if verb == "again":
        return rest if rest.isascii() and rest.replace("_", "").isalnum() else ""
    rows = {"a": draft.among, "i": draft.tests, "t": draft.then, "o": draft.otherwise}.get(group)
    if rows is None:
        return ""
    if not rows:
        return f"id_add_{group}"
    last = len(rows) - 1
    at = min(max(int(number) - 1, 0), last) if verb == "drop" and number.isdigit() else last
    return f"id_{group}{at}{'f' if group in 'ai' else 'a'}"
