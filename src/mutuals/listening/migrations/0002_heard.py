"""The view by which conditions ask for topics."""

from django.db import migrations

VIEW = """
CREATE VIEW listening_heard AS
SELECT m.interaction_id, array_agg(t.name ORDER BY t.name) AS topics
FROM listening_mention m JOIN listening_topic t ON t.version_id = m.version_id
WHERE m.aside IN ('', 'copy') GROUP BY m.interaction_id
"""


class Migration(migrations.Migration):
    dependencies = [("listening", "0001_first")]
    operations = [migrations.RunSQL(VIEW, "DROP VIEW listening_heard")]
