"""Foreign keys as relations: one field on either side, under one name."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from schema.prisma.catalogue import ForeignKey
from schema.prisma.models import Model
from schema.prisma.names import camel_case, distinct, pascal_case

_ID = re.compile(r"(?:_id|(?<=[a-z])Id)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """One foreign key; `field` is how a row of the holder calls the one that it references."""

    key: ForeignKey
    holder: Model
    target: Model
    field: str

    @property
    def name(self) -> str:
        """The name on both sides, unlike that of any other relation."""
        return f"{self.holder.name}_{self.field}"

    @property
    def is_optional(self) -> bool:
        """Whether a row may reference none."""
        return any(self.holder.field(column).column.is_nullable for column in self.key.columns)

    @property
    def is_single(self) -> bool:
        """Whether no two rows reference the same one."""
        return any(list(each.columns) == list(self.key.columns) for each in self.holder.keys)


def relations_of(models: Sequence[Model]) -> tuple[Relation, ...]:
    """Return the foreign keys that Prisma can hold, in the order of their tables."""
    targets = {model.table.name: model for model in models}
    return tuple(relation for model in models for relation in _held(model, targets))


def referencing(target: Model, relations: Sequence[Relation]) -> tuple[tuple[str, Relation], ...]:
    """Return the relations that reference a model, each with its name on that side."""
    arriving = [each for each in relations if each.target is target]
    taken = [field.name for field in target.fields]
    taken += [each.field for each in relations if each.holder is target]
    names = distinct((_back_name(each, arriving) for each in arriving), taken)
    return tuple(zip(names, arriving, strict=True))


def _held(holder: Model, targets: Mapping[str, Model]) -> Iterator[Relation]:
    keys = [key for key in holder.table.foreign_keys if _fits(key, holder, targets)]
    taken = [field.name for field in holder.fields]
    names = distinct((_field_name(key, holder) for key in keys), taken)
    for key, name in zip(keys, names, strict=True):
        yield Relation(key=key, holder=holder, target=targets[str(key.target_name)], field=name)


def _fits(key: ForeignKey, holder: Model, targets: Mapping[str, Model]) -> bool:
    """Return whether Prisma sees a key on the other side, and the same types on both."""
    target = targets.get(str(key.target_name))
    if target is None:
        return False
    pairs = zip(key.columns, key.target_columns, strict=True)
    return any(set(each.columns) == set(key.target_columns) for each in target.keys) and all(
        holder.field(own).kind.name == target.field(other).kind.name for own, other in pairs
    )


def _field_name(key: ForeignKey, holder: Model) -> str:
    """Return `variant` for variant_id, also where it stands beside a product_id of its own."""
    others = [each for each in holder.table.foreign_keys if each != key]
    lone = {each.columns[0] for each in others if len(each.columns) == 1}
    telling = [column for column in key.columns if column not in lone] or key.columns
    stem = _ID.sub("", telling[-1])
    return camel_case(stem if stem != telling[-1] else str(key.target_name))


def _back_name(relation: Relation, arriving: Sequence[Relation]) -> str:
    """Return e.g. `orders`, or `rfqRequestsByRepresentative` beside another of that table."""
    holder = relation.holder
    name = camel_case(holder.table.name)
    alone = sum(each.holder is holder for each in arriving) == 1 and holder is not relation.target
    return name if alone else f"{name}By{pascal_case(relation.field)}"
