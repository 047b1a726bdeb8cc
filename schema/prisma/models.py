"""Tables and enumerations under Prisma's names, with Prisma's types."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from schema.prisma.catalogue import Column, Enum, Index, Shape, Table
from schema.prisma.names import RESERVED, camel_case, distinct, label_name, pascal_case
from schema.prisma.types import FieldType, default_of, field_type


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """An enumeration: its name, and the names of its labels, in order."""

    enum: Enum
    name: str
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A column; `default` is what stands in `@default(...)`."""

    column: Column
    name: str
    kind: FieldType
    default: str | None

    @property
    def is_required(self) -> bool:
        """Whether it can be a part of what a row is found by."""
        return self.kind.is_supported and not (self.column.is_nullable or self.kind.is_list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A table."""

    table: Table
    name: str
    fields: tuple[Field, ...]

    def field(self, column: str) -> Field:
        """Return the field of a column."""
        return next(field for field in self.fields if field.column.name == column)

    @property
    def keys(self) -> tuple[Index, ...]:
        """The unique indexes that Prisma can hold, that of the primary key first."""
        held = [each for each in self.table.indexes if each.is_unique and not each.beyond_prisma]
        return tuple(sorted(held, key=lambda index: not index.is_primary))

    @property
    def is_ignored(self) -> bool:
        """Whether Prisma's client leaves it out, because nothing tells its rows apart."""
        return not any(
            all(self.field(column).is_required for column in key.columns) for key in self.keys
        )


def choices_of(shape: Shape) -> tuple[Choice, ...]:
    """Return the enumerations; none is called as a table is."""
    taken = RESERVED | set(_model_names(shape))
    names = distinct((pascal_case(enum.name) for enum in shape.enums), taken)
    return tuple(
        Choice(enum=enum, name=name, labels=_labels(enum))
        for enum, name in zip(shape.enums, names, strict=True)
    )


def _labels(enum: Enum) -> dict[str, str]:
    return dict(zip(enum.labels, distinct(map(label_name, enum.labels)), strict=True))


def models_of(shape: Shape, choices: Iterable[Choice]) -> tuple[Model, ...]:
    """Return the tables."""
    by_enum = {choice.enum.name: choice for choice in choices}
    return tuple(
        Model(table=table, name=name, fields=_fields(table, by_enum))
        for table, name in zip(shape.tables, _model_names(shape), strict=True)
    )


def _model_names(shape: Shape) -> list[str]:
    return distinct((pascal_case(table.name) for table in shape.tables), RESERVED)


def _fields(table: Table, by_enum: Mapping[str, Choice]) -> tuple[Field, ...]:
    names = distinct(camel_case(column.name) for column in table.columns)
    return tuple(
        _field(column, name, by_enum.get(column.enum or ""))
        for column, name in zip(table.columns, names, strict=True)
    )


def _field(column: Column, name: str, choice: Choice | None) -> Field:
    kind = field_type(column, choice.name if choice else None)
    default = default_of(column, kind, choice.labels if choice else {})
    return Field(column=column, name=name, kind=kind, default=default)
