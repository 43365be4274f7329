"""Leases of rooms and of names, and what a delivery tells of itself while it is under way.

What may not be NULL has its default in the database, so that processes which do not know the new
columns can go on writing rows until they are replaced.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("roomkit_rooms", "0003_postgresql_storage"),
    ]

    operations = [
        migrations.CreateModel(
            name="Lease",
            fields=[
                ("name", models.CharField(max_length=512, primary_key=True, serialize=False)),
                ("owner", models.CharField(max_length=255)),
                ("until", models.DateTimeField()),
            ],
        ),
        migrations.RemoveIndex(
            model_name="delivery",
            name="rk_delivery_open",
        ),
        migrations.AddField(
            model_name="channelbinding",
            name="delivery_policy",
            field=models.CharField(
                choices=[("at_most_once", "At most once"), ("at_least_once", "At least once")],
                db_default="at_most_once",
                default="at_most_once",
                max_length=32,
            ),
        ),
        migrations.AddField(
            model_name="delivery",
            name="traceparent",
            field=models.CharField(blank=True, max_length=255, null=True),
        ),
        migrations.AddField(
            model_name="delivery",
            name="owes_round",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.AddField(
            model_name="event",
            name="processed_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="room",
            name="lease_owner",
            field=models.CharField(blank=True, db_default="", default="", max_length=255),
        ),
        migrations.AddField(
            model_name="room",
            name="lease_token",
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="room",
            name="lease_until",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="delivery",
            name="state",
            field=models.CharField(
                choices=[
                    ("pending", "Pending"),
                    ("sending", "Sending"),
                    ("waiting", "Waiting"),
                    ("sent", "Sent"),
                    ("failed", "Failed"),
                    ("discarded", "Discarded"),
                    ("unknown", "Unknown"),
                ],
                default="pending",
                max_length=32,
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("state__in", ["pending", "sending", "waiting"])),
                fields=["due_at"],
                name="rk_delivery_open",
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("state__in", ["pending", "sending", "waiting"])),
                fields=["room", "channel_id", "event_index"],
                name="rk_delivery_lane_open",
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("owes_round", True)),
                fields=["event"],
                name="rk_delivery_owes_round",
            ),
        ),
    ]
