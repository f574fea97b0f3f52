from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("base", "0003_once_about"),
    ]

    operations = [
        migrations.AlterField(
            model_name="once",
            name="about",
            field=models.TextField(blank=True, db_default=""),
        ),
    ]
