from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.db.models import F, Max

WITH_WINDOW = ("whatsapp", "messenger")


def remember_who_wrote(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Let those be answered who wrote before it was kept when they did."""
    message = apps.get_model("roomkit_rooms", "ProviderMessage")
    standing = apps.get_model("roomkit_rooms", "AddressStanding")
    wrote = (
        message.objects.filter(
            direction="inbound", event__source_channel_type__in=WITH_WINDOW, room__isnull=False
        )
        .exclude(address="")
        .values("channel_id", "address", channel_type=F("event__source_channel_type"))
        .annotate(at=Max("noted_at"), organization_id=Max("room__organization_id"))
    )
    standing.objects.bulk_create(
        (
            standing(
                organization_id=row["organization_id"],
                channel_type=row["channel_type"],
                channel_id=row["channel_id"],
                address=row["address"],
                last_inbound_at=row["at"],
            )
            for row in wrote.iterator()
        ),
        batch_size=500,
        ignore_conflicts=True,
    )


class Migration(migrations.Migration):
    dependencies = [("roomkit_rooms", "0007_media_files")]

    operations = [
        migrations.CreateModel(
            name="AddressStanding",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("organization_id", models.CharField(blank=True, default="", max_length=255)),
                ("channel_type", models.CharField(max_length=255)),
                ("channel_id", models.CharField(max_length=255)),
                ("address", models.CharField(max_length=320)),
                ("last_inbound_at", models.DateTimeField(blank=True, null=True)),
                ("opted_out_at", models.DateTimeField(blank=True, null=True)),
                (
                    "opt_out_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("keyword", "Keyword"),
                            ("vendor", "Vendor"),
                            ("complaint", "Complaint"),
                            ("person", "Person"),
                        ],
                        default="",
                        max_length=32,
                    ),
                ),
                (
                    "changed_by",
                    models.CharField(blank=True, default="", editable=False, max_length=512),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["organization_id", "channel_type", "address"],
                        name="rk_address_standing_family",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("channel_id", "address"), name="rk_address_standing"
                    )
                ],
            },
        ),
        migrations.RunPython(remember_who_wrote, migrations.RunPython.noop),
    ]
