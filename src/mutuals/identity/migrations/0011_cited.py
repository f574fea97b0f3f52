"""Numbers of one customer's that somebody else names; and wrong codes are counted by who sent them."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0010_employers"),
        ("people", "0008_merged_names"),
        ("sales", "0002_order_reference"),
    ]

    operations = [
        migrations.CreateModel(
            name="Cited",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reference", models.CharField(max_length=40)),
                ("interaction_id", models.BigIntegerField(db_index=True)),
                ("about", models.CharField(max_length=60)),
                ("at", models.DateTimeField()),
                ("counts", models.BooleanField(db_default=True, default=True)),
                (
                    "holder",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="people.profile"
                    ),
                ),
                (
                    "profile",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="people.profile"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["reference"], name="cited_reference"),
                    models.Index(fields=["about"], name="cited_about"),
                ],
                "constraints": [models.UniqueConstraint(fields=("profile", "reference"), name="cited_once")],
            },
        ),
        migrations.CreateModel(
            name="Guess",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("tries", models.SmallIntegerField(db_default=1, default=1)),
                (
                    "challenge",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="guesses", to="identity.challenge"
                    ),
                ),
                (
                    "profile",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="people.profile"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("challenge", "profile"), name="guess_once")],
            },
        ),
    ]
