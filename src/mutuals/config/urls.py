"""Every address of the installation."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path, re_path

from mutuals.api.files import served
from mutuals.api.hooks import delivered

# What programs ask: the API, files, and the networks' own deliveries.
DOORS: list[URLPattern | URLResolver] = [
    path("api/v1/", include("mutuals.api.api")),
    path("hooks/<int:source_id>/", delivered, name="hook"),
    re_path(r"^files/(?P<sha>[0-9a-f]{64})$", served, name="file"),
]

# What people open.
SCREENS: list[URLPattern | URLResolver] = [
    path("", include("mutuals.web.today.urls")),
    path("", include("mutuals.web.inbox.urls")),
    path("", include("mutuals.web.listening.urls")),
    path("", include("mutuals.web.review.urls")),
    path("", include("mutuals.web.merges.urls")),
    path("", include("mutuals.web.customer.urls")),
    path("", include("mutuals.web.signin.urls")),
    path("", include("mutuals.web.setup.urls")),
    path("", include("mutuals.web.staff.urls")),
    path("", include("mutuals.web.customers.urls")),
    path("", include("mutuals.web.organisations.urls")),
    path("", include("mutuals.web.sales.urls")),
    path("", include("mutuals.web.sources.urls")),
    path("", include("mutuals.web.imports.urls")),
    path("", include("mutuals.web.parked.urls")),
    path("", include("mutuals.web.search.urls")),
    path("", include("mutuals.web.rules.urls")),
    path("", include("mutuals.web.processes.urls")),
    path("", include("mutuals.web.journal.urls")),
    path("", include("mutuals.web.privacy.urls")),
]

urlpatterns: list[URLPattern | URLResolver] = [*DOORS, *SCREENS]
handler500 = "mutuals.web.frame.faults.fault"
