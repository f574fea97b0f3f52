"""The Atom feed of a blog in town: one entry a week, some about the Kettle works, one without an id, some updated."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from xml.sax.saxutils import escape

from mutuals.town import talk

SITE = "https://tea-and-steam.example"
AUTHOR = "emil"
_MOST = 60


def write_feed(rng: Random, out: Path, *, now: datetime, days: int) -> list[dict[str, str]]:
    """feed.xml, newest first; returns the truth of each entry in the order of the file."""
    entries, truth = [], []
    count = max(min(days // 7, _MOST), 3)
    for place in range(count):
        at = now - timedelta(days=days * (place + 0.5) / count, minutes=rng.randrange(300))
        what = rng.choice(("praise", "complaint", "idea", "chat", "question"))
        filled = talk.slots(rng, town="Köln", language="en")
        text, topic, _ = talk.opening(rng, "en", what, filled)
        link = f"{SITE}/{at:%Y/%m/%d}/{place}"
        key = "" if place == 1 else f"tag:tea-and-steam.example,{at:%Y-%m-%d}:{place}"
        updated = at + timedelta(hours=20) if place % 5 == 2 else at
        about = "The Kettle works and I" if what != "chat" else "Steam of the week"
        entries.append(
            "<entry>"
            + (f"<id>{key}</id>" if key else "")
            + f'<title>{escape(about)}, {at:%d %B}</title><link href="{link}"/><published>{at.isoformat()}</published>'
            f"<updated>{updated.isoformat()}</updated><author><name>Emil</name></author>"
            f'<content type="html">{escape(f"<p>{escape(text)}</p>")}</content></entry>'
        )
        truth.append(
            {
                "source": "feed",
                "key": key or link,
                "verb": "create",
                "kind": "article",
                "person": AUTHOR,
                "intent": what,
                "mood": talk.MOODS.get(what, "neutral"),
                "topic": topic,
                "language": "en",
                "at": at.isoformat(),
            }
        )
    head = (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom"><title>Tea and Steam</title>'
        f'<id>{SITE}/</id><link href="{SITE}/"/><link rel="self" href="{SITE}/feed.xml"/>'
        f"<updated>{now.isoformat()}</updated>"
    )
    (out / "feed.xml").write_text(head + "\n".join(entries) + "</feed>\n", encoding="utf-8")
    return truth
