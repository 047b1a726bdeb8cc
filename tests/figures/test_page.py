"""The shell of every page."""

from markupsafe import Markup

from b2bench.figures.page import Fact, Page, Section, environment, render_page, tone_of
from b2bench.findings import Finding, Severity
from tests.figures.html import assert_offline_and_sound
from tests.reports.sample_run import PROVENANCE

PAGE = Page(
    kind="Test report",
    title="A <title> & more",
    verdict="It is fine",
    tone="good",
    facts=[Fact(label="Users", value="40")],
    sections=[
        Section(title=f"Part {number}", anchor=f"part-{number}", body=Markup("<p>text</p>"))
        for number in range(4)
    ],
    provenance=PROVENANCE,
)


def finding(severity: Severity, message: str = "") -> Finding:
    return Finding(code="code", severity=severity, subject="subject", message=message)


def test_a_page_is_sound_and_offline() -> None:
    outline = assert_offline_and_sound(render_page(PAGE))
    assert "A <title> & more" in outline.text
    assert "It is fine" in outline.text


def test_a_long_page_has_contents() -> None:
    assert Markup('<a href="#part-3">') in render_page(PAGE)


def test_the_footer_says_where_figures_come_from() -> None:
    text = assert_offline_and_sound(render_page(PAGE)).text
    assert "2025-06-01 12:00:00 UTC by b2bench 0.1.0" in text
    assert "shared_buffers = 256MB" in text


def test_both_colour_schemes_and_print_are_there() -> None:
    page = render_page(PAGE)
    assert "color-scheme: light dark" in page
    assert ':root[data-theme="dark"]' in page
    assert "@media print" in page


def test_the_worst_finding_gives_the_colour() -> None:
    assert tone_of([]) == "good"
    assert tone_of([finding(Severity.NOTE), finding(Severity.WARNING)]) == "warn"
    assert tone_of([finding(Severity.WARNING), finding(Severity.ERROR)]) == "bad"


def test_findings_are_escaped_and_commands_marked() -> None:
    module = environment("b2bench.figures").get_template("findings.html").module
    shown = module.finding_list([finding(Severity.ERROR, "<b> run `b2bench explain`")])  # type: ignore[attr-defined]
    assert "&lt;b&gt; run <code>b2bench explain</code>" in shown
