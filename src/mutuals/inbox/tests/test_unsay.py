"""Deleting an answer of ours out there: the words are gone for good."""

import pytest

import cast
from cast import NOW, source, staff
from mutuals.capture.models import Outgoing
from mutuals.capture.tests.tiny import installed
from mutuals.history import own
from mutuals.history.models import Interaction
from mutuals.inbox import answer
from mutuals.staff.permissions import NotAllowed

pytestmark = pytest.mark.django_db


def test_only_who_may_delete_takes_an_answer_back_out_there():
    us = staff()
    with installed():
        square = source(owner=us.olga, connector="tiny", settings={"address": "http://tiny.invalid"}, team=us.service)
        cast.channel(square, speakers=(us.ada, us.lea))
        row = answer.reply(cast.turn(square), by=us.ada, text="Descale it.", now=NOW)
        own.mark_sent(row.pk, key="ours-1")
        sent = Interaction.objects.get(pk=row.pk)

        with pytest.raises(NotAllowed, match="interaction: delete"):
            answer.unsay(sent, by=us.ada, now=NOW)
        answer.unsay(sent, by=us.lea, now=NOW)

    assert list(Outgoing.objects.filter(do="delete").values_list("by", flat=True)) == [us.lea.pk]
