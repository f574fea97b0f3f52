import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sales", "0006_deals")]

    operations = [
        migrations.AddField(
            model_name="order",
            name="gives_back",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="returns",
                to="sales.order",
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("gives_back__isnull", False)), fields=["gives_back", "id"], name="order_returns"
            ),
        ),
    ]
