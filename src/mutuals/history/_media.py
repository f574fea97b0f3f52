"""Files that come with messages: bytes that were sent are kept once; what stands elsewhere is kept as an address."""

from __future__ import annotations

from collections.abc import Sequence

from mutuals.base import files
from mutuals.connectors.contract import Envelope
from mutuals.history.models import Attachment

LIMIT = 25 * 1024**2


def keep(pairs: Sequence[tuple[int, Envelope]]) -> None:
    """Store the media of new interactions. A file over 25 MiB is named but not kept."""
    rows = []
    for interaction_id, envelope in pairs:
        for media in envelope.media:
            blob = None
            if media.data is not None and len(media.data) <= LIMIT:
                blob = files.keep([media.data], media_type=media.media_type, limit=LIMIT)
            rows.append(
                Attachment(
                    interaction_id=interaction_id,
                    blob=blob,
                    name=media.name.replace("\x00", "")[:200] or "file",
                    media_type=media.media_type[:100],
                    size=len(media.data or b""),
                    url=media.url[:1000],
                    description=media.description.replace("\x00", "")[:500],
                )
            )
    Attachment.objects.bulk_create(rows)


def drop(interaction_ids: Sequence[int]) -> None:
    """Forget attachments; bytes that nothing else points at go with them."""
    rows = Attachment.objects.filter(interaction_id__in=interaction_ids)
    names = set(rows.exclude(blob=None).values_list("blob_id", flat=True))
    rows.delete()
    files.drop_unused(names)
