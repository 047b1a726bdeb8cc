"""Measure one skew in the database and compare it with its law, by the sort of skew."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from psycopg import Connection

from b2bench.figures.notation import share as per_cent
from b2bench.sqlfile import read_sql_file
from loadgen.data.bits import Floats, Ints
from loadgen.data.skew import laws
from loadgen.data.skew.laws import Allotment

DRAW = "DKW bound"
_QUERIES = Path(__file__).with_name("sql")
# few enough to draw and to bring from the server, one by one among the first
_STEPS = 160
_MANY = 100

Shape = Literal["ranks", "counts", "shares", "names"]
Curve = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Skew:
    """One skew: what the generator declares, and what stands in the database.

    Args:
        law: what is declared, in words.
        shape: cumulative over ranks or over counts, or one share for each rank or each name.
        horizontal: what the curves' first numbers count.
        vertical: what their second numbers are shares of.
        declared: the law's curve.
        achieved: the same of the rows.
        demand: where the query stream asks, if that is not where the rows are declared to be.
        names: of the first numbers, where they have some.
        declared_figures: the law in a few numbers.
        achieved_figures: the rows in the same numbers.
        distance: the largest difference between declared and achieved shares (cumulative ones,
            but for the shape `shares`), from 0 to 1.
        tolerance: how large it may be in a data set that was made by the law.
        bound: where the tolerance comes from.
    """

    name: str
    law: str
    shape: Shape
    horizontal: str
    vertical: str
    declared: Curve
    achieved: Curve
    demand: Curve = ()
    names: tuple[str, ...] = ()
    declared_figures: str
    achieved_figures: str
    distance: float
    tolerance: float
    bound: str

    @property
    def within(self) -> bool:
        """Whether the data set is as declared."""
        return self.distance <= self.tolerance


def by_rank(
    connection: Connection,
    query: str,
    *,
    ranked: Sequence[int] | Sequence[str],
    shares: Floats,
    name: str,
    law: str,
    horizontal: str,
    vertical: str,
    draws: int,
    drawn: Sequence[int] = (),
    whole: bool = False,
) -> Skew:
    """Compare cumulative shares over ranks; rows outside the ranks count among all.

    `ranked` names the parents in declared order, `shares` what each of them should have, `draws`
    how many rows are declared; `drawn` holds what the query stream asks for, where that is
    measured; rows that are shared out as a `whole` differ from their law by rounding only.
    """
    ends = step_ends(len(ranked))
    values = {"ranked": list(ranked), "bounds": ends.tolist(), "drawn": list(drawn)}
    rows = dict(fetched(connection, query, values))
    total = sum(rows.values())
    declared = np.cumsum(shares)[ends - 1]
    achieved = np.cumsum([rows.get(step, 0) for step in range(len(ends))]) / max(total, 1)
    return Skew(
        name=name,
        law=law,
        shape="ranks",
        horizontal=horizontal,
        vertical=vertical,
        declared=curve(ends, declared),
        achieved=curve(ends, achieved),
        declared_figures=first_ranks(ends, declared),
        achieved_figures=first_ranks(ends, achieved),
        distance=furthest(declared, achieved),
        # where two roundings meet
        tolerance=2 / draws if whole else laws.kolmogorov(draws),
        bound=f"rounding, {draws:,} rows" if whole else f"{DRAW}, {draws:,} draws",
    )


def by_name(
    connection: Connection,
    query: str,
    shares: Mapping[str, float],
    *,
    name: str,
    law: str,
    vertical: str,
    draws: int,
    whole: bool = False,
) -> Skew:
    """Compare the shares of a few names; the arguments are those of `by_rank`."""
    places = np.arange(1, len(shares) + 1)
    values = {"ranked": list(shares), "bounds": places.tolist()}
    rows = dict(fetched(connection, query, values))
    total = sum(rows.values())
    declared = np.asarray(list(shares.values()))
    achieved = np.asarray([rows.get(place - 1, 0) for place in places]) / max(total, 1)
    return Skew(
        name=name,
        law=law,
        shape="names",
        horizontal="",
        vertical=vertical,
        declared=curve(places, declared),
        achieved=curve(places, achieved),
        names=tuple(shares),
        declared_figures=", ".join(map(per_cent, declared.tolist())),
        achieved_figures=", ".join(map(per_cent, achieved.tolist())),
        distance=furthest(np.cumsum(declared), np.cumsum(achieved)),
        tolerance=1 / draws if whole else laws.kolmogorov(draws),
        bound=f"rounding, {draws:,} rows" if whole else f"{DRAW}, {draws:,} draws",
    )


def by_count(
    rows: Sequence[tuple[int, int]],
    *,
    name: str,
    law: str,
    horizontal: str,
    vertical: str,
    allotment: Allotment,
) -> Skew:
    """Compare the shares of parents that have at most so many children."""
    found = dict(rows)
    total = sum(found.values())
    counts = np.arange(max(allotment.most, *found, 1) + 1)
    declared = allotment.at_most(counts)
    achieved = np.cumsum([found.get(count, 0) for count in counts.tolist()]) / max(total, 1)
    return Skew(
        name=name,
        law=law,
        shape="counts",
        horizontal=horizontal,
        vertical=vertical,
        declared=thinned(counts, declared),
        achieved=thinned(counts, achieved),
        declared_figures=middle_and_end(counts, declared),
        achieved_figures=middle_and_end(counts, achieved),
        distance=furthest(declared, achieved),
        tolerance=allotment.tolerance,
        bound=f"{DRAW}, {allotment.parents:,} draws, and their mean",
    )


def fetched(
    connection: Connection, query: str, values: Mapping[str, object] | None = None
) -> list[tuple[Any, ...]]:
    """Return the rows of a query in `sql`."""
    statement = read_sql_file(_QUERIES / f"{query}.sql").parts[0].sql
    return connection.execute(statement.encode(), values).fetchall()


def step_ends(count: int) -> Ints:
    """Return the last ranks of at most some steps: each of the first ranks, then ever more."""
    return np.unique(np.rint(np.geomspace(1, count, _STEPS)).astype(np.int64))


def curve(at: Ints, share: Floats) -> Curve:
    """Return points from their two coordinates."""
    return tuple(zip(at.tolist(), share.tolist(), strict=True))


def thinned(counts: Ints, share: Floats) -> Curve:
    """Return a curve without counts that nobody could tell apart, nor those after the last."""
    last = int(np.searchsorted(share, share[-1] * (1 - 1e-12)))
    chosen = np.unique(np.concatenate(([0], step_ends(max(last, 1)))))
    return curve(counts[chosen], share[chosen])


def furthest(declared: Floats, achieved: Floats) -> float:
    """Return the largest difference of two curves over the same points."""
    return float(np.abs(declared - achieved).max())


def first_ranks(ends: Ints, cumulative: Floats) -> str:
    """Return what the first ranks hold: the first of all, then three, or of many the hundredths."""
    count = int(ends[-1])
    heads = {"one": 1.0} | (
        {"1 %": count / 100, "10 %": count / 10} if count >= _MANY else {"three": 3.0}
    )
    held = (np.interp(head, ends, cumulative) for head in heads.values())
    return ", ".join(
        f"top {head}: {per_cent(float(part))}" for head, part in zip(heads, held, strict=True)
    )


def middle_and_end(counts: Ints, cumulative: Floats) -> str:
    """Return what the middle parent has, one in a hundred, and the one with most."""
    middle, end, last = (
        int(counts[min(np.searchsorted(cumulative, at), len(counts) - 1)])
        for at in (0.5, 0.99, cumulative[-1] * (1 - 1e-9))
    )
    return f"median {middle:,}, p99 {end:,}, most {last:,}"
