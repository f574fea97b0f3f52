"""Lines and orders that are there already get their kind: a quantity below zero was a return."""

from django.db import migrations

LINES = "UPDATE sales_orderline SET kind = 'return' WHERE quantity < 0"
ORDERS = """
UPDATE sales_order o SET kind = 'return'
WHERE EXISTS (SELECT FROM sales_orderline l WHERE l.order_id = o.id AND l.quantity < 0)
    AND NOT EXISTS (SELECT FROM sales_orderline l WHERE l.order_id = o.id AND l.quantity >= 0)
    OR o.total < 0 AND NOT EXISTS (SELECT FROM sales_orderline l WHERE l.order_id = o.id)
"""


class Migration(migrations.Migration):
    dependencies = [("sales", "0003_goods_quotes_invoices")]

    operations = [migrations.RunSQL(LINES, ""), migrations.RunSQL(ORDERS, "")]
