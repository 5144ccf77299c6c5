"""Forms in several steps: each step checks its own fields, goes back without losing anything, and ends in one value.

What was entered waits in the session until the last step is done or given up. Works without JavaScript: each step is
a page of its own, ``?step=name``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.http import HttpRequest, QueryDict

from huitong.apps.forms import SiteForm
from huitong.apps.labels import Text

StepState = Literal["done", "current", "open", "todo"]


@dataclass(frozen=True)
class Step:
    """One step: its name in the address, its title, its fields."""

    name: str
    title: Text
    form: type[SiteForm]


@dataclass(frozen=True)
class ShownStep:
    """A step in the progress line. ``open`` can be gone to, ``todo`` not yet."""

    title: Text
    state: StepState
    href: str = ""


class Steps:
    """A form of several steps, as far as one reader has come.

    Args:
        request: whose session keeps what was entered.
        name: tells this form from others in the session, e.g. ``apply:POLICE-01``.
        steps: in order.
        step: the one to show, where the address does not say it: then what was sent is no step's.
    """

    page = ""
    """The address of the steps' page; "" where they are only shown on it."""

    def __init__(self, request: HttpRequest, name: str, steps: Sequence[Step], step: str = "") -> None:
        self.request, self.key, self.steps = request, f"steps:{name}", tuple(steps)
        self.sent = request.method == "POST" and not step
        asked = step or request.GET.get("step", "")
        place = next((at for at, step in enumerate(self.steps) if step.name == asked), 0)
        self.place = min(place, self._reached())

    @property
    def current(self) -> Step:
        """The step that is shown."""
        return self.steps[self.place]

    @property
    def is_last(self) -> bool:
        """Whether the step shown is the last."""
        return self.place == len(self.steps) - 1

    @property
    def previous(self) -> str:
        """The address of the step before; "" on the first."""
        return f"{self.page}?step={self.steps[self.place - 1].name}" if self.place else ""

    @property
    def here(self) -> str:
        """The address of the step shown."""
        return f"{self.page}?step={self.current.name}"

    @property
    def following(self) -> str:
        """The address of the step after the one shown."""
        return f"{self.page}?step={self.steps[min(self.place + 1, len(self.steps) - 1)].name}"

    @property
    def progress(self) -> list[ShownStep]:
        """Every step with how it stands."""
        reached = self._reached()
        return [self._shown(at, step, reached) for at, step in enumerate(self.steps)]

    def form(self, initial: Mapping[str, Any] | None = None) -> SiteForm:
        """Return the form of the step shown: what was sent, else what was entered before, else ``initial``."""
        kind = self.current.form
        if self.sent:
            return kind(self.request.POST, self.request.FILES)
        kept = self._kept().get(self.current.name)
        return kind(initial=_entered(kind, kept) if kept is not None else initial)

    def keep(self) -> None:
        """Keep what was sent for the step shown. Call it when the form is valid; files are not kept."""
        sent = self.request.POST.copy()
        sent.pop("csrfmiddlewaretoken", None)
        self.request.session[self.key] = {**self._kept(), self.current.name: sent.urlencode()}

    def forms(self) -> list[SiteForm]:
        """Return every step's form with what was entered, for a last look and for :meth:`values`."""
        kept = self._kept()
        return [step.form(QueryDict(kept.get(step.name, ""))) for step in self.steps]

    def values(self) -> dict[str, Any] | None:
        """Return the clean values of all steps together; None while any step is missing or wrong."""
        values: dict[str, Any] = {}
        for form in self.forms():
            if not form.is_valid():
                return None
            values |= form.cleaned_data
        return values

    def forget(self) -> None:
        """Forget what was entered."""
        self.request.session.pop(self.key, None)

    def _kept(self) -> dict[str, str]:
        kept: dict[str, str] = self.request.session.get(self.key, {})
        return kept

    def _reached(self) -> int:
        kept = self._kept()
        done = next((at for at, step in enumerate(self.steps) if step.name not in kept), len(self.steps))
        return min(done, len(self.steps) - 1)

    def _shown(self, at: int, step: Step, reached: int) -> ShownStep:
        if at == self.place:
            return ShownStep(step.title, "current")
        if at > reached:
            return ShownStep(step.title, "todo")
        return ShownStep(step.title, "done" if step.name in self._kept() else "open", f"{self.page}?step={step.name}")


def _entered(kind: type[SiteForm], kept: str) -> dict[str, Any]:
    """What a form was sent, as initial values."""
    sent = QueryDict(kept)
    fields = kind.base_fields
    return {name: field.widget.value_from_datadict(sent, {}, name) for name, field in fields.items()}
