"""Whose rows change is told to groups of people that are kept up to date; see people/migrations/0012_stirred.py."""

from django.db import migrations

SQL = """
SELECT people_stir_from('inbox_case',
    'SELECT person_id FROM %1$I');
"""
BACK = """
SELECT people_stir_no_more('inbox_case');
"""


class Migration(migrations.Migration):
    dependencies = [("inbox", "0011_tasks"), ("people", "0012_stirred")]
    operations = [migrations.RunSQL(SQL, BACK)]
