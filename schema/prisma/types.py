"""PostgreSQL's types and defaults in Prisma's words."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from schema.prisma.catalogue import Column

# what format_type() says: Prisma's type and its native type
_TYPES = {
    "smallint": ("Int", "SmallInt"),
    "integer": ("Int", "Integer"),
    "bigint": ("BigInt", "BigInt"),
    "oid": ("Int", "Oid"),
    "real": ("Float", "Real"),
    "double precision": ("Float", "DoublePrecision"),
    "numeric": ("Decimal", "Decimal"),
    "money": ("Decimal", "Money"),
    "boolean": ("Boolean", "Boolean"),
    "text": ("String", "Text"),
    "character varying": ("String", "VarChar"),
    "character": ("String", "Char"),
    "citext": ("String", "Citext"),
    "uuid": ("String", "Uuid"),
    "inet": ("String", "Inet"),
    "xml": ("String", "Xml"),
    "bit": ("String", "Bit"),
    "bit varying": ("String", "VarBit"),
    "bytea": ("Bytes", "ByteA"),
    "json": ("Json", "Json"),
    "jsonb": ("Json", "JsonB"),
    "date": ("DateTime", "Date"),
    "time without time zone": ("DateTime", "Time"),
    "time with time zone": ("DateTime", "Timetz"),
    "timestamp without time zone": ("DateTime", "Timestamp"),
    "timestamp with time zone": ("DateTime", "Timestamptz"),
}
# without a precision PostgreSQL keeps microseconds, Prisma milliseconds
_MICROSECONDS = "6"
_TYPE = re.compile(
    r"(?P<name>[a-z ]+)(?:\((?P<arguments>[\d,]+)\))?(?P<zone> with(?:out)? time zone)?"
)
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_LITERAL = re.compile(r"'(?P<text>(?:[^']|'')*)'::[\w .]+(?:\([\d,]+\))?")
_EMPTY_LIST = re.compile(r"'\{\}'::.+|ARRAY\[\]::.+")
_COUNTING = frozenset(("Int", "BigInt"))
_NUMERIC = _COUNTING | {"Float", "Decimal"}
_TEXTUAL = frozenset(("Text", "VarChar", "Char", "Citext", "Json", "JsonB"))
_NEXT_NUMBER = re.compile(r"nextval\('(?:[^']|'')+'::regclass\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldType:
    """A field's type: Prisma's own, an enumeration, or `Unsupported("...")`, and `@db.…`."""

    name: str
    native: str | None = None
    is_enum: bool = False
    is_list: bool = False

    @property
    def is_supported(self) -> bool:
        """Whether the client can read and write it."""
        return not self.name.startswith("Unsupported(")


def field_type(column: Column, enum: str | None) -> FieldType:
    """Return a column's type, given Prisma's name of its enumeration."""
    is_list = column.dimensions == 1
    if column.dimensions <= 1 and enum:
        return FieldType(name=enum, is_enum=True, is_list=is_list)
    found = _native(column.type)
    if column.dimensions > 1 or found is None:
        return FieldType(name=f"Unsupported({quoted(column.declared)})")
    name, native = found
    return FieldType(name=name, native=native, is_list=is_list)


def _native(declared: str) -> tuple[str, str] | None:
    """Return Prisma's type and native type, e.g. `("Decimal", "Decimal(12, 2)")`."""
    match = _TYPE.fullmatch(declared)
    known = _TYPES.get(match["name"] + (match["zone"] or "")) if match else None
    if match is None or known is None:
        return None
    name, native = known
    arguments = match["arguments"] or (_MICROSECONDS if native.startswith("Time") else "")
    numbers = [int(number) for number in arguments.split(",") if number]
    if native == "Decimal" and numbers[1:] > numbers[:1]:
        # PostgreSQL has numeric(2,5), Prisma has not
        return None
    return name, native + (f"({', '.join(map(str, numbers))})" if numbers else "")


def default_of(column: Column, kind: FieldType, labels: Mapping[str, str]) -> str | None:
    """Return what stands in `@default(...)`: a literal, now(), a number, else the SQL.

    Args:
        column: with its default as SQL.
        kind: its type.
        labels: Prisma's names of its enumeration's labels, empty if it has none.
    """
    sql = column.default
    if column.is_identity or (sql and _NEXT_NUMBER.fullmatch(sql) and kind.name in _COUNTING):
        return "autoincrement()"
    if sql is None:
        return None
    plain = None if column.is_generated else _plain(sql, kind, labels)
    return plain or f"dbgenerated({quoted(sql)})"


def _plain(sql: str, kind: FieldType, labels: Mapping[str, str]) -> str | None:
    """Return a default that Prisma can write without SQL."""
    if kind.is_list:
        return "[]" if _EMPTY_LIST.fullmatch(sql) else None
    if kind.name == "DateTime":
        return "now()" if sql in {"now()", "CURRENT_TIMESTAMP"} else None
    if kind.name == "Boolean":
        return sql if sql in {"true", "false"} else None
    match = _LITERAL.fullmatch(sql)
    text = match["text"].replace("''", "'") if match else None
    if kind.name in _NUMERIC:
        number = sql if text is None else text
        return number if _NUMBER.fullmatch(number) else None
    return None if text is None else _plain_text(text, kind, labels)


def _plain_text(text: str, kind: FieldType, labels: Mapping[str, str]) -> str | None:
    if kind.is_enum:
        return labels.get(text)
    native = (kind.native or "").partition("(")[0]
    return quoted(text) if native in _TEXTUAL else None


def quoted(text: str) -> str:
    """Return a string as Prisma writes it, which is as JSON does."""
    return json.dumps(text, ensure_ascii=False)
