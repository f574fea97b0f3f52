"""What holds of merging and splitting whatever is merged and split, in every table that hangs on people.

The tables are found by their foreign keys, so one that comes later is held to the same laws.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

import cast
from cast import NOW, event, person, said, source, staff
from mutuals.identity import bought, edges, joins, link, merge, remark, split
from mutuals.identity.models import LIVE, Edge, Link, Merge, Split, Verdict
from mutuals.people import organisations, persons
from mutuals.people.models import Fact, Person, Profile
from mutuals.people.queries import cluster
from mutuals.sales.orders import OrderIn

pytestmark = pytest.mark.django_db
MANY = 5
LOG = {"identity_merge", "identity_split", "identity_edge"}
"""What was done and thought is kept, also when it was taken back; of edges, what is live is compared."""
MADE_ANEW = {"identity_touched", "identity_known"}
"""Notes of what is to be read anew, and what was read: a job makes them of the other tables."""
THOUGHT = "what is thought"
_TABLES = """
WITH RECURSIVE hangs (id) AS (
    SELECT unnest(ARRAY['people_person'::regclass, 'people_profile'::regclass])::oid
    UNION SELECT k.conrelid FROM pg_constraint k JOIN hangs h ON k.confrelid = h.id WHERE k.contype = 'f'
) SELECT id::regclass::text FROM hangs ORDER BY 1
"""


@dataclass
class Town:
    """Five persons with all that can hang on one, and the staff who merge them."""

    us: cast.Staff
    of: list[Person]
    town: object
    minute: int = 0

    def now(self):
        self.minute += 1
        return NOW + timedelta(hours=1, minutes=self.minute)


def settled() -> Town:
    us = staff()
    town = source(owner=us.olga)
    works = organisations.add(by=us.ada, name="The Kettle works", now=NOW)
    made = []
    for n in range(MANY):
        more = {"tags": ["all", f"t{n}", f"x{n % 2}"], "city": f"Town {n}", "email": f"p{n}@brand.example"}
        more |= {"stage": "lead" if n % 2 else "", "owner": us.ben if n % 3 else None}
        one = person(f"Person {n}", by=us.ada, **more)
        row = said(town, event(f"m{n}", "My kettle leaks.", who=f"p{n}"))[0].profile
        link.confirm(row, person=one, by=us.ada, now=NOW)
        organisations.affiliate(one, works, by=us.ada, role=f"role {n}", since=date(2026, 1, 1), is_main=True)
        Fact.objects.create(person=one, name="speaks", value="pt", source=f"profile:{row.pk}")
        remark.add(one, by=us.ada, text="Called about the lid.", now=NOW)
        order = OrderIn(f"A-{n}", NOW, "EUR", Decimal(10 + n))
        bought.take([bought.Bought(order, email=f"p{n}@brand.example")], source=None, by=us.ada, now=NOW)
        made.append(one)
    own = [Profile.objects.get(network="mutuals", person=one).pk for one in made]
    for a, b, verdict in ((0, 1, Verdict.UNSURE), (1, 2, Verdict.DIFFERENT), (3, 4, Verdict.UNSURE)):
        edges.say(own[a], own[b], verdict, edges.Grounds(priority=3.0), by="machine:identity", now=NOW)
    return Town(us, made, town)


def tables() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        return [row[0] for row in cursor.fetchall()]


def everything() -> dict[str, list[str]]:
    """All rows of all tables that hang on people, but for the time of the last change, which only goes forwards."""
    found = {}
    with connection.cursor() as cursor:
        for table in sorted(set(tables()) - LOG - MADE_ANEW):
            cursor.execute(f"SELECT (to_jsonb(t) - 'changed_at')::text FROM {table} t ORDER BY 1")
            found[table] = [row[0] for row in cursor.fetchall()]
    live = Edge.objects.filter(until=None).order_by("a", "b")
    found[THOUGHT] = [str(row) for row in live.values_list("a", "b", "verdict", "by", "because", "priority")]
    return found


@contextmanager
def forgotten() -> Iterator[None]:
    """An example leaves nothing behind."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


PAIR = st.tuples(
    st.integers(0, MANY - 1),
    st.integers(0, MANY - 1),
    st.booleans(),
    st.fixed_dictionaries(
        {},
        optional={
            "name": st.sampled_from(["kept", "gone"]),
            "city": st.sampled_from(["kept", "gone"]),
            "language": st.sampled_from(["kept", "gone"]),
            "tags": st.sampled_from(["kept", "gone", "both"]),
            "stage": st.sampled_from(["kept", "gone", "both"]),
            "owner": st.sampled_from(["kept", "gone", "both"]),
        },
    ),
).filter(lambda told: told[0] != told[1])
PAIRS = st.lists(PAIR, min_size=1, max_size=6)


def merged(town: Town, pairs) -> list[str]:
    """The keys of the merges that these pairs came to; those who are one already come to none."""
    keys = []
    for one, other, is_first, choices in pairs:
        keep = town.of[one if is_first else other]
        done = merge.merge(
            town.of[one], town.of[other], by=town.us.ada, now=town.now(), keep=keep, choices=choices, anyway=True
        )
        keys += [done.key] if done.is_new else []
    return keys


def canonical() -> dict[int, int]:
    return dict(Person.objects.values_list("pk", "canonical_id"))


def test_the_tables_that_hang_on_people_are_found_by_their_keys():
    found = set(tables())

    assert found >= {
        "people_affiliation", "people_fact", "people_heard", "people_profile", "history_interaction", "sales_order",
        "sales_orderline", "conversations_conversation", "inbox_turn", "identity_link", "identity_challenge",
    } | LOG | MADE_ANEW  # fmt: skip


def test_merging_and_splitting_in_any_order_leaves_every_table_as_it_was():
    town = settled()
    start = everything()

    @settings(max_examples=15)
    @given(pairs=PAIRS, order=st.randoms(use_true_random=False), for_good=st.booleans())
    def law(pairs, order, for_good):
        with forgotten():
            keys = merged(town, pairs)
            order.shuffle(keys)
            for key in keys:
                (joins.part if for_good else joins.undo)(key, by=town.us.ben, now=town.now())

            left = everything()
            thought = set(left.pop(THOUGHT)) ^ set(start[THOUGHT])
            assert left == {table: rows for table, rows in start.items() if table != THOUGHT}
            assert for_good or not thought

    law()


def test_who_is_one_does_not_depend_on_the_order_of_the_merges():
    town = settled()

    @settings(max_examples=10)
    @given(pairs=PAIRS, order=st.randoms(use_true_random=False))
    def law(pairs, order):
        pairs = [(one, other, True, {}) for one, other, _, _ in pairs]
        found = []
        for _ in range(2):
            with forgotten():
                merged(town, pairs)
                roots = Person.objects.extra(where=["id = canonical_id"])
                found.append({(frozenset(row.tags), frozenset(cluster(row))) for row in roots})
            order.shuffle(pairs)

        assert found[0] == found[1]

    law()


def test_what_is_left_after_some_were_undone_is_what_the_others_alone_would_have_made():
    town = settled()
    some_say_it_otherwise(town)

    def state():
        rows = Person.objects.order_by("pk").values_list("pk", "canonical_id", "tags", "stage", "owner_id", "team_id")
        roots = Person.objects.extra(where=["id = canonical_id"]).order_by("pk")
        told = roots.values_list("pk", "name", "city", "language", "interaction_count", "order_count", "order_total")
        own = Profile.objects.filter(network="mutuals").order_by("pk").values_list("person", "fields")
        kept = [(holder, {name: one["value"] for name, one in fields.items()}) for holder, fields in own]
        return list(rows), list(told), kept

    @settings(max_examples=25)
    @given(pairs=PAIRS, back=st.sets(st.integers(0, 5)), order=st.randoms(use_true_random=False))
    def law(pairs, back, order):
        with forgotten():
            keys = merged(town, pairs)
            undone = [key for place, key in enumerate(keys) if place in back]
            order.shuffle(undone)
            for key in undone:
                joins.undo(key, by=town.us.ben, now=town.now())
            left = list(Merge.objects.filter(undone_at=None).order_by("pk").select_related("kept", "gone"))
            after = state()
        with forgotten():
            for row in left:
                choices = {name: told["chose"] for name, told in row.choices.items()}
                merge.merge(
                    row.kept, row.gone, by=town.us.ada, now=town.now(), keep=row.kept, choices=choices, anyway=True
                )
            alone = state()

        assert after == alone

    law()


def some_say_it_otherwise(town):
    """Of some nobody but their network says where they are, each at another time; of others staff do."""
    for n, one in enumerate(town.of):
        at = (NOW + timedelta(minutes=MANY - n)).isoformat()
        said = {
            "city": {"value": f"Haven {n}", "at": at, "by": "network"},
            "language": {"value": f"l{n}", "at": at, "by": "network"},
        }
        Profile.objects.filter(network="town", key=f"p{n}").update(fields=said)
        own = Profile.objects.get(network="mutuals", person=one)
        if n % 2:
            own.fields.pop("city")
            own.save(update_fields=["fields"])
    persons.choose([one.pk for one in town.of], now=NOW)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize("side", ["kept", "gone"])
def test_a_field_that_came_up_a_chain_leaves_with_whom_it_came_from(side, order):
    us = staff()
    ann, bea, cy = (person(name, by=us.ada) for name in ("Ann Arbor", "Bea Brand", "Cy Clark"))
    first = merge.merge(bea, cy, by=us.ada, now=NOW, keep=bea, choices={"name": "gone"}).key
    second = merge.merge(ann, bea, by=us.ada, now=NOW + timedelta(hours=1), keep=ann, choices={"name": side}).key
    before = Person.objects.get(pk=ann.pk).name

    names = []
    for place in order:
        joins.undo((first, second)[place], by=us.ben, now=NOW + timedelta(hours=2 + place))
        names.append({one.name for one in Person.objects.extra(where=["id = canonical_id"])})

    assert before == ("Cy Clark" if side == "gone" else "Ann Arbor")
    left = {"Bea Brand" if side == "gone" else "Ann Arbor", "Cy Clark"}
    assert names[0] == (left if order[0] == 0 else {"Ann Arbor", "Cy Clark"})
    assert names[1] == {"Ann Arbor", "Bea Brand", "Cy Clark"}


def test_what_staff_wrote_after_a_chain_of_merges_stays_when_one_in_the_middle_is_taken_back():
    us = staff()
    ann, bea, cy = (person(name, by=us.ada) for name in ("Ann Arbor", "Bea Brand", "Cy Clark"))
    first = merge.merge(bea, cy, by=us.ada, now=NOW, keep=bea, choices={"name": "gone"}).key
    merge.merge(ann, bea, by=us.ada, now=NOW + timedelta(hours=1), keep=ann, choices={"name": "gone"})
    persons.edit(Person.objects.get(pk=ann.pk), by=us.ada, changes={"name": "Anna"}, now=NOW + timedelta(hours=2))

    joins.undo(first, by=us.ben, now=NOW + timedelta(hours=3))

    assert Person.objects.get(pk=ann.pk).name == "Anna"
    assert Person.objects.get(pk=cy.pk).name == "Cy Clark"


ACT = st.one_of(
    st.tuples(st.just("merge"), PAIR),
    st.tuples(st.just("undo"), st.integers(0, 20)),
    st.tuples(st.just("split"), st.tuples(st.integers(0, MANY - 1), st.integers(0, MANY))),
    st.tuples(st.just("message"), st.integers(0, MANY - 1)),
)


def acted(town: Town, acts) -> list[tuple[int, int]]:
    """Do all of this; returns (interaction, profile) of each message that came in."""
    keys, came = [], []
    for kind, told in acts:
        try:
            if kind == "merge":
                keys += merged(town, [told])
            elif kind == "undo" and keys:
                keys.append(joins.undo(keys[told % len(keys)], by=town.us.ben, now=town.now()).key)
            elif kind == "split":
                one, to = told
                row = Profile.objects.select_related("person__canonical").get(network="town", key=f"p{one}")
                target = town.of[to] if to < MANY else None
                done = split.some(row.person.canonical, [row.pk], by=town.us.ada, now=town.now(), to=target)
                keys.append(done.key)
            elif kind == "message":
                now = town.now()
                row = said(town.town, event(f"n{now:%H%M}", "Again.", who=f"p{told}", at=now), now=now)[0]
                came.append((row.pk, row.profile_id))
        except (merge.Blocked, persons.Unfit, ValueError):
            continue  # refused in words; nothing of it may be left behind
    return came


def replayed() -> tuple[dict[int, int], dict[int, int | None]]:
    """Who is one and whose each profile is, told from the log alone, in the order of time."""
    parent: dict[int, int] = {}
    told = [(row.at, row.pk, row.gone_id, row.kept_id) for row in Merge.objects.all()]
    told += [(row.undone_at, row.pk, row.gone_id, 0) for row in Merge.objects.exclude(undone_at=None)]
    for _, _, gone, kept in sorted(told):
        parent[gone] = kept
    roots = {}
    for number in Person.objects.values_list("pk", flat=True):
        root = number
        while parent.get(root):
            root = parent[root]
        roots[number] = root
    holders: dict[int, int | None] = {}
    said_of = [(row.since, row.pk, row.profile_id, row.person_id) for row in Link.objects.filter(state__in=LIVE)]
    ended = [(row.until, 0, row.profile_id, None) for row in Link.objects.filter(state__in=LIVE).exclude(until=None)]
    for _, _, profile, holder in sorted([*ended, *said_of], key=lambda one: one[:2]):
        holders[profile] = holder
    return roots, holders


def test_the_log_replayed_gives_the_state_and_a_message_in_between_lands_with_its_profile():
    town = settled()

    @settings(max_examples=15)
    @given(acts=st.lists(ACT, min_size=1, max_size=10))
    def law(acts):
        with forgotten():
            came = acted(town, acts)
            roots, holders = replayed()

            assert canonical() == roots
            assert dict(Profile.objects.filter(pk__in=holders).values_list("pk", "person_id")) == holders
            for number, profile in came:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT profile_id FROM history_interaction WHERE id = %s", [number])
                    assert cursor.fetchone() == (profile,)
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT p.id FROM people_person p WHERE p.id = p.canonical_id AND p.interaction_count <> ("
                    " SELECT count(*) FROM people_person m JOIN people_profile f ON f.person_id = m.id"
                    " JOIN history_interaction i ON i.profile_id = f.id WHERE m.canonical_id = p.id)"
                )
                assert cursor.fetchall() == []

    law()


def test_splitting_profiles_off_and_undoing_it_leaves_whose_everything_is_as_it_was():
    town = settled()

    def whose():
        rows = Profile.objects.exclude(network="mutuals").order_by("pk")
        links = Link.objects.filter(until=None, state__in=LIVE).order_by("profile")
        facts = Fact.objects.order_by("pk").values_list("pk", "person")
        return (
            list(rows.values_list("pk", "person__canonical")),
            list(links.values_list("profile", "person__canonical")),
            list(facts),
            list(Person.objects.filter(pk__in=[one.pk for one in town.of]).order_by("pk").values_list(
                "pk", "canonical_id", "name", "email", "tags", "interaction_count", "order_count")),
        )  # fmt: skip

    @settings(max_examples=10)
    @given(pairs=st.lists(PAIR, max_size=2), cuts=st.lists(st.tuples(st.integers(0, 4), st.integers(0, 5)), max_size=3))
    def law(pairs, cuts):
        with forgotten():
            merged(town, pairs)
            before, keys = whose(), []
            for one, to in cuts:
                row = Profile.objects.select_related("person__canonical").get(network="town", key=f"p{one}")
                target = town.of[to] if to < MANY else None
                if target and canonical()[target.pk] == row.person.canonical_id:
                    continue
                keys.append(split.some(row.person.canonical, [row.pk], by=town.us.ada, now=town.now(), to=target).key)
            for key in reversed(keys):
                joins.undo(key, by=town.us.ben, now=town.now())

            assert whose() == before
            assert not Split.objects.filter(undone_at=None).exists()

    law()
