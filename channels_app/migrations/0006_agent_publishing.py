from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("roomkit_channels", "0005_agents")]

    operations = [
        migrations.AlterModelOptions(
            name="agentversion",
            options={
                "permissions": (
                    ("publish_agentversion", "Can publish and roll back agent versions"),
                ),
                "verbose_name": "agent version",
                "verbose_name_plural": "agent versions",
            },
        ),
        migrations.CreateModel(
            name="SpendingReservation",
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
                ("amount", models.DecimalField(decimal_places=10, max_digits=20)),
                ("currency", models.CharField(max_length=3)),
                ("expires_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(name="rk_reservation_step", fields=("run_id", "seq"))
                ],
                "indexes": [models.Index(name="rk_reservation_expiry", fields=["expires_at"])],
            },
        ),
    ]
