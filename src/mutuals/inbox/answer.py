"""Answering: the words go into the history at once, wait ten seconds for an undo, and leave through the outbox."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from django.db import transaction

from mutuals import connectors
from mutuals.base import jobs, journal, wake
from mutuals.base.ids import new_key
from mutuals.capture import outbox
from mutuals.capture.models import Outgoing
from mutuals.channels import presences
from mutuals.channels.models import Channel, Source
from mutuals.channels.queries import is_demonstration
from mutuals.connectors.contract import Action, Connector, Do, Handle
from mutuals.conversations.models import Conversation
from mutuals.history import own
from mutuals.history.keep import clean
from mutuals.history.models import Direction, Interaction, Status
from mutuals.inbox import promises_found, work
from mutuals.inbox.models import Turn, TurnState
from mutuals.inbox.queries import answered_at, last_from_them, unanswered
from mutuals.people.visibility import masked, sees_contacts
from mutuals.staff.models import User
from mutuals.staff.permissions import NotAllowed, require

UNDO = timedelta(seconds=10)
REFERENCES = 20


class CannotAnswer(ValueError):
    """This conversation cannot be answered; the message says why and what would help. Nothing was kept."""


class NobodyThere(CannotAnswer):
    """Made-up messages: the composer may be tried, and nothing leaves. Said as information; nothing failed."""


class NotAsShown(CannotAnswer):
    """It can be answered, but not as the writer was shown: who is answered, or who will see it, is another by now."""


@dataclass(frozen=True, slots=True)
class Ways:
    """How a conversation can be answered by one user: as whom, in public or not, and how long; or why not."""

    refused: str = ""
    channels: tuple[Channel, ...] = ()
    preselected: Channel | None = None
    target: Interaction | None = None  # the message that is answered, which also says who will see it
    is_public: bool = False
    limit: int | None = None
    can_like: bool = False
    may_try: bool = False  # refused, but the composer may be tried: made-up messages of a network that can be answered
    note: str = ""  # what the writer should know: the answer goes to another address than the one shown

    @property
    def is_closed(self) -> bool:
        """Whether only a note can be written here."""
        return bool(self.refused) and not self.may_try


def _no_voice(source: Source) -> str:
    """Why somebody may not speak at a source: nobody named them, or there is nobody yet as whom to speak."""
    if not source.channels.filter(is_live=True).exists():
        return f"{source.name} has no presence of ours to answer from. An admin adds one on the page of the source."
    return "You may not speak as any of our profiles on this source. Ask an admin to name you as a speaker."


def ways(turn: Turn, *, by: User) -> Ways:
    """What the composer offers. `refused` is the sentence that stands in its place.

    Who sees an answer follows from the message that it answers, not from the conversation: one may have both kinds.
    """
    source = turn.conversation.source
    if source is None:
        return Ways(refused="This conversation is among ourselves; write a note.")
    connector = connectors.get(source.connector)
    refused = outbox.blocked(source)
    target = last_from_them(turn)
    is_made_up = bool(refused) and connector.send is not None and is_demonstration(source)
    if not refused and target is None:
        refused = "Nobody outside has said anything here yet."
    channels = list(presences.speakable(by, source))
    if not refused and target and _says_to_be_us(target, channels):
        refused = "This names our own address as its writer: an answer would come to ourselves. Write a note instead."
    if not refused and not channels:
        refused = _no_voice(source)
    chosen = next((one for one in channels if one.pk == turn.conversation.channel_id), None)
    chosen = chosen or presences.preselected(by, source, pillar=turn.pillar)
    return Ways(
        refused=refused,
        channels=tuple(channels),
        preselected=chosen,
        target=target,
        is_public=target.is_public if target else False,
        limit=connector.limits.text,
        may_try=is_made_up and bool(channels) and target is not None,
        can_like=Do.LIKE in connector.does and not refused,
        note=_note(target, by) if target and not refused else "",
    )


def _answers_to(target: Interaction) -> str:
    """Another address that the sender named for answers (Reply-To), "" = none."""
    named = target.extra.get("answer_to", "") if target.kind == "mail" else ""
    return str(named) if named and (target.profile is None or named != target.profile.key) else ""


def _note(target: Interaction, by: User) -> str:
    """Addresses as `by` may read them."""
    named, writer = _answers_to(target), target.profile.key if target.profile else ""
    if not sees_contacts(by):
        named, writer = masked(named), masked(writer)
    return f"Answers go to {named} (named by the sender), not to {writer or 'the writer'}." if named else ""


def _says_to_be_us(target: Interaction, channels: list[Channel]) -> bool:
    key = target.profile.key if target.profile else ""
    return bool(key) and key in {one.key for one in channels} and not _answers_to(target)


def reply(
    turn: Turn,
    *,
    by: User,
    text: str,
    channel: Channel | None = None,
    answers: int | None = None,
    public: bool | None = None,
    key: UUID | None = None,
    now: datetime,
) -> Interaction:
    """Answer the newest message of a conversation through the profile it came in by.

    A mail goes to the address that its sender named for answers, which `ways` tells beforehand.
    Refuses (CannotAnswer) read-only sources, sources that need to be signed in again, empty and overlong texts, and
    (NotAllowed) a channel that `by` may not speak as. Leaves in ten seconds at the earliest; until then `take_back` works.
    The answer is never more public than what it answers.

    `answers` and `public` are what the writer was shown: the id of the message that is answered, and whether everybody
    will see it. Refused (NotAsShown) where that is not so any more; None = not checked. `key` is drawn once for each
    composer that is shown: the same key with the same words, by the same writer, is the same answer and leaves once.
    """
    require(by, "conversation.reply", turn)
    if channel is not None and not presences.may_speak(by, channel):
        raise NotAllowed(f"You may not speak as {channel}. Ask an admin to name you as a speaker.")
    with transaction.atomic():
        work.lock(turn)
        require(by, "conversation.reply", turn)
        number = uuid5(key, f"{by.pk}:{turn.pk}") if key else new_key(now)
        said = _said_before(number, text) if key else None
        if said is not None:
            return said
        offered, source = ways(turn, by=by), turn.conversation.source
        if offered.may_try:
            raise NobodyThere(offered.refused)
        if offered.refused or offered.target is None or source is None:
            raise CannotAnswer(offered.refused or "Nobody outside has said anything here yet.")
        _as_shown(offered.target, answers=answers, public=public)
        text = _checked(text, connectors.get(source.connector))
        row = _keep(turn, offered.target, number, by=by, text=text, channel=channel or offered.preselected, now=now)
        _answered(turn, by=by, now=now)
        journal.note(
            "conversation.answered", f"conversation:{turn.pk}", by=by, interaction=row.pk, public=row.is_public
        )
        jobs.later(promises_found.JOB, at=now + UNDO, message=row.pk)
        wake.changed("inbox", [turn.pk])
    return row


def _said_before(number: UUID, text: str) -> Interaction | None:
    """What the first submit of the same key kept. Refused: other words, and what was taken back since."""
    outgoing = Outgoing.objects.filter(key=number).first()
    if outgoing is None:
        return None
    row = Interaction.objects.filter(pk=outgoing.interaction_id or 0).first()
    if row is None or row.text != clean(_trimmed(text)):
        raise NotAsShown("An answer was sent from here already. Look at it; send again if this should go out as well.")
    if row.status == Status.CANCELLED:
        raise NotAsShown("This was taken back before it was sent. Send it again if it should go out after all.")
    return row


def _as_shown(target: Interaction, *, answers: int | None, public: bool | None) -> None:
    """Refuse where the writer saw something else than what would happen now."""
    told = []
    if answers is not None and answers != target.pk:
        shown = Interaction.objects.filter(pk=answers, conversation=target.conversation, deleted_at=None).first()
        if shown is None:
            told.append("The message that you saw is gone; look at the newest message and send again.")
        elif shown.profile_id is not None and shown.profile_id == target.profile_id:
            told.append("They wrote again since you opened this; look at the newest message and send again.")
        else:
            told.append("Somebody else wrote since you opened this; look at the newest message and send again.")
    if public is not None and public != target.is_public:
        told.append(f"This would now be seen by {'everybody' if target.is_public else 'a few only'}.")
    if told:
        raise NotAsShown(" ".join(told))


def _keep(
    turn: Turn, target: Interaction, number: UUID, *, by: User, text: str, channel: Channel | None, now: datetime
) -> Interaction:
    """The row in the history, and its way out."""
    conversation, source = turn.conversation, turn.conversation.source
    if source is None:
        raise CannotAnswer("This conversation is among ourselves; write a note.")
    row = own.outgoing(
        key=number,
        by=by,
        conversation=conversation,
        source=source,
        channel=channel,
        profile_id=target.profile_id,
        kind="mail" if target.kind == "mail" else "reply" if target.is_public else "message",
        text=text,
        subject=conversation.subject if target.kind == "mail" else "",
        is_public=target.is_public,
        visibility=target.visibility,
        reply_to=target.key,
        now=now,
    )
    action = _action(str(number), row, target, conversation)
    outbox.put(
        source=source, channel=channel, by=by, action=action, interaction_id=row.pk, not_before=now + UNDO, now=now
    )
    return row


def _action(key: str, row: Interaction, target: Interaction, conversation: Conversation) -> Action:
    """What the connector needs to answer `target`; the references are the thread's keys, oldest first."""
    said = Interaction.objects.filter(
        conversation=conversation, deleted_at=None, status__in=[Status.RECEIVED, Status.SENT]
    )
    keys = list(said.order_by("-occurred_at", "-id").values_list("key", flat=True)[:REFERENCES])[::-1]
    profile = target.profile
    to = (Handle(profile.network, profile.key, profile.name, profile.shown, profile.url),) if profile else ()
    if named := _answers_to(target):
        to = (Handle("email", named, named),)
    return Action(
        do=Do.REPLY,
        key=key,
        body=row.text,
        subject=row.subject,
        target=target.key,
        thread=conversation.key,
        references=tuple(keys),
        to=to,
        public=target.is_public,
        visibility=target.visibility,
        language=target.language,
        extra={name: value for name, value in target.extra.items() if name not in ("raws", "original")},
    )


def _trimmed(text: str) -> str:
    return text.replace("\0", "").strip()


def _checked(text: str, connector: Connector) -> str:
    text = _trimmed(text)
    if not text:
        raise CannotAnswer("There is nothing to send: the answer is empty.")
    length = connector.limits.count(text)
    if connector.limits.text is not None and length > connector.limits.text:
        raise CannotAnswer(
            f"{connector.label} takes {connector.limits.text} characters; this has {length}. Shorten it."
        )
    return text


def _answered(turn: Turn, *, by: User, now: datetime) -> None:
    turn.waiting_since, turn.unread, turn.draft = None, 0, ""
    turn.first_answer_at = turn.first_answer_at or now
    turn.assignee = turn.assignee or by
    if turn.state in (TurnState.OPEN, TurnState.SNOOZED, TurnState.HISTORY):
        turn.state, turn.snoozed_until = TurnState.PENDING, None
    turn.save(
        update_fields=["waiting_since", "unread", "draft", "first_answer_at", "assignee", "state", "snoozed_until"]
    )


def take_back(interaction: Interaction, *, by: User, now: datetime) -> bool:
    """Undo an answer that has not left yet. False when it is too late: it is out, or on its way.

    They wait again for what stood unanswered before it; where an earlier answer covers all they said, it stays their turn.
    """
    turn = Turn.objects.select_related("conversation").get(pk=interaction.conversation_id)
    require(by, "conversation.reply", turn)
    outgoing = Outgoing.objects.filter(interaction_id=interaction.pk).order_by("-pk").first()
    with transaction.atomic():
        work.lock(turn)
        require(by, "conversation.reply", turn)
        if outgoing is None or not outbox.cancel(outgoing, by=by, now=now):
            return False
        own.mark(interaction.pk, Status.CANCELLED)
        promises_found.unsaid(interaction.pk, now=now)
        answered = answered_at(turn)
        waits = unanswered(turn, answered)
        if waits is not None:
            turn.state, turn.waiting_since = TurnState.OPEN, waits.occurred_at
        turn.first_answer_at = turn.first_answer_at if answered else None
        turn.save(update_fields=["state", "waiting_since", "first_answer_at"])
        wake.changed("inbox", [turn.pk])
    return True


def like(interaction: Interaction, *, by: User, now: datetime) -> Outgoing:
    """Favour a message of theirs as one of our profiles."""
    turn = Turn.objects.select_related("conversation__source").get(pk=interaction.conversation_id)
    require(by, "conversation.reply", turn)
    offered = ways(turn, by=by)
    if offered.refused or not offered.can_like or interaction.source is None:
        raise CannotAnswer(offered.refused or "This network has no likes.")
    return _do(Do.LIKE, interaction, channel=offered.preselected, by=by, now=now)


def unsay(interaction: Interaction, *, by: User, now: datetime) -> Outgoing:
    """Delete an answer of ours out there. It stays in the history until the network confirms, then is blanked.

    Its words are gone for good, so it is asked of those who may delete, not of all who may reply.
    """
    turn = Turn.objects.select_related("conversation__source").get(pk=interaction.conversation_id)
    require(by, "interaction.delete", turn)
    if interaction.direction != Direction.OUT or interaction.status != Status.SENT or interaction.source is None:
        raise CannotAnswer("Only what we have sent can be deleted.")
    if Do.DELETE not in connectors.get(interaction.source.connector).does:
        raise CannotAnswer("This network cannot take back what was sent.")
    if interaction.channel and not presences.may_speak(by, interaction.channel):
        raise NotAllowed(f"You may not speak as {interaction.channel}.")
    return _do(Do.DELETE, interaction, channel=interaction.channel, by=by, now=now)


def _do(do: Do, interaction: Interaction, *, channel: Channel | None, by: User, now: datetime) -> Outgoing:
    if interaction.source is None:
        raise CannotAnswer("This was never on a network.")
    extra = {name: value for name, value in interaction.extra.items() if name not in ("raws", "original")}
    action = Action(do=do, key=str(new_key(now)), target=interaction.key, public=interaction.is_public, extra=extra)
    journal.note(f"interaction.{do.value}", f"interaction:{interaction.pk}", by=by)
    return outbox.put(
        source=interaction.source,
        channel=channel,
        by=by,
        action=action,
        interaction_id=interaction.pk,
        not_before=now,
        now=now,
    )
