"""The page of all indexes: what each is, what it backs, and which query classes it serves."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from schema.documents.areas import Area
from schema.documents.catalogue import ForeignKey, Index, Table
from schema.documents.expressions import readable
from schema.documents.markdown import code, codes, counted, link, page, table, words

_HEAD = """\
# Indexes

Every index, what it is for, and who would miss it. An index supports a foreign key when the key's
columns are its first ones: so the rows that name a deleted row are found without reading the table.
"""
_WITHOUT = """\
Which query classes each one serves is not told: the database that this page was made from holds no
data set, and so no plans could be taken.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What plans say of indexes.

    Args:
        said: how the plans were taken, in a sentence or two.
        classes: names of the query classes that were explained.
        uses: query classes by the index that their plans name.
        unexplained: query classes that have no plans.
    """

    said: str
    classes: Sequence[str]
    uses: Mapping[str, Sequence[str]]
    unexplained: Sequence[str]


def indexes_page(areas: Sequence[Area], evidence: Evidence | None) -> str:
    """Return the page; without evidence it leaves the query classes out, and says so."""
    return page(_lines(areas, evidence))


def _lines(areas: Sequence[Area], evidence: Evidence | None) -> Iterator[str]:
    tables = [each for area in areas for each in area.tables]
    yield from (_HEAD, _preface(evidence))
    for area in areas:
        yield from ("", f"## {area.title}: {area.why}", "")
        for each in area.tables:
            yield from (f"### {each.name}", "")
            yield from _table(each, evidence)
            yield ""
    yield from ("## Foreign keys without an index", "", *_without_index(tables), "")
    if evidence:
        yield from ("## Query classes and their indexes", "")
        yield from table(("query class", "indexes"), _by_class(tables, evidence))


def _preface(evidence: Evidence | None) -> str:
    if evidence is None:
        return _WITHOUT
    missing = (
        f" No plans could be taken of {codes(evidence.unexplained)}."
        if evidence.unexplained
        else ""
    )
    return f"""\
A query class is served by an index when one of its plans looks rows up in it, reads the first rows
in its order, or reads all of a partial one. {evidence.said}{missing}

What triggers read, those of foreign keys among them, and what functions in PL/pgSQL read is in no
plan. An index that serves no query class is there for a constraint only, for a foreign key, or (–)
for nothing that is known here.
"""


def _table(of: Table, evidence: Evidence | None) -> Iterator[str]:
    if not of.indexes:
        yield "No indexes."
        return
    heads = ["index", "definition", "kind", "backs", "supports foreign key"]
    rows = [_cells(of, index) for index in of.indexes]
    if evidence:
        heads.append("serves")
        rows = [
            [*row, serves(of, index, evidence)] for row, index in zip(rows, of.indexes, strict=True)
        ]
    yield from table(heads, rows)
    for index in of.indexes:
        if index.comment:
            yield from ("", f"{code(index.name)}: {words(index.comment)}")


def _cells(of: Table, index: Index) -> list[str]:
    kinds = ["unique"] if index.unique else []
    kinds += ["partial"] if index.predicate else []
    return [
        code(index.name),
        code(_definition(index)),
        ", ".join(kinds),
        _backs(index),
        ", ".join(_columns(key) for key in supported(of, index)),
    ]


def _columns(key: ForeignKey) -> str:
    return codes(key.columns) if len(key.columns) == 1 else f"({codes(key.columns)})"


def _definition(index: Index) -> str:
    """Return what follows USING, its expressions made readable."""
    _, _, text = index.definition.partition(" USING ")
    if not index.predicate:
        return readable(text)
    keys, where, predicate = text.rpartition(" WHERE ")
    return f"{readable(keys)}{where}{readable(predicate)}"


def _backs(index: Index) -> str:
    said = [index.backs] if index.backs else []
    if index.referenced:
        said.append(f"named by {counted(index.referenced, 'foreign key')}")
    return ", ".join(said)


def supported(of: Table, index: Index) -> list[ForeignKey]:
    """Return the foreign keys whose rows the index finds."""
    if " USING btree " not in index.definition:
        return []
    return [
        key
        for key in of.references
        if sorted(index.columns[: len(key.columns)]) == sorted(key.columns)
        and _holds_all(index, key)
    ]


def _holds_all(index: Index, key: ForeignKey) -> bool:
    """Whether the index has every row whose foreign key is not NULL."""
    conditions = readable(index.predicate).split(" AND ") if index.predicate else []
    harmless = {f"{column} IS NOT NULL" for column in key.columns}
    return set(conditions) <= harmless


def serves(of: Table, index: Index, evidence: Evidence) -> str:
    """Return the query classes that an index serves, or what else it is there for."""
    names = (index.name, *index.partitions)
    if classes := sorted({each for name in names for each in evidence.uses.get(name, ())}):
        return codes(classes)
    if index.backs or index.unique:
        return "constraint only"
    return "foreign key" if supported(of, index) else ""


def _without_index(tables: Sequence[Table]) -> Iterator[str]:
    missing = [
        (each, key)
        for each in tables
        for key in each.references
        if not any(key in supported(each, index) for index in each.indexes)
    ]
    if not missing:
        yield "None."
    for each, key in missing:
        yield f"- {link(each.name, '', each.name)} ({codes(key.columns)}), names {code(key.parent)}"


def _by_class(tables: Sequence[Table], evidence: Evidence) -> Iterator[Sequence[str]]:
    found = defaultdict[str, list[str]](list)
    for each in tables:
        for index in each.indexes:
            names = (index.name, *index.partitions)
            for name in sorted({used for n in names for used in evidence.uses.get(n, ())}):
                found[name].append(index.name)
    for name in evidence.classes:
        yield code(name), codes(sorted(found[name]))
