"""Take the work of one query class over into a baseline although it is worse, with the reason."""

from dataclasses import replace

from b2bench.errors import BadInput
from reports.baseline import Acceptance, Baseline, class_work, without_constants
from reports.capture import Capture
from reports.gate import judge
from reports.gate_policy import Policy


def accept(
    baseline: Baseline,
    candidate: Capture,
    query: str,
    acceptance: Acceptance,
    *,
    policy: Policy | None = None,
) -> Baseline:
    """Return the baseline with a class's work as the candidate has it, and why that is right.

    The catalogue stays the one of the other classes as long as one of them is worse or could not
    be judged, so that the cause of that is found; then it is the candidate's.

    Args:
        baseline: the one to change.
        candidate: with every class in it.
        query: the class.
        acceptance: kept with the class, after earlier ones.
        policy: by which the others are judged.

    Raises:
        BadInput: the candidate has not got the class, or it could not be explained.
        BaselineUnusable: the two do not stand on the same ground.
    """
    captured = next((each for each in candidate.classes if each.query == query), None)
    if captured is None:
        raise BadInput(f"there is no query class {query}: see `b2bench baseline show`")
    if captured.failed:
        raise BadInput(f"{query} could not be explained: {captured.findings[0].message}")
    before = next((each for each in baseline.classes if each.query == query), None)
    earlier = before.accepted if before else ()
    accepted = replace(class_work(captured), accepted=(*earlier, acceptance))
    others = [each for each in baseline.classes if each.query != query]
    classes = sorted((*others, accepted), key=lambda each: each.query)
    changed = replace(baseline, classes=tuple(classes))
    verdict = judge(changed, candidate, policy)
    if verdict.passed and verdict.compared >= len(changed.classes):
        changed = replace(changed, catalogue=candidate.catalogue)
    return changed if baseline.has_constants else without_constants(changed)
