"""Settings: option > environment > b2bench.toml > default, each with where it came from."""

import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

from b2bench.commands import _values
from b2bench.errors import BadInput
from b2bench.runs import Arrival
from b2bench.target import Way
from reports import run_policy
from reports.run_policy import RunPolicy, read_policy

FILE = Path("b2bench.toml")
DEFAULT = "default"
_MOST_USERS = 10_000
_MOST_ROUNDS = 100
_MOST_WORKERS = 256
_LARGEST_SEED = 2**63 - 1
_HIGHEST_PORT = 65_535


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One setting: how it is called in each place, what it means, what it is by default.

    Args:
        name: of the attribute of `Settings`.
        said: in b2bench.toml; the environment variable is B2BENCH_ and this in capitals.
        why: what it is, for --help.
        default: as text; empty where there is none.
        metavar: what --help shows for its value.
        further: other environment variables, looked at after its own.
        option: on the command line, where it is not `--said`.
        secret: read from the environment alone, and shown nowhere.
    """

    name: str
    said: str
    why: str
    read: Callable[[str], object]
    default: str = ""
    metavar: str = "TEXT"
    further: tuple[str, ...] = ()
    option: str = ""
    is_argument: bool = False
    secret: bool = False

    @property
    def flag(self) -> str:
        """The option, or an argument's name as --help shows it."""
        if self.is_argument:
            return self.metavar
        return self.option or f"--{self.said}"

    @property
    def variables(self) -> tuple[str, ...]:
        """Environment variables, the first that is set wins."""
        return (f"B2BENCH_{self.said.upper().replace('-', '_')}", *self.further)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a command was told; `origins` says of each setting where its value came from."""

    dsn: str | None
    database: str
    state: Path
    pg_bin: Path | None
    keys: Path | None
    master_key: str | None = field(repr=False)
    master_key_file: Path | None
    runs: Path
    profile: str
    scale: Decimal
    seed: int
    workload: str
    users: int
    rate: float | None
    think_s: float
    duration_s: float
    warmup_s: float
    via: Way
    pgbouncer: Path | None
    pool_size: int
    users_list: tuple[int, ...]
    rounds: int
    arrivals: Arrival
    max_lag_s: float | None
    workers: int
    replica: str | None
    queries: Path | None
    baseline: Path | None
    policy: Path | None
    export_host: str
    export_port: int
    export_web_config: Path | None
    prometheus_port: int
    metrics_every_s: float
    fail_on: RunPolicy
    tolerance: float
    origins: Mapping[str, str]

    def is_given(self, name: str) -> bool:
        """Return whether somebody chose this setting's value."""
        return self.origins[name] != DEFAULT


KEYS: tuple[Key, ...] = (
    Key(
        name="dsn",
        said="dsn",
        why="Server and database, instead of the embedded server.",
        read=_values.word,
        metavar="DSN",
        further=("DATABASE_URL",),
    ),
    Key(
        name="database",
        said="database",
        why="Database of the embedded server.",
        read=_values.identifier,
        default="b2bench",
        metavar="NAME",
    ),
    Key(
        name="state",
        said="state",
        why="Folder of the embedded server.",
        read=_values.path,
        default=".b2bench",
        metavar="DIR",
    ),
    Key(
        name="pg_bin",
        said="pg-bin",
        why="Another PostgreSQL's binaries for the embedded server, 15 or newer.",
        read=_values.path,
        metavar="DIR",
    ),
    Key(
        name="keys",
        said="keys",
        why="Folder of the key stores, which open personal data; without it keys in --state.",
        read=_values.path,
        metavar="DIR",
    ),
    Key(
        name="master_key",
        said="master-key",
        why="Master key of the key stores: 32 bytes in base64; of several the newest first.",
        read=_values.word,
        metavar="KEY",
        secret=True,
    ),
    Key(
        name="master_key_file",
        said="master-key-file",
        why="File with the master key, mode 0600; without it master.key in --state.",
        read=_values.path,
        metavar="FILE",
    ),
    Key(
        name="runs",
        said="runs",
        why="Folder that runs are kept in.",
        read=_values.path,
        default="runs",
        metavar="DIR",
    ),
    Key(
        name="profile",
        said="profile",
        why="Size and skew of the data.",
        read=_values.word,
        default="standard",
        metavar="NAME",
    ),
    Key(
        name="scale",
        said="scale",
        why="Factor for every row count of the profile, such as 0.5 or 2.5.",
        read=_values.factor,
        default="1",
        metavar="FACTOR",
    ),
    Key(
        name="seed",
        said="seed",
        why="Seed of all that is drawn.",
        read=_values.whole(0, _LARGEST_SEED),
        default="1",
        metavar="N",
    ),
    Key(
        name="workload",
        said="workload",
        why="Who asks what: mixed, search, pricing, cart, rfq, sync, housekeeping, spike, soak,"
        " smoke, or a .toml file.",
        read=_values.word,
        default="mixed",
        metavar="WORKLOAD",
        is_argument=True,
    ),
    Key(
        name="users",
        said="users",
        why="Users, each with a connection.",
        read=_values.whole(1, _MOST_USERS),
        default="50",
        metavar="N",
    ),
    Key(
        name="rate",
        said="rate",
        why="Requests per second to offer, whatever the answers take (open model).",
        read=_values.rate,
        metavar="N",
    ),
    Key(
        name="think_s",
        said="think",
        why="Mean pause of a user between requests, without --rate (closed model).",
        read=_values.pause_s,
        default="500ms",
        metavar="TIME",
    ),
    Key(
        name="duration_s",
        said="duration",
        why="How long to measure: 30, 30s, 2m.",
        read=_values.duration_s,
        default="30s",
        metavar="TIME",
    ),
    Key(
        name="warmup_s",
        said="warm-up",
        why="Load before the measurement, not counted.",
        read=_values.pause_s,
        default="5s",
        metavar="TIME",
    ),
    Key(
        name="via",
        said="via",
        why="The load's way to the server: direct or pgbouncer, in transaction mode.",
        read=_values.one_of(*get_args(Way)),
        default="direct",
        metavar="WAY",
    ),
    Key(
        name="pgbouncer",
        said="pgbouncer",
        why="PgBouncer's program, if not the installed one.",
        read=_values.path,
        metavar="FILE",
    ),
    Key(
        name="pool_size",
        said="pool-size",
        why="Sessions that PgBouncer opens with the server, at most.",
        read=_values.whole(1, _MOST_USERS),
        default="20",
        metavar="N",
    ),
    Key(
        name="users_list",
        said="users-list",
        why="Numbers of users to compare.",
        read=_values.counts(1, _MOST_USERS),
        default="10,100,500",
        metavar="N,N",
    ),
    Key(
        name="rounds",
        said="rounds",
        why="How often everything is measured, in turn; --beside: 6 times.",
        read=_values.whole(1, _MOST_ROUNDS),
        default="3",
        metavar="N",
    ),
    Key(
        name="arrivals",
        said="arrivals",
        why="How --rate spaces its requests: poisson or regular.",
        read=_values.arrivals,
        default="poisson",
        metavar="KIND",
    ),
    Key(
        name="max_lag_s",
        said="max-lag",
        why="Skip and count requests of --rate that would begin later than this; without it they"
        " begin late and are counted.",
        read=_values.duration_s,
        metavar="TIME",
    ),
    Key(
        name="workers",
        said="workers",
        why="Processes that make the load together.",
        read=_values.whole(1, _MOST_WORKERS),
        default="1",
        metavar="N",
    ),
    Key(
        name="replica",
        said="replica",
        why="Standby that takes the query classes that only read.",
        read=_values.word,
        metavar="DSN",
    ),
    Key(
        name="queries",
        said="queries",
        why="Folder of .sql files, instead of the shop's.",
        read=_values.path,
        metavar="DIR",
    ),
    Key(
        name="baseline",
        said="baseline",
        why="Baseline file; without it baselines/<profile>-pg<major>.json.",
        read=_values.path,
        metavar="FILE",
    ),
    Key(
        name="policy",
        said="policy",
        why="What the gate takes for a regression; without it gate-policy.toml, if there is one.",
        read=_values.path,
        metavar="FILE",
    ),
    Key(
        name="export_host",
        said="export-host",
        why="Address to serve metrics on.",
        read=_values.word,
        default="127.0.0.1",
        metavar="HOST",
        option="--host",
    ),
    Key(
        name="export_port",
        said="export-port",
        why="Port to serve metrics on; 0 takes a free one.",
        read=_values.whole(0, _HIGHEST_PORT),
        default="9187",
        metavar="N",
        option="--port",
    ),
    Key(
        name="export_web_config",
        said="export-web-config",
        why="Web configuration file: TLS and passwords, in the form of Prometheus's exporters.",
        read=_values.path,
        metavar="FILE",
        option="--web-config",
    ),
    Key(
        name="prometheus_port",
        said="prometheus-port",
        why="Port of the Prometheus that `monitor` starts; 0 takes a free one.",
        read=_values.whole(0, _HIGHEST_PORT),
        default="9090",
        metavar="N",
    ),
    Key(
        name="metrics_every_s",
        said="metrics-every",
        why="How often --record-metrics looks.",
        read=_values.duration_s,
        default="5s",
        metavar="TIME",
    ),
    Key(
        name="fail_on",
        said="fail-on",
        why="What turns a run's verdict to no: such as target,errors>0.1%,mean,skipped; or warning,"
        " never.",
        read=read_policy,
        default=run_policy.DEFAULT,
        metavar="LIST",
    ),
    Key(
        name="tolerance",
        said="tolerance",
        why="A slow-down up to this share is no reason to stop.",
        read=_values.percentage,
        default="5%",
        metavar="PERCENT",
    ),
)


def read_settings(flags: Mapping[str, str | None]) -> Settings:
    """Return all settings.

    Args:
        flags: texts from the command line by a setting's name, `None` where none was given.

    Raises:
        BadInput: a value cannot be used, or b2bench.toml is damaged or has an unknown key.
    """
    in_file = _read_file()
    values, origins = dict[str, Any](), dict[str, str]()
    for key in KEYS:
        text, origin = _find(key, flags, in_file)
        values[key.name] = _value(key, text, origin)
        origins[key.name] = origin
    return Settings(**values, origins=origins)


def _find(
    key: Key, flags: Mapping[str, str | None], in_file: Mapping[str, str]
) -> tuple[str | None, str]:
    """Return a setting's text and its origin."""
    flag = flags.get(key.name)
    if flag is not None:
        return flag, key.flag
    for variable in key.variables:
        # an empty variable is how a shell unsets one for a single command
        if text := os.environ.get(variable):
            return text, variable
    if key.said in in_file:
        return in_file[key.said], str(FILE)
    return key.default or None, DEFAULT


def _value(key: Key, text: str | None, origin: str) -> object:
    if text is None:
        return None
    try:
        return key.read(text)
    except ValueError as error:
        # a connection string may hold a password
        shown = "" if key.secret or key.name in ("dsn", "replica") else f" {text!r}"
        place = "" if origin == f"--{key.said}" else f" ({origin})"
        raise BadInput(f"{key.said}{shown}{place}: {error}") from None


def _read_file() -> Mapping[str, str]:
    try:
        found = tomllib.loads(FILE.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise BadInput(f"{FILE} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise BadInput(f"{FILE} cannot be read: {error}") from error
    if secrets := [key for key in KEYS if key.secret and key.said in found]:
        raise BadInput(
            f"{FILE}: {secrets[0].said} is a secret: set {secrets[0].variables[0]} instead"
        )
    known = [key.said for key in KEYS if not key.secret]
    if unknown := [name for name in found if name not in known]:
        raise BadInput(f"{FILE}: unknown key {', '.join(unknown)}: there is {', '.join(known)}")
    return {name: _as_text(name, value) for name, value in found.items()}


def _as_text(name: str, value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise BadInput(f"{FILE}: {name} is neither a text nor a number")
    return str(value)
