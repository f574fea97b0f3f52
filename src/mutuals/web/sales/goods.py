"""Products, price lists and their prices, and whether people may buy without an organisation."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from mutuals.base.lists import listing
from mutuals.base.refusals import Refusal
from mutuals.sales import goods as acts
from mutuals.sales import queries
from mutuals.sales.models import Price, PriceList, Product
from mutuals.staff.permissions import may
from mutuals.web.frame.doors import caller, needs
from mutuals.web.frame.forms import REFUSALS, Asked, typed
from mutuals.web.lists.shown import show
from mutuals.web.sales import forms, shown

PAGE = 50


@needs("order.view")
def page(request: HttpRequest) -> HttpResponse:
    """Products, last made first, by a part of their name or number, by category, and by conditions."""
    viewer = caller(request)
    more = {
        "may_edit": may(viewer, "product.edit"),
        "may_set_up": may(viewer, "selling.set_up"),
        "to_people": queries.sells_to_people(),
        "tabs": shown.parts("products", viewer),
    }
    return show(request, listing("product"), template="sales/products.html", more=more)


@needs("product.edit", methods="GET POST")
def new(request: HttpRequest) -> HttpResponse:
    """A product by hand."""
    form = forms.About(typed(request))
    made = None
    if request.method == "POST":
        made = form.try_act(lambda said: acts.add_product(by=caller(request), **said))
    return redirect("products") if made is not None else _form(request, form, "New product", "/sales/products/")


@needs("product.edit", methods="GET POST")
def edit(request: HttpRequest, product_id: int) -> HttpResponse:
    """Change a product."""
    row = get_object_or_404(Product, pk=product_id)
    known = {name: getattr(row, name) for name in ("sku", "name", "category", "unit", "is_active")}
    form = forms.About(typed(request), initial=known)
    made = None
    if request.method == "POST":
        made = form.try_act(lambda said: acts.edit_product(row, by=caller(request), changes=said))
    return redirect("products") if made is not None else _form(request, form, row.name, "/sales/products/")


@needs("price.view")
def lists(request: HttpRequest) -> HttpResponse:
    """Price lists, by their name."""
    viewer = caller(request)
    rows = queries.lists_visible_to(viewer).select_related("organisation").annotate(count=Count("prices"))
    found, more = shown.climb(rows, request.GET.get("after", ""), "name", PAGE)
    context = {
        "rows": found,
        "more": urlencode({"after": more}) if more else "",
        "may_edit": may(viewer, "product.edit"),
        "parts": shown.parts("prices", viewer),
    }
    return render(request, "sales/lists.html", context)


@needs("product.edit", methods="GET POST")
def new_list(request: HttpRequest) -> HttpResponse:
    """One more price list."""
    viewer = caller(request)
    form = forms.Listing(typed(request), viewer=viewer, initial={"currency": "EUR"})
    made = form.try_act(lambda said: acts.put_list(by=viewer, **said)) if request.method == "POST" else None
    if made is not None:
        return redirect("price_list", made.pk)
    return _form(request, form, "New price list", "/sales/prices/")


@needs("price.view", methods="GET POST", post="product.edit")
def one_list(request: HttpRequest, list_id: int) -> HttpResponse:
    """A price list with its prices; sent, it is changed."""
    viewer = caller(request)
    row = get_object_or_404(PriceList.objects.select_related("organisation"), pk=list_id)
    form = forms.Listing(typed(request), viewer=viewer, initial=_known(row))
    made = form.try_act(lambda said: acts.put_list(by=viewer, row=row, **said)) if request.method == "POST" else None
    if made is not None:
        messages.success(request, "Saved.")
        return redirect("price_list", made.pk)
    return _list(request, row, form, forms.Priced())


@needs("product.edit", methods="POST")
def set_price(request: HttpRequest, list_id: int) -> HttpResponse:
    """Set one price of a list, or take it away."""
    viewer = caller(request)
    row = get_object_or_404(PriceList.objects.select_related("organisation"), pk=list_id)
    form = forms.Priced(request.POST)

    def act(said: dict[str, object]) -> int:
        product = Product.objects.filter(sku=said["sku"]).first()
        if product is None:
            raise Refusal("There is no such product.", fields={"sku": "No product has this number."})
        return acts.put_prices(row, by=viewer, prices={product.pk: said["amount"]})  # type: ignore[dict-item]

    if form.try_act(act) is None:
        return _list(request, row, forms.Listing(viewer=viewer, initial=_known(row)), form, status=422)
    return redirect("price_list", row.pk)


@needs("selling.set_up", methods="POST")
def sell_to(request: HttpRequest) -> HttpResponse:
    """People may buy without an organisation, or not."""
    try:
        acts.sell_to(by=caller(request), people=request.POST.get("people") == "yes")
    except REFUSALS as error:
        messages.error(request, str(error))
    return redirect("products")


def _known(row: PriceList) -> dict[str, Any]:
    """What the form about a list begins with: all of it, because what is empty there is taken away."""
    known = {name: getattr(row, name) for name in ("name", "currency", "valid_from", "valid_to")}
    return known | {"organisation": f"{row.organisation} ({row.organisation_id})" if row.organisation else ""}


def _list(
    request: HttpRequest, row: PriceList, form: forms.Listing, price: forms.Priced, status: int = 200
) -> HttpResponse:
    viewer = caller(request)
    rows = Price.objects.filter(price_list=row).select_related("product")
    prices, more = shown.climb(rows, request.GET.get("after", ""), "product__sku", PAGE)
    context = {
        "one": row,
        "form": form,
        "price": price,
        "prices": prices,
        "more": urlencode({"after": more}) if more else "",
        "goods": Product.objects.filter(is_active=True).order_by("sku")[:200],
        "may_edit": may(viewer, "product.edit"),
        "parts": shown.parts("prices", viewer),
    }
    return render(request, "sales/list.html", context, status=422 if form.is_bound else status)


def _form(request: HttpRequest, form: Asked, heading: str, back: str) -> HttpResponse:
    context = {"form": form, "heading": heading, "back": back}
    return render(request, "sales/form.html", context, status=422 if form.is_bound else 200)
