"""How something was understood, on which words that rests, and what staff say instead."""

from __future__ import annotations

from typing import Annotated, Literal

from django.http import Http404, HttpRequest
from pydantic import Field

from mutuals.api._auth import user_of
from mutuals.api._door import Resource, one
from mutuals.api._types import Done, In, Line, Out, PathId
from mutuals.base import clock
from mutuals.history.models import Interaction
from mutuals.listening import queries
from mutuals.listening.learning import correct
from mutuals.listening.models import Correction

router = Resource("readings")


class LabelOut(Out):
    """A label that the reader gives: how probable it is (calibrated), and the words that it rests on."""

    name: str
    probability: float
    because: list[str]


class ReadingOut(Out):
    """What stands of an interaction. `corrected` names what staff said; `read` is what the reader says now, by label; `meant`
    are phrase rules that decided."""

    interaction_id: int
    language: str
    mood: str
    emotion: str
    intents: list[str]
    urgency: str
    corrected: list[str]
    version: str
    topics: list[str]
    read: dict[str, list[LabelOut]]
    phrases: list[str]
    meant: list[str]


class Correcting(In):
    """What a label is; intents take any number of values, the others one."""

    label: Literal["mood", "emotion", "intents", "urgency"]
    values: Annotated[list[Annotated[Line, Field(max_length=20)]], Field(max_length=7)]


class CorrectionOut(Out):
    """A correction; its id takes it back."""

    id: int
    label: str


@router.read("/interactions/{int:interaction_id}/reading", act="listening.view", out=ReadingOut)
def shown(request: HttpRequest, interaction_id: PathId) -> ReadingOut:
    """What was understood; 404 where nothing was read, or the words are gone."""
    row = one(Interaction.objects.select_related("profile").filter(deleted_at=None), interaction_id)
    reading = queries.readings_of([row.pk]).get(row.pk)
    if reading is None:
        raise Http404
    why = correct.why(row, by=user_of(request))
    told = why.understood
    labels = {"mood": (told.mood,), "emotion": (told.emotion,), "intents": told.intents, "urgency": (told.urgency,)}
    return ReadingOut(
        interaction_id=row.pk,
        language=reading.language,
        mood=reading.mood,
        emotion=reading.emotion,
        intents=list(reading.intents),
        urgency=reading.urgency,
        corrected=list(reading.corrected),
        version=reading.version,
        topics=queries.topics_of([row.pk]).get(row.pk, []),
        read={
            name: [LabelOut(name=each.name, probability=each.probability, because=list(each.because)) for each in some]
            for name, some in labels.items()
        },
        phrases=list(told.phrases),
        meant=[str(each) for each in why.meant],
    )


@router.write("POST", "/interactions/{int:interaction_id}/reading", act="listening.judge", out=CorrectionOut)
def correcting(request: HttpRequest, interaction_id: PathId, body: Correcting) -> CorrectionOut:
    """Say what a label is. It stays so, whatever is read later."""
    one(Interaction.objects.filter(deleted_at=None), interaction_id)
    made = correct.correct(interaction_id, body.label, body.values, by=user_of(request), now=clock.now())
    return CorrectionOut(id=made.pk, label=made.label)


@router.write("POST", "/corrections/{int:correction_id}/undo", act="listening.judge", out=Done)
def undoing(request: HttpRequest, correction_id: PathId) -> Done:
    """Take a correction back: what was read stands again."""
    correct.undo(one(Correction.objects.all(), correction_id), by=user_of(request), now=clock.now())
    return Done()
