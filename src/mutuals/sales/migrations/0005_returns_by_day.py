"""Returns, adjustments and stock movements are few among the sales: their list has an index of its own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sales", "0004_kinds"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("kind", "sale"), _negated=True),
                fields=["kind", "-placed_at", "-id"],
                name="order_not_a_sale",
            ),
        ),
    ]
