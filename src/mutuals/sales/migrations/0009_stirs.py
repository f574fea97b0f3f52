"""Whose rows change is told to groups of people that are kept up to date; see people/migrations/0012_stirred.py."""

from django.db import migrations

SQL = """
SELECT people_stir_from('sales_deal',
    'SELECT person_id FROM %1$I');
SELECT people_stir_from('sales_dealline',
    'SELECT d.person_id FROM %1$I r JOIN sales_deal d ON d.id = r.deal_id');
SELECT people_stir_from('processes_item',
    'SELECT d.person_id FROM %1$I r JOIN sales_deal d ON d.item_id = r.id');
SELECT people_stir_from('sales_order',
    'SELECT f.person_id FROM %1$I r JOIN people_profile f ON f.id = r.profile_id');
SELECT people_stir_from('sales_orderline',
    'SELECT f.person_id FROM %1$I r JOIN sales_order o ON o.id = r.order_id JOIN people_profile f ON f.id = o.profile_id');
SELECT people_stir_from('sales_quote',
    'SELECT f.person_id FROM %1$I r JOIN people_profile f ON f.id = r.profile_id');
SELECT people_stir_from('sales_quoteline',
    'SELECT f.person_id FROM %1$I r JOIN sales_quote q ON q.id = r.quote_id JOIN people_profile f ON f.id = q.profile_id');
SELECT people_stir_from('sales_invoice',
    'SELECT f.person_id FROM %1$I r JOIN people_profile f ON f.id = r.profile_id');
"""
BACK = """
SELECT people_stir_no_more('sales_invoice');
SELECT people_stir_no_more('sales_quoteline');
SELECT people_stir_no_more('sales_quote');
SELECT people_stir_no_more('sales_orderline');
SELECT people_stir_no_more('sales_order');
SELECT people_stir_no_more('processes_item');
SELECT people_stir_no_more('sales_dealline');
SELECT people_stir_no_more('sales_deal');
"""


class Migration(migrations.Migration):
    dependencies = [("sales", "0008_home"), ("people", "0012_stirred"), ("processes", "0003_usual")]
    operations = [migrations.RunSQL(SQL, BACK)]
