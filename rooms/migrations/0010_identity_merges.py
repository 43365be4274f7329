import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("roomkit_rooms", "0009_fallbacks_and_schedules")]

    operations = [
        migrations.AddField(
            model_name="identity",
            name="merged_into",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="roomkit_rooms.identity",
            ),
        ),
        migrations.CreateModel(
            name="IdentityMerge",
            fields=[
                ("id", models.CharField(max_length=255, primary_key=True, serialize=False)),
                ("organization_id", models.CharField(blank=True, default="", max_length=255)),
                (
                    "survivor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="merges",
                        to="roomkit_rooms.identity",
                    ),
                ),
                (
                    "merged",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="merged_in",
                        to="roomkit_rooms.identity",
                    ),
                ),
                ("merged_at", models.DateTimeField()),
                ("merged_by", models.CharField(blank=True, max_length=255, null=True)),
                ("reason", models.TextField(blank=True, null=True)),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
                ("undone_by", models.CharField(blank=True, max_length=255, null=True)),
                ("addresses", models.JSONField(blank=True, default=list)),
                ("participants", models.JSONField(blank=True, default=list)),
                ("filled", models.JSONField(blank=True, default=dict)),
                ("external_ids", models.JSONField(blank=True, default=dict)),
            ],
            options={
                "verbose_name": "merge of identities",
                "verbose_name_plural": "merges of identities",
                "indexes": [
                    models.Index(
                        fields=["organization_id", "merged_at"], name="rk_identity_merge_list"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("undone_at__isnull", True)),
                        fields=("merged",),
                        name="rk_identity_merge_once",
                    )
                ],
            },
        ),
    ]
