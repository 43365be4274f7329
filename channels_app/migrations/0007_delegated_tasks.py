import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("roomkit_channels", "0006_agent_publishing"),
        ("roomkit_rooms", "0014_parked"),
    ]

    operations = [
        migrations.CreateModel(
            name="DelegatedTask",
            fields=[
                ("id", models.CharField(max_length=255, primary_key=True, serialize=False)),
                ("child_room_id", models.CharField(max_length=255)),
                ("agent_id", models.CharField(max_length=255)),
                ("organization_id", models.CharField(blank=True, default="", max_length=255)),
                ("task", models.TextField()),
                ("context", models.JSONField(blank=True, default=dict)),
                ("notify", models.CharField(blank=True, max_length=255, null=True)),
                ("delivery", models.JSONField(blank=True, default=dict)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("pending", "Pending"),
                            ("in_progress", "In progress"),
                            ("completed", "Completed"),
                            ("failed", "Failed"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="pending",
                        max_length=32,
                    ),
                ),
                ("output", models.TextField(blank=True, null=True)),
                ("error", models.TextField(blank=True, null=True)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                ("look_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("told_at", models.DateTimeField(blank=True, null=True)),
                (
                    "parent_room",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="delegated_tasks",
                        to="roomkit_rooms.room",
                    ),
                ),
            ],
            options={
                "verbose_name": "delegated task",
                "verbose_name_plural": "delegated tasks",
                "indexes": [
                    models.Index(fields=["parent_room", "created_at"], name="rk_task_of_room"),
                    models.Index(
                        condition=models.Q(("told_at__isnull", True)),
                        fields=["look_at"],
                        name="rk_task_due",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("child_room_id",), name="rk_task_child")
                ],
            },
        ),
        migrations.CreateModel(
            name="StatusEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("agent_id", models.CharField(max_length=255)),
                ("status", models.TextField()),
                ("metadata", models.JSONField(blank=True, default=dict)),
                ("posted_at", models.DateTimeField()),
                (
                    "room",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="statuses",
                        to="roomkit_rooms.room",
                    ),
                ),
            ],
            options={
                "verbose_name": "agent status",
                "verbose_name_plural": "agent statuses",
                "indexes": [
                    models.Index(fields=["room", "id"], name="rk_status_of_room"),
                    models.Index(fields=["room", "agent_id", "id"], name="rk_status_of_agent"),
                ],
            },
        ),
    ]
