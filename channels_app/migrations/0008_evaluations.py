from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("roomkit_channels", "0007_delegated_tasks")]

    operations = [
        migrations.AlterModelOptions(
            name="evalrun",
            options={
                "permissions": (("start_evalrun", "Can try agents on evaluation sets"),),
                "verbose_name": "evaluation",
                "verbose_name_plural": "evaluations",
            },
        ),
        migrations.AddField(
            model_name="evalresult",
            name="turns",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name="evalrun",
            name="error",
            field=models.TextField(blank=True, default=""),
        ),
        migrations.AddField(
            model_name="evalrun",
            name="in_background",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="evalrun",
            name="version_label",
            field=models.CharField(blank=True, default="", max_length=255),
        ),
        migrations.AddField(
            model_name="evalrun",
            name="version_sha256",
            field=models.CharField(blank=True, default="", max_length=64),
        ),
        migrations.AddIndex(
            model_name="evalrun",
            index=models.Index(
                condition=models.Q(("in_background", True), ("status__in", ("running", "waiting"))),
                fields=["started_at"],
                name="rk_eval_run_due",
            ),
        ),
    ]
