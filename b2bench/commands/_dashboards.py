"""Draw dashboards from a Prometheus, or from what a run recorded."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from b2bench.commands import _values
from b2bench.commands._console import GOOD, progress_shown, say, say_findings
from b2bench.commands._output import require_file_place, write_text
from b2bench.errors import BadInput
from b2bench.findings import ExitCode, exit_code
from dashboards.answers import ask
from dashboards.model import Dashboard
from dashboards.preview import preview_findings, render_preview, verdict
from dashboards.prometheus import Prometheus
from dashboards.prometheus_server import replaying
from dashboards.recording import find_recording
from dashboards.variables import require_known
from dashboards.window import Window

_PAGE = Path("dashboards.html")
_USUAL_S = 900.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """What is to be drawn, from where, into which file.

    Args:
        recording: a run's; without it the Prometheus is asked.
        last_s: how much of the time; `None` is as much as usual.
        given: chosen values by a variable's name.
    """

    prometheus: Prometheus
    recording: Path | None
    last_s: float | None
    given: Mapping[str, Sequence[str]]
    output: Path

    @classmethod
    def asked(
        cls,
        *,
        address: str,
        run: Path | None,
        last: str | None,
        given: Sequence[str],
        output: Path | None,
    ) -> "Drawing":
        """Return what somebody asked for, checked as far as it can be before the work.

        Raises:
            BadInput: something of it cannot be used.
        """
        recording = find_recording(run) if run else None
        page = output or (recording.with_name(_PAGE.name) if recording else _PAGE)
        require_file_place(page)
        return cls(
            prometheus=Prometheus(address),
            recording=recording,
            last_s=_last_s(last),
            given=_given(given),
            output=page,
        )

    @property
    def source(self) -> str:
        """Where the figures come from, as a person knows it."""
        return self.recording.parent.name if self.recording else self.prometheus.address


def draw(boards: Sequence[Dashboard], drawing: Drawing) -> ExitCode:
    """Write the page, and say what is missing in it.

    Raises:
        BadInput: there is no Prometheus, or no such variable.
    """
    require_known(boards, drawing.given)
    with progress_shown() as progress, _source(drawing) as (prometheus, window):
        answers = []
        for number, board in enumerate(boards):
            progress("asking Prometheus", done=number, total=len(boards))
            answers.append(ask(board, prometheus, window, drawing.given))
        progress("drawing")
        findings = preview_findings(answers)
        page = render_preview(answers, window, findings, source=drawing.source)
    write_text(drawing.output, page)
    say_findings(findings)
    say(verdict(answers, findings), style="" if findings else GOOD)
    say(f"page: {drawing.output}")
    return exit_code(findings)


@contextmanager
def _source(drawing: Drawing) -> Iterator[tuple[Prometheus, Window]]:
    """Give who is asked, and of which time."""
    if drawing.recording is None:
        now_s = time.time()
        yield (
            drawing.prometheus,
            Window(
                begin_s=now_s - (drawing.last_s or _USUAL_S),
                end_s=now_s,
                interval_s=drawing.prometheus.interval_s(),
            ),
        )
        return
    with replaying(drawing.recording) as (prometheus, window):
        begin_s = max(window.begin_s, window.end_s - (drawing.last_s or window.range_s))
        yield prometheus, replace(window, begin_s=begin_s)


def _last_s(text: str | None) -> float | None:
    try:
        return None if text is None else _values.duration_s(text)
    except ValueError as error:
        raise BadInput(f"--last {text!r}: {error}") from None


def _given(texts: Sequence[str]) -> dict[str, list[str]]:
    """Return the chosen values by name."""
    found = dict[str, list[str]]()
    for text in texts:
        name, equals, value = text.partition("=")
        if not (name and equals and value):
            raise BadInput(f"--var {text!r}: write name=value, such as request=search")
        found.setdefault(name, []).append(value)
    return found
