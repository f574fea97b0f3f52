from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("base", "0002_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="once",
            name="about",
            field=models.CharField(blank=True, db_default="", max_length=700),
        ),
    ]
