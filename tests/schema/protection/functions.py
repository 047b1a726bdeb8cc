"""How the functions of the shop run, next to how they are declared to."""

from dataclasses import dataclass

import psycopg

from tests.schema.protection.access import Access
from tests.schema.protection.acting import Actor, read, refusal

_MAKES = {
    "sql": "CREATE FUNCTION pg_temp.own() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "plpgsql": "DO LANGUAGE plpgsql 'BEGIN END'",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Functions:
    """Who executes which function, with whose rights, and who brings functions along."""

    access: Access
    why: str = "functions run as they are declared to, and nobody brings more along"

    @property
    def about(self) -> frozenset[str]:
        """What it is about."""
        of = self.access.functions
        names = {name.partition("(")[0] for kind in of.values() for name in kind}
        return frozenset({*names, "language"})

    def holds(self, connection: psycopg.Connection) -> bool:
        """Return whether all is as declared."""
        return not self.differences(connection)

    def differences(self, connection: psycopg.Connection) -> list[str]:
        """Return what is not as declared, a line each."""
        found, of = connection.execute(read("functions.sql")).fetchall(), self.access.functions
        definers = {name for name, is_definer, *_ in found if is_definer}
        triggers = {name for name, _, is_trigger, *_ in found if is_trigger}
        kinds = {
            "owned by others": ({n for *_, n in found}, {self.access.owner}),
            "of_everybody": (
                {n for n, _, _, is_public, *_ in found if is_public},
                of["of_everybody"],
            ),
            "of_owner": (definers, of["of_owner"] | of["of_administration"]),
            "of triggers": (triggers, of["of_owner"] | of["of_triggers"]),
            "without_search_path": (
                {n for n, *_, is_set, _ in found if n in triggers | definers and not is_set},
                of["without_search_path"],
            ),
        }
        wrong = [
            f"{kind}: {', '.join(sorted(names ^ right))}"
            for kind, (names, right) in kinds.items()
            if names != right
        ]
        return wrong + [
            f"language {language}"
            for language, statement in _MAKES.items()
            if refusal(connection, Actor(role="shop_buyer"), statement) != "42501"
        ]
