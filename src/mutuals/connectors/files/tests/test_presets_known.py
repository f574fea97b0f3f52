"""Exports of systems that are known by their columns, in the words that we use. Nothing is asked of a database."""

import pytest

from mutuals.connectors.files.mapping import Reading, apply, clean
from mutuals.connectors.files.preset import presets, recognised
from mutuals.connectors.files.propose import propose
from mutuals.connectors.files.sniff import sniff
from mutuals.connectors.files.target import likely_target, system_of

ROWS = {
    "shopify_customers": (
        "Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Phone,Tags\n"
        "'77,Bea,Solmar,bea@town.example,no,'+4922112345678,\"vip, lids\"\n",
        "utf-8",
        {"id": "77", "phone": ["+4922112345678"], "tags": ["vip", "lids"]},
    ),
    "google_contacts": (
        "First Name,Last Name,E-mail 1 - Value,Organization Name,Labels\n"
        "Bea,Solmar,bea@town.example ::: bs@kettle.example,Kettle Works,Friends ::: * myContacts\n",
        "utf-8",
        {"email": ["bea@town.example", "bs@kettle.example"], "organisation": "Kettle Works"},
    ),
    "outlook_contacts": (
        "First Name,Last Name,Company,E-mail Address,Birthday,Notes\nJörg,Mill,Söhne,joerg@mill.example,0/0/00,\n",
        "cp1252",
        {"given_name": "Jörg", "organisation": "Söhne", "email": ["joerg@mill.example"]},
    ),
    "salesforce_opportunities": (
        "Opportunity ID,Opportunity Name,Stage,Amount,Amount Currency,Close Date,Account Name\n"
        '006A,Kettles,Negotiation/Review,"1,200.50",EUR,2026-06-30,"Acme, Inc."\n',
        "latin-1",
        {"stage": "decision", "organisation_name": ["Acme, Inc."], "currency": "EUR"},
    ),
    "woocommerce_products": (
        "ID,Type,SKU,Name,Published,Regular price\n9,simple,,Kettle,-1,24.90\n",
        "utf-8",
        {"id": "9", "is_active": "no", "name": "Kettle"},
    ),
}


def test_each_export_is_known_by_its_own_columns():
    for one in presets().values():
        columns = [*one.needs, *(column for column in one.mapping if column not in one.needs)]

        assert recognised(columns).name == recognised(columns, one.target).name == one.name


@pytest.mark.parametrize("name", ROWS)
def test_an_export_is_read_in_our_words_whatever_its_quirks(tmp_path, name):
    text, encoding, told = ROWS[name]
    (tmp_path / "a.csv").write_bytes(text.encode(encoding))
    preset = presets()[name]

    sniffed = sniff(tmp_path / "a.csv")
    row = apply(preset.mended(sniffed.sample_rows[0]), preset.mapped(sniffed.columns), preset.target)
    read = clean(row, preset.target, Reading(decimal="."))

    assert likely_target(sniffed) == preset.target
    assert system_of(sniffed, preset.target) == preset.system
    assert not read.problems
    assert {one: read.values.get(one) for one in told} == told
    assert propose(sniffed.columns, sniffed.sample_rows, preset.target)
