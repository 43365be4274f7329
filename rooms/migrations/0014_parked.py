from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("roomkit_rooms", "0013_ownership")]

    operations = [
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
                    ("parked", "Parked"),
                ],
                default="pending",
                max_length=32,
            ),
        ),
    ]
