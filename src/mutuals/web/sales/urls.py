"""Addresses of orders, quotes, invoices, products and price lists."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mutuals.web.sales import goods, money, orders, quotes

urlpatterns: list[URLPattern | URLResolver] = [
    path("sales/orders/", orders.page, name="orders"),
    path("sales/orders/new/", orders.new, name="order_new"),
    path("sales/orders/<int:order_id>/", orders.one, name="order"),
    path("sales/orders/<int:order_id>/invoice/", money.bill, name="order_invoice"),
    path("sales/orders/<int:order_id>/returns/", orders.give_back, name="order_back"),
    path("sales/quotes/", quotes.page, name="quotes"),
    path("sales/quotes/new/", quotes.new, name="quote_new"),
    path("sales/quotes/<int:quote_id>/", quotes.one, name="quote"),
    path("sales/quotes/<int:quote_id>/edit/", quotes.edit, name="quote_edit"),
    path("sales/quotes/<int:quote_id>/turn/", quotes.turn, name="quote_turn"),
    path("sales/invoices/", money.page, name="invoices"),
    path("sales/invoices/<int:invoice_id>/", money.one, name="invoice"),
    path("sales/invoices/<int:invoice_id>/pay/", money.pay, name="invoice_pay"),
    path("sales/products/", goods.page, name="products"),
    path("sales/products/new/", goods.new, name="product_new"),
    path("sales/products/<int:product_id>/edit/", goods.edit, name="product_edit"),
    path("sales/prices/", goods.lists, name="prices"),
    path("sales/prices/new/", goods.new_list, name="prices_new"),
    path("sales/prices/<int:list_id>/", goods.one_list, name="price_list"),
    path("sales/prices/<int:list_id>/set/", goods.set_price, name="price_put"),
    path("sales/to/", goods.sell_to, name="sell_to"),
]
