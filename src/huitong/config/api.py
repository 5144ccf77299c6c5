"""The API at ``/api/``: the routers of the apps, one form of error, no page that loads anything from elsewhere."""

from __future__ import annotations

import json

from django.http import HttpRequest, HttpResponse
from django.http.request import RawPostDataException
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from huitong.apps.api_auth import AUTH
from huitong.apps.assessment.api import router as assessment
from huitong.apps.cases.api import router as cases
from huitong.apps.catalog.api import router as catalog
from huitong.apps.catalog.open_api import router as open_catalog
from huitong.apps.collection.api import router as collection
from huitong.apps.collection.selectors import error_language
from huitong.apps.ledger.api import router as ledger
from huitong.apps.overview.api import router as overview
from huitong.apps.registry.api import router as registry
from huitong.apps.registry.calendar_api import router as calendar
from huitong.foundation.errors import HuitongError, Terminal

PROBLEM = "application/problem+json"

api = NinjaAPI(
    title="汇通 Huitong",
    version="1",
    description="What the pages do, for programs. Errors are RFC 9457 problem documents with a stable `code`.",
    docs_url=None,
    auth=AUTH,
    urls_namespace="api",
)
api.add_router("/items", catalog)
api.add_router("/open", open_catalog)
api.add_router("/systems", registry)
api.add_router("/calendar", calendar)
api.add_router("/evidence", ledger)
api.add_router("/assessment", assessment)
api.add_router("", collection)
api.add_router("", overview)
api.add_router("", cases)


def problem(error: HuitongError) -> HttpResponse:
    """Return an error as a problem document in the language of the request."""
    body = json.dumps(error.as_problem(error_language()), ensure_ascii=False)
    return HttpResponse(body, status=error.status, content_type=PROBLEM)


@api.exception_handler(HuitongError)
def _known(request: HttpRequest, error: HuitongError) -> HttpResponse:  # noqa: ARG001 - the framework's signature
    return problem(error)


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:  # noqa: ARG001
    first = error.errors[0]
    field = ".".join(str(part) for part in first["loc"][-2:])
    return problem(Terminal("people.invalid_input", field=field, reason=first["msg"]))


@api.exception_handler(RawPostDataException)
def _no_json(request: HttpRequest, error: RawPostDataException) -> HttpResponse:  # noqa: ARG001
    """A form with files where JSON is read: looking for a CSRF token in it has used it up."""
    return problem(Terminal("people.invalid_input", field="Content-Type", reason="application/json"))


@api.exception_handler(AuthenticationError)
def _nobody(request: HttpRequest, error: AuthenticationError) -> HttpResponse:  # noqa: ARG001
    return problem(Terminal("people.sign_in_needed"))


@api.exception_handler(HttpError)
def _refused(request: HttpRequest, error: HttpError) -> HttpResponse:  # noqa: ARG001
    """What the framework itself refuses: a change without a CSRF token (403), a body that is no JSON."""
    if error.status_code == 403:
        return problem(Terminal("people.bad_csrf", reason=error.message))
    return problem(Terminal("people.invalid_input", field="body", reason=error.message))
