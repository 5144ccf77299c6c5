"""Addresses of the catalog."""

from django.urls import path

from huitong.apps.catalog import (
    change_views,
    compile_views,
    draft_list_views,
    open_views,
    responsibility_views,
    scan_views,
    sheet_views,
    views,
)

app_name = "catalog"
urlpatterns = [
    path("items/", views.items, name="items"),
    path("items/suggest/", views.suggest, name="suggest"),
    path("items/confirm/", change_views.confirm_many, name="confirm_many"),
    path("items/<str:code>/confirm/", change_views.confirm, name="confirm"),
    path("items/<str:code>/", views.item, name="item"),
    path("items/<str:code>/change/", change_views.change, name="change"),
    path("items/<str:code>/cancel/", change_views.cancel, name="cancel"),
    path("items/<str:code>/versions/", change_views.versions, name="versions"),
    path("compile/", draft_list_views.drafts, name="drafts"),
    path("compile/new/", compile_views.new_draft, name="new_draft"),
    path("compile/import/", sheet_views.upload, name="import"),
    path("compile/template.xlsx", sheet_views.template, name="template"),
    path("compile/catalog.xlsx", sheet_views.export, name="export"),
    path("compile/scan/", scan_views.sources, name="scan"),
    path("compile/scan/<str:code>/", scan_views.source, name="scan_source"),
    path("compile/scan/<str:code>/object/", scan_views.scanned, name="scan_object"),
    path("compile/<int:draft_id>/", compile_views.draft, name="draft"),
    path("compile/<int:draft_id>/submit/", compile_views.submit, name="submit"),
    path("compile/<int:draft_id>/discard/", compile_views.discard, name="discard"),
    path("compile/<int:draft_id>/copy/", compile_views.copy, name="copy_draft"),
    path("compile/<int:draft_id>/decide/", compile_views.decide, name="decide"),
    path("compile/<int:draft_id>/<slug:step>/", compile_views.draft_step, name="draft_step"),
    path("responsibilities/", responsibility_views.responsibilities, name="responsibilities"),
    path("responsibilities/<str:code>/", responsibility_views.responsibility, name="responsibility"),
    path("elements/", views.elements, name="elements"),
    path("dcat/catalog.<str:ending>", open_views.dcat, name="dcat"),
    path("dcat/items/<str:code>.<str:ending>", open_views.dcat_item, name="dcat_item"),
]
