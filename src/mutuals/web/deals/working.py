"""Deals: opened and edited by forms, moved, won, lost and put away by buttons."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from mutuals.base import clock
from mutuals.base.refusals import Refusal
from mutuals.people.visibility import visible_to as visible_people
from mutuals.sales import deals, pipeline
from mutuals.sales.models import Deal, Product
from mutuals.sales.quotes import Offer
from mutuals.staff import queries as staff
from mutuals.staff.models import User
from mutuals.web.deals.views import found
from mutuals.web.frame.customform import asking, parted
from mutuals.web.frame.doors import caller, needs
from mutuals.web.frame.forms import REFUSALS, DayInput, typed, zone_of
from mutuals.web.frame.meanwhile import joined, remember, status
from mutuals.web.sales import forms as asked
from mutuals.web.sales.shown import number


class Dealing(asked.ForWhom):
    """A deal; its lines stand beside."""

    title = forms.CharField(label="Title", max_length=200, help_text="What it is about, in a few words.")
    amount = forms.DecimalField(
        label="Amount", max_digits=14, decimal_places=2, min_value=0, required=False, help_text="With lines, their sum."
    )
    currency = forms.CharField(label="Currency", max_length=3, min_length=3)
    probability = forms.IntegerField(
        label="Probability, percent", min_value=0, max_value=100, required=False, help_text="Empty: that of its step."
    )
    expected_on = forms.DateField(label="Expected on", required=False, widget=DayInput())
    owner = forms.ChoiceField(label="Owner", required=False)
    pipeline = forms.ChoiceField(label="Pipeline", required=False)

    field_order = (
        "title",
        "person",
        "organisation",
        "amount",
        "currency",
        "probability",
        "expected_on",
        "owner",
        "pipeline",
    )

    def __init__(self, data: Any = None, *, viewer: User, **kwargs: Any) -> None:
        super().__init__(data, viewer=viewer, **kwargs)
        self._staff = {str(one.pk): one for one in staff.active()}
        self._pipelines = {str(one.pk): one for one in pipeline.pipelines(viewer)}
        for name, rows in (("owner", self._staff), ("pipeline", self._pipelines)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [
                ("", "the usual one" if name == "pipeline" else "myself"),
                *((key, str(row)) for key, row in rows.items()),
            ]

    def told(self, said: dict[str, Any]) -> dict[str, Any]:
        """The answers as the act takes them, without the pipeline."""
        names = ("title", "person", "organisation", "amount", "currency", "probability", "expected_on")
        told = {name: said[name] for name in names if name in said}
        return told | {"owner": self._staff.get(said["owner"], self.viewer), "custom": parted(self, said)["custom"]}

    def process(self, said: dict[str, Any]) -> Any:
        """The pipeline that was chosen; None for the usual one."""
        return self._pipelines.get(said["pipeline"])


@needs("deal.edit", methods="GET POST")
def new(request: HttpRequest) -> HttpResponse:
    """Open one."""
    viewer, said = caller(request), typed(request)
    start = {name: request.GET.get(name, "")[:200] for name in ("person", "organisation", "title", "pipeline")}
    form = Dealing(said, viewer=viewer, initial=start | {"currency": "EUR", "owner": viewer.pk})
    asking(form, "deal", {}, zone=zone_of(viewer))
    lines = asked.lines_of(said)

    def act(told: dict[str, Any]) -> Deal:
        values = form.told(told) | {"amount": told["amount"] or 0}
        row, _ = deals.open_deal(deals.DealIn(**values), by=viewer, now=clock.now(), pipeline=form.process(told))
        return deals.put_lines(row, offers(lines), by=viewer, now=clock.now()) if asked.filled(lines) else row

    made = form.try_act(act) if said is not None else None
    return redirect("deal", made.pk) if made is not None else _form(request, form, lines, "New deal", "/sales/deals/")


@needs("deal.edit", methods="GET POST")
def edit(request: HttpRequest, deal_id: int) -> HttpResponse:
    """Write what is known of it, with its lines."""
    viewer, said, row = caller(request), typed(request), found(request, deal_id)
    names = ("title", "amount", "currency", "probability", "expected_on")
    start = {name: getattr(row, name) for name in names} | {
        "owner": row.owner_id,
        "organisation": row.organisation_id or "",
    }
    start["person"] = row.person.canonical_id if row.person else ""
    form = Dealing(said, viewer=viewer, initial=start)
    del form.fields["pipeline"]
    remember(asking(form, "deal", row.custom, zone=zone_of(viewer)))
    known = [
        asked.Typed(
            line.product.sku if line.product else "", line.name, f"{line.quantity.normalize():f}",
            f"{line.unit_price.normalize():f}", f"{line.discount.normalize():f}",
        )
        for line in row.lines.select_related("product").order_by("position")
    ]  # fmt: skip
    lines = asked.lines_of(said, known)

    def act(told: dict[str, Any]) -> Deal:
        mine = {"custom", *joined(form, told, f"deal:{row.pk}", viewer)}
        changes, now = form.told(told), clock.now()
        changes = {name: value for name, value in changes.items() if name in mine}
        if asked.filled(lines) or known:
            changes.pop("amount", None)  # the lines say it
        done = deals.edit(row, by=viewer, changes=changes, now=now)
        if asked.filled(lines) or known:
            done = deals.put_lines(done, offers(lines), by=viewer, now=now)
        return done

    made = form.try_act(act) if said is not None else None
    if made is not None:
        messages.success(request, "Saved.")
        return redirect("deal", made.pk)
    return _form(request, form, lines, row.title, f"/sales/deals/{row.pk}/")


@needs("deal.edit", methods="POST")
def do(request: HttpRequest, deal_id: int) -> HttpResponse:
    """What a button says: move, won, lost, open again, another pipeline, a say, the trash. Back to where it was pressed."""
    row = found(request, deal_id, trashed=True)
    try:
        messages.success(request, _done(request, row))
    except REFUSALS as error:
        messages.error(request, str(error))
    back = request.POST.get("back", "")
    if back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        return redirect(back)
    return redirect("deal", row.pk)


def offers(lines: list[asked.Typed]) -> list[Offer]:
    """The lines of a form as the room takes them."""
    return [
        Offer(
            line.sku.strip(),
            line.name,
            line.number(line.quantity or "1", "quantity", place),
            line.number(line.price, "price", place) if line.price.strip() else None,
            line.number(line.discount, "discount", place),
        )
        for place, line in enumerate(asked.filled(lines), 1)
    ]


def _done(request: HttpRequest, row: Deal) -> str:
    by, now, said = caller(request), clock.now(), request.POST
    act, to, at = (*said.get("do", "")[:80].split(" "), "", "")[:3]  # "move needs 7": the run as it was shown
    because, seen = said.get("because", ""), number(at if at.isdigit() else "") or None
    if act == "move":
        deals.move(row, to=to, by=by, now=now, because=because, seen=seen)
        return f"“{row.title}” went on."
    if act == "win":
        deals.win(row, by=by, now=now, seen=seen)
        return f"“{row.title}” is won."
    if act == "lose":
        deals.lose(row, by=by, now=now, because=because, seen=seen)
        return f"“{row.title}” is lost."
    if act == "reopen":
        deals.reopen(row, by=by, now=now, because=because)
        return f"“{row.title}” goes on."
    if act in ("trash", "restore"):
        (deals.trash if act == "trash" else deals.restore)(row, by=by, now=now)
        return "It is in the trash." if act == "trash" else "It is back."
    return _other(request, row, act)


def _other(request: HttpRequest, row: Deal, act: str) -> str:
    by, said = caller(request), request.POST
    if act == "pipeline":
        process = next((one for one in pipeline.pipelines(by) if str(one.pk) == said.get("pipeline")), None)
        if process is None:
            raise Refusal("Choose a pipeline.")
        deals.move_to_pipeline(row, process, by=by, now=clock.now())
        return f"It runs in {process} now."
    if act == "role":
        person = visible_people(by).filter(cluster=number(said.get("person", "")[:18])).first()
        if person is None:
            form = asked.ForWhom({"person": said.get("who", "")}, viewer=by)
            if not form.is_valid():
                raise Refusal(" ".join(str(words) for errors in form.errors.values() for words in errors))
            person = form.cleaned_data["person"]
        deals.name_role(row, person, said.get("role", ""), by=by)
        return "Kept."
    raise Http404


def _form(request: HttpRequest, form: Dealing, lines: list[asked.Typed], heading: str, back: str) -> HttpResponse:
    context = {
        "form": form,
        "lines": lines,
        "goods": Product.objects.filter(is_active=True).order_by("sku")[:200],
        "heading": heading,
        "back": back,
        "is_quote": True,
        "back_words": "Deals",
    }
    return render(request, "sales/edit.html", context, status=status(form))
