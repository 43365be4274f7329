from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("roomkit_channels", "0002_channel_configs")]

    operations = [
        migrations.CreateModel(
            name="ClosedEndpoint",
            fields=[
                ("digest", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("host", models.CharField(max_length=255)),
                ("organization_id", models.CharField(blank=True, default="", max_length=255)),
                ("room_id", models.CharField(blank=True, default="", max_length=255)),
                ("closed_at", models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name="webhookreceipt",
            name="once_id",
            field=models.CharField(blank=True, db_default="", default="", max_length=64),
        ),
        migrations.AddField(
            model_name="webhookreceipt",
            name="whole",
            field=models.CharField(blank=True, db_default="", default="", max_length=512),
        ),
        migrations.AddIndex(
            model_name="webhookreceipt",
            index=models.Index(
                condition=Q(("state", "pending"), Q(("whole", ""), _negated=True)),
                fields=["channel_id", "whole"],
                name="rk_receipt_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="webhookreceipt",
            constraint=models.UniqueConstraint(
                condition=Q(("once_id", ""), _negated=True),
                fields=("channel_id", "once_id"),
                name="rk_receipt_once",
            ),
        ),
    ]
