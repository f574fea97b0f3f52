"""Where this screen stands in the rail."""

from __future__ import annotations

from mutuals.web.frame.rail import Line

# Contractors find orders on the page of a customer.
LINES = (Line(110, "Sales", "orders", "cart", "g o", "price.view"),)
