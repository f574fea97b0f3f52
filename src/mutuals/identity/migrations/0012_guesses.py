"""Wrong codes are counted by who sent them, not for the code as a whole."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("identity", "0011_cited")]
    operations = [migrations.RemoveField(model_name="challenge", name="tries")]
