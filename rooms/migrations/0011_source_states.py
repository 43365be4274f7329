from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("roomkit_rooms", "0010_identity_merges")]

    operations = [
        migrations.CreateModel(
            name="SourceState",
            fields=[
                ("channel_id", models.CharField(max_length=255, primary_key=True, serialize=False)),
                ("organization_id", models.CharField(blank=True, default="", max_length=255)),
                ("node", models.CharField(blank=True, default="", max_length=255)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("stopped", "Stopped"),
                            ("connecting", "Connecting"),
                            ("connected", "Connected"),
                            ("reconnecting", "Reconnecting"),
                            ("error", "Error"),
                        ],
                        default="stopped",
                        max_length=32,
                    ),
                ),
                ("connected_at", models.DateTimeField(blank=True, null=True)),
                ("last_message_at", models.DateTimeField(blank=True, null=True)),
                ("messages_received", models.BigIntegerField(default=0)),
                ("error", models.TextField(blank=True, null=True)),
                ("metadata", models.JSONField(blank=True, default=dict)),
                ("cursor", models.JSONField(blank=True, default=dict)),
            ],
        ),
    ]
