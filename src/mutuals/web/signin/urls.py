"""Addresses of the sign-in. Sign-up, reset by mail and changing one's address are left out: an admin does these."""

from __future__ import annotations

from allauth.account import views as theirs
from django.urls import URLPattern, URLResolver, include, path

from mutuals.web.signin import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("accounts/login/", views.login, name="account_login"),
    path("accounts/logout/", theirs.logout, name="account_logout"),
    path("accounts/inactive/", theirs.account_inactive, name="account_inactive"),
    path("accounts/signup/", theirs.signup, name="account_signup"),
    path("accounts/reauthenticate/", theirs.reauthenticate, name="account_reauthenticate"),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("welcome/<str:token>/", views.welcome, name="welcome"),
]
