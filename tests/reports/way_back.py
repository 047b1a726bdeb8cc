"""Undoing the other way round: what proves that nothing was lost on the way."""

from collections.abc import Mapping
from dataclasses import replace

from b2bench.catalogue import Change, Difference
from reports.reverting import Undoing, _undoing

_TURNED: Mapping[Change, Change] = {"missing": "added", "added": "missing", "changed": "changed"}


def way_back(undoing: Undoing) -> Undoing:
    """Return what turns the baseline's objects into the candidate's again."""
    return _undoing(tuple(map(_turned, undoing.differences)))


def _turned(difference: Difference) -> Difference:
    return replace(
        difference,
        change=_TURNED[difference.change],
        baseline_definition=difference.candidate_definition,
        candidate_definition=difference.baseline_definition,
    )
