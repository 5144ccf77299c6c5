"""Open issues are counted by organisation without looking at the issues."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("collection", "0004_fill_target_state"),
    ]

    operations: ClassVar = [
        migrations.RemoveIndex(model_name="qualityissue", name="issue_organisation"),
        migrations.AddIndex(
            model_name="qualityissue",
            index=models.Index(fields=["state", "organisation"], name="issue_state_organisation"),
        ),
    ]
