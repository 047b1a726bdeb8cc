"""The page of who may do what: roles by table, and where only some rows or columns are meant."""

from collections.abc import Iterator, Sequence

from schema.documents.areas import Area
from schema.documents.catalogue import Grant, Policy, Table
from schema.documents.markdown import codes, link, page, table, words

_HEAD = """\
# Access

Who may do what with which table. A role that is not named may do nothing; the owner of the tables,
who nobody works as, may do everything. `R` reads, `A` adds rows, `C` changes rows, `D` deletes
rows; a small letter means some columns only, which stand below. Where it says *own*, policies
leave the role some of the rows, and [the rules](rules.md) say which.
"""
_LETTERS = {"SELECT": "R", "INSERT": "A", "UPDATE": "C", "DELETE": "D", "TRUNCATE": "T"}


def access_page(areas: Sequence[Area]) -> str:
    """Return the page."""
    return page(_lines(areas))


def _lines(areas: Sequence[Area]) -> Iterator[str]:
    tables = [each for area in areas for each in area.tables]
    roles = sorted({grant.role for each in tables for grant in each.grants})
    yield from (_HEAD, "")
    yield from table(
        ("table", *map(words, roles)),
        (
            (link(each.name, f"{area.name}.md", each.name), *(_cell(each, role) for role in roles))
            for area in areas
            for each in area.tables
        ),
    )
    yield from ("", "## Some columns only", "")
    limited = [grant for each in tables for grant in each.grants if grant.columns]
    if not limited:
        yield "None: a role that may read or change a table may do so with all of its columns."
        return
    yield from table(
        ("table", "role", "may", "columns"),
        ((words(each.table), words(each.role), each.verb, codes(each.columns)) for each in limited),
    )


def _cell(of: Table, role: str) -> str:
    grants = {grant.verb: grant for grant in of.grants if grant.role == role}
    letters = "".join(
        _letter(grants[verb], letter) for verb, letter in _LETTERS.items() if verb in grants
    )
    return f"{letters} *own*" if letters and _is_limited(of, role) else letters


def _letter(grant: Grant, letter: str) -> str:
    return letter.lower() if grant.columns else letter


def _is_limited(of: Table, role: str) -> bool:
    """Whether policies leave the role some rows, rather than all."""
    if not of.row_security:
        return False
    return not any(_shows_all(policy) for policy in of.policies if policy.roles == role)


def _shows_all(policy: Policy) -> bool:
    return policy.permissive and policy.visible == "true"
