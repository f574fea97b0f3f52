"""Whose rows change is told to groups of people that are kept up to date; see people/migrations/0012_stirred.py."""

from django.db import migrations

SQL = """
SELECT people_stir_from('listening_reading',
    'SELECT f.person_id FROM %1$I r JOIN history_interaction i ON i.id = r.interaction_id JOIN people_profile f ON f.id = i.profile_id');
SELECT people_stir_from('listening_mention',
    'SELECT f.person_id FROM %1$I r JOIN people_profile f ON f.id = r.profile_id');
SELECT people_stir_from('listening_standing',
    'SELECT person_id FROM %1$I');
"""
BACK = """
SELECT people_stir_no_more('listening_standing');
SELECT people_stir_no_more('listening_mention');
SELECT people_stir_no_more('listening_reading');
"""


class Migration(migrations.Migration):
    dependencies = [("listening", "0013_looked_back"), ("people", "0012_stirred"), ("history", "0006_stirs")]
    operations = [migrations.RunSQL(SQL, BACK)]
