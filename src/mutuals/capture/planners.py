"""What a file of an import may bring, and who decides about its rows. Rooms above have their own `planners` for theirs."""

from __future__ import annotations

from functools import partial

from mutuals.capture.imports import _orders_undo, _people_undo, _posts_undo, deals, house, own, products
from mutuals.capture.imports.decisions import plans, plans_more
from mutuals.capture.imports.orders import OrdersPlanner
from mutuals.capture.imports.organisations import OrganisationsPlanner
from mutuals.capture.imports.people import PeoplePlanner
from mutuals.capture.imports.posts import PostsPlanner
from mutuals.capture.imports.table import TablePlanner
from mutuals.capture.imports.tables import Table
from mutuals.capture.imports.ways import undoes, undoes_more
from mutuals.capture.imports.ways_of_tables import way
from mutuals.connectors.files.fields import Target, also
from mutuals.records.kinds import PREFIX


def register_planners() -> None:
    """Make them known."""
    also(house.fields)
    plans(Target.PEOPLE, PeoplePlanner)
    plans(Target.ORGANISATIONS, OrganisationsPlanner)
    plans(Target.ORDERS, OrdersPlanner)
    plans(Target.POSTS, PostsPlanner)
    _people_undo.register()
    _orders_undo.register()
    _posts_undo.register()
    table_of(Target.DEALS, deals.TABLE)
    plans(Target.PRODUCTS, lambda of, shadow: TablePlanner(of, shadow, products.table(of)))
    undoes("product", way(lambda undoing: products.table(undoing.of)))
    plans_more(PREFIX, lambda of, shadow: TablePlanner(of, shadow, own.table(of.target)))
    undoes_more(PREFIX, lambda record: way(lambda _: own.table(record)))


def table_of(target: Target, table: Table) -> None:
    """Rows of this target are decided by a table, and taken back by it."""
    plans(target, partial(TablePlanner, table=table))
    undoes(table.record, way(lambda _: table))
