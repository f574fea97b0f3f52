"""K9: what people allow, by API and terminal: given with evidence, withdrawn at once, asked for in lists."""

import json

import pytest

import cast
from mutuals import cli
from mutuals.people.models import Consent
from mutuals.staff import tokens

pytestmark = pytest.mark.django_db


@pytest.fixture
def us():
    return cast.staff()


def test_programs_and_the_terminal_say_the_same(us, client, capsys):
    bea, bo = cast.person(by=us.ada), cast.person("Bo Solmar", by=us.ada)
    _, plain = tokens.make(us.ada, name="t", scopes=["read", "write"], by=us.ada, now=cast.NOW)
    key = {"Authorization": f"Bearer {plain}"}

    def sent(person, **body):
        where = f"/api/v1/people/{person.pk}/consents"
        return client.post(where, json.dumps(body), content_type="application/json", headers=key)

    told = sent(bea, purpose="newsletter", state="given", source="form:news").json()
    given = cli.main(
        ["consents", "give", str(bo.pk), "newsletter", "--words", "On paper", "--as", us.ada.email, "--json"]
    )
    withdrawn = sent(bea, purpose="newsletter", state="withdrawn").json()
    cli.main(["consents", "show", str(bea.pk), "--as", us.ada.email, "--json"])
    shown = capsys.readouterr()
    where = {"field": "consents", "op": "any", "value": {"all": ["purpose:is:newsletter", "state:is:given"]}}
    found = client.get("/api/v1/people", {"where": json.dumps(where)}, headers=key).json()

    assert given == 0, shown
    news = [next(one for one in row["rulings"] if one["purpose"] == "newsletter") for row in (told, withdrawn)]
    assert [one["allowed"] for one in news] == [True, False]
    assert [row["state"] for row in withdrawn["said"]] == ["withdrawn", "given"]
    assert [one["id"] for one in found["items"]] == [bo.pk]
    assert "withdrawn" in shown.out
    assert sent(bea, purpose="nothing", state="given", words="x").status_code == 422
    assert Consent.objects.count() == 3
