import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("roomkit_channels", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="ChannelConfig",
            fields=[
                (
                    "channel_id",
                    models.CharField(
                        max_length=255,
                        primary_key=True,
                        serialize=False,
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
                ("channel_type", models.CharField(max_length=255)),
                ("provider", models.CharField(max_length=255)),
                ("options", models.JSONField(blank=True, default=dict)),
                ("secrets", models.TextField(blank=True, default="")),
                ("is_enabled", models.BooleanField(default=True, verbose_name="enabled")),
                (
                    "checked_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="last check"),
                ),
                ("check_error", models.TextField(blank=True, default="")),
                ("version", models.PositiveIntegerField(default=1)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "verbose_name": "channel",
                "verbose_name_plural": "channels",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("channel_id", ""), _negated=True),
                        name="rk_channel_config_id",
                    )
                ],
            },
        ),
    ]
