"""By the API: the brief, files on a record, the trash, and what stands first."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

import cast
from mutuals.staff import tokens

pytestmark = pytest.mark.django_db


def test_a_program_reads_the_brief_keeps_files_and_empties_its_hands_into_the_trash():
    us = cast.staff()
    bea = cast.person(by=us.ada, email="bea@kettles.example")
    _, plain = tokens.make(us.ada, name="Shop", scopes=["read", "write"], now=cast.NOW)
    client = Client(headers={"Authorization": f"Bearer {plain}"})
    key, json = f"person:{bea.pk}", {"content_type": "application/json"}

    brief = client.get(f"/api/v1/people/{bea.pk}/brief").json()
    assert [one["topic"] for one in brief["sentences"]] == ["who", "value", "owns", "contacts", "promises", "next"]
    assert brief["sentences"][0]["sources"][0] == {"key": key, "words": "person", "path": f"/customers/{bea.pk}/"}

    sent = {"about": key, "file": SimpleUploadedFile("offer.pdf", b"%PDF-1.7 offer")}
    made = client.post("/api/v1/filed", sent)
    assert (made.status_code, made.json()["media_type"]) == (201, "application/pdf")
    number = made.json()["id"]
    assert client.post("/api/v1/filed", {"about": key, "file": SimpleUploadedFile("a.exe", b"MZ")}).status_code == 422
    assert [one["id"] for one in client.get("/api/v1/filed", {"about": key}).json()["items"]] == [number]
    assert client.get(made.json()["path"]).getvalue() == b"%PDF-1.7 offer"
    assert client.post(f"/api/v1/filed/{number}/trash", **json).json()["trashed_at"]
    assert client.get("/api/v1/filed", {"about": key}).json()["items"] == []

    assert client.post("/api/v1/trash", {"key": key}, **json).status_code == 200
    thrown = client.get("/api/v1/trash", {"limit": 1}).json()
    assert (thrown["items"][0]["key"], thrown["items"][0]["by"]) == (key, f"staff:{us.ada.pk}")
    assert client.get(f"/api/v1/people/{bea.pk}").status_code == 404
    assert client.post("/api/v1/trash/restore", {"key": key}, **json).status_code == 200
    assert client.post("/api/v1/trash/restore", {"key": f"filed:{number}"}, **json).status_code == 200
    assert client.get("/api/v1/trash").json() == {"items": [], "next": None}

    client.patch("/api/v1/me", {"pillar": "sales"}, **json)
    assert client.get("/api/v1/me").json()["pillar"] == "sales"
