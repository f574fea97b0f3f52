"""Addresses of a customer's page, and of presences that are nobody's yet."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mutuals.web.customer import acts, codes, profiles, unlinked, views

urlpatterns: list[URLPattern | URLResolver] = [
    path("customers/<int:person_id>/", views.customer, name="customer"),
    path("customers/<int:person_id>/older/", views.older, name="customer_older"),
    path("customers/<int:person_id>/message/", views.message, name="customer_message"),
    path("customers/<int:person_id>/code/", codes.send, name="customer_code"),
    path("customers/<int:person_id>/edit/", acts.edit, name="customer_edit"),
    path("customers/<int:person_id>/remark/", acts.remark, name="customer_remark"),
    path("customers/<int:person_id>/place/", acts.place, name="customer_place"),
    path("customers/<int:person_id>/place/<int:affiliation_id>/leave/", acts.leave, name="customer_leave"),
    path("customers/<int:person_id>/presences/", profiles.presences, name="customer_presences"),
    path("profiles/<int:profile_id>/", profiles.profile, name="profile"),
    path("profiles/<int:profile_id>/candidates/", profiles.candidates, name="profile_candidates"),
    path("profiles/<int:profile_id>/make/", profiles.make, name="profile_make"),
    path("customers/unlinked/", unlinked.page, name="unlinked"),
    path("profiles/<int:profile_id>/label/", profiles.label, name="profile_label"),
    path("profiles/<int:profile_id>/link/", profiles.confirm, name="profile_link"),
    path("profiles/<int:profile_id>/organisation/", profiles.organisation, name="profile_organisation"),
    path("profiles/organisation/<int:key>/undo/", profiles.organisation_undo, name="profile_organisation_undo"),
    path("profiles/<int:profile_id>/remark/", profiles.remark, name="profile_remark"),
    path("profiles/<int:profile_id>/reject/", profiles.reject, name="profile_reject"),
]
