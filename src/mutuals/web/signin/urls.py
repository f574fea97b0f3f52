"""Addresses of the sign-in. Sign-up, reset by mail and changing one's address are left out: an admin does these."""

from __future__ import annotations

from allauth.account import views as theirs
from django.urls import URLPattern, URLResolver, include, path

from mutuals.web.signin import chosen, outside, views

urlpatterns: list[URLPattern | URLResolver] = [
    path("accounts/login/", views.login, name="account_login"),
    path("accounts/logout/", theirs.logout, name="account_logout"),
    path("accounts/inactive/", theirs.account_inactive, name="account_inactive"),
    path("accounts/signup/", theirs.signup, name="account_signup"),
    path("accounts/reauthenticate/", theirs.reauthenticate, name="account_reauthenticate"),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("accounts/provider/<int:provider_id>/", outside.begin, name="provider_begin"),
    path("accounts/provider/<int:provider_id>/back/", outside.back, name="provider_back"),
    path("settings/providers/", chosen.page, name="providers"),
    path("settings/providers/new/", chosen.new, name="provider_new"),
    path("settings/providers/<int:provider_id>/", chosen.one, name="provider_page"),
    path("settings/providers/<int:provider_id>/do/", chosen.do, name="provider_do"),
    path("welcome/<str:token>/", views.welcome, name="welcome"),
]
