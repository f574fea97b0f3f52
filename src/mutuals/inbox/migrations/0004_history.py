from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("inbox", "0003_found"),
    ]

    operations = [
        migrations.AlterField(
            model_name="turn",
            name="state",
            field=models.CharField(
                choices=[
                    ("open", "Open"),
                    ("pending", "Waiting for them"),
                    ("snoozed", "Snoozed"),
                    ("closed", "Closed"),
                    ("history", "Kept as history"),
                ],
                default="open",
                max_length=8,
            ),
        ),
    ]
