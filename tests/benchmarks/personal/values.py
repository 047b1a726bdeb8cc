"""One value: sealed, opened, looked up by its index, with and without the key store behind it."""

import time
from collections.abc import Callable, Iterator

from schema.personal.blind import blind_index
from schema.personal.keyring import Keyring
from schema.personal.keystore import (
    Wrapper,
    create_store,
    new_key,
    new_store,
    with_data_keys,
)
from schema.personal.masterkey import MasterSource, new_master_key
from schema.personal.sealing import Place, open_sealed, seal
from schema.personal.values import Personal, opened, sealed_columns
from tests.benchmarks.laboratory import Laboratory, Line, spread

_ROUNDS = 9
_CALLS = 5_000
_ACCOUNTS = 20_000
_PERSONAL = Personal(
    contact_name="Ana Müller",
    email="ana.mueller@example.com",
    phone="+4930123456789",
    address="Unter den Linden 1, 10117 Berlin",
)


def figures(lab: Laboratory) -> Iterator[Line]:
    """Yield microseconds of each step, in one thread, and the time to open a large store."""
    master = new_master_key()
    path, source = lab.folder / "store.json", MasterSource(text=master.text, file=lab.folder)
    store = new_store("figures", master, new_key())
    wrapper = Wrapper.under(master, "figures")
    numbers = range(1, _ACCOUNTS + 1)
    create_store(path, with_data_keys(store, wrapper, ((n, new_key()) for n in numbers)))
    ring = Keyring(path, source)
    _, cipher = ring.newest(1)
    place, key = Place("accounts", "email_sealed", 1, 1), new_key()
    sealed = seal(cipher, 1, place, _PERSONAL.email)
    columns = sealed_columns(ring, 1, _PERSONAL)
    steps: dict[str, Callable[[], object]] = {
        "seal an e-mail address": lambda: seal(cipher, 1, place, _PERSONAL.email),
        "open it": lambda: open_sealed(cipher, place, sealed),
        "its blind index": lambda: blind_index(key, 1, "email", _PERSONAL.email),
        "seal an account, four values and two indexes": lambda: sealed_columns(ring, 1, _PERSONAL),
        "open an account, four values": lambda: opened(ring, 1, columns),
    }
    for what, step in steps.items():
        yield Line(what=what, measured=spread([_call_us(step) for _ in range(_ROUNDS)], "µs"))
    yield Line(
        what=f"open a store of {_ACCOUNTS:,} accounts, {path.stat().st_size / 1e6:.1f} MB",
        measured=spread([_open_ms(ring) for _ in range(_ROUNDS)], "ms"),
    )


def _call_us(step: Callable[[], object]) -> float:
    begin = time.perf_counter_ns()
    for _ in range(_CALLS):
        step()
    return (time.perf_counter_ns() - begin) / _CALLS / 1000


def _open_ms(ring: Keyring) -> float:
    begin = time.perf_counter_ns()
    Keyring(ring.path, ring.master).newest(1)
    return (time.perf_counter_ns() - begin) / 1e6
