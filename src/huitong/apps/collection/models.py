"""Sources, runs of the engine, and what the checks found."""

from __future__ import annotations

import re
from typing import Any, ClassVar

import msgspec
from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from huitong.apps.accounts.visibility import Viewer, scope_of
from huitong.apps.collection.places import shown_location
from huitong.apps.collection.specs import RunCounts
from huitong.apps.declared import Declared, in_language, revived
from huitong.engine.declarations import sources

_BEGIN = re.compile(r"\$\{(\w+)\}/")


class SourceQuerySet(models.QuerySet["Source"]):
    """Sources."""

    def visible_to(self, viewer: Viewer) -> SourceQuerySet:
        """The bureau sees all, an official those of the own organisations."""
        scope = scope_of(viewer)
        return self if scope.limit is None else self.filter(organisation__in=scope.limit)


class Source(Declared):
    """数据源. ``spec`` keeps the location as declared, with ``${NAME}`` for secrets; never show it: use ``shown``."""

    code = models.CharField(max_length=64, unique=True)
    title = models.CharField(max_length=200)
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="sources")
    system = models.ForeignKey(
        "accounts.System", null=True, blank=True, on_delete=models.PROTECT, related_name="sources"
    )
    kind = models.CharField(max_length=16)
    shown = models.CharField(max_length=500, blank=True)
    """The location without user, password or query: what a page may show."""
    variables = models.JSONField(default=dict)
    """``${NAME}`` → value as said for this installation, for what is no secret, such as folders."""
    defaults = models.JSONField(default=dict)
    """``${NAME}`` → value by the pack that declares the source; ``variables`` come before them."""
    reachable = models.BooleanField(null=True)
    """Whether the last run reached it; null before the first."""
    last_error = models.CharField(max_length=64, blank=True)

    objects = SourceQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["code"]

    def __str__(self) -> str:
        return self.title

    @property
    def shown_title(self) -> str:
        """The title in the language of the current request."""
        return in_language(self.title, self.as_spec().title_en)

    def as_spec(self) -> sources.Source:
        """Return the declaration, secrets still as ``${NAME}``."""
        return revived(self.spec, sources.Source)

    @property
    def bound(self) -> dict[str, str]:
        """What ``${NAME}`` stands for in the location: name → value."""
        return {**self.defaults, **self.variables}

    @property
    def place(self) -> str:
        """``shown`` for a reader: an address in full, files as seen from the folder that ``${NAME}`` stands for."""
        begin = _BEGIN.match(self.shown)
        stands_for = self.bound.get(begin[1], "") if begin else ""
        if begin is None or (not stands_for and begin[1] != "home"):
            return self.shown
        inside = self.shown[begin.end() :]
        return shown_location(f"{stands_for}/{inside}") if "://" in stands_for else inside


class RunQuerySet(models.QuerySet["Run"]):
    """Runs."""

    def visible_to(self, viewer: Viewer) -> RunQuerySet:
        """The bureau sees all, an official those on the own organisations' items and services."""
        scope = scope_of(viewer)
        return self if scope.limit is None else self.filter(organisation__in=scope.limit)


class Run(models.Model):
    """运行: one attempt of one engine step on one target."""

    class Kind(models.TextChoices):
        """The engine's steps."""

        COLLECT = "collect"
        CHECK = "check"
        FUSE = "fuse"
        PUBLISH = "publish"

    class State(models.TextChoices):
        """Where a run stands."""

        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    kind = models.CharField(max_length=16, choices=Kind)
    target = models.CharField(max_length=130)
    """Code of the item (collect, check) or library (fuse); table of the lake (publish)."""
    organisation = models.ForeignKey(
        "accounts.Organisation", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    item = models.ForeignKey(
        "catalog.CatalogItem", null=True, blank=True, on_delete=models.SET_NULL, related_name="runs"
    )
    state = models.CharField(max_length=16, choices=State)
    chain = models.CharField(max_length=32, blank=True, db_index=True)
    """Runs started together share it."""
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    queued_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    counts = models.JSONField(default=dict)
    """A :class:`huitong.apps.collection.specs.RunCounts`."""
    error = models.CharField(max_length=64, blank=True)
    error_parameters = models.JSONField(default=dict)
    transient = models.BooleanField(default=False)
    """The error may pass by itself."""
    lake_run = models.BigIntegerField(null=True, blank=True, unique=True)
    """Run id in the lake's ``meta.runs``."""
    snapshot = models.BigIntegerField(null=True, blank=True)
    attempt = models.PositiveSmallIntegerField(default=1)
    """1 for the first try; a run that failed for a passing reason is tried again as a run of its own."""
    mode = models.CharField(max_length=8, default="auto")
    """``auto``; ``full``: do everything anew; collect only: ``reread``, as a whole chain does, ``remake``: after the
    source changed its types. What each does: :data:`huitong.apps.collection.specs.Mode`."""
    worker = models.CharField(max_length=100, blank=True)
    """``host:pid`` of the process that runs it."""

    objects = RunQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        indexes: ClassVar = [
            models.Index(fields=["kind", "target", "-id"], name="run_target"),
            models.Index(fields=["organisation", "-id"], name="run_organisation"),
            models.Index(fields=["item", "-id"], name="run_item"),
            models.Index(fields=["state", "-id"], name="run_state"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.target} #{self.pk}"

    @transaction.atomic
    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write the run and, when it has ended, how its target stands; when it has just been done, what it changed."""
        known = Run.objects.filter(pk=self.pk, state=self.State.DONE).exists()
        super().save(*args, **kwargs)
        if self.state in (self.State.DONE, self.State.FAILED):
            TargetState.objects.note(self)
        if self.state == self.State.DONE and self.kind == self.Kind.COLLECT and not known:
            DayChanges.objects.add(self)

    @property
    def typed_counts(self) -> RunCounts:
        """The counts as a typed value."""
        return msgspec.convert(self.counts, RunCounts)

    @property
    def seconds(self) -> float | None:
        """How long it took; None while it has not finished."""
        if self.started_at is None or self.finished_at is None:
            return None
        return (self.finished_at - self.started_at).total_seconds()


class QualityResultQuerySet(models.QuerySet["QualityResult"]):
    """Results of checks."""

    def visible_to(self, viewer: Viewer) -> QualityResultQuerySet:
        """The bureau sees all, an official those of the own organisations' items."""
        scope = scope_of(viewer)
        return self if scope.limit is None else self.filter(issue__organisation__in=scope.limit)


class QualityIssueQuerySet(models.QuerySet["QualityIssue"]):
    """Quality issues."""

    def visible_to(self, viewer: Viewer) -> QualityIssueQuerySet:
        """The bureau sees all, an official those of the own organisations' items."""
        scope = scope_of(viewer)
        return self if scope.limit is None else self.filter(organisation__in=scope.limit)

    def open(self) -> QualityIssueQuerySet:
        """Return those with failing rows."""
        return self.filter(state=QualityIssue.State.OPEN)


class QualityIssue(models.Model):
    """质量问题: one rule that rows of one item break. Opens with the first, closes itself at zero, reopens."""

    class State(models.TextChoices):
        """Whether rows fail now."""

        OPEN = "open"
        CLOSED = "closed"

    item = models.ForeignKey("catalog.CatalogItem", on_delete=models.CASCADE, related_name="issues")
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    rule = models.CharField(max_length=100)
    severity = models.CharField(max_length=8)
    state = models.CharField(max_length=8, choices=State)
    failed = models.BigIntegerField()
    """Rows that fail now."""
    total = models.BigIntegerField()
    """Rows there are now."""
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    checked_at = models.DateTimeField()
    times_opened = models.PositiveIntegerField(default=1)
    last_results: list[QualityResult]
    """The newest results, where a selector has read them along."""

    objects = QualityIssueQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-failed", "pk"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["item", "rule"], name="issue_once")]
        indexes: ClassVar = [
            models.Index(fields=["state", "organisation"], name="issue_state_organisation"),
            models.Index(fields=["state", "-failed", "id"], name="issue_worst"),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} {self.rule} {self.failed}"


class QualityResult(models.Model):
    """How many rows broke a rule after one check: the trend of an issue."""

    issue = models.ForeignKey(QualityIssue, on_delete=models.CASCADE, related_name="results")
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="results")
    at = models.DateTimeField()
    failed = models.BigIntegerField()
    total = models.BigIntegerField()

    objects = QualityResultQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["issue", "run"], name="quality_result_once")]

    def __str__(self) -> str:
        return f"{self.issue_id} {self.failed}/{self.total}"


class TargetStateQuerySet(models.QuerySet["TargetState"]):
    """How targets stand."""

    def visible_to(self, viewer: Viewer) -> TargetStateQuerySet:
        """As the runs: the bureau sees all, an official those of the own organisations."""
        scope = scope_of(viewer)
        return self if scope.limit is None else self.filter(organisation__in=scope.limit)

    def note(self, run: Run) -> None:
        """Keep what an ended run says, unless a newer run of the same target has ended before it."""
        what = {"kind": run.kind, "target": run.target}
        state, made = self.select_for_update().get_or_create(
            **what, defaults={"last_run_id": run.pk, "failed": run.state == Run.State.FAILED}
        )
        if made or run.pk >= state.last_run_id:
            state.last_run_id, state.failed = run.pk, run.state == Run.State.FAILED
            state.organisation_id, state.item_id, state.last_at = run.organisation_id, run.item_id, run.finished_at
        if run.state == Run.State.DONE and run.pk >= (state.done_run or 0):
            state.done_run, state.done_at = run.pk, run.finished_at
        state.save()


class TargetState(models.Model):
    """对象状态: how the newest ended run of a step on a target went, kept with the run.

    Home and screen ask this of every target. Runs grow without end, targets do not: nobody looks through runs for it.
    """

    kind = models.CharField(max_length=16, choices=Run.Kind)
    target = models.CharField(max_length=130)
    organisation = models.ForeignKey(
        "accounts.Organisation", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    item = models.ForeignKey(
        "catalog.CatalogItem", null=True, blank=True, on_delete=models.SET_NULL, related_name="target_states"
    )
    last_run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="+")
    last_at = models.DateTimeField(null=True, blank=True)
    """When it ended."""
    failed = models.BooleanField()
    """The last run failed."""
    done_run = models.BigIntegerField(null=True, blank=True)
    """The newest run that was done, and when it was."""
    done_at = models.DateTimeField(null=True, blank=True)

    objects = TargetStateQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["kind", "target"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["kind", "target"], name="target_state_once")]
        indexes: ClassVar = [
            models.Index(fields=["-last_run"], condition=models.Q(failed=True), name="target_state_failed"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.target}"


class DayChangesQuerySet(models.QuerySet["DayChanges"]):
    """What collection changed, day by day."""

    def visible_to(self, viewer: Viewer) -> DayChangesQuerySet:
        """As the runs: the bureau sees all, an official those of the own organisations."""
        scope = scope_of(viewer)
        return self if scope.limit is None else self.filter(organisation__in=scope.limit)

    def add(self, run: Run) -> None:
        """Add what a collection changed to its day, once."""
        if run.finished_at is None or run.organisation_id is None:
            return  # of a table that is no item's any more
        counts, day = run.typed_counts, timezone.localdate(run.finished_at)
        kept, _made = self.get_or_create(day=day, organisation_id=run.organisation_id)
        self.filter(pk=kept.pk).update(
            inserted=models.F("inserted") + counts.inserted,
            updated=models.F("updated") + counts.updated,
            deleted=models.F("deleted") + counts.deleted,
        )


class DayChanges(models.Model):
    """每日变化: rows that collections of one provider's items changed on one Beijing day, kept with the runs."""

    day = models.DateField()
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.CASCADE, related_name="+")
    inserted = models.BigIntegerField(default=0)
    updated = models.BigIntegerField(default=0)
    deleted = models.BigIntegerField(default=0)

    objects = DayChangesQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["day", "organisation"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["day", "organisation"], name="day_changes_once")]

    def __str__(self) -> str:
        return f"{self.day} {self.organisation_id}"


class TableState(models.Model):
    """How many rows a table of the lake has, as counted after the last run that wrote it: pages need no lake."""

    schema = models.CharField(max_length=16)
    name = models.CharField(max_length=130)
    item = models.ForeignKey(
        "catalog.CatalogItem", null=True, blank=True, on_delete=models.SET_NULL, related_name="table_states"
    )
    """The item whose rows they are; none for the libraries' tables."""
    rows = models.BigIntegerField()
    snapshot = models.BigIntegerField()
    changed_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["schema", "name"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["schema", "name"], name="table_state_once")]

    def __str__(self) -> str:
        return f"{self.schema}.{self.name}"
