from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sales", "0007_returns")]

    operations = [
        migrations.AddField(
            model_name="deal",
            name="home",
            field=models.DecimalField(blank=True, decimal_places=4, max_digits=16, null=True),
        ),
        migrations.AddIndex(
            model_name="deal",
            index=models.Index(
                models.F("home").desc(),
                models.F("id").desc(),
                condition=models.Q(("outcome", ""), ("trashed_at", None)),
                name="deal_largest",
            ),
        ),
    ]
