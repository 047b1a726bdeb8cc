"""Only statistics are taken from an export, whatever else the file holds."""

from pathlib import Path

import pytest

from b2bench.errors import BadInput
from reports.statistics_export import read_export

CALL = r"""SELECT * FROM pg_catalog.pg_restore_attribute_stats(
	'version', '180006'::integer,
	'schemaname', 'public',
	'relname', 'my''shop',
	'attname', 'note',
	'null_frac', '0.5'::real,
	'most_common_vals', '{"); DROP TABLE a; --","it''s",\\restrict}'::text,
	'most_common_freqs', '{0.5,0.25}'::real[]
);
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "export.sql"
    file.write_text(text)
    return file


def test_a_statistic_is_read_with_its_line_names_texts_and_types(tmp_path: Path) -> None:
    [call] = read_export(written(tmp_path, f"-- a dump\n\n{CALL}"))
    assert call.kind == "attribute"
    assert call.line == 3
    assert call.relation == ("public", "my'shop")
    assert call.text("most_common_vals") == r'{"); DROP TABLE a; --","it' + r"'" + r's",\\restrict}'
    assert [(each.name, each.type) for each in call.arguments][-2:] == [
        ("most_common_vals", "text"),
        ("most_common_freqs", "real[]"),
    ]


@pytest.mark.parametrize(
    "other",
    [
        "\\restrict abc'def\n",
        "\\! rm -rf 'x\n",
        "SET row_security = off;\n",
        "SELECT pg_catalog.set_config('search_path', '', false);\n",
        "DROP TABLE orders;\n",
        "-- it's a comment\n",
        "/* it's\nanother */\n",
        "COPY public.a (b) FROM stdin;\nit's\n\\.\n",
        f"COMMENT ON TABLE a IS '\n{CALL.replace(chr(39), chr(39) * 2)}';\n",
        f"CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $_$\n{CALL}$_$;\n",
    ],
)
def test_what_is_no_statistic_is_skipped(tmp_path: Path, other: str) -> None:
    calls = read_export(written(tmp_path, other + CALL + other))
    assert [call.relation for call in calls] == [("public", "my'shop")]


def test_backslashes_count_as_the_file_says(tmp_path: Path) -> None:
    text = f"SET standard_conforming_strings = off;\n{CALL}"
    [call] = read_export(written(tmp_path, text))
    assert call.text("most_common_vals").endswith(r",\restrict}")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("SELECT 1;\n", "holds no planner statistics: export it with `pg_dump --statistics-only"),
        (CALL[:200], "export.sql:1: not as pg_dump writes statistics"),
        (CALL.replace("'public'", "version()"), "export.sql:1: not as pg_dump"),
        (CALL.replace("'public'", "(SELECT 'x')"), "export.sql:1: not as pg_dump"),
        (CALL.replace("::real,", "::regclass,"), "export.sql:1: not as pg_dump"),
        (CALL.replace("attribute", "other"), "export.sql:1: not as pg_dump"),
        (f"SET client_encoding = 'LATIN1';\n{CALL}", "is in LATIN1"),
    ],
)
def test_what_pg_dump_did_not_write_is_refused(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(BadInput, match="--encoding=UTF8") as caught:
        read_export(written(tmp_path, text))
    assert complaint in str(caught.value)


def test_a_file_that_is_not_there_or_not_text_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        read_export(tmp_path / "nowhere.sql")
    (tmp_path / "archive.dump").write_bytes(b"PGDMP\xff\xfe")
    with pytest.raises(BadInput, match="not in UTF-8"):
        read_export(tmp_path / "archive.dump")
