"""Asking a customer to show that another account is theirs."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from mutuals.base import clock
from mutuals.inbox import codes
from mutuals.inbox.answer import CannotAnswer
from mutuals.people.visibility import sees_contacts, shown_name
from mutuals.web.customer.views import person_of
from mutuals.web.frame.doors import caller, needs


@needs("person.link", methods="POST")
def send(request: HttpRequest, person_id: int) -> HttpResponse:
    """Send a one-time code in private; whoever sends it back is linked."""
    viewer = caller(request)
    person = person_of(viewer, person_id)
    try:
        sent = codes.send(person, by=viewer, now=clock.now())
    except CannotAnswer as error:
        messages.error(request, str(error))
        return redirect("customer", person.pk)
    name = shown_name(sent.challenge.sent_to, full=sees_contacts(viewer))
    messages.success(request, f"A code goes to {name}. Whoever sends it back within a day is linked to {person}.")
    return redirect("customer", person.pk)
