"""The shell of every page: one file that opens offline, in light and dark, and prints."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from b2bench.figures import notation
from b2bench.findings import Finding, Severity
from b2bench.provenance import Provenance

Tone = Literal["good", "warn", "bad", "plain"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A label and what it says, in the strip under the title."""

    label: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A headed part of a page; `anchor` is unique in it, `listed` puts it into the contents."""

    title: str
    anchor: str
    body: Markup
    listed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a page shows, top to bottom.

    Args:
        kind: what sort of page it is, above the title.
        verdict: one sentence that a reader in a hurry takes away; empty where there is none.
        style: CSS that the sections need beyond the shell's.
        script: JavaScript that the sections need.
    """

    kind: str
    title: str
    verdict: str = ""
    tone: Tone = "plain"
    facts: Sequence[Fact] = ()
    sections: Sequence[Section] = ()
    provenance: Provenance | None = None
    style: str = ""
    script: str = ""


def render_page(page: Page) -> str:
    """Return the page as one HTML file that needs no other."""
    own = files("b2bench.figures")
    return (
        environment("b2bench.figures")
        .get_template("page.html")
        .render(
            page=page,
            style=Markup((own / "page.css").read_text() + page.style),  # noqa: S704 (our own files)
            script=Markup((own / "page.js").read_text() + page.script),  # noqa: S704
        )
    )


@cache
def environment(package: str) -> Environment:
    """Return the templates in a package's `templates` folder, above those of the shell."""
    found = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=ChoiceLoader([PackageLoader(package), PackageLoader("b2bench.figures")]),
    )
    found.filters |= {
        "prose": _prose,
        "ms": notation.milliseconds,
        "target": notation.target,
        "counted": notation.counted,
        "number": notation.number,
        "significant": notation.significant,
        "size": notation.size,
        "share": notation.share,
        "span": notation.span,
    }
    return found


def _prose(text: str) -> Markup:
    """Return a sentence in which `backticks` mark what is typed."""
    marked = re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text)))
    return Markup(marked)  # noqa: S704 (escaped above)


def tone_of(findings: Sequence[Finding]) -> Tone:
    """Return the colour of the worst finding."""
    severities = {finding.severity for finding in findings}
    if Severity.ERROR in severities:
        return "bad"
    return "warn" if Severity.WARNING in severities else "good"
