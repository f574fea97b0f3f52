"""Questions about sources and channels."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, Q, QuerySet

from mutuals.channels.models import Channel, Source, SourceState
from mutuals.staff.models import Pillar
from mutuals.staff.permissions import may


def visible_to(viewer: Any) -> QuerySet[Source]:
    """Sources with owner and team, by name; none for who may not view them."""
    sources = Source.objects.select_related("owner", "stand_in", "team").order_by("name", "pk")
    return sources if may(viewer, "source.view") else sources.none()


def with_channels(viewer: Any) -> QuerySet[Source]:
    """The same, each with its channels: the Sources page in two queries."""
    channels = Channel.objects.select_related("owner", "stand_in").order_by("name", "pk")
    return visible_to(viewer).prefetch_related(Prefetch("channels", channels))


def channels_visible_to(viewer: Any) -> QuerySet[Channel]:
    """Our presences with source and owner, by name."""
    channels = Channel.objects.select_related("source", "owner", "stand_in").order_by("name", "pk")
    return channels if may(viewer, "source.view") else channels.none()


def is_demonstration(source: Source) -> bool:
    """Whether its messages are made up and nobody is behind it: it was never connected and none of it goes out."""
    return source.state == SourceState.PAUSED and bool(source.settings.get("demonstration"))


def troubled() -> QuerySet[Source]:
    """Live sources that need a person, or fail."""
    bad = Q(health__in=["degraded", "needs_auth", "down"]) | Q(state=SourceState.NEEDS_AUTH)
    return Source.objects.filter(bad).exclude(state__in=[SourceState.DRAFT, SourceState.PAUSED]).order_by("name")


def ungoverned() -> QuerySet[Source]:
    """Live sources that miss an owner, a legal basis, a data class, retention, or a purpose."""
    open_points = Q(owner__isnull=True) | Q(legal_basis="") | Q(data_class="") | Q(purpose="") | Q(retention_days=0)
    return Source.objects.filter(open_points, state=SourceState.ACTIVE).order_by("name")


def pillars_without_channel() -> list[Pillar]:
    """Pillars for which no live channel speaks (E1)."""
    covered = set(Channel.objects.filter(is_live=True).values_list("pillar", flat=True))
    return [pillar for pillar in Pillar if pillar not in covered]


def sealed_until(source: Source) -> Any:
    """When the kept sign-in ends, if the network said so."""
    credential = getattr(source, "credential", None)
    return credential.expires_at if credential else None
