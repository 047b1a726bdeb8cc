"""`b2bench schema personal`: personal data of accounts, sealed, found, re-keyed, destroyed."""

from typing import TYPE_CHECKING, Annotated

import typer

from b2bench.commands._options import KEY_PLACE, WHERE, with_settings
from b2bench.commands._settings import Settings
from b2bench.errors import BadInput
from b2bench.findings import ExitCode

if TYPE_CHECKING:
    from schema.personal.keyring import Keyring

# the master key itself is no option: others would see it in the list of processes
app = typer.Typer(
    help="Personal data of accounts: seal, show, find, rotate keys, destroy.",
    no_args_is_help=True,
)
Account = Annotated[int, typer.Argument(metavar="ACCOUNT", help="Its number.", min=1)]
Email = Annotated[str, typer.Argument(metavar="EMAIL", help="Address, or number with --phone.")]
Phone = Annotated[bool, typer.Option("--phone", help="Look for a telephone number.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask for the number again.")]
One = Annotated[
    int | None, typer.Option("--account", metavar="N", min=1, help="A new data key for it.")
]
Everybody = Annotated[bool, typer.Option("--all", help="New data keys for all accounts.")]
Index = Annotated[bool, typer.Option("--index", help="A new key for the blind indexes.")]


@app.command()
@with_settings(*WHERE, *KEY_PLACE)
def keys(settings: Settings) -> ExitCode:
    """Make the key store of a database that has none, and a master key if there is none.

    The store of generated data follows from their seed, so a lost one comes back. Any other store
    is random and made once: keep copies of it, and of the master key elsewhere.

    Example:
        b2bench schema personal keys
    """
    from b2bench.commands._console import progress_shown, say  # noqa: PLC0415 (fast --help)
    from b2bench.commands._keys import key_place  # noqa: PLC0415
    from b2bench.commands._target import find_target  # noqa: PLC0415
    from b2bench.database import connect  # noqa: PLC0415
    from schema.personal.location import make_keys  # noqa: PLC0415

    with progress_shown() as progress, connect(find_target(settings, progress)) as connection:
        ring = make_keys(connection, key_place(settings))
        store = ring.store
    say(
        f"key store:  {ring.path}",
        f"master key: {ring.master.shown}, fingerprint {store.master}",
        f"accounts:   {len(store.data_keys):,} with a key, {len(store.destroyed):,} destroyed",
    )
    return ExitCode.FINE


@app.command()
@with_settings(*WHERE, *KEY_PLACE)
def seal(settings: Settings) -> ExitCode:
    """Seal what stands in clear, between the migrations 0029 and 0030.

    Goes on where it was stopped. Readers go on all the time; the rows of a batch wait with their
    writers for some milliseconds.

    Example:
        b2bench schema personal seal
    """
    from b2bench.commands._console import progress_shown, say  # noqa: PLC0415 (fast --help)
    from b2bench.commands._keys import key_place  # noqa: PLC0415
    from b2bench.commands._target import find_target  # noqa: PLC0415
    from b2bench.database import connect  # noqa: PLC0415
    from schema.personal.location import make_keys  # noqa: PLC0415
    from schema.personal.seal import seal_all  # noqa: PLC0415

    with progress_shown() as progress, connect(find_target(settings, progress)) as connection:
        done = seal_all(connection, make_keys(connection, key_place(settings)), progress)
    say(f"{done:,} accounts sealed" if done else "nothing stands in clear")
    if done:
        say(
            "what stood in clear is in old row versions, WAL and backups: see docs/personal-data.md"
        )
    return ExitCode.FINE


@app.command()
@with_settings(*WHERE, *KEY_PLACE)
def show(settings: Settings, account: Account) -> ExitCode:
    """Show an account's personal data, opened.

    Example:
        b2bench schema personal show 42
    """
    from b2bench.commands._console import progress_shown, say  # noqa: PLC0415 (fast --help)
    from b2bench.commands._keys import reading_personal  # noqa: PLC0415
    from schema.personal.accounts import read  # noqa: PLC0415

    with progress_shown() as progress, reading_personal(settings, progress) as (connection, ring):
        personal = read(connection, ring, account)
    for name, text in personal.fields().items():
        say(f"{name.replace('_', ' ') + ':':13} {text if text is not None else '–'}")
    return ExitCode.FINE


@app.command()
@with_settings(*WHERE, *KEY_PLACE)
def find(settings: Settings, email: Email, *, phone: Phone = False) -> ExitCode:
    """Show which accounts have an e-mail address; exit code 1 if none has.

    The address is not sent to the server, only its blind index.

    Examples:
        b2bench schema personal find ana.42@example.com
        b2bench schema personal find --phone "+1 555 000 1234"
    """
    from b2bench.commands._console import progress_shown, say  # noqa: PLC0415 (fast --help)
    from b2bench.commands._keys import reading_personal  # noqa: PLC0415
    from schema.personal.accounts import find as found_by  # noqa: PLC0415

    with progress_shown() as progress, reading_personal(settings, progress) as (connection, ring):
        accounts = found_by(connection, ring, "phone" if phone else "email", email)
    say(*(f"account {number}" for number in accounts))
    if not accounts:
        say("no account has it")
    return ExitCode.FINE if accounts else ExitCode.VERDICT_NO


@app.command()
@with_settings(*WHERE, *KEY_PLACE)
def rotate(
    settings: Settings, *, account: One = None, everybody: Everybody = False, index: Index = False
) -> ExitCode:
    """Replace the master key; or data keys, or the key of the blind indexes.

    A new master key wraps the stores of the folder anew, nothing changes in the database. With a
    key file it is made and written there before the old one; B2BENCH_MASTER_KEY holds the new one,
    a comma, the old one. New data keys and index keys are worked through in batches; readers
    accept old and new meanwhile, and an interrupted rotation is gone on with.

    Examples:
        b2bench schema personal rotate
        b2bench schema personal rotate --account 42
        b2bench schema personal rotate --all
        b2bench schema personal rotate --index
    """
    from b2bench.commands._console import progress_shown, say  # noqa: PLC0415 (fast --help)
    from b2bench.commands._keys import changing_personal  # noqa: PLC0415
    from schema.personal import rotate as rotating  # noqa: PLC0415

    if sum((account is not None, everybody, index)) > 1:
        raise BadInput("--account, --all and --index do not go together: give one of them")
    with progress_shown() as progress, changing_personal(settings, progress) as (connection, ring):
        if index:
            done = rotating.rotate_index_key(connection, ring, progress)
        elif everybody or account is not None:
            done = rotating.rotate_data_keys(connection, ring, account, progress)
        else:
            return _say_rewrapped(ring, rotating.rotate_master(ring.path, ring.master))
    how = "went on with an interrupted rotation: " if done.went_on else ""
    say(f"{how}{done.changed:,} of {done.looked:,} accounts have the new key")
    return ExitCode.FINE


def _say_rewrapped(ring: "Keyring", stores: int) -> ExitCode:
    from b2bench.commands._console import say  # noqa: PLC0415 (fast --help)

    say(
        f"{stores} key store{'' if stores == 1 else 's'} under a new master key, fingerprint"
        f" {ring.store.master}",
        f"the old one is still in {ring.master.shown}: take it out once no other store needs it",
    )
    return ExitCode.FINE


@app.command()
@with_settings(*WHERE, *KEY_PLACE)
def destroy(settings: Settings, account: Account, *, yes: Yes = False) -> ExitCode:
    """Destroy an account's key: its personal data become unreadable, backups and audit included.

    Asks for the account's number once more, unless --yes. There is no way back, but copies of the
    key store: destroy the key in them, too.

    Example:
        b2bench schema personal destroy 42 --yes
    """
    from b2bench.commands._console import progress_shown, say  # noqa: PLC0415 (fast --help)
    from b2bench.commands._keys import changing_personal  # noqa: PLC0415
    from schema.personal.destroy import destroy as destroy_keys  # noqa: PLC0415

    if not yes and typer.prompt(f"the number of the account, again (not {account}: stop)") != str(
        account
    ):
        raise BadInput("that is another number: nothing was done")
    with progress_shown() as progress, changing_personal(settings, progress) as (connection, ring):
        there = destroy_keys(connection, ring, account)
    say(
        f"the key of account {account} {'is' if there else 'was already'} destroyed, its blind"
        " indexes are cleared: what it sealed cannot be read any more"
    )
    return ExitCode.FINE
