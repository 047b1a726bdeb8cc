"""The statements that turn one object of a catalogue back into what a baseline had."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum

from b2bench.catalogue import Difference
from reports.redaction import REDACTED

_NAME = r'(?:"(?:[^"]|"")*"|[\w$]+)'
_FULL_NAME = rf"{_NAME}\.{_NAME}"
_ON_TABLE = re.compile(rf"(?P<name>{_NAME}) on (?P<table>.+)", re.DOTALL)
_OF_TABLE = re.compile(rf"(?P<table>.+)\.(?P<column>{_NAME})", re.DOTALL)
_INDEX = re.compile(
    rf"""(?P<sql>CREATE\ .*?\ ON\ (?:ONLY\ )?(?P<table>{_FULL_NAME})\ USING\ .*?)
         (?:\ \(partition\ of\ (?P<parent>{_FULL_NAME})\))?
         (?:\ \(statistics\ (?P<targets>[\d:,\ ]+)\))?
         (?:\ \((?P<state>invalid|not\ ready)\))?""",
    re.VERBOSE | re.DOTALL,
)
_COLUMN = re.compile(
    rf"""(?P<type>.+?)
         (?:\ COLLATE\ (?P<collation>{_NAME}(?:\.{_NAME})?))?
         (?:\ (?P<not_null>NOT\ NULL(?:\ NOT\ VALID)?))?
         (?:\ STORAGE\ (?P<storage>\w+))?
         (?:\ COMPRESSION\ (?P<compression>\w+))?
         (?:\ STATISTICS\ (?P<statistics>\d+))?
         (?:\ WITH\ \((?P<options>[^)]*)\))?
         (?:\ GENERATED\ (?P<identity>ALWAYS|BY\ DEFAULT)\ AS\ IDENTITY)?
         (?:\ DEFAULT\ (?P<default>.*)|\ (?P<generated>GENERATED\ ALWAYS\ AS\ .*))?""",
    re.VERBOSE | re.DOTALL,
)
_TABLE = re.compile(
    rf"""(?P<persistence>UNLOGGED)?
         (?:\ ?USING\ (?P<method>{_NAME}))?
         (?:\ ?WITH\ \((?P<options>[^)]*)\))?
         (?:\ ?(?P<secured>ROW\ LEVEL\ SECURITY))?
         (?:\ ?(?P<forced>FORCED))?
         (?:\ ?PARTITION\ BY\ (?P<key>.*?))?
         (?:\ ?PARTITION\ OF\ (?P<parent>{_FULL_NAME})\ (?P<bound>.*)
           |\ ?INHERITS\ \((?P<inherited>.*)\))?""",
    re.VERBOSE | re.DOTALL,
)
_STATE = re.compile(r"(?P<sql>.*?)(?: \((?P<state>[DRA])\))?", re.DOTALL)
_STATISTICS = re.compile(
    rf"(?P<sql>.* FROM (?P<table>{_FULL_NAME}))(?: \(statistics (?P<target>\d+)\))?", re.DOTALL
)
_DOMAIN = re.compile(
    r"DOMAIN (?P<type>.+?)(?P<not_null> NOT NULL)?(?: DEFAULT (?P<default>.*))?", re.DOTALL
)
_EXTENSION = re.compile(r"VERSION (?P<version>'.*') SCHEMA (?P<schema>.*)")
_OPERATOR = re.compile(r"\S+ RESTRICT (?P<restrict>\S+) JOIN (?P<join>\S+)(?P<rest>.*)")
_INDEX_OPTIONS = re.compile(r" WITH \((?P<options>(?:[^()']|'[^']*')*)\)")
_ABILITY = {"": "ENABLE", "D": "DISABLE", "R": "ENABLE REPLICA", "A": "ENABLE ALWAYS"}
_LAYOUT = frozenset(("fillfactor", "toast_tuple_target"))

_UNREADY = """UPDATE pg_index SET indisvalid = false, indisready = {is_ready}
 WHERE indexrelid = '{index}'::regclass"""
# what forbids to change a column's type; it is restored afterwards, as everything that got lost
_FREE_COLUMN = """DO $free$
DECLARE
    statement text;
BEGIN
    FOR statement IN
        SELECT DISTINCT CASE
                   WHEN d.classid = 'pg_policy'::regclass
                       THEN format('DROP POLICY %I ON {table}', p.polname)
                   WHEN d.classid = 'pg_trigger'::regclass
                       THEN format('DROP TRIGGER %I ON {table}', t.tgname)
                   WHEN r.rulename <> '_RETURN'
                       THEN format('DROP RULE %I ON %s', r.rulename, c.oid::regclass)
                   ELSE format('DROP %s IF EXISTS %s CASCADE',
                               CASE c.relkind WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'VIEW' END,
                               c.oid::regclass)
               END
          FROM pg_depend d
          JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
          LEFT JOIN pg_policy p ON d.classid = 'pg_policy'::regclass AND p.oid = d.objid
          LEFT JOIN pg_trigger t ON d.classid = 'pg_trigger'::regclass AND t.oid = d.objid
          LEFT JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
          LEFT JOIN pg_class c ON c.oid = r.ev_class
         WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = '{table}'::regclass
           AND format('%I', a.attname) = '{column}'
           AND (p.oid IS NOT NULL OR c.oid IS NOT NULL
                OR (t.oid IS NOT NULL AND NOT t.tgisinternal))
    LOOP
        EXECUTE statement;
    END LOOP;
END $free$"""


class Irreversible(Exception):
    """No statement brings the object back; the message says why."""


class Upkeep(IntEnum):
    """What a table needs afterwards, so that the planner knows of it; each does more."""

    NOTHING = 0
    ANALYZE = 1
    # for the visibility of what was written anew, too
    VACUUM = 2
    # rows are stored anew first
    REWRITE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """How one difference is undone.

    Args:
        statements: in their order.
        fallback: instead of them, where the server refuses one; what depends on the object may
            get lost by it.
        table: that needs upkeep; empty for every table.
        upkeep: which.
    """

    statements: tuple[str, ...]
    fallback: tuple[str, ...] = ()
    table: str = ""
    upkeep: Upkeep = Upkeep.NOTHING


def steps_of(difference: Difference) -> Steps:
    """Return what turns the candidate's object into the baseline's.

    Raises:
        Irreversible: nothing does.
    """
    if difference.change != "added" and REDACTED in difference.baseline_definition:
        raise Irreversible("the baseline keeps its definition without the constants")
    return _STEPS[difference.kind](difference)


def qualified(identity: str) -> str:
    """Return a name with its schema.

    >>> qualified("orders"), qualified('shop."Order lines"')
    ('public.orders', 'shop."Order lines"')
    """
    return identity if re.fullmatch(_FULL_NAME, identity) else f"public.{identity}"


def name_on_table(identity: str) -> tuple[str, str]:
    """Return the two names in the identity of a constraint, trigger, policy or rule.

    >>> name_on_table("audit on orders")
    ('audit', 'public.orders')
    """
    found = _matched(_ON_TABLE, identity)
    return found["name"], qualified(found["table"])


def table_and_column(identity: str) -> tuple[str, str]:
    """Return the two names in the identity of a column.

    >>> table_and_column('shop.orders."Order"')
    ('shop.orders', '"Order"')
    """
    found = _matched(_OF_TABLE, identity)
    return qualified(found["table"]), found["column"]


def table_of_index(definition: str) -> str:
    """Return the table on which an index is."""
    return _matched(_INDEX, definition)["table"]


def statement_of_index(definition: str) -> str:
    """Return the statement that makes an index, on the partitions of its table, too."""
    return _matched(_INDEX, definition)["sql"].replace(" ON ONLY ", " ON ", 1)


def parent_of_index(definition: str) -> str:
    """Return the index of which this is a partition, empty where there is none."""
    return _matched(_INDEX, definition)["parent"]


def parent_of_table(definition: str) -> str:
    """Return the table of which this is a partition, empty where there is none."""
    return _matched(_TABLE, definition)["parent"]


def type_of_column(definition: str) -> tuple[str, str]:
    """Return a column's type and its collation, empty where it is the type's own."""
    found = _matched(_COLUMN, definition)
    return found["type"], found["collation"]


def _matched(pattern: re.Pattern[str], text: str) -> dict[str, str]:
    found = pattern.fullmatch(text)
    if found is None:
        raise Irreversible("its definition cannot be read")
    return found.groupdict(default="")


def _index(difference: Difference) -> Steps:
    name = qualified(difference.identity)
    if difference.change == "added":
        return Steps(statements=(f"DROP INDEX {name}",))
    wanted = _matched(_INDEX, difference.baseline_definition)
    table = wanted["table"]
    created = (wanted["sql"], *_index_state(name, wanted))
    upkeep = Upkeep.ANALYZE if _has_expression(wanted["sql"]) else Upkeep.NOTHING
    if difference.change == "missing":
        return Steps(statements=created, table=table, upkeep=upkeep)
    current = _matched(_INDEX, difference.candidate_definition)
    dropped = (f"DROP INDEX {name}", *created)
    if _INDEX_OPTIONS.sub("", wanted["sql"]) != _INDEX_OPTIONS.sub("", current["sql"]):
        return Steps(statements=dropped, table=table, upkeep=upkeep)
    altered = tuple(_altered_index(name, wanted, current))
    fallback = () if " ON ONLY " in wanted["sql"] else dropped
    upkeep = Upkeep.ANALYZE if wanted["targets"] != current["targets"] else Upkeep.NOTHING
    return Steps(statements=altered, fallback=fallback, table=table, upkeep=upkeep)


def _index_state(name: str, wanted: Mapping[str, str]) -> Iterator[str]:
    if wanted["parent"]:
        yield f"ALTER INDEX {wanted['parent']} ATTACH PARTITION {name}"
    for column, target in _pairs(wanted["targets"], ":"):
        yield f"ALTER INDEX {name} ALTER COLUMN {column} SET STATISTICS {target}"
    if wanted["state"] and " ON ONLY " not in wanted["sql"]:
        yield _UNREADY.format(index=name, is_ready=wanted["state"] == "invalid")


def _altered_index(
    name: str, wanted: Mapping[str, str], current: Mapping[str, str]
) -> Iterator[str]:
    options = _index_options(wanted["sql"]), _index_options(current["sql"])
    if options[0] != options[1]:
        # a definition shows them in the order in which they were given
        yield from _changed_options(f"ALTER INDEX {name}", "", options[1])
        yield from _changed_options(f"ALTER INDEX {name}", options[0], "")
    for column in dict(_pairs(current["targets"], ":")):
        yield f"ALTER INDEX {name} ALTER COLUMN {column} SET STATISTICS -1"
    is_mended = current["state"] and not wanted["state"]
    # a partitioned one has nothing to build: it is valid as soon as every partition has its own
    if (options[0] != options[1] or is_mended) and " ON ONLY " not in wanted["sql"]:
        yield f"REINDEX INDEX {name}"
    parent = "" if current["parent"] else wanted["parent"]
    yield from _index_state(name, {**wanted, "parent": parent})


def _index_options(definition: str) -> str:
    found = _INDEX_OPTIONS.search(definition)
    return found["options"].replace("'", "") if found else ""


def _has_expression(definition: str) -> bool:
    """Return whether the planner has to sample values of an index.

    >>> _has_expression("CREATE INDEX i ON s.t USING btree (a, b DESC) INCLUDE (c) WHERE (d > 1)")
    False
    >>> _has_expression("CREATE INDEX i ON s.t USING btree (a, lower(b))")
    True
    """
    keys = re.split(r" USING \w+ \(", definition, maxsplit=1)[-1]
    return "(" in keys.partition(")")[0]


def _column(difference: Difference) -> Steps:
    table, column = table_and_column(difference.identity)
    if difference.change == "added":
        dropped = f"ALTER TABLE {table} DROP COLUMN {column}"
        return Steps(statements=(dropped,), table=table, upkeep=Upkeep.REWRITE)
    wanted = _matched(_COLUMN, difference.baseline_definition)
    added = _added_column(table, column, wanted)
    if difference.change == "missing":
        if not wanted["generated"]:
            raise Irreversible("its values are lost")
        return Steps(statements=added, table=table, upkeep=Upkeep.VACUUM)
    current = _matched(_COLUMN, difference.candidate_definition)
    if wanted["generated"] and wanted["generated"] != current["generated"]:
        again = (f"ALTER TABLE {table} DROP COLUMN {column} CASCADE", *added)
        return Steps(statements=again, table=table, upkeep=Upkeep.REWRITE)
    if current["generated"].endswith("VIRTUAL") and not wanted["generated"]:
        raise Irreversible("its values were never stored")
    statements = tuple(_altered_column(table, column, wanted, current))
    upkeep = _column_upkeep(wanted, current)
    return Steps(statements=statements, table=table, upkeep=upkeep)


def _added_column(table: str, column: str, wanted: Mapping[str, str]) -> tuple[str, ...]:
    collation = f" COLLATE {wanted['collation']}" if wanted["collation"] else ""
    defined = f"{column} {wanted['type']}{collation} {wanted['generated']}"
    bare = dict.fromkeys(wanted, "") | {
        name: wanted[name] for name in ("type", "collation", "generated")
    }
    further = _altered_column(table, column, wanted, bare)
    return (f"ALTER TABLE {table} ADD COLUMN {defined}", *further)


def _column_upkeep(wanted: Mapping[str, str], current: Mapping[str, str]) -> Upkeep:
    if any(wanted[it] != current[it] for it in ("type", "collation", "storage", "compression")):
        return Upkeep.VACUUM
    if any(wanted[it] != current[it] for it in ("statistics", "options")):
        return Upkeep.ANALYZE
    return Upkeep.NOTHING


def _altered_column(
    table: str, column: str, wanted: Mapping[str, str], current: Mapping[str, str]
) -> Iterator[str]:
    alter = f"ALTER TABLE {table} ALTER COLUMN {column}"
    changed = {name for name in wanted if wanted[name] != current[name]}
    retyped = bool(changed & {"type", "collation"})
    # a default may not fit the other type
    redefaulted = retyped or "default" in changed
    if "generated" in changed and not wanted["generated"]:
        yield f"{alter} DROP EXPRESSION"
    if current["default"] and redefaulted:
        yield f"{alter} DROP DEFAULT"
    if "identity" in changed and current["identity"]:
        yield f"{alter} DROP IDENTITY"
    yield from _stored(table, column, wanted, changed)
    if wanted["default"] and redefaulted:
        yield f"{alter} SET DEFAULT {wanted['default']}"
    if "not_null" in changed:
        yield from _nullability(table, column, wanted["not_null"])
    if "identity" in changed and wanted["identity"]:
        yield f"{alter} ADD GENERATED {wanted['identity']} AS IDENTITY"
    if "statistics" in changed:
        yield f"{alter} SET STATISTICS {wanted['statistics'] or -1}"
    yield from _changed_options(alter, wanted["options"], current["options"])


def _stored(table: str, column: str, wanted: Mapping[str, str], changed: set[str]) -> Iterator[str]:
    """Yield what stores the values as they were, in one command: rows are written at its end."""
    is_same_type = not changed & {"type", "collation"}
    if is_same_type and not changed & {"storage", "compression"}:
        return
    alter = f"ALTER COLUMN {column}"
    # a type begins with its own storage and compression
    actions = [f"{alter} TYPE {_retyped(column, wanted, is_same_type=is_same_type)}"]
    if wanted["storage"]:
        actions.append(f"{alter} SET STORAGE {wanted['storage']}")
    if wanted["compression"]:
        actions.append(f"{alter} SET COMPRESSION {wanted['compression']}")
    yield _FREE_COLUMN.format(table=table, column=column)
    yield f"ALTER TABLE {table} {', '.join(actions)}"


def _retyped(column: str, wanted: Mapping[str, str], *, is_same_type: bool) -> str:
    """Return a type with the expression that makes its values, stored anew in any case."""
    collation = f" COLLATE {wanted['collation']}" if wanted["collation"] else ""
    if wanted["generated"]:
        return f"{wanted['type']}{collation}"
    value = column
    if is_same_type:
        # an expression that the server cannot see through: values out of line are put together
        is_text = wanted["type"].startswith(("text", "character varying"))
        value = f"({column} || '')" if is_text else f"({column}::text)"
    return f"{wanted['type']}{collation} USING {value}::{wanted['type']}"


def _nullability(table: str, column: str, wanted: str) -> Iterator[str]:
    alter = f"ALTER TABLE {table}"
    if wanted == "NOT NULL":
        yield f"{alter} ALTER COLUMN {column} SET NOT NULL"
        return
    yield f"{alter} ALTER COLUMN {column} DROP NOT NULL"
    if wanted:
        yield f"{alter} ADD NOT NULL {column} NOT VALID"


def _changed_options(alter: str, wanted: str, current: str) -> Iterator[str]:
    """Yield what turns options into others, as in `fillfactor=70, autovacuum_enabled=off`."""
    before, after = dict(_pairs(current, "=")), dict(_pairs(wanted, "="))
    if gone := before.keys() - after.keys():
        yield f"{alter} RESET ({', '.join(sorted(gone))})"
    if given := [f"{name}='{value}'" for name, value in after.items() if before.get(name) != value]:
        yield f"{alter} SET ({', '.join(given)})"


def _pairs(text: str, between: str) -> Iterator[tuple[str, str]]:
    for part in filter(None, text.split(", ")):
        name, _, value = part.partition(between)
        yield name.strip(), value.strip()


def _table(difference: Difference) -> Steps:
    name = qualified(difference.identity)
    if difference.change == "missing":
        raise Irreversible("its rows are lost")
    current = _matched(_TABLE, difference.candidate_definition)
    if difference.change == "added":
        if current["parent"]:
            raise Irreversible("it holds rows of the table of which it is a partition")
        return Steps(statements=(f"DROP TABLE {name}",))
    wanted = _matched(_TABLE, difference.baseline_definition)
    if wanted["key"] != current["key"]:
        raise Irreversible("its rows would have to be divided in another way")
    if wanted["inherited"] != current["inherited"]:
        raise Irreversible("it inherits from other tables")
    statements = tuple(_altered_table(name, wanted, current))
    return Steps(statements=statements, table=name, upkeep=_table_upkeep(wanted, current))


def _table_upkeep(wanted: Mapping[str, str], current: Mapping[str, str]) -> Upkeep:
    options = set(_pairs(wanted["options"], "=")) ^ set(_pairs(current["options"], "="))
    if any(name in _LAYOUT for name, _ in options):
        return Upkeep.REWRITE
    if any(wanted[it] != current[it] for it in ("persistence", "method")):
        return Upkeep.VACUUM
    if wanted["parent"] != current["parent"] or wanted["bound"] != current["bound"]:
        return Upkeep.ANALYZE
    return Upkeep.NOTHING


def _altered_table(
    table: str, wanted: Mapping[str, str], current: Mapping[str, str]
) -> Iterator[str]:
    alter = f"ALTER TABLE {table}"
    if wanted["persistence"] != current["persistence"]:
        yield f"{alter} SET {wanted['persistence'] or 'LOGGED'}"
    if wanted["method"] != current["method"]:
        yield f"{alter} SET ACCESS METHOD {wanted['method'] or 'heap'}"
    yield from _changed_options(alter, wanted["options"], current["options"])
    if wanted["secured"] != current["secured"]:
        yield f"{alter} {'ENABLE' if wanted['secured'] else 'DISABLE'} ROW LEVEL SECURITY"
    if wanted["forced"] != current["forced"]:
        yield f"{alter} {'FORCE' if wanted['forced'] else 'NO FORCE'} ROW LEVEL SECURITY"
    if (wanted["parent"], wanted["bound"]) != (current["parent"], current["bound"]):
        if current["parent"]:
            yield f"ALTER TABLE {current['parent']} DETACH PARTITION {table}"
        if wanted["parent"]:
            yield f"ALTER TABLE {wanted['parent']} ATTACH PARTITION {table} {wanted['bound']}"


def _constraint(difference: Difference) -> Steps:
    name, table = name_on_table(difference.identity)
    wanted, current = difference.baseline_definition, difference.candidate_definition
    dropped = f"ALTER TABLE {table} DROP CONSTRAINT {name}"
    added = (f"ALTER TABLE {table} ADD CONSTRAINT {name} {wanted}",)
    if difference.change == "missing":
        return Steps(statements=added)
    if difference.change == "added":
        return Steps(statements=(dropped,), fallback=(f"{dropped} CASCADE",))
    if current == f"{wanted} NOT VALID":
        return Steps(statements=(f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}",))
    return Steps(statements=(dropped, *added), fallback=(f"{dropped} CASCADE", *added))


def _function(difference: Difference) -> Steps:
    name = f"ROUTINE {qualified_routine(difference.identity)}"
    if difference.change == "added":
        return Steps(statements=(f"DROP {name}",))
    created = difference.baseline_definition
    fallback = (f"DROP {name} CASCADE", created) if difference.change == "changed" else ()
    return Steps(statements=(created,), fallback=fallback)


def qualified_routine(identity: str) -> str:
    """Return a routine with its schema and its types.

    >>> qualified_routine("price_cart(bigint,numeric)"), qualified_routine("shop.now()")
    ('public.price_cart(bigint,numeric)', 'shop.now()')
    """
    name, bracket, types = identity.partition("(")
    return f"{qualified(name)}{bracket}{types}"


def _aggregate(difference: Difference) -> Steps:
    if difference.change != "added":
        raise Irreversible("the catalogue knows too little of an aggregate to make it")
    return Steps(statements=(f"DROP AGGREGATE {qualified_routine(difference.identity)}",))


def _operator(difference: Difference) -> Steps:
    if difference.change == "added":
        return Steps(statements=(f"DROP OPERATOR {difference.identity}",))
    wanted = _matched(_OPERATOR, difference.baseline_definition)
    if (
        difference.change == "missing"
        or _OPERATOR.sub(r"\g<rest>", difference.candidate_definition) != (wanted["rest"])
    ):
        raise Irreversible("the catalogue knows too little of an operator to make it")
    estimators = {"RESTRICT": wanted["restrict"], "JOIN": wanted["join"]}
    given = ", ".join(
        f"{name} = {'NONE' if value == '-' else value}" for name, value in estimators.items()
    )
    return Steps(statements=(f"ALTER OPERATOR {difference.identity} SET ({given})",))


def _type(difference: Difference) -> Steps:
    name, wanted = qualified(difference.identity), difference.baseline_definition
    is_enum = (wanted or difference.candidate_definition).startswith("ENUM")
    if difference.change == "added":
        return Steps(statements=(f"DROP {'TYPE' if is_enum else 'DOMAIN'} {name}",))
    if difference.change == "missing":
        words = f"TYPE {name} AS {wanted}"
        if not is_enum:
            words = f"DOMAIN {name} AS {wanted.removeprefix('DOMAIN ')}"
        return Steps(statements=(f"CREATE {words}",))
    if is_enum:
        raise Irreversible("the values of an enumerated type cannot be taken back")
    return Steps(statements=tuple(_altered_domain(name, wanted, difference.candidate_definition)))


def _altered_domain(name: str, definition: str, candidate: str) -> Iterator[str]:
    wanted, current = _matched(_DOMAIN, definition), _matched(_DOMAIN, candidate)
    if wanted["type"] != current["type"]:
        raise Irreversible("it stands on another type")
    alter = f"ALTER DOMAIN {name}"
    if wanted["not_null"] != current["not_null"]:
        yield f"{alter} {'SET' if wanted['not_null'] else 'DROP'} NOT NULL"
    if wanted["default"] != current["default"]:
        yield f"{alter} " + (
            f"SET DEFAULT {wanted['default']}" if wanted["default"] else "DROP DEFAULT"
        )


def _domain_constraint(difference: Difference) -> Steps:
    name, domain = name_on_table(difference.identity)
    dropped = f"ALTER DOMAIN {domain} DROP CONSTRAINT {name}"
    added = f"ALTER DOMAIN {domain} ADD CONSTRAINT {name} {difference.baseline_definition}"
    return Steps(statements=_by_change(difference, dropped, (added,)))


def _trigger(difference: Difference) -> Steps:
    name, table = name_on_table(difference.identity)
    wanted = _matched(_STATE, difference.baseline_definition)
    able = f"ALTER TABLE {table} {_ABILITY[wanted['state']]} TRIGGER {name}"
    current = _matched(_STATE, difference.candidate_definition)
    if difference.change == "changed" and wanted["sql"] == current["sql"]:
        return Steps(statements=(able,))
    made = (wanted["sql"], able) if wanted["state"] else (wanted["sql"],)
    return Steps(statements=_by_change(difference, f"DROP TRIGGER {name} ON {table}", made))


def _rule(difference: Difference) -> Steps:
    name, table = name_on_table(difference.identity)
    wanted = _matched(_STATE, difference.baseline_definition)
    able = f"ALTER TABLE {table} {_ABILITY[wanted['state']]} RULE {name}"
    made = (wanted["sql"], able) if wanted["state"] else (wanted["sql"],)
    return Steps(statements=_by_change(difference, f"DROP RULE {name} ON {table}", made))


def _policy(difference: Difference) -> Steps:
    name, table = name_on_table(difference.identity)
    made = (difference.baseline_definition,)
    return Steps(statements=_by_change(difference, f"DROP POLICY {name} ON {table}", made))


def _view(difference: Difference) -> Steps:
    name, wanted = qualified(difference.identity), difference.baseline_definition
    kind = "VIEW"
    if difference.candidate_definition.startswith("CREATE MATERIALIZED"):
        kind = "MATERIALIZED VIEW"
    if difference.change == "added":
        return Steps(statements=(f"DROP {kind} {name}",))
    is_stored = wanted.startswith("CREATE MATERIALIZED")
    table, upkeep = (name, Upkeep.VACUUM) if is_stored else ("", Upkeep.NOTHING)
    if difference.change == "missing":
        # nobody knows who was allowed to read it, and the copy is for experiments
        made = (wanted, f"GRANT SELECT ON {name} TO PUBLIC")
        return Steps(statements=made, table=table, upkeep=upkeep)
    again = (f"DROP {kind} {name} CASCADE", wanted)
    if is_stored or kind != "VIEW":
        return Steps(statements=again, table=table, upkeep=upkeep)
    return Steps(statements=(wanted,), fallback=again)


def _statistics(difference: Difference) -> Steps:
    name = difference.identity
    if difference.change == "added":
        return Steps(statements=(f"DROP STATISTICS {name}",))
    wanted = _matched(_STATISTICS, difference.baseline_definition)
    targeted = (f"ALTER STATISTICS {name} SET STATISTICS {wanted['target'] or -1}",)
    made = (wanted["sql"], *(targeted if wanted["target"] else ()))
    if difference.change == "changed":
        current = _matched(_STATISTICS, difference.candidate_definition)
        is_same = wanted["sql"] == current["sql"]
        made = targeted if is_same else (f"DROP STATISTICS {name}", *made)
    return Steps(statements=made, table=wanted["table"], upkeep=Upkeep.ANALYZE)


def _extension(difference: Difference) -> Steps:
    if difference.change == "added":
        return Steps(statements=(f'DROP EXTENSION "{difference.identity}"',))
    if difference.change == "changed":
        raise Irreversible("an extension keeps its version")
    wanted = _matched(_EXTENSION, difference.baseline_definition)
    made = (
        f'CREATE EXTENSION "{difference.identity}" SCHEMA {wanted["schema"]}'
        f" VERSION {wanted['version']}"
    )
    return Steps(statements=(made,))


def _setting(difference: Difference) -> Steps:
    if difference.identity == "database collation":
        raise Irreversible("a database keeps the collation that it was made with")
    if difference.change == "added":
        raise Irreversible("a setting that was not there has no value to go back to")
    samples = difference.identity == "default_statistics_target"
    return Steps(statements=(), upkeep=Upkeep.ANALYZE if samples else Upkeep.NOTHING)


def _by_change(difference: Difference, dropped: str, made: tuple[str, ...]) -> tuple[str, ...]:
    if difference.change == "added":
        return (dropped,)
    return made if difference.change == "missing" else (dropped, *made)


_STEPS: Mapping[str, Callable[[Difference], Steps]] = {
    "aggregate": _aggregate,
    "column": _column,
    "constraint": _constraint,
    "domain constraint": _domain_constraint,
    "extension": _extension,
    "function": _function,
    "index": _index,
    "operator": _operator,
    "policy": _policy,
    "rule": _rule,
    "setting": _setting,
    "statistics": _statistics,
    "table": _table,
    "trigger": _trigger,
    "type": _type,
    "view": _view,
}
