"""What values may come in through the door, and the shapes that all resources share.

Bodies are read strictly: a field nobody asked for, a text with a NUL byte or over its length, a number given as a text,
a whole number beyond 64 bits and a time without a zone are refused with 422 before any act is called.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Annotated, Any, Generic, TypeVar

from ninja import Path
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, StrictInt

from mutuals.base.money import CURRENCIES

MOST_ID = 2**63 - 1
MOST_TEXT = 100_000
_DATED = re.compile(r"\s*\d{4}-\d\d-\d\d")
_FIRST, _LAST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def _told_as_text(value: Any) -> Any:
    """Numbers are no times here, not even as text, although some would read them as seconds since 1970."""
    if not isinstance(value, str | date) or (isinstance(value, str) and not _DATED.match(value)):
        raise ValueError("A time is written as text, like 2026-05-01T09:30:00Z.")
    return value


def _in_range(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("A time needs its zone, like 2026-05-01T09:30:00Z or +02:00.")
    if not _FIRST < value < _LAST:
        raise ValueError("A time lies between 1900 and 2200.")
    return value.astimezone(UTC)


def _day_in_range(value: date) -> date:
    if not _FIRST.date() <= value <= _LAST.date():
        raise ValueError("A day lies between 1900 and 2200.")
    return value


def _storable(value: Any, depth: int = 0) -> Any:
    """Refuse what no JSON column holds: NUL bytes, huge or endless numbers, and nesting deeper than 8."""
    if depth > 8:
        raise ValueError("This is nested too deeply.")
    if isinstance(value, str) and "\0" in value:
        raise ValueError("A text may not hold a NUL byte.")
    if isinstance(value, int | float) and not -MOST_ID <= value <= MOST_ID:
        raise ValueError("A number may not be larger than 64 bits.")
    for inner in _parts(value):
        _storable(inner, depth + 1)
    return value


def _parts(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [*value, *value.values()]
    return value if isinstance(value, list) else []


Line = Annotated[str, Field(max_length=2000, pattern=r"^[^\u0000-\u001f\u007f]*$")]
"""A single line without control letters."""
Text = Annotated[str, Field(max_length=MOST_TEXT, pattern=r"^[^\u0000]*$")]
Id = Annotated[StrictInt, Field(ge=1, le=MOST_ID)]
PathId = Annotated[int, Path(ge=1, le=MOST_ID)]
Flag = StrictBool
Moment = Annotated[datetime, BeforeValidator(_told_as_text), AfterValidator(_in_range)]
Day = Annotated[date, BeforeValidator(_told_as_text), AfterValidator(_day_in_range)]
Word = Annotated[str, Field(max_length=60, pattern=r"^[A-Za-z0-9_.:-]*$")]
Spendable = Annotated[str, Field(pattern=r"^[A-Z]{3}$", json_schema_extra={"enum": sorted(CURRENCIES)})]
"""A currency that somebody may choose today."""
Loose = Annotated[dict[str, Any], Field(max_length=200), AfterValidator(_storable)]
"""An object whose names somebody else chose (a connector's form, a file's columns)."""


class In(BaseModel):
    """Base of what is sent to us."""

    model_config = ConfigDict(extra="forbid")


class Out(BaseModel):
    """Base of what we answer; built by us, so nothing is read again."""

    model_config = ConfigDict(extra="forbid")


T = TypeVar("T")


class Page(Out, Generic[T]):
    """One page of a walk. `next` is the cursor of the page after it, null at the end."""

    items: list[T]
    next: str | None


class Count(Out):
    """How many there are: where `exact` is false there are more than `count`."""

    count: int
    exact: bool

    @classmethod
    def of(cls, pair: tuple[int, bool]) -> Count:
        """From what the rooms say: (number, exact)."""
        return cls(count=pair[0], exact=pair[1])


class Done(Out):
    """What was asked for is done."""

    done: bool = True


class Ref(Out):
    """Somebody or something by its id, with the name to show."""

    id: int
    name: str

    @classmethod
    def of(cls, row: Any) -> Ref | None:
        """None stays None."""
        return None if row is None else cls(id=row.pk, name=str(row))


def given(body: BaseModel, *leave_out: str) -> dict[str, Any]:
    """What a partial update named, as keyword arguments for the act."""
    return {name: getattr(body, name) for name in body.model_fields_set if name not in leave_out}
