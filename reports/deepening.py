"""What a capture leaves to a second look: plans for unknown arguments, and plans inside functions.

It executes every class again and leaves dead rows behind, which would be part of the work. So it is
done after the capture, and on a copy of its own where there is one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from b2bench.arguments import Arguments, Case, Drawn
from b2bench.errors import BadInput, StatementFailed
from b2bench.progress import Progress
from b2bench.queries import QueryClass, by_name
from b2bench.target import Target
from reports.capture import Capture, ClassCapture, pinned_session, take_role
from reports.explaining import CaseCapture, StepCapture, explain_case, hear_case
from reports.nested import listening


def deepen(
    target: Target,
    capture: Capture,
    queries: Sequence[QueryClass],
    drawn: Drawn,
    *,
    clone: bool,
    roles: Mapping[str, str] | None = None,
    progress: Progress,
) -> Capture:
    """Return a capture with generic plans and nested statements, as far as the server tells.

    Args:
        target: the same data as the capture's.
        capture: what was explained.
        queries: the classes.
        drawn: arguments by class and case, those of the capture.
        clone: whether data may be changed in the target.
        roles: database role by the role that a query file names.
        progress: told of each class.

    Raises:
        ServerUnreachable: no session could be opened.
    """
    known = by_name(queries)
    # what changes data leaves dead rows behind, so it comes after what only reads
    order = sorted(capture.classes, key=lambda each: (known[each.query].writes, each.query))
    deeper = dict[str, ClassCapture]()
    for done, captured in enumerate(order):
        progress(f"look into {captured.query}", done=done, total=len(order))
        query = known[captured.query]
        subject = replace(target, role=(roles or {}).get(query.role, target.role))
        arguments = drawn.get(captured.query, {})
        cases = (_case(subject, query, arguments, case, clone=clone) for case in captured.cases)
        deeper[captured.query] = replace(captured, cases=tuple(cases))
    progress("look into", done=len(order), total=len(order))
    return replace(capture, classes=tuple(deeper[each.query] for each in capture.classes))


def _case(
    target: Target,
    query: QueryClass,
    arguments: Mapping[Case, Arguments],
    case: CaseCapture,
    *,
    clone: bool,
) -> CaseCapture:
    mine = arguments.get(case.case)
    if mine is None:
        return case
    try:
        case = _with_generic(target, query, mine, case, clone=clone)
        return _with_nested(target, query, mine, case, clone=clone)
    except (BadInput, StatementFailed):
        # what it showed before still holds
        return case


def _with_generic(
    target: Target, query: QueryClass, arguments: Arguments, case: CaseCapture, *, clone: bool
) -> CaseCapture:
    if not any(step.parameters for step in query.steps):
        return case
    with pinned_session(target, may_write=clone) as connection:
        again = explain_case(connection, query, arguments, generic=True)
    found = {step.step: step.generic for step in again.steps}
    return replace(
        case,
        steps=tuple(replace(step, generic=found.get(step.step)) for step in case.steps),
    )


def _with_nested(
    target: Target, query: QueryClass, arguments: Arguments, case: CaseCapture, *, clone: bool
) -> CaseCapture:
    if not any(map(_may_have_nested, case.steps)):
        return case
    own = replace(target, role=None)
    with pinned_session(own, may_write=clone) as connection, listening(connection) as heard:
        if heard is None:
            return case
        take_role(connection, target.role)
        nested = hear_case(connection, query, arguments, heard)
    steps = (replace(step, nested=nested.get(step.step, ())) for step in case.steps)
    return replace(case, steps=tuple(steps))


def _may_have_nested(step: StepCapture) -> bool:
    # a function of the database's own may execute statements, and a trigger does
    return bool(step.functions) or step.work.trigger_calls > 0
