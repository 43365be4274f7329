import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("roomkit_rooms", "0008_address_standings")]

    operations = [
        migrations.AddField(
            model_name="channelbinding",
            name="fallback",
            field=models.JSONField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="delivery",
            name="fallback_for",
            field=models.CharField(blank=True, max_length=255, null=True),
        ),
        migrations.AddField(
            model_name="delivery",
            name="follow_up_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("follow_up_at__isnull", False)),
                fields=["follow_up_at"],
                name="rk_delivery_follow_up",
            ),
        ),
        migrations.CreateModel(
            name="ScheduledSend",
            fields=[
                ("id", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("channel_id", models.CharField(blank=True, max_length=255, null=True)),
                ("content", models.JSONField()),
                ("at", models.DateTimeField()),
                ("participant_id", models.CharField(blank=True, max_length=255, null=True)),
                ("metadata", models.JSONField(blank=True, default=dict)),
                ("visibility", models.TextField(default="all")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("scheduled", "Scheduled"),
                            ("sent", "Sent"),
                            ("canceled", "Canceled"),
                            ("failed", "Failed"),
                        ],
                        default="scheduled",
                        max_length=32,
                    ),
                ),
                ("event_id", models.CharField(blank=True, max_length=64, null=True)),
                ("error", models.TextField(blank=True, null=True)),
                ("created_by", models.CharField(blank=True, max_length=255, null=True)),
                ("created_at", models.DateTimeField()),
                ("lease_until", models.DateTimeField(blank=True, editable=False, null=True)),
                (
                    "room",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="scheduled_sends",
                        to="roomkit_rooms.room",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "scheduled")),
                        fields=["at"],
                        name="rk_scheduled_due",
                    ),
                    models.Index(fields=["room", "at"], name="rk_scheduled_room"),
                ],
            },
        ),
    ]
