"""What the buttons of assessment do: each asks one service and leads back to where it was pressed."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from huitong.apps.accounts.models import User
from huitong.apps.accounts.selectors import require_bureau, require_official
from huitong.apps.assessment.forms import AnswerForm, CommentForm, weights_form
from huitong.apps.assessment.selectors import access_score, shown_indicators, verify_quarter
from huitong.apps.assessment.services import (
    answer_comment,
    comment_on_score,
    freeze_quarter,
    publish_quarter,
    refresh_preview,
    set_weights,
)
from huitong.apps.assessment.words import quarter_title


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
    if form.is_valid() and isinstance(request.user, User):
        comment_on_score(
            request.user,
            quarter=code,
            organisation=organisation,
            text=form.cleaned_data["text"],
            indicator=form.cleaned_data["indicator"],
        )
        messages.success(request, gettext("意见已提交，等待数据管理部门答复。"))
    else:
        messages.error(request, gettext("意见没有提交：请写明内容。"))
    return redirect("assessment:score", code, organisation)


@require_POST
def answer(request: HttpRequest, comment_id: int) -> HttpResponse:
    """Answer a comment."""
    user = require_bureau(request.user)
    form = AnswerForm(request.POST)
    row = answer_comment(user, comment=comment_id, text=form.data.get("text", ""))
    messages.success(request, gettext("答复已发出。"))
    return redirect("assessment:score", row.score.quarter.code, row.score.code)


@require_POST
def weights(request: HttpRequest) -> HttpResponse:
    """Change the weights from the next quarter on."""
    user = require_bureau(request.user)
    indicators = shown_indicators(user)
    form = weights_form(indicators, request.POST)
    if form.is_valid():
        chosen = {one.code: form.cleaned_data[f"weight_{one.code}"] for one in indicators}
        version = set_weights(user, weights=chosen, reason=form.cleaned_data["reason"])
        messages.success(request, gettext("权重第 %(number)d 版已生效。") % {"number": version.number})
    else:
        messages.error(request, gettext("权重没有改变：每项指标都要填不小于零的数，并说明理由。"))
    return redirect("assessment:method")
