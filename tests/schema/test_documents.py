"""docs/schema is what the schema's catalogue says."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from b2bench.commands._documents import make_documents
from b2bench.commands._settings import read_settings
from b2bench.database import connect
from b2bench.errors import BadInput
from b2bench.progress import silent
from b2bench.target import Target
from schema.documents.areas import areas, read_entries
from schema.documents.catalogue import read_schema
from schema.documents.markdown import anchor
from tests.commands.calling import call, refusal

FOLDER = Path(__file__).parents[2] / "docs" / "schema"
# plans are those of the newest major version
EVIDENCE = "indexes.md"


@pytest.fixture(scope="module")
def made(shop_template: Target) -> Mapping[str, str]:
    done = make_documents(read_settings({}), shop_template, silent)
    assert done.findings == ()
    return done.texts


def test_every_committed_document_is_what_the_catalogue_says(made: Mapping[str, str]) -> None:
    committed = {path.name: path.read_text() for path in FOLDER.iterdir()}
    assert sorted(committed) == sorted(made), "run `make generate`, remove what is not made"
    stale = [name for name in made if name != EVIDENCE and committed[name] != made[name]]
    assert stale == [], "run `make generate`"


@pytest.mark.pg(">= 18")
@pytest.mark.xdist_group("standard")
def test_the_committed_evidence_is_what_plans_say(standard_template: Target) -> None:
    made = make_documents(read_settings({}), standard_template, silent)
    assert (FOLDER / EVIDENCE).read_text() == made.texts[EVIDENCE], "run `make generate`"


def test_every_table_has_one_area_and_every_name_is_a_table(bare_shop: Target) -> None:
    schema = read_schema(bare_shop)
    placed = [table.name for area in areas(schema) for table in area.tables]
    listed = [name for entry in read_entries().values() for name in entry.tables]
    assert sorted(placed) == sorted(table.name for table in schema.tables)
    assert sorted(listed) == sorted(placed), "areas.toml"


def test_a_table_without_an_area_is_refused_by_name(shop: Target, tmp_path: Path) -> None:
    with connect(shop) as connection:
        connection.execute("CREATE TABLE vouchers (id bigint PRIMARY KEY)")
    with pytest.raises(BadInput, match="no area has vouchers: name it in schema/documents/areas"):
        areas(read_schema(shop))
    done = call("schema", "documents", "--output", "pages", folder=tmp_path, target=shop)
    assert "no area has vouchers" in refusal(done)
    assert not (tmp_path / "pages").exists()


def test_every_link_leads_to_a_heading(made: Mapping[str, str]) -> None:
    headings = {
        name: {anchor(found) for found in re.findall(r"^#+ (.+)$", text, re.MULTILINE)}
        for name, text in made.items()
    }
    for name, text in made.items():
        if name.endswith(".md"):
            for page, _, heading in re.findall(r"\]\(([\w.]*)(#([\w-]+))?\)", text):
                assert (page or name) in made, (name, page)
                assert not heading or heading in headings[page or name], (name, page, heading)


def test_every_row_of_a_table_has_a_cell_for_each_head(made: Mapping[str, str]) -> None:
    for name, text in made.items():
        for block in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
            cells = {len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()}
            assert len(cells) == 1, (name, block)


def test_no_two_headings_of_a_page_have_one_name(made: Mapping[str, str]) -> None:
    for name, text in made.items():
        found = [anchor(each) for each in re.findall(r"^#+ (.+)$", text, re.MULTILINE)]
        assert len(found) == len(set(found)), name


def test_the_command_works_without_data_and_says_what_is_missing(
    bare_shop: Target, tmp_path: Path, made: Mapping[str, str]
) -> None:
    done = call("schema", "documents", "--output", "pages", folder=tmp_path, target=bare_shop)
    assert done.returncode == 0, done.stderr
    written = {path.name: path.read_text() for path in (tmp_path / "pages").iterdir()}
    assert "holds no\ndata set" in written[EVIDENCE]
    # a load changes nothing in what the catalogue says
    assert {name for name in made if written[name] != made[name]} == {EVIDENCE}


def test_a_database_of_somebody_else_is_refused(empty_database: Target, tmp_path: Path) -> None:
    done = call("schema", "documents", folder=tmp_path, target=empty_database)
    assert "b2bench did not make the database" in refusal(done)
