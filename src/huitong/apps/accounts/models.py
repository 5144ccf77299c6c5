"""Organisations in a tree, their information systems, users with roles, and working days as edited."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

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
    short_en = models.CharField(max_length=100, blank=True)
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
        """The short name, where there is one."""
        return in_language(self.short or self.title, self.short_en or self.title_en)

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
    host = models.CharField(max_length=16, blank=True)
    successor = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="predecessors")
    """The system that it was merged into, or that replaces it."""

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

    spec = models.JSONField()  # parsed at once: allauth keeps users in sessions as they are
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

    post: Membership | None = None
    """The post this request acts in; None for all of them. Never in the database: see :mod:`.desks`."""
    department: Organisation | None = None
    """The department that this request looks at alone, of somebody who sees everything."""

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
        return frozenset(membership.role for membership in self.memberships_here)

    def has_role(self, *roles: str) -> bool:
        """Tell whether the user has one of ``roles``."""
        return not self.roles.isdisjoint(roles)

    def acts_for(self, organisation: int, roles: Iterable[str]) -> bool:
        """Tell whether the user has one of ``roles`` in exactly this organisation."""
        return any(one.organisation_id == organisation and one.role in roles for one in self.memberships_here)

    @cached_property
    def posts(self) -> frozenset[tuple[int, str]]:
        """Ids of the organisations the user works for, each with the role there."""
        return frozenset((one.organisation_id, one.role) for one in self.memberships_here if one.organisation_id)

    @cached_property
    def scope(self) -> Scope:
        """What this user may see; use :func:`huitong.apps.accounts.visibility.scope_of`."""
        looked_at = Organisation.objects.within(self.department.path) if self.department else None
        return Scope(
            everything=self.has_role(*SEE_EVERYTHING),
            official=self.has_role(*OFFICIALS),
            organisations=self.answers_in(*OFFICIALS - SEE_EVERYTHING),
            roots=self._roots(),
            user=self.pk,
            person=self.person,
            only=None if looked_at is None else frozenset(looked_at.values_list("pk", flat=True)),
        )

    def _roots(self) -> frozenset[int]:
        if self.has_role(*SEE_EVERYTHING):
            return frozenset({self.department.pk} if self.department else ())
        posts = [one for one in self.memberships_here if one.role in OFFICIALS]
        own = {one.organisation.path: one.organisation.pk for one in posts if one.organisation is not None}
        return frozenset(pk for path, pk in own.items() if not any(path != one and path.startswith(one) for one in own))

    def answers_in(self, *roles: str) -> frozenset[int]:
        """Ids of the organisations, and of all below them, in which the user has one of ``roles``.

        What somebody may do follows from this, what they see from :attr:`scope`: the officer of one department who
        develops for another is no officer there. Roles that see everything reach no organisation in particular.
        """
        return frozenset().union(*(ids for role, ids in self._reach.items() if role in roles))

    @cached_property
    def _reach(self) -> dict[str, frozenset[int]]:
        """Role → ids of the organisations it reaches. One query, none for those who see everything."""
        roots = [(m.role, m.organisation.path) for m in self.memberships_here if m.organisation is not None]
        roots = [(role, path) for role, path in roots if role in OFFICIALS - SEE_EVERYTHING]
        within = models.Q()
        for _role, path in roots:
            within |= models.Q(path__startswith=path)
        below = Organisation.objects.filter(within).values_list("pk", "path") if roots else ()
        reach: dict[str, set[int]] = {role: set() for role, _path in roots}
        for pk, path in below:
            for role, root in roots:
                if path.startswith(root):
                    reach[role].add(pk)
        return {role: frozenset(ids) for role, ids in reach.items()}

    @cached_property
    def all_memberships(self) -> list[Membership]:
        """Every post, the main one first, whichever the request acts in."""
        rows = list(self.memberships.select_related("organisation").order_by("pk"))
        own = next((one for one in rows if one.organisation_id == self.organisation_id), None)
        if own is not None and own.organisation is not None:
            self.organisation = own.organisation  # pages name it: it need not be read again
        return rows

    @property
    def memberships_here(self) -> list[Membership]:
        """The posts that this request acts in."""
        return self.all_memberships if self.post is None else [self.post]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; the organisation of the post that a request acts in is never written as the declared one."""
        if self.post is not None and kwargs.get("update_fields") is None:
            names = {field.name for field in self._meta.concrete_fields}
            kwargs["update_fields"] = names - {"id", "organisation"}
        super().save(*args, **kwargs)

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
    """A day that differs from the shipped calendar: an official notice came, or somebody set it by hand."""

    day = models.DateField(unique=True)
    working = models.BooleanField()
    note = models.CharField(max_length=200, blank=True)
    notice_year = models.PositiveSmallIntegerField(null=True, blank=True)
    """The year whose notice named it; None where it was set by hand."""

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


class SignInAttemptQuerySet(models.QuerySet["SignInAttempt"]):
    """Attempts to sign in."""

    def visible_to(self, viewer: Viewer) -> SignInAttemptQuerySet:
        """The bureau sees all, everybody those of their own account."""
        scope = scope_of(viewer)
        if isinstance(viewer, User) and viewer.has_role("bureau"):
            return self
        return self.filter(login=viewer.get_username()) if scope.user is not None else self.none()


class SignInAttempt(models.Model):
    """One attempt to sign in, or to confirm who one is: written before the password is looked at."""

    class Outcome(models.TextChoices):
        """How it ended."""

        FAILED = "failed"
        OK = "ok"
        BLOCKED = "blocked"

    at = models.DateTimeField(auto_now_add=True)
    login = models.CharField(max_length=150)
    address = models.CharField(max_length=45)
    agent = models.CharField(max_length=200, blank=True)
    method = models.CharField(max_length=16)
    """``password``, ``code``, ``passkey``, ``oidc`` or ``persona``."""
    outcome = models.CharField(max_length=8, choices=Outcome, default=Outcome.FAILED)

    objects = SignInAttemptQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        indexes: ClassVar = [
            models.Index(fields=["login", "at"], name="attempt_login"),
            models.Index(fields=["address", "at"], name="attempt_address"),
            models.Index(fields=["at"], name="attempt_at"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.login} {self.outcome}"


class SignedInQuerySet(models.QuerySet["SignedIn"]):
    """Sessions."""

    def visible_to(self, viewer: Viewer) -> SignedInQuerySet:
        """The bureau sees all, everybody their own."""
        if isinstance(viewer, User) and viewer.is_active and viewer.has_role("bureau"):
            return self
        return self.filter(user=scope_of(viewer).user)


class SignedIn(models.Model):
    """会话: where somebody is signed in, so that they see it and can end it."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sessions")
    session_key = models.CharField(max_length=40, unique=True)
    address = models.CharField(max_length=45, blank=True)
    agent = models.CharField(max_length=200, blank=True)
    method = models.CharField(max_length=32, blank=True)
    """How they signed in: names as in :class:`SignInAttempt`, joined by ``+``."""
    started_at = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField(auto_now_add=True)

    objects = SignedInQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-seen_at"]

    def __str__(self) -> str:
        return f"{self.user_id} {self.started_at:%Y-%m-%d %H:%M}"
