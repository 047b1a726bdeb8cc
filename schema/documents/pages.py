"""All documents of a schema: pictures and pages by file name."""

from collections.abc import Iterator, Mapping, Sequence

from b2bench.figures.entity_drawing import draw
from schema.documents.access import access_page
from schema.documents.areas import Area, counted_tables
from schema.documents.catalogue import SchemaCatalogue, Table
from schema.documents.diagrams import area_diagram, mermaid, overview_diagram
from schema.documents.dictionary import area_page, details
from schema.documents.indexes import Evidence, indexes_page
from schema.documents.markdown import counted, link, page, table, words
from schema.documents.rules import rules, rules_page
from schema.documents.types import types_page


def documents(
    schema: SchemaCatalogue, areas: Sequence[Area], evidence: Evidence | None
) -> Mapping[str, str]:
    """Return the texts of all documents by file name.

    Args:
        schema: what the documents are of.
        areas: the schema's tables by area.
        evidence: which query classes each index serves, if plans were taken.
    """
    made = {
        "README.md": page(_readme(areas)),
        "overview.svg": draw(overview_diagram(areas)),
        "rules.md": rules_page(areas),
        "indexes.md": indexes_page(areas, evidence),
        "types.md": types_page(areas, schema),
        "access.md": access_page(areas),
    }
    for area in areas:
        made[f"{area.name}.svg"] = draw(area_diagram(area))
        made[f"{area.name}.md"] = area_page(area, areas, schema)
    return made


def _readme(areas: Sequence[Area]) -> Iterator[str]:
    tables = [each for area in areas for each in area.tables]
    foreign_keys = sum(len(each.references) for each in tables)
    indexes = sum(len(each.indexes) for each in tables)
    said = sum(len(rules(each)) for each in tables)
    yield from ("# The schema", "")
    yield (
        f"{counted_tables(tables)}, {counted(foreign_keys, 'foreign key')},"
        f" {counted(said, 'rule')}, {counted(indexes, 'index')}. These pages are made from the"
        " catalogue of a database: `make generate` writes them, and a test compares."
    )
    yield from ("", "![All tables and their foreign keys](overview.svg)", "")
    yield from details("The same as Mermaid", mermaid(tables, columns=False))
    yield from ("## By area", "")
    heads = ("area", "what it is", "tables")
    yield from table(heads, (_area(area) for area in areas))
    yield from ("", "## By subject", "")
    yield f"- {link('Business rules', 'rules.md')}, each with what holds it"
    yield f"- {link('Indexes', 'indexes.md')}, each with the query classes that it serves"
    yield f"- {link('Access', 'access.md')}: which role may do what with which table"
    yield f"- {link('Types and functions', 'types.md')}"
    yield from ("", "## By name", "")
    pages = {each.name: f"{area.name}.md" for area in areas for each in area.tables}
    by_name = sorted(tables, key=lambda each: each.name)
    yield from table(("table", "what is in it"), (_table(each, pages) for each in by_name))


def _area(area: Area) -> Sequence[str]:
    names = ", ".join(link(each.name, f"{area.name}.md", each.name) for each in area.tables)
    return link(area.title, f"{area.name}.md"), words(area.why), names


def _table(of: Table, pages: Mapping[str, str]) -> Sequence[str]:
    return link(of.name, pages[of.name], of.name), words(of.comment)
