import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("roomkit_rooms", "0012_postgresql_indexes")]

    operations = [
        migrations.CreateModel(
            name="AIPause",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("organization_id", models.CharField(blank=True, default="", max_length=255)),
                (
                    "room",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="ai_pauses",
                        to="roomkit_rooms.room",
                    ),
                ),
                ("channel_id", models.CharField(blank=True, default="", max_length=255)),
                ("paused_by", models.CharField(blank=True, max_length=255, null=True)),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "AI pause",
                "constraints": [
                    models.UniqueConstraint(
                        fields=["organization_id", "channel_id"],
                        condition=Q(room__isnull=True),
                        name="rk_ai_pause_once",
                    ),
                    models.UniqueConstraint(
                        fields=["room", "channel_id"],
                        condition=Q(room__isnull=False),
                        name="rk_ai_pause_room_once",
                    ),
                ],
            },
        ),
    ]
