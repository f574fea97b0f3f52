"""Extensions of PostgreSQL that indexes of other rooms stand on."""

from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations


class Migration(migrations.Migration):
    initial = True
    run_before = [("people", "0001_initial")]
    operations = [TrigramExtension()]
