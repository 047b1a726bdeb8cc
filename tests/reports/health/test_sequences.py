"""Sequences near their end, or near that of their column."""

from b2bench.findings import Severity
from b2bench.target import Target
from reports.health.checks import State
from reports.health.sequences import sequences
from tests.postgres import change
from tests.reports.health.looking import codes, found, look, named


def test_a_sequence_ends_with_its_column(empty_database: Target) -> None:
    change(
        empty_database,
        "CREATE TABLE small (id int, large bigint GENERATED ALWAYS AS IDENTITY)",
        "CREATE SEQUENCE filling OWNED BY small.id",
        "SELECT setval('filling', 2000000000)",
        "SELECT setval('small_large_seq', 2000000000)",
    )
    seen = look(empty_database, sequences)
    finding = found(seen, "sequence-near-end")
    assert (finding.severity, finding.subject) == (Severity.ERROR, "sequence public.filling")
    assert finding.message == "is at 2,000,000,000 of 2,147,483,647 of public.small.id, 93 %"
    assert named(seen, "sequences").figure == "2, public.filling is used most: 93 %"


def test_one_that_counts_down_ends_below_and_one_that_begins_anew_never(
    empty_database: Target,
) -> None:
    change(
        empty_database,
        "CREATE SEQUENCE down INCREMENT -1 MINVALUE -100 MAXVALUE 0",
        "SELECT setval('down', -75)",
        "CREATE SEQUENCE round MAXVALUE 100 CYCLE",
        "SELECT setval('round', 99)",
        "CREATE SEQUENCE unused MAXVALUE 10",
    )
    seen = look(empty_database, sequences)
    assert found(seen, "sequence-near-end").subject == "sequence public.down"


def test_no_sequence_is_fine_and_hidden_ones_are_said(
    empty_database: Target, monitor: Target
) -> None:
    assert named(look(empty_database, sequences), "sequences").figure == "none"
    change(empty_database, "CREATE SEQUENCE hidden MAXVALUE 10", "SELECT setval('hidden', 10)")
    assert "sequence-near-end" in codes(look(empty_database, sequences))
    (unseen,) = look(monitor, sequences)
    assert unseen.state is State.UNSEEN
    assert "GRANT pg_read_all_data TO health_" in unseen.figure
