from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("capture", "0005_pace"),
    ]

    operations = [
        migrations.AddField(
            model_name="rawevent",
            name="is_history",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
