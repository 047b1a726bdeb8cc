"""The data dictionary: a page for each area with its diagram and all of its tables."""

from collections.abc import Iterator, Mapping, Sequence

from schema.documents.areas import Area
from schema.documents.catalogue import Column, ForeignKey, SchemaCatalogue, Table
from schema.documents.deletion import on_delete
from schema.documents.diagrams import marks, mermaid
from schema.documents.expressions import readable, short_type
from schema.documents.markdown import (
    code,
    codes,
    counted,
    link,
    page,
    table,
    words,
)
from schema.documents.rules import rules


def area_page(area: Area, areas: Sequence[Area], schema: SchemaCatalogue) -> str:
    """Return an area's page."""
    return page(_AreaPage(area, areas, schema).lines())


class _AreaPage:
    """Writes one page; knows on which pages the other tables are."""

    def __init__(self, area: Area, areas: Sequence[Area], schema: SchemaCatalogue) -> None:
        self._area = area
        self._page_of: Mapping[str, str] = {
            each.name: "" if other is area else f"{other.name}.md"
            for other in areas
            for each in other.tables
        }
        self._types = {each.name for each in schema.types}

    def lines(self) -> Iterator[str]:
        """Yield the page."""
        area = self._area
        yield from (f"# {area.title}: {area.why}", "")
        yield from (f"![{area.title}: tables and foreign keys]({area.name}.svg)", "")
        yield from details("The same as Mermaid", mermaid(area.tables))
        for each in area.tables:
            yield from ("", f"## {each.name}", "")
            yield from self._table(each)

    def _table(self, of: Table) -> Iterator[str]:
        yield from (f"{words(of.comment) or 'No comment'}.", "")
        if kind := _kind(of):
            yield from (kind, "")
        heads = ("column", "type", "null", "if none is given", "what it is")
        yield from table(heads, (self._column(of, column) for column in of.columns))
        yield ""
        yield from _generated(of)
        yield from _keys(of)
        yield from self._references(of)
        yield from self._referenced_by(of)
        yield from _elsewhere(of)

    def _column(self, of: Table, column: Column) -> Sequence[str]:
        signs = " ".join(f"**{mark}**" for mark in marks(of, column.name))
        kind = short_type(column.type)
        base = kind.removesuffix("[]")
        return (
            f"{code(column.name)} {signs}".strip(),
            link(kind, "types.md", base) if base in self._types else code(kind),
            "yes" if column.nullable else "no",
            _value(column),
            words(column.comment),
        )

    def _references(self, of: Table) -> Iterator[str]:
        if not of.references:
            return
        yield from ("**Foreign keys**", "")
        heads = ("columns", "names", "deleting that row", "constraint")
        yield from table(heads, (self._reference(key) for key in of.references))
        yield ""

    def _reference(self, key: ForeignKey) -> Sequence[str]:
        return (
            codes(key.columns),
            f"{self._link(key.parent)} ({codes(key.parent_columns)})",
            on_delete(key),
            code(key.name),
        )

    def _referenced_by(self, of: Table) -> Iterator[str]:
        if of.referenced_by:
            by = [f"{self._link(key.table)} ({codes(key.columns)})" for key in of.referenced_by]
            yield from (f"**Referenced by** {', '.join(by)}", "")

    def _link(self, name: str) -> str:
        return link(name, self._page_of.get(name, ""), name)


def details(summary: str, mermaid_text: str) -> Iterator[str]:
    """Yield a Mermaid diagram that is shown when it is asked for."""
    yield from (f"<details><summary>{summary}</summary>", "")
    yield from ("```mermaid", mermaid_text.rstrip(), "```", "", "</details>", "")


def _kind(of: Table) -> str:
    said = [] if of.kind == "table" else [f"A {of.kind}."]
    if of.partitioned_by:
        said.append(f"Partitioned by {code(of.partitioned_by)}.")
    if of.row_security:
        said.append("Row-level security is on: a role sees what the policies let it see.")
    return " ".join(said)


def _value(column: Column) -> str:
    if column.identity:
        return f"generated {column.identity} as identity"
    if column.generated:
        return "generated, see below"
    return code(readable(column.default)) if column.default else ""


def _generated(of: Table) -> Iterator[str]:
    generated = [column for column in of.columns if column.generated]
    if generated:
        yield from ("**Generated columns**", "", "```sql")
        yield from (f"{column.name} = {readable(column.generated)}" for column in generated)
        yield from ("```", "")


def _keys(of: Table) -> Iterator[str]:
    for key in of.keys:
        kind = "Primary key" if key.primary else "Unique"
        yield f"- **{kind}** {codes(key.columns)}: {code(key.name)}"
    yield ""


def _elsewhere(of: Table) -> Iterator[str]:
    """Yield where the table's rules and indexes are."""
    if found := rules(of):
        yield f"{link(counted(len(found), 'rule'), 'rules.md', of.name)} · " + _indexes(of)
    else:
        yield _indexes(of)
    yield ""


def _indexes(of: Table) -> str:
    return link(counted(len(of.indexes), "index"), "indexes.md", of.name)
