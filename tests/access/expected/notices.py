"""Notices, who follows what, who is where."""

from __future__ import annotations

OPERATIONS: dict[str, str] = {
    "GET /notices": "notice.view",
    "POST /notices/read": "notice.view",
    "GET /notices/quiet": "notice.view",
    "PUT /notices/quiet": "notice.view",
    "GET /follows": "record.follow",
    "GET /follows/who": "record.follow",
    "POST /follows": "record.follow",
    "POST /follows/end": "record.follow",
    "POST /here": "record.follow",
}

ROUTES: dict[str, dict[str, str]] = {
    "notices/": {"GET": "notice.view"},
    "notices/bell/": {"GET": "notice.view"},
    "notices/menu/": {"GET": "notice.view"},
    "notices/colleagues/": {"GET": "record.follow"},
    "notices/go/": {"GET": "notice.view"},
    "notices/read/": {"POST": "notice.view"},
    "notices/quiet/": {"POST": "notice.view"},
    "notices/off/<str:mark>/": {"GET": "everybody", "POST": "everybody"},  # the mark in the letter is the right
    "notices/head/": {"GET": "record.follow"},
    "follows/": {"POST": "record.follow"},
    "here/": {"POST": "record.follow"},
}
