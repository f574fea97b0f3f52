import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("base", "0006_undo"),
    ]

    operations = [
        migrations.CreateModel(
            name="Filed",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("about", models.CharField(max_length=60)),
                ("name", models.CharField(max_length=200)),
                ("media_type", models.CharField(max_length=100)),
                ("size", models.BigIntegerField()),
                ("by", models.CharField(max_length=60)),
                ("at", models.DateTimeField()),
                ("trashed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "blob",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="base.blob"),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["about", "-id"], name="filed_about"),
                    models.Index(
                        condition=models.Q(("trashed_at__isnull", False)), fields=["-trashed_at"], name="filed_trashed"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("trashed_at__isnull", True)),
                        fields=("about", "blob", "name"),
                        name="filed_once",
                    )
                ],
            },
        ),
    ]
