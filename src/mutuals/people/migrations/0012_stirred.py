"""Who changed is written down by triggers, for groups of people that are kept up to date.

A room whose rows conditions on people ask for says in a migration of its own whose they are, as the tables of this room do here:
`SELECT people_stir_from('sales_deal', 'SELECT person_id FROM %1$I')`, where `%1$I` stands for the rows that a statement changed, as
they were and as they are.
"""

from django.db import migrations, models
from django.db.models.functions import Now

SQL = """
CREATE FUNCTION people_stirs() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    whose text := format(TG_ARGV[0], CASE TG_OP WHEN 'DELETE' THEN 'stale' ELSE 'fresh' END);
BEGIN
    IF NOT EXISTS (SELECT FROM people_stirring) THEN
        RETURN NULL;
    END IF;
    IF TG_OP = 'UPDATE' THEN
        whose := whose || ' UNION ' || format(TG_ARGV[0], 'stale');
    END IF;
    EXECUTE 'INSERT INTO people_stirred (person_id) SELECT DISTINCT w.id FROM (' || whose || ') w (id) WHERE w.id IS NOT NULL';
    RETURN NULL;
END $$;
CREATE FUNCTION people_stir_from(place regclass, whose text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TRIGGER people_stirs_come AFTER INSERT ON %s REFERENCING NEW TABLE AS fresh
        FOR EACH STATEMENT EXECUTE FUNCTION people_stirs(%L)', place, whose);
    EXECUTE format('CREATE TRIGGER people_stirs_change AFTER UPDATE ON %s REFERENCING OLD TABLE AS stale NEW TABLE AS fresh
        FOR EACH STATEMENT EXECUTE FUNCTION people_stirs(%L)', place, whose);
    EXECUTE format('CREATE TRIGGER people_stirs_go AFTER DELETE ON %s REFERENCING OLD TABLE AS stale
        FOR EACH STATEMENT EXECUTE FUNCTION people_stirs(%L)', place, whose);
END $$;
CREATE FUNCTION people_stir_no_more(place regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('DROP TRIGGER people_stirs_come ON %s', place);
    EXECUTE format('DROP TRIGGER people_stirs_change ON %s', place);
    EXECUTE format('DROP TRIGGER people_stirs_go ON %s', place);
END $$;
SELECT people_stir_from('people_person', 'SELECT id FROM %1$I UNION SELECT canonical_id FROM %1$I');
SELECT people_stir_from('people_affiliation', 'SELECT person_id FROM %1$I');
SELECT people_stir_from('people_fact', 'SELECT person_id FROM %1$I');
SELECT people_stir_from('people_profile', 'SELECT person_id FROM %1$I');
SELECT people_stir_from('people_organisation',
    'SELECT a.person_id FROM %1$I o JOIN people_affiliation a ON a.organisation_id = o.id');
"""
BACK = """
SELECT people_stir_no_more('people_organisation');
SELECT people_stir_no_more('people_profile');
SELECT people_stir_no_more('people_fact');
SELECT people_stir_no_more('people_affiliation');
SELECT people_stir_no_more('people_person');
DROP FUNCTION people_stir_no_more(regclass);
DROP FUNCTION people_stir_from(regclass, text);
DROP FUNCTION people_stirs();
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0011_custom")]
    operations = [
        migrations.CreateModel(
            name="Stirred",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("person_id", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="Stirring",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("since", models.DateTimeField(db_default=Now())),
            ],
        ),
        migrations.RunSQL(SQL, BACK),
    ]
