"""Orders are found by their number as customers write it."""

import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("channels", "0003_auth_failures"),
        ("people", "0008_merged_names"),
        ("sales", "0001_initial"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                django.db.models.functions.text.Upper(
                    models.Func(
                        models.F("number"),
                        models.Value("[^0-9A-Za-z]+"),
                        models.Value(""),
                        models.Value("g"),
                        function="regexp_replace",
                    )
                ),
                name="order_reference",
            ),
        ),
    ]
