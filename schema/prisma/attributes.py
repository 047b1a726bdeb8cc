"""Keys, indexes and foreign keys as the attributes of fields and models."""

from collections.abc import Iterable, Iterator

from schema.prisma.catalogue import Index
from schema.prisma.models import Field, Model
from schema.prisma.relations import Relation
from schema.prisma.types import quoted

_METHODS = {"hash": "Hash", "gin": "Gin", "gist": "Gist", "spgist": "SpGist", "brin": "Brin"}
# PostgreSQL cuts longer names, and Prisma does so in another place
_LONGEST_NAME = 63


def field_keys(field: Field, model: Model) -> Iterator[str]:
    """Yield `@id` and `@unique` for the keys that consist of this field."""
    for key in model.keys:
        if key.columns[0] == field.column.name and _is_on_field(key, model):
            said = [*_map(key), *(["sort: Desc"] if key.descending[0] else [])]
            name = "@id" if key.is_primary else "@unique"
            yield f"{name}({_listed(said)})" if said else name


def model_attributes(model: Model) -> Iterator[str]:
    """Yield the keys of several fields, the indexes, the table's name, and `@@ignore`."""
    for key in model.keys:
        if not _is_on_field(key, model):
            name = "@@id" if key.is_primary else "@@unique"
            yield f"{name}({_listed([_fields(key, model), *_map(key)])})"
    for index in model.table.indexes:
        if not index.is_unique and not index.beyond_prisma:
            yield f"@@index({_listed([_fields(index, model), *_map(index), *_method(index)])})"
    if model.name != model.table.name:
        yield f"@@map({quoted(model.table.name)})"
    if model.is_ignored:
        yield "@@ignore"


def relation_attribute(relation: Relation) -> str:
    """Return the `@relation(...)` of the side that holds the key."""
    key = relation.key
    said = [
        quoted(relation.name),
        f"fields: [{_listed(relation.holder.field(name).name for name in key.columns)}]",
        f"references: [{_listed(relation.target.field(name).name for name in key.target_columns)}]",
        f"onDelete: {_action(key.on_delete, relation)}",
        f"onUpdate: {_action(key.on_update, relation)}",
        *_relation_map(relation),
    ]
    return f"@relation({_listed(said)})"


def _relation_map(relation: Relation) -> Iterator[str]:
    """Yield the key's name, unless an index has it too: Prisma takes a name once in a model."""
    key = relation.key
    if all(index.name != key.name for index in relation.holder.table.indexes):
        yield from _map_unless(key.name, key.table_name, *key.columns, "fkey")


def says_actions(relation: Relation) -> bool:
    """Return whether Prisma can say what happens: it knows no SET NULL of some columns only."""
    key = relation.key
    nullable = all(relation.holder.field(column).column.is_nullable for column in key.columns)
    sets_null = "SetNull" in {key.on_delete, key.on_update}
    return not key.sets_some_columns and (nullable or not sets_null)


def _action(action: str, relation: Relation) -> str:
    return "NoAction" if action.startswith("Set") and not says_actions(relation) else action


def _is_on_field(key: Index, model: Model) -> bool:
    """Return whether a key stands at its field; a second one of that field finds no place there."""
    alike = (
        each
        for each in model.keys
        if each.columns == key.columns and each.is_primary == key.is_primary
    )
    return len(key.columns) == 1 and key == next(alike)


def _fields(index: Index, model: Model) -> str:
    """Return e.g. `[accountId, submittedAt(sort: Desc)]`."""
    parts = zip(index.columns, index.operator_classes, index.descending, strict=True)
    fields = (_field(model.field(name), ops, sort) for name, ops, sort in parts)
    return f"[{_listed(fields)}]"


def _field(field: Field, operator_class: str | None, is_descending: bool) -> str:  # noqa: FBT001
    said = [f"ops: raw({quoted(operator_class)})"] if operator_class else []
    said += ["sort: Desc"] if is_descending else []
    return f"{field.name}({_listed(said)})" if said else field.name


def _method(index: Index) -> Iterator[str]:
    if index.method in _METHODS:
        yield f"type: {_METHODS[index.method]}"


def _map(index: Index) -> Iterator[str]:
    """Yield the index's name, unless Prisma would give it the same."""
    if index.is_primary:
        return _map_unless(index.name, index.table_name, "pkey")
    ending = "key" if index.is_unique else "idx"
    return _map_unless(index.name, index.table_name, *index.columns, ending)


def _map_unless(name: str, *usual: str) -> Iterator[str]:
    if name != "_".join(usual) or len(name) >= _LONGEST_NAME:
        yield f"map: {quoted(name)}"


def _listed(parts: Iterable[str]) -> str:
    return ", ".join(parts)
