"""Entity-relationship diagrams of an area and of the whole schema, as pictures and as Mermaid."""

import re
from collections.abc import Iterator, Sequence

from b2bench.figures.entities import Diagram, Entity, Relation, Row
from schema.documents.areas import Area, counted_tables
from schema.documents.catalogue import Column, ForeignKey, Table
from schema.documents.expressions import short_type
from schema.documents.markdown import sentence

_SCALE = re.compile(r"\(\d+,-?\d+\)")


def area_diagram(area: Area) -> Diagram:
    """Return an area's tables with all columns; tables of other areas become stubs."""
    return Diagram(
        identity=f"er-{area.name}",
        title=area.title,
        subtitle=f"{sentence(area.why)}: {counted_tables(area.tables)}",
        entities=tuple(_entity(table, area.place) for table in area.tables),
        relations=tuple(_relation(table, key) for table in area.tables for key in table.references),
    )


def overview_diagram(areas: Sequence[Area]) -> Diagram:
    """Return all tables as their names, coloured by area; foreign keys between two are one line."""
    tables = [table for area in areas for table in area.tables]
    return Diagram(
        identity="er-overview",
        title="The schema",
        subtitle=f"{counted_tables(tables)}, coloured by area, joined by foreign keys",
        entities=tuple(
            Entity(name=table.name, tone=area.place, note=table.comment)
            for area in areas
            for table in area.tables
        ),
        relations=tuple(_between_tables(tables)),
        tones=tuple((area.place, area.title) for area in areas),
    )


def mermaid(tables: Sequence[Table], *, columns: bool = True) -> str:
    """Return tables as Mermaid's `erDiagram`, for Markdown."""
    lines = ["erDiagram"]
    for table in tables:
        lines += _mermaid_entity(table) if columns else [f"    {table.name}"]
    lines += [
        _mermaid_relation(table, key, named=columns)
        for table in tables
        for key in _distinct(table, columns=columns)
    ]
    return "\n".join(lines) + "\n"


def _entity(table: Table, tone: int) -> Entity:
    return Entity(
        name=table.name,
        rows=tuple(_row(table, column) for column in table.columns),
        tone=tone,
        kind="" if table.kind == "table" else table.kind,
        note=table.comment,
    )


def _row(table: Table, column: Column) -> Row:
    return Row(
        name=column.name,
        type=short_type(column.type),
        marks=tuple(marks(table, column.name)),
        nullable=column.nullable and table.kind == "table",
    )


def marks(table: Table, column: str) -> Iterator[str]:
    """Yield PK, FK and UK where a column is of a primary or foreign key, or unique by itself."""
    if any(key.primary and column in key.columns for key in table.keys):
        yield "PK"
    if any(column in key.columns for key in table.references):
        yield "FK"
    alone = any(not key.primary and list(key.columns) == [column] for key in table.keys)
    if alone or any(_is_unique_index(table, index.name, [column]) for index in table.indexes):
        yield "UK"


def _is_unique_index(table: Table, name: str, columns: Sequence[str]) -> bool:
    """Whether it is a unique index of all rows over these columns that backs no constraint."""
    index = next(index for index in table.indexes if index.name == name)
    covers = sorted(index.columns) == sorted(columns)
    return index.unique and covers and not index.predicate and not index.constraint


def _relation(table: Table, key: ForeignKey) -> Relation:
    return Relation(
        child=table.name,
        child_rows=tuple(key.columns),
        parent=key.parent,
        parent_rows=tuple(key.parent_columns),
        optional=is_optional(table, key),
        single=is_single(table, key),
        note=f"{table.name} ({', '.join(key.columns)}) names {key.parent}"
        f" ({', '.join(key.parent_columns)}), ON DELETE {key.on_delete}",
    )


def is_optional(table: Table, key: ForeignKey) -> bool:
    """Return whether a row may name nothing."""
    return any(table.column(name).nullable for name in key.columns)


def is_single(table: Table, key: ForeignKey) -> bool:
    """Return whether no two rows may name the same one."""
    columns = sorted(key.columns)
    return any(sorted(each.columns) == columns for each in table.keys) or any(
        _is_unique_index(table, index.name, columns) for index in table.indexes
    )


def _between_tables(tables: Sequence[Table]) -> Iterator[Relation]:
    """Yield one relation for all foreign keys from one table to another."""
    for table in tables:
        for key in _distinct(table, columns=False):
            same = [each for each in table.references if each.parent == key.parent]
            names = ", ".join(f"({', '.join(each.columns)})" for each in same)
            yield Relation(
                child=table.name,
                parent=key.parent,
                optional=all(is_optional(table, each) for each in same),
                single=all(is_single(table, each) for each in same),
                note=f"{table.name} {names} names {key.parent}",
            )


def _distinct(table: Table, *, columns: bool) -> list[ForeignKey]:
    """Return all foreign keys, or the first to each table."""
    if columns:
        return list(table.references)
    return list({key.parent: key for key in reversed(table.references)}.values())[::-1]


def _mermaid_entity(table: Table) -> list[str]:
    rows = []
    for column in table.columns:
        # Mermaid's types have no blanks and no commas
        kind = _SCALE.sub("", short_type(column.type)).replace(" ", "_")
        keys = ", ".join(marks(table, column.name))
        null = ' "may be NULL"' if column.nullable else ""
        rows.append(f"        {kind} {column.name}{' ' + keys if keys else ''}{null}")
    return [f"    {table.name} {{", *rows, "    }"]


def _mermaid_relation(table: Table, key: ForeignKey, *, named: bool) -> str:
    parent = "|o" if is_optional(table, key) else "||"
    child = "o|" if is_single(table, key) else "o{"
    label = f'"{", ".join(key.columns)}"' if named else '""'
    return f"    {key.parent} {parent}--{child} {table.name} : {label}"
