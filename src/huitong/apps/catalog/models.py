"""The catalog: data elements, code lists, catalog items with their fields, rules and versions."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from huitong.apps.accounts.visibility import Viewer, scope_of
from huitong.apps.declared import Declared, SpecField, Titled, revived
from huitong.engine.declarations import elements, items


class DataElementQuerySet(models.QuerySet["DataElement"]):
    """Data elements."""

    def visible_to(self, viewer: Viewer) -> DataElementQuerySet:  # noqa: ARG002
        """Return all: standards are public."""
        return self


class DataElement(Declared, Titled):
    """数据元."""

    code = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=64, unique=True)
    type = models.CharField(max_length=16)
    codelist = models.CharField(max_length=64, blank=True)
    level = models.PositiveSmallIntegerField()
    mask = models.CharField(max_length=32, blank=True)

    objects = DataElementQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["code"]

    def __str__(self) -> str:
        return self.shown_title

    def as_spec(self) -> elements.Element:
        """Return the declaration."""
        return revived(self.spec, elements.Element)


class CodeListQuerySet(models.QuerySet["CodeList"]):
    """Code lists."""

    def visible_to(self, viewer: Viewer) -> CodeListQuerySet:  # noqa: ARG002
        """Return all: standards are public."""
        return self


class CodeList(models.Model):
    """代码集. Its entries are rows, not JSON: divisions alone are tens of thousands."""

    name = models.CharField(max_length=64, unique=True)
    title = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)

    objects = CodeListQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.title

    def as_spec(self) -> elements.CodeList:
        """Return the declaration, entries in declared order."""
        rows = self.entries.order_by("pk").values_list("code", "title", "title_en", "parent")
        entries = tuple(elements.CodeEntry(code=c, title=t, title_en=e, parent=p) for c, t, e, p in rows)
        return elements.CodeList(name=self.name, title=self.title, entries=entries)


class CodeEntry(models.Model):
    """One value of a code list."""

    codelist = models.ForeignKey(CodeList, on_delete=models.CASCADE, related_name="entries")
    code = models.CharField(max_length=64)
    title = models.CharField(max_length=200)
    title_en = models.CharField(max_length=300, blank=True)
    parent = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["codelist", "code"], name="code_entry_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class CatalogItemQuerySet(models.QuerySet["CatalogItem"]):
    """Catalog items."""

    def visible_to(self, viewer: Viewer) -> CatalogItemQuerySet:
        """Officials see the whole catalog; everybody else the published items that are open to the public."""
        return self if scope_of(viewer).official else self.filter(open_to_public=True, state="published")

    def current(self) -> CatalogItemQuerySet:
        """Return those that have not been cancelled."""
        return self.exclude(state="cancelled")

    def linked(self) -> CatalogItemQuerySet:
        """Return those bound to a source (挂接)."""
        return self.exclude(link_state="none")


class CatalogItem(Declared, Titled):
    """目录. Columns are what lists filter and sort by; the whole declaration is in ``spec``."""

    class State(models.TextChoices):
        """Where an item is in its life."""

        PUBLISHED = "published"
        CANCELLED = "cancelled"

    class LinkState(models.TextChoices):
        """挂接: whether rows arrive."""

        NONE = "none"
        DECLARED = "declared"
        LIVE = "live"
        FAILING = "failing"

    code = models.CharField(max_length=64, unique=True)
    provider = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="items")
    system = models.ForeignKey("accounts.System", null=True, blank=True, on_delete=models.PROTECT, related_name="items")
    table = models.CharField(max_length=64)
    resource_class = models.CharField(max_length=16)
    classification = models.CharField(max_length=32, blank=True, db_index=True)
    resource_code = models.CharField(max_length=64, blank=True, db_index=True)
    """信息资源代码 of the guide: as declared, or given when the item was first published."""
    category = models.CharField(max_length=200, blank=True)
    abstract = models.TextField(blank=True)
    format = models.CharField(max_length=16)
    sharing_type = models.CharField(max_length=16)
    sharing_condition = models.TextField(blank=True)
    sharing_method = models.CharField(max_length=16)
    open_to_public = models.BooleanField(default=False)
    update_cycle = models.CharField(max_length=16)
    published_on = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=16, choices=State, default=State.PUBLISHED)
    version = models.PositiveIntegerField(default=1)
    link_state = models.CharField(max_length=16, choices=LinkState, default=LinkState.NONE)
    source = models.CharField(max_length=64, blank=True, db_index=True)
    """Code of the source it is linked to."""
    confirmed_at = models.DateTimeField(null=True, blank=True)
    """When its data officer last said that it still describes what there is."""
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = CatalogItemQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["code"]
        indexes: ClassVar = [
            models.Index(fields=["provider", "code"], name="item_provider"),
            models.Index(fields=["link_state"], name="item_link_state"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["table"], condition=~models.Q(state="cancelled"), name="item_table_once"),
            models.UniqueConstraint(
                fields=["resource_code"], condition=~models.Q(resource_code=""), name="item_resource_code_once"
            ),
        ]

    def __str__(self) -> str:
        return self.shown_title

    def as_spec(self) -> items.CatalogItem:
        """Return the declaration."""
        return revived(self.spec, items.CatalogItem)


class ItemField(models.Model):
    """信息项, bound to a data element."""

    item = models.ForeignKey(CatalogItem, on_delete=models.CASCADE, related_name="fields")
    position = models.PositiveSmallIntegerField()
    column = models.CharField(max_length=128)
    name = models.CharField(max_length=64)
    """The column from ``std`` on."""
    title = models.CharField(max_length=200, blank=True)
    title_en = models.CharField(max_length=300, blank=True)
    element = models.ForeignKey(DataElement, on_delete=models.PROTECT, related_name="bindings")
    required = models.BooleanField(default=False)
    unique = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["item", "position"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["item", "name"], name="item_field_once")]

    def __str__(self) -> str:
        return self.name


class ItemRule(models.Model):
    """A rule beyond those derived from the elements."""

    item = models.ForeignKey(CatalogItem, on_delete=models.CASCADE, related_name="rules")
    position = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=64)
    kind = models.CharField(max_length=32)
    field = models.CharField(max_length=64)
    other = models.CharField(max_length=64, blank=True)
    values = models.JSONField(default=list)
    severity = models.CharField(max_length=8)
    title = models.CharField(max_length=200, blank=True)
    title_en = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering: ClassVar = ["item", "position"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["item", "code"], name="item_rule_once")]

    def __str__(self) -> str:
        return self.code


class ItemVersion(models.Model):
    """What an item declared at each version: changes can be read, and a change undone."""

    item = models.ForeignKey(CatalogItem, on_delete=models.CASCADE, related_name="versions")
    version = models.PositiveIntegerField()
    spec = SpecField()
    at = models.DateTimeField(auto_now_add=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering: ClassVar = ["item", "-version"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["item", "version"], name="item_version_once")]

    def __str__(self) -> str:
        return f"{self.item_id}@{self.version}"


class SearchToken(models.Model):
    """What an item is found by: one word, a part of one, or its pinyin, with a weight. Rewritten with the item."""

    item = models.ForeignKey(CatalogItem, on_delete=models.CASCADE, related_name="tokens")
    token = models.CharField(max_length=64)
    weight = models.PositiveSmallIntegerField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["token", "item", "weight"], name="search_token")]

    def __str__(self) -> str:
        return self.token


class ItemDraftQuerySet(models.QuerySet["ItemDraft"]):
    """Drafts of items."""

    def visible_to(self, viewer: Viewer) -> ItemDraftQuerySet:
        """The bureau and leaders see all, an official those of the own organisations."""
        scope = scope_of(viewer)
        if not scope.official:
            return self.none()
        return self if scope.limit is None else self.filter(provider__in=scope.limit)

    def open(self) -> ItemDraftQuerySet:
        """Return those that are still being worked on or reviewed."""
        return self.filter(state__in=("editing", "submitted", "returned"))


class ItemDraft(models.Model):
    """目录草稿: a new item, a change of one or its cancellation, until the bureau has decided about it."""

    class Kind(models.TextChoices):
        """What it would do."""

        CREATE = "create"
        CHANGE = "change"
        CANCEL = "cancel"

    class State(models.TextChoices):
        """Where it is."""

        EDITING = "editing"
        SUBMITTED = "submitted"
        RETURNED = "returned"
        PUBLISHED = "published"
        WITHDRAWN = "withdrawn"

    class Origin(models.TextChoices):
        """How it was begun."""

        FORM = "form"
        EXCEL = "excel"
        SOURCE = "source"
        ITEM = "item"

    kind = models.CharField(max_length=8, choices=Kind)
    state = models.CharField(max_length=12, choices=State, default=State.EDITING)
    origin = models.CharField(max_length=8, choices=Origin)
    provider = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="drafts")
    item = models.ForeignKey(CatalogItem, null=True, blank=True, on_delete=models.CASCADE, related_name="drafts")
    """The item it changes or cancels; None for a new one, until that is published."""
    base_version = models.PositiveIntegerField(default=0)
    """The item's version that the change was begun from."""
    title = models.CharField(max_length=200, blank=True)
    spec = SpecField()
    """A catalog item as far as it is written: texts may still be empty."""
    reason = models.TextField(blank=True)
    case = models.CharField(max_length=64, blank=True, db_index=True)
    """Number of the review."""
    errors = models.PositiveIntegerField(default=0)
    warnings = models.PositiveIntegerField(default=0)
    version = models.PositiveIntegerField(default=0)
    """How often what it says was written anew."""
    evidence = models.JSONField(default=dict)
    """How the fields were recognised in a live source, by column: confidence in percent and why."""
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ItemDraftQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-updated_at", "-pk"]
        indexes: ClassVar = [models.Index(fields=["provider", "state"], name="draft_provider")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["item"],
                condition=models.Q(state__in=("editing", "submitted", "returned")),
                name="draft_once_an_item",
            )
        ]

    def __str__(self) -> str:
        return self.title or f"#{self.pk}"

    def as_spec(self) -> items.CatalogItem:
        """Return what is written so far."""
        return revived(self.spec, items.CatalogItem)


class DraftVersion(models.Model):
    """What a draft said each time it was written anew: who saves over something newer is told by whom and what."""

    draft = models.ForeignKey(ItemDraft, on_delete=models.CASCADE, related_name="versions")
    version = models.PositiveIntegerField()
    spec = SpecField()
    origin = models.CharField(max_length=8, choices=ItemDraft.Origin)
    """How it was written: by an import, or by a person in the form."""
    at = models.DateTimeField(auto_now_add=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering: ClassVar = ["draft", "-version"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["draft", "version"], name="draft_version_once")]

    def __str__(self) -> str:
        return f"{self.draft_id}@{self.version}"

    def as_spec(self) -> items.CatalogItem:
        """Return what was written then."""
        return revived(self.spec, items.CatalogItem)
