from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("staff", "0005_views"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="pillar",
            field=models.CharField(
                blank=True,
                choices=[
                    ("service", "Service"),
                    ("sales", "Sales"),
                    ("marketing", "Marketing"),
                    ("innovation", "Innovation"),
                ],
                db_default="",
                default="",
                max_length=12,
            ),
        ),
    ]
