"""MUST SHOW: three messy spreadsheets and a mailbox become clean people with threads, and the whole is undone; edits stay."""

from pathlib import Path

import pytest

from mutuals import flow
from mutuals.base import journal
from mutuals.capture.imports import undo
from mutuals.capture.models import Import, RawEvent
from mutuals.capture.tests.import_steps import NOW, check, choose, lead, run, upload, whole, write
from mutuals.capture.tests.test_imports_undo import differing, hashes, undone
from mutuals.conversations.models import Conversation
from mutuals.history.models import Interaction
from mutuals.identity.remark import own_record
from mutuals.inbox.models import Turn
from mutuals.people import persons
from mutuals.people.models import Organisation, Person

pytestmark = pytest.mark.django_db
COLOGNE = (
    "Name;E-Mail;Telefon;Geburtstag;Ort;Firma\n"
    "Jürgen Müller;JUERGEN@kettle.example;0221 / 123 456;31.12.1980;Köln;Kessel GmbH\n"
    "Jürgen Müller;juergen@kettle.example;+49 221 123456;31.12.1980;Köln;Kessel GmbH\n"
    "Anke Weiß;anke@kettle.example;(0221) 77-88-99;01.02.1975;Düren;Kessel GmbH\n"
    ";;;;;\n"
).encode("cp1252")
BOSTON = (
    "Full name\tEmail\tPhone\tBirthday\tCity\n"
    "Jürgen Müller\tjuergen@kettle.example\t+49 (221) 123-456\t12/31/1980\tCologne\n"
    "Mary Ann Fox\tmary@fox.example\t+1 617 555 0123\t02/28/1969\tBoston\n"
    "Mary Fox\tmary@fox.example\t+1.617.555.0123\t02/28/1969\tBoston\n"
).encode("utf-16")
PORTO = (
    "nome,email,cidade,tags\n"
    "JosÃ© Pão,jose@pao.example,Porto,vip;bread\n"
    "Somebody Else,mary@fox.example,Faro,\n"
    "No Address,not-an-address,Faro,\n"
).encode()
MAILS = (
    "From mary Sun Mar  1 10:00:00 2026\nFrom: Mary Fox <mary@fox.example>\nTo: care@kettleworks.example\n"
    "Message-ID: <1@fox>\nDate: Sun, 01 Mar 2026 10:00:00 +0000\nSubject: The lid\n"
    "Content-Type: text/plain; charset=iso-8859-1\n\nIt leaks, se\xf1or.\n\n"
    "From mary Mon Mar  2 10:00:00 2026\nFrom: Mary Fox <mary@fox.example>\nTo: care@kettleworks.example\n"
    "Message-ID: <2@fox>\nIn-Reply-To: <1@fox>\nReferences: <1@fox>\nDate: Mon, 02 Mar 2026 10:00:00 +0000\n"
    "Subject: Re: The lid\n\nStill.\n\n"
    "From new Tue Mar  3 10:00:00 2026\nFrom: Uwe Neu <uwe@neu.example>\nTo: care@kettleworks.example\n"
    "Message-ID: <3@neu>\nDate: Tue, 03 Mar 2026 10:00:00 +0000\nSubject: A handle\n\nHas come off.\n\n"
).encode("latin-1")


def bring(folder: Path) -> list[Import]:
    cologne = whole(write(folder, COLOGNE, "koeln.csv"), source="Old list", region="DE", day_first=True)
    boston = upload(write(folder, BOSTON, "boston.txt"), source="Boston")
    boston = run(check(choose(boston, day_first=False)))
    porto = whole(write(folder, PORTO, "porto.csv"), source="Porto")
    mails = whole(write(folder, MAILS, "care.mbox"), "posts", source="Care")
    flow.run(mails.source_id)
    return [cologne, boston, porto, mails]


def test_three_messy_sheets_and_a_mailbox_become_people_with_threads_and_all_is_undone(tmp_path: Path):
    """P9."""
    lead()
    before = hashes()

    brought = bring(tmp_path)
    people = {row.name: row for row in Person.objects.all()}
    jurgen, mary = people["Jürgen Müller"], people["Mary Ann Fox"]
    talk = Conversation.objects.get(subject="The lid")
    threads = Conversation.objects.count(), Interaction.objects.count(), Turn.objects.count()
    stayed = [undone(of, size=7) for of in reversed(brought)]

    assert (jurgen.phone, str(jurgen.birthday)) == ("+49221123456", "1980-12-31")
    assert Person.objects.filter(name="Jürgen Müller").count() == 0
    assert (str(mary.birthday), mary.interaction_count, talk.message_count) == ("1969-02-28", 2, 2)
    assert threads == (2, 3, 2)
    assert stayed == [{}, {}, {}, {}]
    assert not RawEvent.objects.exists()
    assert differing(before, hashes()) == []


def test_what_was_edited_and_answered_between_stays(tmp_path: Path):
    """P9. Jürgen was edited, Uwe's mail was noted on: both stay whole; the others go."""
    here = lead()
    brought = bring(tmp_path)
    persons.edit(Person.objects.get(name="Jürgen Müller"), by=here, changes={"city": "Bonn"}, now=NOW)
    uwe = Interaction.objects.get(subject="A handle")
    journal.note("conversation.closed", f"conversation:{uwe.conversation_id}", by=here)

    stayed = {about: why for of in reversed(brought) for about, why in undone(of).items()}
    again = {about: why for of in reversed(brought) for about, why in undone(of).items()}

    left = Person.objects.get(name="Jürgen Müller")
    assert (left.city, left.email, left.phone) == ("Bonn", "juergen@kettle.example", "+49221123456")
    assert [row.subject for row in Interaction.objects.all()] == ["A handle"]
    assert list(Organisation.objects.values_list("name", flat=True)) == ["Kessel GmbH"]
    assert "Mary Ann Fox" not in Person.objects.values_list("name", flat=True)
    assert any("conversation.closed" in why for about, why in stayed.items() if about.startswith("raw:"))
    assert any("person.edited" in why for about, why in stayed.items() if about.startswith("person:"))
    assert again == stayed
    assert {one.record: one.kept for one in undo.sums(brought[3])} == {"raw": 1}
    assert own_record(left, now=NOW).person_id == left.pk
