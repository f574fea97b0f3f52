"""Parts of pages that are printed fifty times over, or around every page, compiled to Python by Jinja2 (decision 0009)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.template import engines
from django.utils.safestring import SafeString, mark_safe
from jinja2 import Environment, StrictUndefined

from mutuals.web.frame.rail import address
from mutuals.web.frame.templatetags import look


def environment(**options: Any) -> Environment:
    """Jinja2 as the settings name it: everything is escaped, a name that is not given is an error, `look` prints."""
    made = Environment(
        loader=options["loader"], auto_reload=options["auto_reload"], autoescape=True, undefined=StrictUndefined
    )
    made.filters.update(
        when=look.when,
        clock=look.clock,
        num=look.num,
        money=look.money,
        initials=look.initials,
        tint=look.tint,
        vis=look.vis,
    )
    made.globals.update(icon=look.icon, url=address)
    return made


def fragment(name: str, values: Mapping[str, Any]) -> SafeString:
    """A part of a page, from web/*/fragments. Give it records with attributes, not dicts: those are looked up twice."""
    return mark_safe(engines["fragments"].get_template(name).render(dict(values)))  # noqa: S308 - escaped by Jinja2
