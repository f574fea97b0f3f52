"""Whose rows change is told to groups of people that are kept up to date; see people/migrations/0012_stirred.py."""

from django.db import migrations

SQL = """
SELECT people_stir_from('history_interaction',
    'SELECT f.person_id FROM %1$I r JOIN people_profile f ON f.id = r.profile_id');
"""
BACK = """
SELECT people_stir_no_more('history_interaction');
"""


class Migration(migrations.Migration):
    dependencies = [("history", "0005_published"), ("people", "0012_stirred")]
    operations = [migrations.RunSQL(SQL, BACK)]
