"""What each model call was made for, and which arguments the tools take that wait for people."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("roomkit_channels", "0008_evaluations")]

    operations = [
        migrations.AddField(
            model_name="usagerecord",
            name="purpose",
            field=models.CharField(
                choices=[
                    ("answer", "Answer"),
                    ("summary", "Summary"),
                    ("evaluation", "Evaluation"),
                ],
                db_default="answer",
                default="answer",
                max_length=32,
            ),
        ),
        migrations.AddField(
            model_name="toolapproval",
            name="parameters",
            field=models.JSONField(blank=True, db_default={}, default=dict),
        ),
    ]
