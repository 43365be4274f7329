from django.db import migrations, models

import rooms.domain.frozen


class Migration(migrations.Migration):
    dependencies = [("roomkit_rooms", "0006_provider_messages")]

    operations = [
        migrations.CreateModel(
            name="MediaFile",
            fields=[
                (
                    "id",
                    models.CharField(
                        default=rooms.domain.frozen.new_id,
                        max_length=255,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("organization_id", models.CharField(blank=True, default="", max_length=255)),
                ("room_id", models.CharField(blank=True, default="", max_length=255)),
                ("event_id", models.CharField(blank=True, default="", max_length=255)),
                ("channel_id", models.CharField(max_length=255)),
                ("message_key", models.CharField(max_length=512)),
                ("position", models.IntegerField()),
                ("filename", models.CharField(blank=True, default="", max_length=255)),
                ("mime_type", models.CharField(max_length=255)),
                ("size_bytes", models.BigIntegerField(default=0)),
                ("sha256", models.CharField(blank=True, default="", max_length=64)),
                ("storage_name", models.CharField(blank=True, default="", max_length=512)),
                ("created_at", models.DateTimeField()),
                ("stored_at", models.DateTimeField(blank=True, null=True)),
                ("erased_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["room_id"], name="rk_media_file_room"),
                    models.Index(fields=["event_id"], name="rk_media_file_event"),
                    models.Index(fields=["created_at"], name="rk_media_file_created"),
                    models.Index(
                        condition=models.Q(("erased_at__isnull", False)),
                        fields=["erased_at"],
                        name="rk_media_file_erased",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("channel_id", "message_key", "position"),
                        name="rk_media_file_origin",
                    )
                ],
            },
        ),
    ]
