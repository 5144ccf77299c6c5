from django.db import migrations, models


def mark_days_of_notices(apps, schema_editor):
    """Give the days that notices set their notice's year; days set by hand since differ from the audit and keep none."""
    days = apps.get_model("accounts", "CalendarDay")
    entries = apps.get_model("ledger", "AuditEntry").objects.filter(action="accounts.enter_calendar_notice")
    for after in entries.order_by("pk").values_list("after", flat=True):
        for said in after.get("days", ()):
            same = days.objects.filter(day=said["day"], working=said["working"], note=said.get("note", ""))
            same.update(notice_year=after["year"])


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_systems'),
        ('ledger', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='calendarday',
            name='notice_year',
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
        migrations.RunPython(mark_days_of_notices, migrations.RunPython.noop),
    ]
