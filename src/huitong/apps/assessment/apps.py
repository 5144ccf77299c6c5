"""Django's registration of the app."""

from django.apps import AppConfig


class AssessmentConfig(AppConfig):
    """考核."""

    name = "huitong.apps.assessment"
    label = "assessment"
    verbose_name = "考核"
