"""The page of the schema's own types and functions."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from schema.documents.areas import Area
from schema.documents.catalogue import Function, SchemaCatalogue, Type
from schema.documents.expressions import readable, short_type
from schema.documents.markdown import code, codes, link, page, words

_LANGUAGES = {"sql": "SQL", "plpgsql": "PL/pgSQL"}


def types_page(areas: Sequence[Area], schema: SchemaCatalogue) -> str:
    """Return the page."""
    return page(_lines(areas, schema))


def _lines(areas: Sequence[Area], schema: SchemaCatalogue) -> Iterator[str]:
    yield from ("# Types and functions", "")
    used = _columns_by_type(areas)
    yield from ("## Types of the schema", "")
    for each in schema.types:
        yield from _type(each, used.get(each.name, []))
    fired = _tables_by_function(areas)
    yield from ("## Functions of the schema", "")
    for function in schema.functions:
        yield from _function(function, fired.get(function.name, []))


def _columns_by_type(areas: Sequence[Area]) -> dict[str, list[str]]:
    found = defaultdict[str, list[str]](list)
    for area in areas:
        for table in area.tables:
            for column in table.columns:
                where = link(f"{table.name}.{column.name}", f"{area.name}.md", table.name)
                found[short_type(column.type).removesuffix("[]")].append(where)
    return found


def _tables_by_function(areas: Sequence[Area]) -> dict[str, list[str]]:
    found = defaultdict[str, list[str]](list)
    for area in areas:
        for table in area.tables:
            for function in dict.fromkeys(trigger.function for trigger in table.triggers):
                found[function].append(link(table.name, "rules.md", table.name))
    return found


def _type(of: Type, columns: Sequence[str]) -> Iterator[str]:
    yield from (f"### {of.name}", "")
    if of.comment:
        yield from (f"{words(of.comment)}.", "")
    if of.labels:
        yield f"One of {codes(of.labels)}."
    else:
        checks = [readable(check.removeprefix("CHECK ")) for check in of.checks]
        where = f" where {codes(checks)}" if checks else ""
        yield f"A {code(short_type(of.base))}{where}."
    if columns:
        yield f"In {', '.join(columns)}."
    yield ""


def _function(of: Function, tables: Sequence[str]) -> Iterator[str]:
    yield from (f"### {of.name}", "")
    if of.comment:
        yield from (f"{words(of.comment)}.", "")
    yield from ("```sql", _signature(of), "```", "")
    facts = [_LANGUAGES.get(of.language, of.language), of.volatility]
    facts += ["runs with its owner's rights"] if of.security_definer else []
    fired = f" Fired by triggers of {', '.join(tables)}." if tables else ""
    yield from (f"{', '.join(facts)}.{fired}", "")


def _signature(of: Function) -> str:
    arguments, result = short_type(of.arguments), short_type(of.result)
    kind = "PROCEDURE" if of.procedure else "FUNCTION"
    returns = f"\n    RETURNS {result}" if result else ""
    return f"{kind} {of.name}({arguments}){returns}"
