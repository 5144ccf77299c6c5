"""Organisations in a tree, their information systems, users with roles, and working days as edited."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models
from django.utils.functional import cached_property

from huitong.apps.accounts.visibility import OFFICIALS, SEE_EVERYTHING, Scope, Viewer, scope_of
from huitong.apps.declared import Declared, Titled, in_language, revived
from huitong.engine.declarations import people


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    """Organisations: who there is, is public."""

    def visible_to(self, viewer: Viewer) -> OrganisationQuerySet:  # noqa: ARG002
        """Return all: the registry of organisations is public."""
        return self

    def within(self, path: str) -> OrganisationQuerySet:
        """Return the organisation at ``path`` and all below it."""
        return self.filter(path__startswith=path)


class Organisation(Declared, Titled):
    """组织机构."""

    code = models.CharField(max_length=64, unique=True)
    short = models.CharField(max_length=64, blank=True)
    kind = models.CharField(max_length=20, db_index=True)
    superior = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="subordinates")
    path = models.CharField(max_length=500, db_index=True)
    """``/city/police/``: codes from the root, so that a prefix finds all descendants."""
    division = models.CharField(max_length=12, blank=True, db_index=True)
    uscc = models.CharField(max_length=18, blank=True)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["path"]

    def __str__(self) -> str:
        return self.shown_title

    @property
    def shown_short(self) -> str:
        """The short name in Chinese; the English title in English."""
        return in_language(self.short or self.title, self.title_en)

    def as_spec(self) -> people.Organisation:
        """Return the declaration."""
        return revived(self.spec, people.Organisation)


class SystemQuerySet(models.QuerySet["System"]):
    """Information systems."""

    def visible_to(self, viewer: Viewer) -> SystemQuerySet:
        """Officials see all; nobody else any."""
        return self if scope_of(viewer).official else self.none()


class System(Declared, Titled):
    """信息系统."""

    code = models.CharField(max_length=64, unique=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="systems")
    level = models.CharField(max_length=20)
    state = models.CharField(max_length=20)
    abstract = models.TextField(blank=True)

    objects = SystemQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["code"]

    def __str__(self) -> str:
        return self.shown_title

    def as_spec(self) -> people.System:
        """Return the declaration."""
        return revived(self.spec, people.System)


class UserQuerySet(models.QuerySet["User"]):
    """Users."""

    def get_by_natural_key(self, login: str | None) -> User:
        """Return the user who signs in as ``login`` (Django's authentication asks for it)."""
        return self.get(login=login)

    def visible_to(self, viewer: Viewer) -> UserQuerySet:
        """The bureau sees all, an official those of the own organisations, everybody themselves."""
        scope = scope_of(viewer)
        if scope.everything:
            return self
        mine = models.Q(pk=scope.user)
        return (
            self.filter(mine | models.Q(organisation__in=scope.organisations)) if scope.official else self.filter(mine)
        )


class User(Declared, AbstractBaseUser):
    """用户. Roles are in :class:`Membership`; ``spec`` never holds the password."""

    login = models.CharField(max_length=150, unique=True)
    name = models.CharField(max_length=100)
    name_en = models.CharField(max_length=100, blank=True)
    email = models.EmailField(blank=True)
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="users"
    )
    person = models.CharField(max_length=18, blank=True, db_index=True)
    is_active = models.BooleanField(default=True)
    declared_password = models.CharField(max_length=64, blank=True)
    """Keyed digest of the password a demo pack declared, so that applying it again costs no key derivation."""
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "login"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    objects = UserQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["login"]

    def __str__(self) -> str:
        return self.login

    @property
    def shown_name(self) -> str:
        """The name in the language of the current request."""
        return in_language(self.name, self.name_en)

    def get_full_name(self) -> str:
        """Return the display name (Django's name for it)."""
        return self.shown_name

    def get_short_name(self) -> str:
        """Return the display name (Django's name for it)."""
        return self.shown_name

    @cached_property
    def roles(self) -> frozenset[str]:
        """The roles this user has anywhere."""
        return frozenset(membership.role for membership in self._memberships)

    def has_role(self, *roles: str) -> bool:
        """Tell whether the user has one of ``roles``."""
        return not self.roles.isdisjoint(roles)

    @cached_property
    def scope(self) -> Scope:
        """What this user may see; use :func:`huitong.apps.accounts.visibility.scope_of`."""
        paths = {m.organisation.path for m in self._memberships if m.role in OFFICIALS and m.organisation is not None}
        within = models.Q()
        for path in paths:
            within |= models.Q(path__startswith=path)
        everything = self.has_role(*SEE_EVERYTHING)
        ids = Organisation.objects.filter(within).values_list("pk", flat=True) if paths and not everything else ()
        return Scope(
            everything=everything,
            official=self.has_role(*OFFICIALS),
            organisations=frozenset(ids),
            user=self.pk,
            person=self.person,
        )

    @cached_property
    def _memberships(self) -> list[Membership]:
        return list(self.memberships.select_related("organisation"))

    def as_spec(self) -> people.User:
        """Return the declaration, without the password."""
        return revived(self.spec, people.User)


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Role memberships."""

    def visible_to(self, viewer: Viewer) -> MembershipQuerySet:
        """Those of the users one sees."""
        return self.filter(user__in=User.objects.visible_to(viewer))


class Membership(models.Model):
    """One role of one user, in an organisation (none for citizens)."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20)
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="memberships"
    )

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "role", "organisation"], name="membership_once"),
            models.UniqueConstraint(
                fields=["user", "role"], condition=models.Q(organisation=None), name="membership_once_anywhere"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}:{self.role}"


class CalendarDayQuerySet(models.QuerySet["CalendarDay"]):
    """Days that differ from the shipped calendar."""

    def visible_to(self, viewer: Viewer) -> CalendarDayQuerySet:  # noqa: ARG002
        """Return all: the calendar is public."""
        return self


class CalendarDay(models.Model):
    """A day whose kind somebody set by hand: an official notice came, or the city has a holiday of its own."""

    day = models.DateField(unique=True)
    working = models.BooleanField()
    note = models.CharField(max_length=200, blank=True)

    objects = CalendarDayQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["day"]

    def __str__(self) -> str:
        return self.day.isoformat()


class CalendarYear(models.Model):
    """A year whose official notice has been entered: its days are no longer provisional."""

    year = models.PositiveSmallIntegerField(unique=True)
    notice = models.CharField(max_length=200)

    class Meta:
        ordering: ClassVar = ["year"]

    def __str__(self) -> str:
        return str(self.year)
