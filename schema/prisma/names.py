"""Names that Prisma accepts: models in PascalCase, fields in camelCase, no two alike."""

import re
from collections.abc import Collection, Iterable

# what Prisma keeps for itself
_SCALARS = ("String", "Boolean", "Int", "BigInt", "Float", "Decimal", "DateTime", "Json", "Bytes")
RESERVED = frozenset((*_SCALARS, "Unsupported", "Prisma", "PrismaClient"))
_IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_WORD = re.compile(r"[A-Za-z0-9]+")


def pascal_case(name: str) -> str:
    """Return a name for a model or an enumeration.

    >>> pascal_case("product_variants")
    'ProductVariants'
    """
    return "".join(word[0].upper() + word[1:] for word in _words(name))


def camel_case(name: str) -> str:
    """Return a name for a field.

    >>> camel_case("weight_g"), camel_case("2nd choice"), camel_case("createdAt")
    ('weightG', 'x2ndChoice', 'createdAt')
    """
    pascal = pascal_case(name)
    return pascal[0].lower() + pascal[1:]


def label_name(label: str) -> str:
    """Return a name for a label of an enumeration: the label itself, if Prisma accepts it.

    >>> label_name("IN_STOCK"), label_name("so-so")
    ('IN_STOCK', 'so_so')
    """
    return label if _IDENTIFIER.fullmatch(label) else "_".join(_words(label))


def distinct(wanted: Iterable[str], taken: Collection[str] = ()) -> list[str]:
    """Return the names in their order, with a number where one is taken.

    >>> distinct(["a", "b", "a"], taken={"b"})
    ['a', 'b2', 'a2']
    """
    found: list[str] = []
    for name in wanted:
        free, number = name, 2
        while free in found or free in taken:
            free, number = f"{name}{number}", number + 1
        found.append(free)
    return found


def _words(name: str) -> list[str]:
    """Return the parts of a name that Prisma accepts; the first begins with a letter."""
    words = _WORD.findall(name) or ["unnamed"]
    return words if words[0][0].isalpha() else [f"x{words[0]}", *words[1:]]
