"""The embedded server's folder: where it is, whose it is, who works in it, what it remembers."""

import hashlib
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from b2bench.cluster.account import Account
from b2bench.errors import BadInput, ClusterFailed
from b2bench.records import from_json, read_record, write_record

# where the data live if the server's user cannot reach the state directory
ELSEWHERE = Path("/var/lib/b2bench")
_FOLDER = "server"
POINTER = "server.pointer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What is worth knowing at the next start: the port of the last one, and its version."""

    port: int
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What makes a folder ours: a random token, and the folders made on the way."""

    token: str
    made: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointer:
    """Where the server of a state directory lives, and which state directory that is."""

    folder: str
    inode: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """The folder that holds everything, `server` in the state directory or elsewhere."""

    state: Path
    folder: Path

    @property
    def marker(self) -> Path:
        """The file that says that the folder is ours; whoever locks it may change the folder."""
        return self.folder / ".b2bench-server"

    @property
    def data(self) -> Path:
        """PostgreSQL's data directory."""
        return self.folder / "data"

    @property
    def password_file(self) -> Path:
        """The superuser's password, for our eyes only."""
        return self.folder / "password"

    @property
    def stderr(self) -> Path:
        """What the server says before its log is open."""
        return self.folder / "startup.log"

    @property
    def copies(self) -> Path:
        """Binaries that the server's user can read."""
        return self.folder / "binaries"

    @property
    def memory_file(self) -> Path:
        """The record that `Memory` is kept in."""
        return self.folder / "server.json"

    @property
    def ours(self) -> bool:
        """Whether b2bench made the folder."""
        return self.marker.is_file()

    def mark(self) -> Mark | None:
        """Return what the marker says, `None` if it is not there or just being written.

        Raises:
            ClusterFailed: it is damaged.
        """
        try:
            text = self.marker.read_bytes()
            return from_json(text, Mark, source=str(self.marker)) if text else None
        except FileNotFoundError:
            return None
        except BadInput as error:
            raise ClusterFailed(f"{error}: remove {self.folder} by hand") from error

    def token(self) -> str | None:
        """Return what the server's processes are known by, `None` if there cannot be any.

        The inode is part of it: a moved folder keeps its server, a copied one has none.
        """
        mark = self.mark()
        return f"{mark.token}-{self.folder.stat().st_ino:x}" if mark else None

    def memory(self) -> Memory | None:
        """Return what the last start left; it is no loss if that is damaged."""
        try:
            return from_json(self.memory_file.read_bytes(), Memory, source=str(self.memory_file))
        except (FileNotFoundError, BadInput):
            return None

    def remember(self, memory: Memory) -> None:
        """Keep this for the next start."""
        if memory != self.memory():
            write_record(self.memory_file, memory)

    def password(self) -> str:
        """Return the superuser's password."""
        return self.password_file.read_text(encoding="ascii")

    def new_password(self) -> str:
        """Make a password and keep it, readable by nobody else."""
        password = secrets.token_urlsafe(24)
        self.password_file.unlink(missing_ok=True)
        write_secret(self.password_file, password)
        return password


def write_secret(path: Path, secret: str) -> None:
    """Write a new file that only its owner can read, from its first byte on."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(secret)
        file.flush()
        os.fsync(descriptor)


def find_home(state_directory: Path) -> Home:
    """Return where the server lives, or will live."""
    state = Path(os.path.abspath(state_directory))  # noqa: PTH100 (keeps links that lead here)
    return Home(state=state, folder=_folder(state))


def _folder(state: Path) -> Path:
    if pointed := _pointed(state):
        return pointed
    beside = state / _FOLDER
    if beside.exists() or os.geteuid() != 0:
        return beside
    elsewhere = ELSEWHERE / hashlib.sha256(os.fsencode(state.resolve())).hexdigest()[:16]
    if elsewhere.exists() or not Account.choose().reaches(state):
        return elsewhere
    return beside


def _pointed(state: Path) -> Path | None:
    pointer_file = state / POINTER
    if not pointer_file.is_file():
        return None
    pointer = read_record(pointer_file, Pointer)
    if Path(pointer.folder).parent != ELSEWHERE:
        raise ClusterFailed(
            f"{pointer_file} does not lead below {ELSEWHERE}: remove {pointer_file}"
        )
    # a moved state directory keeps its server, a copied one has none
    return Path(pointer.folder) if pointer.inode == state.stat().st_ino else None


def point_to(home: Home) -> None:
    """Leave word in the state directory of where the server is."""
    inode = home.state.stat().st_ino
    write_record(home.state / POINTER, Pointer(folder=str(home.folder), inode=inode))
