"""Indicators and versions of their weights; quarters with their scores; comments of the assessed."""

from __future__ import annotations

from typing import ClassVar

import msgspec
from django.conf import settings
from django.db import models
from django.db.models import Q

from huitong.apps.accounts.visibility import Viewer, scope_of
from huitong.apps.assessment.assessed import own_units
from huitong.apps.declared import Declared, Titled, in_language, revived
from huitong.engine.assessment.facts import Manifest
from huitong.engine.declarations import indicators


class IndicatorQuerySet(models.QuerySet["Indicator"]):
    """Indicators."""

    def visible_to(self, viewer: Viewer) -> IndicatorQuerySet:
        """Officials see what they are measured by."""
        return self if scope_of(viewer).official else self.none()


class Indicator(Declared, Titled):
    """考核指标, as the next quarter will be assessed by it."""

    code = models.CharField(max_length=64, unique=True)
    weight = models.FloatField()

    objects = IndicatorQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return self.shown_title

    def as_spec(self) -> indicators.Indicator:
        """Return the declaration."""
        return revived(self.spec, indicators.Indicator)


class WeightVersionQuerySet(models.QuerySet["WeightVersion"]):
    """Versions of the weights."""

    def visible_to(self, viewer: Viewer) -> WeightVersionQuerySet:
        """Officials see what counted when, and why it was changed."""
        return self if scope_of(viewer).official else self.none()


class WeightVersion(models.Model):
    """权重版本: what each indicator weighed from then on. Never altered; a quarter keeps the one it was frozen with."""

    number = models.PositiveIntegerField(unique=True)
    weights = models.JSONField()
    """Indicator → weight."""
    reason = models.CharField(max_length=300, blank=True)
    """Why it was changed; "" for what a pack declared."""
    at = models.DateTimeField(auto_now_add=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    objects = WeightVersionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-number"]

    def __str__(self) -> str:
        return f"weights {self.number}"


class QuarterQuerySet(models.QuerySet["Quarter"]):
    """Quarters."""

    def visible_to(self, viewer: Viewer) -> QuarterQuerySet:
        """Officials see which quarters there are; what they see in one, their scores' visibility says."""
        return self if scope_of(viewer).official else self.none()

    def frozen(self) -> QuarterQuerySet:
        """Return those that do not change any more."""
        return self.exclude(state=Quarter.State.PREVIEW)


class Quarter(models.Model):
    """季度考核: the running quarter as it would come out today, or one that was frozen with its facts."""

    class State(models.TextChoices):
        """How final it is."""

        PREVIEW = "preview"
        FROZEN = "frozen"
        PUBLISHED = "published"

    code = models.CharField(max_length=6, unique=True)
    """``2026Q3``: sorts by time."""
    state = models.CharField(max_length=16, choices=State)
    until = models.DateField()
    """Last day that was counted."""
    computed_at = models.DateTimeField()
    """When the facts were taken."""
    manifest = models.JSONField()
    method = models.JSONField()
    """The indicators as they were then, weights included."""
    weights = models.ForeignKey(WeightVersion, null=True, on_delete=models.PROTECT, related_name="quarters")
    generated = models.BooleanField(default=False)
    """Its facts are invented: history of a demo city."""
    frozen_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    annex = models.JSONField(default=list)
    """Comments and answers as they stood when the bulletin was published."""

    objects = QuarterQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-code"]

    def __str__(self) -> str:
        return self.code

    def typed_manifest(self) -> Manifest:
        """Return which files hold its facts."""
        return msgspec.convert(self.manifest, Manifest)

    def typed_method(self) -> tuple[indicators.Indicator, ...]:
        """Return the indicators it was assessed by."""
        return msgspec.convert(self.method, tuple[indicators.Indicator, ...])


class ScoreQuerySet(models.QuerySet["Score"]):
    """Scores."""

    def visible_to(self, viewer: Viewer) -> ScoreQuerySet:
        """The bureau sees all, an official the own ones, and everybody's once the bureau has published them."""
        scope = scope_of(viewer)
        if scope.everything:
            return self
        if not scope.official:
            return self.none()
        return self.filter(Q(quarter__state=Quarter.State.PUBLISHED) | Q(code__in=own_units(viewer).assessed))


class Score(models.Model):
    """得分: what one organisation reached in one quarter. Names are kept as they were then."""

    quarter = models.ForeignKey(Quarter, on_delete=models.CASCADE, related_name="scores")
    code = models.CharField(max_length=64)
    title = models.CharField(max_length=200)
    title_en = models.CharField(max_length=300, blank=True)
    short = models.CharField(max_length=64, blank=True)
    peers = models.CharField(max_length=16)
    total = models.FloatField()
    rank = models.PositiveIntegerField()
    of = models.PositiveIntegerField()
    """How many are ranked among the same peers."""

    objects = ScoreQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["quarter", "-peers", "rank", "pk"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["quarter", "code"], name="score_once")]
        indexes: ClassVar = [models.Index(fields=["code", "quarter"], name="score_organisation")]

    def __str__(self) -> str:
        return f"{self.code} {self.total}"

    @property
    def shown_title(self) -> str:
        """The title in the language of the current request."""
        return in_language(self.title, self.title_en)

    @property
    def shown_short(self) -> str:
        """The short name in Chinese; the English title in English."""
        return in_language(self.short or self.title, self.title_en)


class ScorePart(models.Model):
    """One indicator of a score."""

    score = models.ForeignKey(Score, on_delete=models.CASCADE, related_name="parts")
    position = models.PositiveSmallIntegerField()
    indicator = models.CharField(max_length=64)
    value = models.FloatField()
    numerator = models.FloatField()
    denominator = models.FloatField()
    points_of_100 = models.FloatField()
    """Its own score, 0 to 100."""
    weight = models.FloatField()
    points = models.FloatField()
    """What it adds to the total."""

    class Meta:
        ordering: ClassVar = ["score", "position"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["score", "indicator"], name="score_part_once")]

    def __str__(self) -> str:
        return f"{self.indicator} {self.points_of_100}"


class CommentQuerySet(models.QuerySet["Comment"]):
    """Comments."""

    def visible_to(self, viewer: Viewer) -> CommentQuerySet:
        """The bureau sees all, an official those on the own scores; of others what a published bulletin prints."""
        scope = scope_of(viewer)
        if scope.everything:
            return self
        return self.filter(score__code__in=own_units(viewer).assessed) if scope.official else self.none()


class Comment(models.Model):
    """意见: what an assessed organisation says to its score, and what the bureau answers."""

    score = models.ForeignKey(Score, on_delete=models.PROTECT, related_name="comments")
    indicator = models.CharField(max_length=64, blank=True)
    """The indicator it is about, "" for the score as a whole."""
    text = models.TextField()
    at = models.DateTimeField(auto_now_add=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    objects = CommentQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["pk"]
        indexes: ClassVar = [models.Index(fields=["score", "id"], name="comment_score")]

    def __str__(self) -> str:
        return f"{self.score_id} #{self.pk}"
