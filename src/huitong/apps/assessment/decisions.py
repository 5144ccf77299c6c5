"""What the buttons of assessment do: each asks one service and leads back to where it was pressed."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from huitong.apps.accounts.selectors import require_bureau, require_official, require_user
from huitong.apps.assessment import views
from huitong.apps.assessment.forms import AnswerForm, CommentForm, weights_form
from huitong.apps.assessment.selectors import access_comment, access_score, shown_indicators, verify_quarter
from huitong.apps.assessment.services import (
    answer_comment,
    comment_on_score,
    freeze_quarter,
    publish_quarter,
    refresh_preview,
    set_weights,
)
from huitong.apps.assessment.words import quarter_title
from huitong.apps.labels import language
from huitong.foundation.errors import Terminal


@require_POST
def renew(request: HttpRequest) -> HttpResponse:
    """Compute the running quarter's preview anew."""
    row = refresh_preview(require_bureau(request.user))
    messages.success(request, gettext("预览已按现在的数据重新计算。"))
    return redirect("assessment:quarter", row.code)


@require_POST
def freeze(request: HttpRequest, code: str) -> HttpResponse:
    """Freeze a quarter with its facts."""
    row = freeze_quarter(require_bureau(request.user), quarter=code)
    text = gettext("%(quarter)s已定稿，依据的数据一并封存。") % {"quarter": quarter_title(row.code)}
    messages.success(request, text)
    return redirect("assessment:quarter", row.code)


@require_POST
def publish(request: HttpRequest, code: str) -> HttpResponse:
    """Publish a frozen quarter."""
    row = publish_quarter(require_bureau(request.user), quarter=code)
    messages.success(request, gettext("通报已发布，各部门现在可以看到排名。"))
    return redirect("assessment:quarter", row.code)


@require_POST
def verify(request: HttpRequest, code: str) -> HttpResponse:
    """Recompute a quarter from its facts, and show what differs."""
    require_bureau(request.user)
    found = verify_quarter(request.user, quarter=code)
    if found.whole:
        text = gettext("核验一致：%(files)d 个事实文件完好，%(results)d 个数字重新算出，全部相同。")
        messages.success(request, text % {"files": found.files, "results": found.results})
        return redirect("assessment:quarter", code)
    return render(request, "assessment/differences.html", {"found": found, "title": quarter_title(found.quarter)})


@require_POST
def comment(request: HttpRequest, code: str, organisation: str) -> HttpResponse:
    """Comment on the own score."""
    require_official(request.user)
    _quarter, row = access_score(request.user, code, organisation)
    form = CommentForm(row.parts.values(), request.POST)
    if not form.is_valid():
        return views.score(request, code, organisation, form)
    comment_on_score(require_user(request.user), quarter=code, organisation=organisation, **form.cleaned_data)
    messages.success(request, gettext("意见已提交，等待数据管理部门答复。"))
    return redirect("assessment:score", code, organisation)


@require_POST
def answer(request: HttpRequest, comment_id: int) -> HttpResponse:
    """Answer a comment."""
    user = require_bureau(request.user)
    form = AnswerForm(comment_id, request.POST)
    if not form.is_valid():
        score = access_comment(user, comment_id).score
        return views.score(request, score.quarter.code, score.code, form)
    row = answer_comment(user, comment=comment_id, text=form.cleaned_data["text"])
    messages.success(request, gettext("答复已发出。"))
    return redirect("assessment:score", row.score.quarter.code, row.score.code)


@require_POST
def weights(request: HttpRequest) -> HttpResponse:
    """Change the weights from the next quarter on."""
    user = require_bureau(request.user)
    indicators = shown_indicators(user)
    form = weights_form(indicators, request.POST)
    if not form.is_valid():
        return views.method(request, form)
    chosen = {one.code: form.cleaned_data[f"weight_{one.code}"] for one in indicators}
    try:
        version = set_weights(user, weights=chosen, reason=form.cleaned_data["reason"])
    except Terminal as error:
        if error.code != "assessment.weights_missing":
            raise
        form.add_error(f"weight_{error.parameters['indicator']}", error.detail(language()))
        return views.method(request, form)
    messages.success(request, gettext("权重第 %(number)d 版已生效。") % {"number": version.number})
    return redirect("assessment:method")
