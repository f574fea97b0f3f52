"""What a file of an import may bring, and who decides about its rows. Rooms above have their own `planners` for theirs."""

from __future__ import annotations

from mutuals.capture.imports.decisions import plans
from mutuals.capture.imports.orders import OrdersPlanner
from mutuals.capture.imports.organisations import OrganisationsPlanner
from mutuals.capture.imports.people import PeoplePlanner
from mutuals.capture.imports.posts import PostsPlanner
from mutuals.connectors.files.fields import Target


def register_planners() -> None:
    """Make them known."""
    plans(Target.PEOPLE, PeoplePlanner)
    plans(Target.ORGANISATIONS, OrganisationsPlanner)
    plans(Target.ORDERS, OrdersPlanner)
    plans(Target.POSTS, PostsPlanner)
