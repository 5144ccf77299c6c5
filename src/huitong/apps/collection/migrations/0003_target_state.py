"""How the targets of runs stand, what changed by day, whose tables are whose, and issues with the most failing rows first."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("accounts", "0004_calendar_notice"),
        ("catalog", "0003_confirmed"),
        ("collection", "0002_source_defaults"),
    ]

    operations: ClassVar = [
        migrations.CreateModel(
            name="TargetState",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("collect", "Collect"),
                            ("check", "Check"),
                            ("fuse", "Fuse"),
                            ("publish", "Publish"),
                        ],
                        max_length=16,
                    ),
                ),
                ("target", models.CharField(max_length=130)),
                ("last_at", models.DateTimeField(blank=True, null=True)),
                ("failed", models.BooleanField()),
                ("done_run", models.BigIntegerField(blank=True, null=True)),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                (
                    "item",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="target_states",
                        to="catalog.catalogitem",
                    ),
                ),
                (
                    "last_run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="collection.run"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="accounts.organisation",
                    ),
                ),
            ],
            options={
                "ordering": ["kind", "target"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("failed", True)), fields=["-last_run"], name="target_state_failed"
                    )
                ],
                "constraints": [models.UniqueConstraint(fields=("kind", "target"), name="target_state_once")],
            },
        ),
        migrations.CreateModel(
            name="DayChanges",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("inserted", models.BigIntegerField(default=0)),
                ("updated", models.BigIntegerField(default=0)),
                ("deleted", models.BigIntegerField(default=0)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.organisation"
                    ),
                ),
            ],
            options={
                "ordering": ["day", "organisation"],
                "constraints": [models.UniqueConstraint(fields=("day", "organisation"), name="day_changes_once")],
            },
        ),
        migrations.AddIndex(
            model_name="qualityissue",
            index=models.Index(fields=["state", "-failed", "id"], name="issue_worst"),
        ),
        migrations.AddField(
            model_name="tablestate",
            name="item",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="table_states",
                to="catalog.catalogitem",
            ),
        ),
    ]
