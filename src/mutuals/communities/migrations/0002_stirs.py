"""Whose rows change is told to groups of people that are kept up to date; see people/migrations/0012_stirred.py."""

from django.db import migrations

SQL = """
SELECT people_stir_from('communities_vote',
    'SELECT person_id FROM %1$I');
SELECT people_stir_from('communities_asker',
    'SELECT f.person_id FROM %1$I r JOIN people_profile f ON f.id = r.profile_id');
SELECT people_stir_from('communities_idea',
    'SELECT v.person_id FROM %1$I r JOIN communities_vote v ON v.idea_id = r.id
        UNION SELECT f.person_id FROM %1$I r JOIN communities_asker a ON a.idea_id = r.id JOIN people_profile f ON f.id = a.profile_id');
"""
BACK = """
SELECT people_stir_no_more('communities_idea');
SELECT people_stir_no_more('communities_asker');
SELECT people_stir_no_more('communities_vote');
"""


class Migration(migrations.Migration):
    dependencies = [("communities", "0001_initial"), ("people", "0012_stirred")]
    operations = [migrations.RunSQL(SQL, BACK)]
