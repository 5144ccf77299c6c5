"""Progress of long work: a bar on a terminal, plain lines elsewhere, nothing on standard output."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from huitong.cli.report import err


class Step(Protocol):
    """What progress shows of a run."""

    kind: str
    target: str
    state: str
    error: str

    @property
    def seconds(self) -> float | None:
        """How long it took."""


@contextmanager
def progress_of(total: int) -> Iterator[Callable[[Step], None]]:
    """Show ``total`` steps; call what is given with each step when it begins and when it ends."""
    if not err.is_terminal:
        yield _line
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task("", total=total)

        def show(step: Step) -> None:
            bar.update(task, description=f"{step.kind} {step.target}")
            if step.state in ("done", "failed"):
                bar.advance(task)
            if step.state == "failed":
                _line(step)

        yield show


def _line(step: Step) -> None:
    if step.state in ("done", "failed"):
        seconds = f"{step.seconds:.1f} s" if step.seconds is not None else ""
        err.print(f"{step.state:6} {step.kind:8} {step.target:32} {seconds} {step.error}".rstrip(), markup=False)
