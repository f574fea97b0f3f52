"""Every address of the installation. A folder of `web` brings its own in its `urls.py`; it is not named here."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path, re_path

from mutuals.api.files import served
from mutuals.api.hooks import delivered
from mutuals.base import found

# What programs ask: the API, files, and the networks' own deliveries.
DOORS: list[URLPattern | URLResolver] = [
    path("api/v1/", include("mutuals.api.api")),
    path("hooks/<int:source_id>/", delivered, name="hook"),
    re_path(r"^files/(?P<sha>[0-9a-f]{64})$", served, name="file"),
]

# What people open. No address may depend on the order of the folders: a test asks for that.
SCREENS: list[URLPattern | URLResolver] = [
    path("", include(screen)) for screen in found.parts(found.folders("mutuals.web"), "urls")
]

urlpatterns: list[URLPattern | URLResolver] = [*DOORS, *SCREENS]
handler500 = "mutuals.web.frame.faults.fault"
