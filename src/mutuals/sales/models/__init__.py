"""What they want and bought: the tables of this room."""

from mutuals.sales.models.bought import PLAIN, Kind, Order, OrderLine
from mutuals.sales.models.deals import Deal, DealLine, DealRole, Outcome, Say
from mutuals.sales.models.goods import Price, PriceList, Product, Selling
from mutuals.sales.models.money import Invoice, Payment
from mutuals.sales.models.offered import Quote, QuoteLine, QuoteState

__all__ = [
    "PLAIN", "Deal", "DealLine", "DealRole", "Invoice", "Kind", "Order", "OrderLine", "Outcome", "Payment", "Price",
    "PriceList", "Product", "Quote", "QuoteLine", "QuoteState", "Say", "Selling",
]  # fmt: skip
