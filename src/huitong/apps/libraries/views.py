"""Pages of libraries: which there are, how one is made, and the look-up of a person or company."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from huitong.apps.accounts.models import User
from huitong.apps.accounts.selectors import require_official
from huitong.apps.forms import SiteForm
from huitong.apps.labels import language
from huitong.apps.libraries.places import division_map
from huitong.apps.libraries.purposes import CHINESE, OTHER, PURPOSES
from huitong.apps.libraries.selectors import library_list, library_page
from huitong.apps.libraries.services import MAY_LOOK_UP
from huitong.apps.libraries.services import look_up as look_up_one
from huitong.apps.libraries.specs import LibraryPage, LibraryRecord
from huitong.foundation.errors import HuitongError, Terminal


class LookUpForm(SiteForm):
    """What a look-up asks for: the purpose first."""

    about = {"libraries.key_wrong": "key", "libraries.key_missing": "key", "libraries.purpose_missing": "explanation"}
    terms = {
        "purpose": "purpose",
        "case": "case",
        "library": "base library",
    }

    purpose = forms.ChoiceField(label=_("用途"), choices=PURPOSES, widget=forms.RadioSelect)
    explanation = forms.CharField(label=_("说明"), required=False, max_length=200, help_text=_("选“其他”时必填。"))
    case = forms.CharField(label=_("办件编号"), required=False, max_length=100, help_text=_("有就填，方便日后核对。"))
    library = forms.ChoiceField(label=_("查哪个库"))
    key = forms.CharField(
        label=_("号码"), max_length=60, help_text=_("身份证号、统一社会信用代码等，大小写和全半角都可以。")
    )

    def __init__(self, *args: object, libraries: tuple[LibraryPage, ...], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["library"].choices = [(row.code, f"{row.title}（{row.key_title}）") for row in libraries]  # type: ignore[attr-defined]
        self.fields["key"].widget.attrs["autocomplete"] = "off"

    def clean(self) -> dict[str, object]:
        """A purpose of one's own needs words."""
        cleaned = super().clean() or {}
        if cleaned.get("purpose") == OTHER and len(str(cleaned.get("explanation", "")).strip()) < 4:
            self.add_error("explanation", _("请写明查询的理由，至少四个字。"))
        return cleaned

    @property
    def stated_purpose(self) -> str:
        """The purpose as evidence keeps it, in Chinese whatever the page's language, with the explanation."""
        chosen, words = self.cleaned_data["purpose"], self.cleaned_data["explanation"].strip()
        return words if chosen == OTHER else "：".join(part for part in (CHINESE[chosen], words) if part)


def libraries(request: HttpRequest) -> HttpResponse:
    """Show every library with its size."""
    require_official(request.user)
    return render(request, "libraries/libraries.html", {"libraries": library_list(request.user)})


def library(request: HttpRequest, code: str) -> HttpResponse:
    """Show how a library is made: each attribute, its sources and its policy."""
    require_official(request.user)
    page = library_page(request.user, code)
    context = {
        "library": page,
        "attribute_count": len(page.attributes),
        "map": division_map(page),
        "source_count": len({one.table for attribute in page.attributes for one in attribute.inputs}),
    }
    return render(request, "libraries/library.html", context)


def look_up(request: HttpRequest) -> HttpResponse:
    """Look up one person or company, for a purpose. Answers are never kept in the browser's history or cache."""
    require_official(request.user)
    if not isinstance(request.user, User) or not request.user.has_role(*MAY_LOOK_UP):
        raise Terminal("people.not_allowed", login=str(request.user))
    pages = library_list(request.user)
    people_first = next((page.code for page in pages if page.key == "id_number"), "")
    initial = {"library": request.GET.get("library") or people_first}
    form = LookUpForm(request.POST if request.method == "POST" else None, libraries=pages, initial=initial)
    record: LibraryRecord | None = None
    problem: HuitongError | None = None
    if request.method == "POST" and form.is_valid():
        try:
            record = look_up_one(
                request.user,
                library=form.cleaned_data["library"],
                key=form.cleaned_data["key"],
                purpose=form.stated_purpose,
                case=form.cleaned_data["case"],
            )
        except HuitongError as error:
            if error.code in form.about:
                form.refuse(error)
            else:
                problem = error
    response = render(request, "libraries/look_up.html", {"form": form, "record": record, "problem": _words(problem)})
    response.headers["Cache-Control"] = "no-store"
    return response


def _words(problem: HuitongError | None) -> dict[str, str] | None:
    if problem is None:
        return None
    here = language()
    return {"title": problem.title(here), "detail": problem.detail(here), "hint": problem.hint(here)}
