"""One small report in every format, against files that a person can read."""

from dataclasses import replace

import pytest

from b2bench.arguments import Case
from b2bench.catalogue import Catalogue
from b2bench.findings import Finding, Severity
from b2bench.records import from_json, to_json
from reports.advice import Advice
from reports.capture import Capture, ClassCapture
from reports.diagnosis import Diagnosis
from reports.explain_markdown import explain_markdown
from reports.explain_page import render_explain_page
from reports.explain_text import explain_text
from reports.explaining import CaseCapture, StepCapture
from reports.explanation import Explanation, mends, redacted, unproven
from reports.fixes import Fix, Kind
from reports.ground import Ground
from reports.hypothetical import Hypothesis
from reports.trials import Measured, Trial
from reports.work import work_of
from tests.figures.html import assert_offline_and_sound
from tests.reports.conftest import Golden
from tests.reports.explained import JOIN
from tests.reports.sample_run import PROVENANCE

STEP = StepCapture(
    step="main",
    sql="SELECT o.id | 1 FROM orders o -- who: mallory\n  JOIN order_lines ON note = 'mallory'",
    plan=JOIN,
    work=work_of(JOIN),
    execution_ms=10.5,
    planning_ms=0.4,
    rows=25,
)
BEFORE = Measured(
    blocks=67,
    tuples=1060,
    temp_blocks=0,
    function_calls=0,
    execution_ms=10.5,
    cost=120.0,
    estimate_error=6.25,
    rows=25,
    result="abc",
)


def class_of(name: str, *cases: CaseCapture, findings: tuple[Finding, ...] = ()) -> ClassCapture:
    return ClassCapture(
        query=name,
        why="for the tests | <b>",
        slo_ms=20,
        allowances=(),
        cases=cases,
        findings=findings,
    )


def advice(code: str, message: str, severity: Severity = Severity.WARNING) -> Advice:
    finding = Finding(
        code=code, severity=severity, subject="order_lines", message=message, mend="index | it"
    )
    return Advice(case=Case.TYPICAL, step="main", node=2, finding=finding)


INDEX = Fix(
    kind=Kind.INDEX,
    shown="CREATE INDEX CONCURRENTLY ON order_lines (order_id, (doc ->> 'mallory'))",
    statements=("CREATE INDEX ON order_lines (order_id, (doc ->> 'mallory'))",),
)
PROVEN = Diagnosis(
    query="open_orders",
    advice=advice("seq-scan", "is read from end to end"),
    cases=(Case.TYPICAL,),
    before=BEFORE,
    trials=(
        Trial(
            fix=INDEX,
            is_proven=True,
            why="blocks 67 → 14",
            after=replace(BEFORE, blocks=14, execution_ms=0.9, cost=14.0),
            hypothesis=Hypothesis(cost_before=120.0, cost_after=15.0, size_bytes=16_384),
            size_bytes=24_576,
            build_ms=3.0,
        ),
    ),
)
OPEN = Diagnosis(
    query="open_orders",
    advice=advice("many-loops", "is executed 10 times"),
    cases=(Case.RARE,),
    before=BEFORE,
    trials=(
        Trial(
            fix=replace(INDEX, shown="CREATE INDEX ON nothing (x)"),
            is_proven=False,
            why='cannot be applied: relation "nothing" does not exist (42P01)',
        ),
    ),
)
NOTE = Diagnosis(
    query="open_orders",
    advice=advice("estimate-off", "4 rows were expected", Severity.NOTE),
    cases=(Case.TYPICAL,),
)
REFUSED = Finding(
    code="cannot-explain",
    severity=Severity.ERROR,
    subject="broken",
    message="typical: the server refuses it",
    mend="correct broken.sql",
)
EXPLANATION = Explanation(
    capture=Capture(
        ground=Ground(server_major=18, data_set=None, block_size=8192),
        provenance=PROVENANCE,
        catalogue=Catalogue(objects=()),
        classes=(
            class_of("broken", findings=(REFUSED,)),
            class_of(
                "open_orders",
                CaseCapture(case=Case.TYPICAL, arguments={"who": "mallory"}, steps=(STEP,)),
                CaseCapture(
                    case=Case.RARE, arguments={"who": None}, steps=(), unreached=("close",)
                ),
            ),
        ),
    ),
    diagnoses=(PROVEN, OPEN, NOTE),
    is_proven=True,
)


def test_the_text_is_as_a_person_has_read_it(golden: Golden) -> None:
    golden.check("explain.txt", explain_text(EXPLANATION))
    golden.check("explain_shown.txt", explain_text(EXPLANATION, show_arguments=True))


def test_the_markdown_is_as_a_person_has_read_it(golden: Golden) -> None:
    golden.check("explain.md", explain_markdown(EXPLANATION))


def test_a_row_of_markdown_has_as_many_cells_as_its_head() -> None:
    tables = [line for line in explain_markdown(EXPLANATION).splitlines() if line.startswith("|")]
    cells = [line.replace("\\|", "").count("|") for line in tables]
    heads = [
        place for place, line in enumerate(tables) if line.startswith("|---") or "|--:" in line
    ]
    assert len(heads) == 2
    assert set(cells[: heads[1] - 1]) == {cells[0]}
    assert set(cells[heads[1] - 1 :]) == {cells[-1]}


def test_the_page_says_what_to_do_and_how_it_is_known() -> None:
    outline = assert_offline_and_sound(render_explain_page(EXPLANATION))
    assert "What to do" in outline.text
    assert "blocks 67 → 14" in outline.text
    assert "1 suspicion without a proven mend" in outline.text
    assert "cannot be applied" in outline.text
    assert "tried on a copy" in outline.text
    assert "hidden as ‹…›" in outline.text
    assert outline.text.index("What to do") < outline.text.index("Overview")


@pytest.mark.parametrize("shows", [True, False])
def test_a_name_is_in_the_page_only_if_it_is_asked_for(
    shows: bool,  # noqa: FBT001 (the one value of a case)
) -> None:
    page = render_explain_page(EXPLANATION, show_arguments=shows)
    assert ("mallory" in page) is shows


def test_what_is_found_is_told_with_its_mend() -> None:
    assert PROVEN.finding.mend.endswith("(proven: blocks 67 → 14)")
    assert OPEN.finding.mend == "index | it (unproven)"
    assert NOTE.finding.mend == "index | it"
    assert [mend.best for mend in mends(EXPLANATION)] == [PROVEN]
    assert unproven(EXPLANATION) == (OPEN,)


def test_the_json_without_constants_is_read_as_it_was_written() -> None:
    hidden = redacted(EXPLANATION)
    text = to_json(hidden)
    assert b"'mallory'" not in text
    assert from_json(text, Explanation, source="test") == hidden
    assert redacted(hidden) == hidden
