"""The tables of this room as they are by the last of the migrations that it replaces, for a database that has none of them."""

import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

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


class Migration(migrations.Migration):
    replaces = [
        ("sales", "0001_initial"),
        ("sales", "0002_order_reference"),
        ("sales", "0003_goods_quotes_invoices"),
        ("sales", "0004_kinds"),
        ("sales", "0005_returns_by_day"),
        ("sales", "0006_deals"),
        ("sales", "0007_returns"),
        ("sales", "0008_home"),
        ("sales", "0009_stirs"),
        ("sales", "0010_trash"),
        ("sales", "0011_lists"),
        ("sales", "0012_article"),
    ]

    initial = True

    dependencies = [
        ("channels", "0004_whole"),
        ("people", "0015_whole"),
        ("processes", "0003_whole"),
        ("staff", "0007_whole"),
    ]

    operations = [
        migrations.CreateModel(
            name="Deal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=200)),
                ("amount", models.DecimalField(db_default=0, decimal_places=2, default=0, max_digits=14)),
                ("currency", models.CharField(max_length=3)),
                ("home", models.DecimalField(blank=True, decimal_places=4, max_digits=16, null=True)),
                ("probability", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("expected_on", models.DateField(blank=True, null=True)),
                ("came_by", models.CharField(blank=True, db_default="", default="", max_length=60)),
                (
                    "outcome",
                    models.CharField(
                        blank=True, choices=[("won", "Won"), ("lost", "Lost")], db_default="", default="", max_length=4
                    ),
                ),
                ("lost_reason", models.CharField(blank=True, db_default="", default="", max_length=500)),
                ("opened_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("changed_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("custom", models.JSONField(blank=True, db_default={}, default=dict)),
                ("trashed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "item",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="deal",
                        to="processes.item",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deals",
                        to="people.organisation",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deals",
                        to="people.person",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="staff.team",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("trashed_at__isnull", False)), fields=["-trashed_at"], name="deal_trashed"
                    ),
                    models.Index(
                        condition=models.Q(("person__isnull", False)),
                        fields=["person", "-opened_at"],
                        name="deal_by_person",
                    ),
                    models.Index(
                        condition=models.Q(("organisation__isnull", False)),
                        fields=["organisation", "-opened_at"],
                        name="deal_by_house",
                    ),
                    models.Index(
                        condition=models.Q(("outcome", ""), ("trashed_at", None)),
                        fields=["owner", "-id"],
                        name="deal_mine",
                    ),
                    models.Index(
                        condition=models.Q(("outcome", ""), ("trashed_at", None)), fields=["-id"], name="deal_open"
                    ),
                    models.Index(
                        condition=models.Q(("outcome", ""), ("trashed_at", None)),
                        fields=["expected_on", "id"],
                        name="deal_expected",
                    ),
                    models.Index(
                        condition=models.Q(("outcome", ""), _negated=True),
                        fields=["outcome", "-ended_at", "-id"],
                        name="deal_over",
                    ),
                    models.Index(fields=["-changed_at", "-id"], name="deal_changed"),
                    models.Index(
                        models.OrderBy(models.F("home"), descending=True, nulls_last=True),
                        models.OrderBy(models.F("id"), descending=True),
                        condition=models.Q(("outcome", ""), ("trashed_at", None)),
                        name="deal_largest",
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass(models.F("custom"), "jsonb_path_ops"),
                        condition=models.Q(("custom", {}), _negated=True),
                        name="deal_custom",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("person__isnull", False), ("organisation__isnull", False), _connector="OR"),
                        name="deal_has_whom",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("probability", None), ("probability__lte", 100), _connector="OR"),
                        name="deal_probability",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at", None), ("outcome", "")),
                            models.Q(models.Q(("outcome", ""), _negated=True), ("ended_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="deal_ended",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DealRole",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("decides", "Decides"),
                            ("buys", "Buys"),
                            ("uses", "Uses it"),
                            ("advises", "Advises"),
                            ("doubts", "Has doubts"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "deal",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="roles",
                        to="sales.deal",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="deal_roles", to="people.person"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("deal", "person"), name="deal_role_once")],
            },
        ),
        migrations.CreateModel(
            name="Order",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=80)),
                ("placed_at", models.DateTimeField()),
                ("currency", models.CharField(max_length=3)),
                ("total", models.DecimalField(decimal_places=2, max_digits=14)),
                ("status", models.CharField(blank=True, max_length=20)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("sale", "Sale"),
                            ("return", "Return"),
                            ("adjustment", "Adjustment"),
                            ("movement", "Stock movement"),
                        ],
                        db_default="sale",
                        default="sale",
                        max_length=10,
                    ),
                ),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "deal",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="orders",
                        to="sales.deal",
                    ),
                ),
                (
                    "gives_back",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="returns",
                        to="sales.order",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="orders",
                        to="people.organisation",
                    ),
                ),
                (
                    "profile",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="orders",
                        to="people.profile",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="orders",
                        to="channels.source",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["profile", "-placed_at", "-id"], name="order_by_profile"),
                    models.Index(
                        django.db.models.functions.text.Upper(
                            models.Func(
                                models.F("number"),
                                models.Value("[^0-9A-Za-z]+"),
                                models.Value(""),
                                models.Value("g"),
                                function="regexp_replace",
                            )
                        ),
                        name="order_reference",
                    ),
                    models.Index(fields=["-placed_at", "-id"], name="order_by_day"),
                    models.Index(
                        condition=models.Q(("organisation__isnull", False)),
                        fields=["organisation", "-placed_at", "-id"],
                        name="order_by_organisation",
                    ),
                    models.Index(
                        condition=models.Q(("deal__isnull", False)), fields=["deal", "-id"], name="order_by_deal"
                    ),
                    models.Index(
                        condition=models.Q(("gives_back__isnull", False)),
                        fields=["gives_back", "id"],
                        name="order_returns",
                    ),
                    models.Index(
                        condition=models.Q(("kind", "sale"), _negated=True),
                        fields=["kind", "-placed_at", "-id"],
                        name="order_not_a_sale",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("source", "number"), name="order_number", nulls_distinct=False),
                    models.CheckConstraint(condition=models.Q(("number", ""), _negated=True), name="order_has_number"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Invoice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=80)),
                ("issued_on", models.DateField()),
                ("due_on", models.DateField(blank=True, null=True)),
                ("currency", models.CharField(max_length=3)),
                ("total", models.DecimalField(decimal_places=2, max_digits=14)),
                ("paid", models.DecimalField(db_default=0, decimal_places=2, default=0, max_digits=14)),
                (
                    "open",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.expressions.CombinedExpression(
                            models.F("total"), "-", models.F("paid")
                        ),
                        output_field=models.DecimalField(decimal_places=2, max_digits=14),
                    ),
                ),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "organisation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="invoices",
                        to="people.organisation",
                    ),
                ),
                (
                    "profile",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="invoices",
                        to="people.profile",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invoices",
                        to="channels.source",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="invoices",
                        to="sales.order",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["profile", "-issued_on", "-id"], name="invoice_by_profile"),
                    models.Index(fields=["organisation", "-issued_on", "-id"], name="invoice_by_organisation"),
                    models.Index(
                        condition=models.Q(("open__gt", 0)), fields=["due_on", "id"], name="invoice_still_open"
                    ),
                    models.Index(
                        condition=models.Q(("due_on__isnull", False)), fields=["due_on", "id"], name="invoice_by_due"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("source", "number"), name="invoice_number", nulls_distinct=False),
                    models.CheckConstraint(
                        condition=models.Q(("number", ""), _negated=True), name="invoice_has_number"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Payment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("paid_on", models.DateField()),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14)),
                ("method", models.CharField(blank=True, max_length=40)),
                ("reference", models.CharField(max_length=120)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "invoice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="payments", to="sales.invoice"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("invoice", "reference"), name="payment_once"),
                    models.CheckConstraint(
                        condition=models.Q(("amount", 0), _negated=True), name="payment_is_something"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PriceList",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120, unique=True)),
                ("currency", models.CharField(max_length=3)),
                ("valid_from", models.DateField(blank=True, null=True)),
                ("valid_to", models.DateField(blank=True, null=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "organisation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="price_lists",
                        to="people.organisation",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_from", None),
                            ("valid_to", None),
                            ("valid_to__gte", models.F("valid_from")),
                            _connector="OR",
                        ),
                        name="price_list_in_order",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Product",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sku", models.CharField(max_length=80, unique=True)),
                ("name", models.CharField(max_length=200)),
                ("category", models.CharField(blank=True, db_default="", default="", max_length=80)),
                ("unit", models.CharField(blank=True, db_default="", default="", max_length=20)),
                ("is_active", models.BooleanField(db_default=True, default=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "indexes": [models.Index(fields=["category", "id"], name="product_by_category")],
            },
        ),
        migrations.CreateModel(
            name="Price",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("amount", models.DecimalField(decimal_places=4, max_digits=14)),
                (
                    "price_list",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="prices", to="sales.pricelist"
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="prices", to="sales.product"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("price_list", "product"), name="price_once"),
                    models.CheckConstraint(condition=models.Q(("amount__gte", 0)), name="price_not_below_zero"),
                ],
            },
        ),
        migrations.CreateModel(
            name="OrderLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveIntegerField()),
                ("name", models.CharField(max_length=200)),
                ("quantity", models.DecimalField(decimal_places=3, max_digits=12)),
                ("unit_price", models.DecimalField(decimal_places=4, max_digits=14)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("sale", "Sale"),
                            ("return", "Return"),
                            ("adjustment", "Adjustment"),
                            ("movement", "Stock movement"),
                        ],
                        db_default="sale",
                        default="sale",
                        max_length=10,
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="lines", to="sales.order"
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="sales.product",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["name"], name="line_article")],
                "constraints": [models.UniqueConstraint(fields=("order", "position"), name="line_position")],
            },
        ),
        migrations.CreateModel(
            name="DealLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveIntegerField()),
                ("name", models.CharField(max_length=200)),
                ("quantity", models.DecimalField(decimal_places=3, max_digits=12)),
                ("unit_price", models.DecimalField(decimal_places=4, max_digits=14)),
                ("discount", models.DecimalField(db_default=0, decimal_places=2, default=0, max_digits=5)),
                (
                    "deal",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="sales.deal",
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="sales.product",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("deal", "position"), name="deal_line_position"),
                    models.CheckConstraint(
                        condition=models.Q(("discount__gte", 0), ("discount__lte", 100)), name="deal_line_discount"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Quote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=80, unique=True)),
                ("currency", models.CharField(max_length=3)),
                ("discount", models.DecimalField(db_default=0, decimal_places=2, default=0, max_digits=5)),
                ("total", models.DecimalField(decimal_places=2, max_digits=14)),
                ("valid_until", models.DateField(blank=True, null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("sent", "Sent"),
                            ("accepted", "Accepted"),
                            ("declined", "Declined"),
                            ("expired", "Expired"),
                        ],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("words", models.CharField(blank=True, max_length=2000)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "deal",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="quotes",
                        to="sales.deal",
                    ),
                ),
                (
                    "order",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="quote",
                        to="sales.order",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="quotes",
                        to="people.organisation",
                    ),
                ),
                (
                    "profile",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="quotes",
                        to="people.profile",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["profile", "-id"], name="quote_by_profile"),
                    models.Index(fields=["organisation", "-id"], name="quote_by_organisation"),
                    models.Index(fields=["state", "-id"], name="quote_by_state"),
                    models.Index(
                        condition=models.Q(("valid_until__isnull", False)),
                        fields=["valid_until", "id"],
                        name="quote_by_until",
                    ),
                    models.Index(
                        condition=models.Q(("deal__isnull", False)), fields=["deal", "-id"], name="quote_by_deal"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("number", ""), _negated=True), name="quote_has_number"),
                    models.CheckConstraint(
                        condition=models.Q(("discount__gte", 0), ("discount__lte", 100)), name="quote_discount"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="QuoteLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveIntegerField()),
                ("name", models.CharField(max_length=200)),
                ("quantity", models.DecimalField(decimal_places=3, max_digits=12)),
                ("unit_price", models.DecimalField(decimal_places=4, max_digits=14)),
                ("discount", models.DecimalField(db_default=0, decimal_places=2, default=0, max_digits=5)),
                (
                    "product",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="sales.product",
                    ),
                ),
                (
                    "quote",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="lines", to="sales.quote"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("quote", "position"), name="quote_line_position"),
                    models.CheckConstraint(
                        condition=models.Q(("discount__gte", 0), ("discount__lte", 100)), name="quote_line_discount"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Selling",
            fields=[
                ("id", models.SmallIntegerField(db_default=1, default=1, primary_key=True, serialize=False)),
                ("to_people", models.BooleanField(db_default=True, default=True)),
            ],
            options={
                "constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="selling_one_row")],
            },
        ),
        migrations.RunSQL(SQL),
    ]
