from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_calendar_notice'),
    ]

    operations = [
        migrations.AddField(
            model_name='organisation',
            name='short_en',
            field=models.CharField(blank=True, default='', max_length=100),
            preserve_default=False,
        ),
    ]
