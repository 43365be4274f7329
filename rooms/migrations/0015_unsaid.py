from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("roomkit_rooms", "0014_parked")]

    operations = [
        migrations.AddField(
            model_name="delivery",
            name="unsaid",
            field=models.JSONField(editable=False, null=True),
        ),
    ]
