"""Needs (applications and demands) as lists and figures read them; drafts; who answers for which data element."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from huitong.apps.accounts.visibility import Viewer, scope_of
from huitong.apps.cases.models import Participation
from huitong.apps.declared import Declared, revived
from huitong.engine.declarations import remits


class NeedQuerySet(models.QuerySet["Need"]):
    """Needs."""

    def visible_to(self, viewer: Viewer) -> NeedQuerySet:
        """The bureau sees all; others those their organisations filed, joined, or have been asked to answer."""
        scope = scope_of(viewer)
        ours = scope.limit
        if ours is None:
            return self
        if not scope.official:
            return self.none()
        joined = Joiner.objects.filter(organisation__in=ours).values("need")
        asked = Participation.objects.filter(organisation__in=ours, name="provider").values("case")
        return self.filter(Q(applicant__in=ours) | Q(provider__in=ours, case__in=asked) | Q(pk__in=joined))


class Need(models.Model):
    """One application (申请) or demand (需求). Its case says where it stands; this is for lists."""

    class Kind(models.TextChoices):
        """What was asked."""

        APPLICATION = "application"
        DEMAND = "demand"

    class Outcome(models.TextChoices):
        """What came of it; "" while it is under way."""

        GRANTED = "granted"
        FULFILLED = "fulfilled"
        REFUSED = "refused"
        WITHDRAWN = "withdrawn"

    case = models.OneToOneField("cases.Case", on_delete=models.PROTECT, related_name="need")
    kind = models.CharField(max_length=16, choices=Kind)
    applicant = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    provider = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    """Who answers; of a demand that nobody has routed yet, the bureau. Sees it once its case takes it in."""
    item = models.ForeignKey("catalog.CatalogItem", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    service = models.ForeignKey("sharing.Service", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    grant = models.ForeignKey("sharing.Grant", null=True, blank=True, on_delete=models.SET_NULL, related_name="needs")
    outcome = models.CharField(max_length=12, choices=Outcome, blank=True)
    opened_on = models.DateField()
    """Beijing day."""
    answered_on = models.DateField(null=True, blank=True)
    """When the office first gave its answer, whatever it was."""
    days = models.PositiveSmallIntegerField(null=True, blank=True)
    """Working days that the offices took for the answer; what the applicant took does not count."""
    in_time = models.BooleanField(null=True, blank=True)
    """Whether every clock was kept until the answer."""

    objects = NeedQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        indexes: ClassVar = [
            models.Index(fields=["kind", "-id"], name="need_kind"),
            models.Index(fields=["applicant", "-id"], name="need_applicant"),
            models.Index(fields=["provider", "-id"], name="need_provider"),
            models.Index(fields=["opened_on"], name="need_opened"),
        ]

    def __str__(self) -> str:
        return str(self.case)


class JoinerQuerySet(models.QuerySet["Joiner"]):
    """Who joined a demand."""

    def visible_to(self, viewer: Viewer) -> JoinerQuerySet:
        """Those of the demands one sees."""
        return self.filter(need__in=Need.objects.visible_to(viewer))


class Joiner(models.Model):
    """A department that needs what another has asked for already: one demand, one answer, many uses."""

    need = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="joiners")
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    matter = models.CharField(max_length=200)
    at = models.DateTimeField()

    objects = JoinerQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["need", "organisation"], name="joined_once")]

    def __str__(self) -> str:
        return f"{self.need_id}:{self.organisation_id}"


class DraftQuerySet(models.QuerySet["Draft"]):
    """Drafts."""

    def visible_to(self, viewer: Viewer) -> DraftQuerySet:
        """Return the viewer's own: what is not sent is nobody else's business."""
        user = scope_of(viewer).user
        return self.none() if user is None else self.filter(user=user)


class Draft(models.Model):
    """An application somebody is writing; there may be several."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    subject_kind = models.CharField(max_length=16)
    """``service`` or ``item``."""
    subject_key = models.CharField(max_length=64)
    renews = models.ForeignKey("sharing.Grant", null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    steps = models.JSONField(default=dict)
    """Name of a step → what was entered, as a form sends it."""
    updated_at = models.DateTimeField(auto_now=True)

    objects = DraftQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-updated_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.subject_kind}:{self.subject_key}"


class DraftFileQuerySet(models.QuerySet["DraftFile"]):
    """Files of drafts."""

    def visible_to(self, viewer: Viewer) -> DraftFileQuerySet:
        """Those of the viewer's own drafts."""
        return self.filter(draft__in=Draft.objects.visible_to(viewer))


class DraftFile(models.Model):
    """A file that goes with an application once it is sent. Its content lies with the attachments of cases."""

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)

    objects = DraftFileQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return self.name


class AuthorityQuerySet(models.QuerySet["Authority"]):
    """Authoritative departments."""

    def visible_to(self, viewer: Viewer) -> AuthorityQuerySet:
        """Officials see them."""
        return self if scope_of(viewer).official else self.none()


class Authority(Declared):
    """权威来源: the department that answers for a data element."""

    element = models.OneToOneField("catalog.DataElement", on_delete=models.CASCADE, related_name="authority")
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    identifier = models.BooleanField(default=False)

    objects = AuthorityQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["element"]

    def __str__(self) -> str:
        return f"{self.element_id}:{self.organisation_id}"

    def as_spec(self) -> remits.Authority:
        """Return the declaration."""
        return revived(self.spec, remits.Authority)


class RemitQuerySet(models.QuerySet["Remit"]):
    """Remits."""

    def visible_to(self, viewer: Viewer) -> RemitQuerySet:
        """Officials see them."""
        return self if scope_of(viewer).official else self.none()


class Remit(Declared):
    """职责: what a department is for, in words."""

    organisation = models.OneToOneField("accounts.Organisation", on_delete=models.CASCADE, related_name="+")

    objects = RemitQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["organisation"]

    def __str__(self) -> str:
        return str(self.organisation_id)

    def as_spec(self) -> remits.Remit:
        """Return the declaration."""
        return revived(self.spec, remits.Remit)
