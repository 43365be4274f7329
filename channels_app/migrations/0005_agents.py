"""The rows of agents, and the full-text indexes of what they look things up in."""

from decimal import Decimal

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

# A text's words, in no language: an agent's rooms may speak several. More than this of one text
# is not indexed, because PostgreSQL refuses vectors above one megabyte.
POSTGRESQL_WORDS = (
    "ALTER TABLE roomkit_channels_knowledgeentry ADD COLUMN words tsvector "
    "GENERATED ALWAYS AS (to_tsvector('simple', left(content, 250000))) STORED",
    "CREATE INDEX rk_knowledge_words ON roomkit_channels_knowledgeentry USING gin (words)",
)
POSTGRESQL_NO_WORDS = ("ALTER TABLE roomkit_channels_knowledgeentry DROP COLUMN words",)

# SQLite makes a table anew to change it and drops its triggers then: a later change of this table
# has to make them again.
SQLITE_WORDS = (
    """
    CREATE VIRTUAL TABLE rk_knowledge_words USING fts5(
        content, content='roomkit_channels_knowledgeentry', content_rowid='id',
        tokenize='unicode61 remove_diacritics 2'
    )
    """,
    """
    CREATE TRIGGER rk_knowledge_added AFTER INSERT ON roomkit_channels_knowledgeentry BEGIN
        INSERT INTO rk_knowledge_words(rowid, content) VALUES (new.id, new.content);
    END
    """,
    """
    CREATE TRIGGER rk_knowledge_deleted AFTER DELETE ON roomkit_channels_knowledgeentry BEGIN
        INSERT INTO rk_knowledge_words(rk_knowledge_words, rowid, content)
            VALUES ('delete', old.id, old.content);
    END
    """,
    """
    CREATE TRIGGER rk_knowledge_changed AFTER UPDATE ON roomkit_channels_knowledgeentry BEGIN
        INSERT INTO rk_knowledge_words(rk_knowledge_words, rowid, content)
            VALUES ('delete', old.id, old.content);
        INSERT INTO rk_knowledge_words(rowid, content) VALUES (new.id, new.content);
    END
    """,
)
SQLITE_NO_WORDS = (
    "DROP TRIGGER rk_knowledge_added",
    "DROP TRIGGER rk_knowledge_deleted",
    "DROP TRIGGER rk_knowledge_changed",
    "DROP TABLE rk_knowledge_words",
)


def index_words(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    ways = {"postgresql": POSTGRESQL_WORDS, "sqlite": SQLITE_WORDS}
    for statement in ways.get(schema_editor.connection.vendor, ()):
        schema_editor.execute(statement)


def forget_words(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    ways = {"postgresql": POSTGRESQL_NO_WORDS, "sqlite": SQLITE_NO_WORDS}
    for statement in ways.get(schema_editor.connection.vendor, ()):
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [
        ("roomkit_channels", "0004_vendor_notes"),
        ("roomkit_rooms", "0012_postgresql_indexes"),
    ]

    operations = [
        migrations.CreateModel(
            name="AgentConfig",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "channel_id",
                    models.CharField(
                        max_length=255,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "\\A[A-Za-z0-9][A-Za-z0-9_-]*\\Z",
                                "Use letters, digits, - and _ only, and begin with a letter or digit.",
                            )
                        ],
                        verbose_name="channel id",
                    ),
                ),
                ("organization_id", models.CharField(blank=True, default="", max_length=255)),
                ("name", models.CharField(max_length=255)),
                ("provider", models.CharField(max_length=512)),
                ("options", models.JSONField(blank=True, default=dict)),
                ("secrets", models.TextField(blank=True, default="")),
                ("is_enabled", models.BooleanField(default=True, verbose_name="enabled")),
                (
                    "reply_quiet_s",
                    models.FloatField(
                        default=1.5,
                        validators=[django.core.validators.MinValueValidator(0.0)],
                        verbose_name="reply after so many quiet seconds",
                    ),
                ),
                (
                    "reply_cap_s",
                    models.FloatField(
                        default=8.0,
                        validators=[django.core.validators.MinValueValidator(0.0)],
                        verbose_name="reply after so many seconds at the latest",
                    ),
                ),
                (
                    "on_new_message",
                    models.CharField(
                        choices=[("queue", "Queue"), ("supersede", "Supersede")],
                        default="queue",
                        max_length=32,
                    ),
                ),
                ("revision", models.PositiveIntegerField(default=1)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "verbose_name": "agent",
                "verbose_name_plural": "agents",
            },
        ),
        migrations.CreateModel(
            name="EvalCase",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=255)),
                ("events", models.JSONField(default=list)),
                ("checks", models.JSONField(default=list)),
                (
                    "source_room_id",
                    models.CharField(blank=True, db_index=True, default="", max_length=255),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.CreateModel(
            name="AgentRun",
            fields=[
                ("id", models.CharField(max_length=255, primary_key=True, serialize=False)),
                ("channel_id", models.CharField(max_length=255)),
                ("organization_id", models.CharField(blank=True, default="", max_length=255)),
                ("delivery_id", models.CharField(blank=True, max_length=255, null=True)),
                ("parent_run_id", models.CharField(blank=True, max_length=255, null=True)),
                ("version_id", models.CharField(blank=True, max_length=255, null=True)),
                ("provider", models.CharField(blank=True, default="", max_length=255)),
                ("model", models.CharField(blank=True, default="", max_length=255)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("running", "Running"),
                            ("waiting", "Waiting"),
                            ("completed", "Completed"),
                            ("failed", "Failed"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="running",
                        max_length=32,
                    ),
                ),
                ("attempt", models.IntegerField(default=1)),
                ("segment", models.IntegerField(default=0)),
                ("rounds", models.IntegerField(default=0)),
                ("usage", models.JSONField(blank=True, default=dict)),
                (
                    "cost",
                    models.DecimalField(blank=True, decimal_places=10, max_digits=20, null=True),
                ),
                ("currency", models.CharField(default="USD", max_length=3)),
                ("end_reason", models.CharField(blank=True, default="", max_length=255)),
                ("error", models.TextField(blank=True, default="")),
                ("started_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "event",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="agent_runs",
                        to="roomkit_rooms.event",
                    ),
                ),
                (
                    "room",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="agent_runs",
                        to="roomkit_rooms.room",
                    ),
                ),
            ],
            options={
                "verbose_name": "agent run",
                "verbose_name_plural": "agent runs",
                "permissions": (("steer_agentrun", "Can stop and steer agent runs"),),
            },
        ),
        migrations.CreateModel(
            name="AgentStep",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("seq", models.IntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("model", "Model"),
                            ("tool", "Tool"),
                            ("steer", "Steer"),
                            ("compaction", "Compaction"),
                        ],
                        default="model",
                        max_length=32,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("begun", "Begun"),
                            ("waiting", "Waiting"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                            ("denied", "Denied"),
                            ("cancelled", "Cancelled"),
                            ("unknown", "Unknown"),
                        ],
                        default="begun",
                        max_length=32,
                    ),
                ),
                ("round", models.IntegerField(default=0)),
                ("name", models.CharField(blank=True, default="", max_length=255)),
                ("call_id", models.CharField(blank=True, default="", max_length=512)),
                ("request", models.JSONField(blank=True, default=dict)),
                ("response", models.JSONField(blank=True, default=dict)),
                ("usage", models.JSONField(blank=True, default=dict)),
                (
                    "cost",
                    models.DecimalField(blank=True, decimal_places=10, max_digits=20, null=True),
                ),
                ("duration_ms", models.FloatField(default=0.0)),
                ("error", models.TextField(blank=True, default="")),
                ("started_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "run",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="steps",
                        to="roomkit_channels.agentrun",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="AgentVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("published", "Published"),
                            ("archived", "Archived"),
                        ],
                        default="draft",
                        max_length=32,
                    ),
                ),
                ("prompt", models.TextField(blank=True, default="")),
                ("model", models.CharField(max_length=255)),
                ("fallback_model", models.CharField(blank=True, default="", max_length=255)),
                (
                    "temperature",
                    models.FloatField(
                        blank=True,
                        default=0.7,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(0.0)],
                    ),
                ),
                (
                    "max_tokens",
                    models.PositiveIntegerField(
                        default=1024, validators=[django.core.validators.MinValueValidator(1)]
                    ),
                ),
                ("thinking_budget", models.PositiveIntegerField(blank=True, null=True)),
                ("tools", models.JSONField(blank=True, default=list)),
                ("tool_policy", models.JSONField(blank=True, default=dict)),
                ("memory", models.JSONField(blank=True, default=dict)),
                ("max_tool_rounds", models.PositiveIntegerField(default=200)),
                ("failure_text", models.TextField(blank=True, default="")),
                ("note", models.TextField(blank=True, default="")),
                ("author", models.CharField(blank=True, default="", max_length=255)),
                ("sha256", models.CharField(blank=True, default="", editable=False, max_length=64)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "agent",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="versions",
                        to="roomkit_channels.agentconfig",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="agentconfig",
            name="published_version",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="roomkit_channels.agentversion",
            ),
        ),
        migrations.CreateModel(
            name="Budget",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("organization_id", models.CharField(blank=True, default="", max_length=255)),
                (
                    "scope",
                    models.CharField(
                        choices=[
                            ("room", "Room"),
                            ("agent", "Agent"),
                            ("organization", "Organization"),
                        ],
                        default="organization",
                        max_length=32,
                    ),
                ),
                (
                    "scope_id",
                    models.CharField(
                        blank=True,
                        default="",
                        help_text="Id of a room or of an agent; empty is each of them by itself",
                        max_length=255,
                        verbose_name="room or agent",
                    ),
                ),
                (
                    "period",
                    models.CharField(
                        choices=[("day", "Day"), ("total", "Total")], default="day", max_length=32
                    ),
                ),
                (
                    "limit",
                    models.DecimalField(
                        decimal_places=4,
                        max_digits=16,
                        validators=[django.core.validators.MinValueValidator(0)],
                    ),
                ),
                ("currency", models.CharField(default="USD", max_length=3)),
                (
                    "action",
                    models.CharField(
                        choices=[("hand_over", "Hand over")], default="hand_over", max_length=32
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organization_id", "scope", "scope_id", "period"),
                        name="rk_budget_scope",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("limit__gte", 0)), name="rk_budget_limit"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="EvalRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("channel_id", models.CharField(blank=True, default="", max_length=255)),
                ("model", models.CharField(blank=True, default="", max_length=255)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("running", "Running"),
                            ("waiting", "Waiting"),
                            ("completed", "Completed"),
                            ("failed", "Failed"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="running",
                        max_length=32,
                    ),
                ),
                (
                    "cost",
                    models.DecimalField(blank=True, decimal_places=10, max_digits=20, null=True),
                ),
                ("currency", models.CharField(default="USD", max_length=3)),
                ("started_by", models.CharField(blank=True, default="", max_length=255)),
                ("started_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "version",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="eval_runs",
                        to="roomkit_channels.agentversion",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="EvalResult",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("passed", models.BooleanField()),
                ("score", models.FloatField(blank=True, null=True)),
                ("answer", models.TextField(blank=True, default="")),
                ("checks", models.JSONField(blank=True, default=list)),
                ("error", models.TextField(blank=True, default="")),
                ("usage", models.JSONField(blank=True, default=dict)),
                (
                    "cost",
                    models.DecimalField(blank=True, decimal_places=10, max_digits=20, null=True),
                ),
                ("duration_ms", models.FloatField(default=0.0)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="results",
                        to="roomkit_channels.evalcase",
                    ),
                ),
                (
                    "eval_run",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="results",
                        to="roomkit_channels.evalrun",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="EvalSet",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("organization_id", models.CharField(blank=True, default="", max_length=255)),
                ("name", models.CharField(max_length=255)),
                ("description", models.TextField(blank=True, default="")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organization_id", "name"), name="rk_eval_set_name"
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="evalrun",
            name="eval_set",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="runs",
                to="roomkit_channels.evalset",
            ),
        ),
        migrations.AddField(
            model_name="evalcase",
            name="eval_set",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="cases",
                to="roomkit_channels.evalset",
            ),
        ),
        migrations.CreateModel(
            name="KnowledgeEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("entry_id", models.CharField(max_length=255, unique=True)),
                ("organization_id", models.CharField(blank=True, default="", max_length=255)),
                ("channel_id", models.CharField(blank=True, max_length=255, null=True)),
                ("source", models.CharField(blank=True, default="", max_length=512)),
                ("content", models.TextField()),
                ("metadata", models.JSONField(blank=True, default=dict)),
                ("indexed_at", models.DateTimeField(auto_now=True)),
                (
                    "event",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="knowledge",
                        to="roomkit_rooms.event",
                    ),
                ),
                (
                    "room",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="knowledge",
                        to="roomkit_rooms.room",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "knowledge entries",
            },
        ),
        migrations.CreateModel(
            name="PriceRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("organization_id", models.CharField(blank=True, default="", max_length=255)),
                ("provider", models.CharField(max_length=255)),
                (
                    "model_prefix",
                    models.CharField(
                        blank=True,
                        default="",
                        help_text="The beginning of the model's name",
                        max_length=255,
                        verbose_name="model",
                    ),
                ),
                ("valid_from", models.DateField()),
                (
                    "input",
                    models.DecimalField(
                        decimal_places=6,
                        max_digits=12,
                        validators=[django.core.validators.MinValueValidator(Decimal("0"))],
                        verbose_name="input, a million tokens",
                    ),
                ),
                (
                    "output",
                    models.DecimalField(
                        decimal_places=6,
                        max_digits=12,
                        validators=[django.core.validators.MinValueValidator(Decimal("0"))],
                        verbose_name="output, a million tokens",
                    ),
                ),
                (
                    "cache_read",
                    models.DecimalField(
                        blank=True,
                        decimal_places=6,
                        max_digits=12,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(Decimal("0"))],
                        verbose_name="read from cache, a million tokens",
                    ),
                ),
                (
                    "cache_write",
                    models.DecimalField(
                        blank=True,
                        decimal_places=6,
                        max_digits=12,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(Decimal("0"))],
                        verbose_name="written to cache, a million tokens",
                    ),
                ),
                ("currency", models.CharField(default="USD", max_length=3)),
                (
                    "source",
                    models.CharField(
                        blank=True,
                        default="",
                        help_text="Where the price was read, and when",
                        max_length=512,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organization_id", "provider", "model_prefix", "valid_from"),
                        name="rk_price_day",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RoomSummary",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("channel_id", models.CharField(max_length=255)),
                ("upto_index", models.BigIntegerField()),
                ("text", models.TextField()),
                ("model", models.CharField(blank=True, default="", max_length=255)),
                ("tokens", models.IntegerField(default=0)),
                ("updated_at", models.DateTimeField()),
                (
                    "room",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="agent_summaries",
                        to="roomkit_rooms.room",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SkillActivation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("channel_id", models.CharField(max_length=255)),
                ("name", models.CharField(max_length=255)),
                ("activated_at", models.DateTimeField()),
                (
                    "room",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="skill_activations",
                        to="roomkit_rooms.room",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SteerDirective",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("payload", models.JSONField()),
                ("created_at", models.DateTimeField()),
                ("applied_at", models.DateTimeField(blank=True, null=True)),
                (
                    "run",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="directives",
                        to="roomkit_channels.agentrun",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="StoredToolResult",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("result_id", models.CharField(max_length=512)),
                ("text", models.TextField()),
                ("created_at", models.DateTimeField()),
                (
                    "room",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tool_results",
                        to="roomkit_rooms.room",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ToolApproval",
            fields=[
                ("id", models.CharField(max_length=255, primary_key=True, serialize=False)),
                ("seq", models.IntegerField()),
                ("room_id", models.CharField(max_length=255)),
                ("channel_id", models.CharField(max_length=255)),
                ("organization_id", models.CharField(blank=True, default="", max_length=255)),
                (
                    "kind",
                    models.CharField(
                        choices=[("approval", "Approval"), ("input", "Input")],
                        default="approval",
                        max_length=32,
                    ),
                ),
                ("tool_name", models.CharField(max_length=255)),
                ("call_id", models.CharField(max_length=512)),
                ("question", models.TextField(blank=True, default="")),
                ("arguments", models.JSONField(blank=True, default=dict)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "Pending"),
                            ("approved", "Approved"),
                            ("rejected", "Rejected"),
                            ("answered", "Answered"),
                            ("timed_out", "Timed out"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="pending",
                        max_length=32,
                    ),
                ),
                ("edited_arguments", models.JSONField(blank=True, null=True)),
                ("answer", models.TextField(blank=True, null=True)),
                ("reason", models.TextField(blank=True, default="")),
                ("decided_by", models.CharField(blank=True, default="", max_length=255)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("told_at", models.DateTimeField(blank=True, null=True)),
                (
                    "run",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="approvals",
                        to="roomkit_channels.agentrun",
                    ),
                ),
            ],
            options={
                "verbose_name": "tool approval",
                "verbose_name_plural": "tool approvals",
                "permissions": (("decide_toolapproval", "Can decide about tool calls of agents"),),
            },
        ),
        migrations.CreateModel(
            name="UsageRecord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("run_id", models.CharField(max_length=255)),
                ("seq", models.IntegerField()),
                ("organization_id", models.CharField(blank=True, default="", max_length=255)),
                ("room_id", models.CharField(max_length=255)),
                ("channel_id", models.CharField(max_length=255)),
                ("provider", models.CharField(max_length=255)),
                ("model", models.CharField(max_length=255)),
                ("input_tokens", models.BigIntegerField(default=0)),
                ("output_tokens", models.BigIntegerField(default=0)),
                ("cache_read_tokens", models.BigIntegerField(default=0)),
                ("cache_write_tokens", models.BigIntegerField(default=0)),
                (
                    "cost",
                    models.DecimalField(blank=True, decimal_places=10, max_digits=20, null=True),
                ),
                ("currency", models.CharField(default="USD", max_length=3)),
                ("price_source", models.CharField(blank=True, default="", max_length=512)),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["organization_id", "created_at"], name="rk_usage_list"),
                    models.Index(fields=["room_id", "created_at"], name="rk_usage_room"),
                    models.Index(fields=["channel_id", "created_at"], name="rk_usage_agent"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("run_id", "seq"), name="rk_usage_step")
                ],
            },
        ),
        migrations.AddIndex(
            model_name="agentrun",
            index=models.Index(fields=["room", "started_at"], name="rk_run_room"),
        ),
        migrations.AddIndex(
            model_name="agentrun",
            index=models.Index(fields=["organization_id", "started_at"], name="rk_run_list"),
        ),
        migrations.AddIndex(
            model_name="agentrun",
            index=models.Index(
                condition=models.Q(("status__in", ("running", "waiting"))),
                fields=["channel_id", "started_at"],
                name="rk_run_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="agentrun",
            constraint=models.UniqueConstraint(fields=("event", "channel_id"), name="rk_run_turn"),
        ),
        migrations.AddConstraint(
            model_name="agentstep",
            constraint=models.UniqueConstraint(fields=("run", "seq"), name="rk_step_place"),
        ),
        migrations.AddConstraint(
            model_name="agentversion",
            constraint=models.UniqueConstraint(
                fields=("agent", "number"), name="rk_version_number"
            ),
        ),
        migrations.AddConstraint(
            model_name="agentversion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "published")),
                fields=("agent",),
                name="rk_version_published",
            ),
        ),
        migrations.AddConstraint(
            model_name="agentconfig",
            constraint=models.CheckConstraint(
                condition=models.Q(("channel_id", ""), _negated=True), name="rk_agent_config_id"
            ),
        ),
        migrations.AddConstraint(
            model_name="agentconfig",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("reply_cap_s__gte", models.F("reply_quiet_s")), ("reply_quiet_s__gte", 0)
                ),
                name="rk_agent_reply_timing",
            ),
        ),
        migrations.AddConstraint(
            model_name="evalresult",
            constraint=models.UniqueConstraint(
                fields=("eval_run", "case"), name="rk_eval_result_case"
            ),
        ),
        migrations.AddConstraint(
            model_name="evalcase",
            constraint=models.UniqueConstraint(
                fields=("eval_set", "name"), name="rk_eval_case_name"
            ),
        ),
        migrations.AddIndex(
            model_name="knowledgeentry",
            index=models.Index(fields=["organization_id", "source"], name="rk_knowledge_list"),
        ),
        migrations.AddConstraint(
            model_name="roomsummary",
            constraint=models.UniqueConstraint(
                fields=("room", "channel_id"), name="rk_summary_of_agent"
            ),
        ),
        migrations.AddConstraint(
            model_name="skillactivation",
            constraint=models.UniqueConstraint(
                fields=("room", "channel_id", "name"), name="rk_skill_activation"
            ),
        ),
        migrations.AddIndex(
            model_name="steerdirective",
            index=models.Index(fields=["run", "id"], name="rk_steer_run"),
        ),
        migrations.AddIndex(
            model_name="steerdirective",
            index=models.Index(
                condition=models.Q(("applied_at__isnull", True)),
                fields=["run"],
                name="rk_steer_untaken",
            ),
        ),
        migrations.AddConstraint(
            model_name="storedtoolresult",
            constraint=models.UniqueConstraint(
                fields=("room", "result_id"), name="rk_tool_result_id"
            ),
        ),
        migrations.AddIndex(
            model_name="toolapproval",
            index=models.Index(fields=["organization_id", "created_at"], name="rk_approval_list"),
        ),
        migrations.AddIndex(
            model_name="toolapproval",
            index=models.Index(
                condition=models.Q(("state", "pending")),
                fields=["expires_at"],
                name="rk_approval_pending",
            ),
        ),
        migrations.AddIndex(
            model_name="toolapproval",
            index=models.Index(
                condition=models.Q(("decided_at__isnull", False), ("told_at__isnull", True)),
                fields=["run"],
                name="rk_approval_untold",
            ),
        ),
        migrations.AddConstraint(
            model_name="toolapproval",
            constraint=models.UniqueConstraint(fields=("run", "seq"), name="rk_approval_place"),
        ),
        migrations.RunPython(index_words, forget_words),
    ]
