"""Case types, cases with their parties, clocks, timeline and attachments.

What a queue page filters and orders by is kept twice: on the case, and on one row for each organisation that sees it.
So the pages of the bureau, of a department and of whoever is above departments are read from one index, however many
cases there are.
"""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from django.conf import settings
from django.db import models

from huitong.apps.accounts.visibility import Viewer, scope_of
from huitong.apps.declared import Declared, Titled, revived
from huitong.engine.declarations import cases as declarations


class CaseTypeQuerySet(models.QuerySet["CaseType"]):
    """Case types."""

    def visible_to(self, viewer: Viewer) -> CaseTypeQuerySet:  # noqa: ARG002
        """Return all: by which steps and within which time an office answers, is public."""
        return self


class CaseType(Declared, Titled):
    """办件类型."""

    code = models.CharField(max_length=64, unique=True)
    prefix = models.CharField(max_length=16, unique=True)

    objects = CaseTypeQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["code"]

    def __str__(self) -> str:
        return self.shown_title

    def as_spec(self) -> declarations.CaseType:
        """Return the declaration."""
        return revived(self.spec, declarations.CaseType)


class CaseNumber(models.Model):
    """The last number given in a year: numbers of a type run without gaps."""

    prefix = models.CharField(max_length=16)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["prefix", "year"], name="case_number_once")]

    def __str__(self) -> str:
        return f"{self.prefix}-{self.year}-{self.last}"


class CaseQuerySet(models.QuerySet["Case"]):
    """Cases."""

    def visible_to(self, viewer: Viewer) -> CaseQuerySet:
        """The bureau sees all; others those their organisations take part in, and those they opened."""
        scope = scope_of(viewer)
        if scope.limit is None:
            return self
        if scope.user is None:
            return self.none()
        ours = QueueEntry.objects.filter(organisation__in=scope.roots).values("case")
        return self.filter(models.Q(pk__in=ours) | models.Q(opened_by=scope.user))


class Case(models.Model):
    """办件: one piece of work, where it stands and whose turn it is."""

    number = models.CharField(max_length=40, unique=True)
    """``YY-2026-000001``."""
    type = models.ForeignKey(CaseType, on_delete=models.PROTECT, related_name="cases")
    title = models.CharField(max_length=300)
    subject_kind = models.CharField(max_length=32, blank=True)
    subject_key = models.CharField(max_length=200, blank=True)
    """What it is about: a kind registered in :mod:`huitong.apps.cases.registry`, and the thing's code."""
    state = models.CharField(max_length=64)
    place = models.CharField(max_length=130)
    """``<case type>:<state>``: with the organisation whose turn it is, the queue."""
    turn = models.CharField(max_length=64, blank=True)
    """Party that must act; "" when the case is over."""
    turn_organisation = models.ForeignKey(
        "accounts.Organisation", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    data = models.JSONField(default=dict)
    """The newest answer to each question of the type's forms."""
    version = models.PositiveIntegerField(default=1)
    """Grows with each action: who acts on an older one is told what happened meanwhile."""
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    due_on = models.DateField(null=True, blank=True)
    """When the first of the running clocks ends."""
    sort_on = models.DateField(default=dt.date.max)
    """``due_on``, or the end of days: one order for every database, from one index."""
    provisional = models.BooleanField(default=False)
    """``due_on`` lies in, or was counted through, a year without an official calendar."""
    escalated = models.BooleanField(default=False)
    """A running clock has gone to the superior, or there was none."""

    objects = CaseQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        indexes: ClassVar = [
            models.Index(fields=["turn_organisation", "sort_on", "id", "place", "claimed_by"], name="case_turn"),
            models.Index(fields=["place", "sort_on", "id"], name="case_place"),
            models.Index(fields=["type", "-id"], name="case_type"),
            models.Index(fields=["sort_on", "id"], name="case_open_due", condition=models.Q(closed_at__isnull=True)),
            models.Index(fields=["-id"], name="case_open", condition=models.Q(closed_at__isnull=True)),
            models.Index(fields=["-id"], name="case_escalated", condition=models.Q(escalated=True)),
            models.Index(fields=["opened_by", "-id"], name="case_opened_by"),
            models.Index(fields=["subject_key", "subject_kind", "-id"], name="case_about"),
            models.Index(
                fields=["type", "sort_on", "id"], name="case_type_due", condition=models.Q(closed_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return self.number


class ParticipationQuerySet(models.QuerySet["Participation"]):
    """Parties of cases."""

    def visible_to(self, viewer: Viewer) -> ParticipationQuerySet:
        """Those of the cases one sees."""
        return self.filter(case__in=Case.objects.visible_to(viewer))


class Participation(models.Model):
    """One party of one case."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="participations")
    name = models.CharField(max_length=64)
    organisation = models.ForeignKey(
        "accounts.Organisation", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    """None: the citizen who opened the case."""

    objects = ParticipationQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["case", "name"], name="case_party_once")]

    def __str__(self) -> str:
        return f"{self.case_id}:{self.name}"


class QueueEntryQuerySet(models.QuerySet["QueueEntry"]):
    """Entries of queues."""

    def visible_to(self, viewer: Viewer) -> QueueEntryQuerySet:
        """Those of the cases one sees."""
        return self.filter(case__in=Case.objects.visible_to(viewer))


class QueueEntry(models.Model):
    """One case in the queues of one organisation: a party's, or of one above a party. Written by :mod:`.entries` only.

    What follows the organisation repeats the case's columns, for the queue's indexes.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="entries", db_index=False)
    organisation = models.ForeignKey(
        "accounts.Organisation", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    type = models.ForeignKey(CaseType, on_delete=models.PROTECT, related_name="+", db_index=False)
    place = models.CharField(max_length=130)
    sort_on = models.DateField()
    closed = models.BooleanField()
    escalated = models.BooleanField()

    objects = QueueEntryQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["case", "organisation"], name="queue_entry_once")]
        indexes: ClassVar = [
            models.Index(
                fields=["organisation", "sort_on", "case", "place"],
                name="entry_open_due",
                condition=models.Q(closed=False),
            ),
            models.Index(
                fields=["organisation", "sort_on", "case", "place"],
                name="entry_escalated",
                condition=models.Q(escalated=True),
            ),
            models.Index(fields=["organisation", "-case"], name="entry_newest"),
            models.Index(fields=["organisation", "type", "-case"], name="entry_of_type"),
            models.Index(fields=["organisation", "place", "sort_on", "case"], name="entry_place"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} at {self.organisation_id}"


class CaseClockQuerySet(models.QuerySet["CaseClock"]):
    """Clocks."""

    def visible_to(self, viewer: Viewer) -> CaseClockQuerySet:
        """Those of the cases one sees."""
        return self.filter(case__in=Case.objects.visible_to(viewer))


class CaseClock(models.Model):
    """时限: one declared clock of one case. Days are Beijing days."""

    class State(models.TextChoices):
        """Whether it runs."""

        RUNNING = "running"
        PAUSED = "paused"
        ENDED = "ended"

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="clocks")
    name = models.CharField(max_length=64)
    state = models.CharField(max_length=8, choices=State)
    party = models.CharField(max_length=64)
    """Who answers for it."""
    organisation = models.ForeignKey(
        "accounts.Organisation", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    """The party's, while it ran. None: a citizen, or the program."""
    began_on = models.DateField()
    """When it started, or was handed over to who holds it now."""
    days = models.PositiveSmallIntegerField()
    """Working days declared when it started."""
    extended = models.PositiveSmallIntegerField(default=0)
    """Working days granted beyond them."""
    anchor_on = models.DateField()
    """When it started, or last went on after a pause."""
    spans = models.JSONField(default=list)
    """Earlier stretches ``[from, to]`` of this start, ISO: what they used is counted by the calendar of the day."""
    due_on = models.DateField(null=True, blank=True)
    """When it ends, or was to end when it did; None while it is paused."""
    ended_on = models.DateField(null=True, blank=True)
    """When it last ended: its party had answered. None while it runs or is paused."""
    late_on = models.DateField(null=True, blank=True)
    """The first day on which it was late under who holds it, of all its starts: beginning anew does not make it good.
    Noted when it stops; ask :func:`huitong.apps.cases.clockwork.late_since` of one that runs."""
    provisional = models.BooleanField(default=False)
    look_on = models.DateField(null=True, blank=True)
    """The day on which something is to be done about it: warn, then escalate. None: nothing any more."""
    warned_on = models.DateField(null=True, blank=True)
    escalated_on = models.DateField(null=True, blank=True)
    escalated_to = models.ForeignKey(
        "accounts.Organisation", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    """None beside a date: nobody was there to escalate to."""
    starts = models.PositiveSmallIntegerField(default=1)
    """How often it began anew."""

    objects = CaseClockQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["case", "name"], name="case_clock_once")]
        indexes: ClassVar = [
            models.Index(fields=["look_on"], name="clock_look", condition=models.Q(look_on__isnull=False)),
            models.Index(fields=["ended_on"], name="clock_ended", condition=models.Q(ended_on__isnull=False)),
            models.Index(fields=["due_on"], name="clock_due", condition=models.Q(ended_on__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}:{self.name}"


class ClockStretchQuerySet(models.QuerySet["ClockStretch"]):
    """Stretches of clocks."""

    def visible_to(self, viewer: Viewer) -> ClockStretchQuerySet:
        """Those of the cases one sees."""
        return self.filter(case__in=Case.objects.visible_to(viewer))


class ClockStretch(models.Model):
    """What a clock was, before it began anew or was handed over. It stays with the organisation that held it then."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="stretches")
    clock = models.CharField(max_length=64)
    party = models.CharField(max_length=64)
    organisation = models.ForeignKey(
        "accounts.Organisation", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    began_on = models.DateField()
    due_on = models.DateField(null=True)
    """When it was to end; None when it was paused last."""
    ended_on = models.DateField()
    late_on = models.DateField(null=True)
    """The first day on which it was late under this organisation."""

    objects = ClockStretchQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["pk"]
        indexes: ClassVar = [models.Index(fields=["ended_on"], name="stretch_ended")]

    def __str__(self) -> str:
        return f"{self.case_id}:{self.clock} until {self.ended_on}"


class CaseEventQuerySet(models.QuerySet["CaseEvent"]):
    """Timelines."""

    def visible_to(self, viewer: Viewer) -> CaseEventQuerySet:
        """Those of the cases one sees."""
        return self.filter(case__in=Case.objects.visible_to(viewer))


class CaseEvent(models.Model):
    """One line of a case's timeline. Nothing is ever changed or taken out of it."""

    class Kind(models.TextChoices):
        """What happened."""

        OPENED = "opened"
        ACTED = "acted"
        CLAIMED = "claimed"
        RELEASED = "released"
        HANDED_OVER = "handed_over"
        COMMENTED = "commented"
        ATTACHED = "attached"
        EXTENDED = "extended"
        WARNED = "warned"
        ESCALATED = "escalated"
        STUCK = "stuck"
        MOVED = "moved"

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField()
    kind = models.CharField(max_length=16, choices=Kind)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    """None: the program."""
    organisation = models.ForeignKey(
        "accounts.Organisation", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    """Of the user at that time; of an escalation: where to."""
    action = models.CharField(max_length=64, blank=True)
    source = models.CharField(max_length=64, blank=True)
    """State before an action."""
    target = models.CharField(max_length=64, blank=True)
    """State after it."""
    clock = models.CharField(max_length=64, blank=True)
    comment = models.TextField(blank=True)
    data = models.JSONField(default=dict)
    """Answers given with an action; of others, e.g. ``mentions``, ``days``, ``due_on``."""
    version = models.PositiveIntegerField(default=0)
    """The case's, after it."""

    objects = CaseEventQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["pk"]
        indexes: ClassVar = [models.Index(fields=["case", "id"], name="case_timeline")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.kind} {self.action}"


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    """Attachments."""

    def visible_to(self, viewer: Viewer) -> AttachmentQuerySet:
        """Those of the cases one sees."""
        return self.filter(case__in=Case.objects.visible_to(viewer))


class Attachment(models.Model):
    """附件: a file in a case. Its content lies under ``<home>/attachments``, named by its digest."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="attachments")
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64, db_index=True)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return self.name
