"""What the operating system refuses, in one line with its mend."""

from collections.abc import Iterator
from contextlib import contextmanager
from errno import (
    EACCES,
    EDQUOT,
    EEXIST,
    ELOOP,
    ENAMETOOLONG,
    ENOENT,
    ENOSPC,
    ENOTDIR,
    EPERM,
    EROFS,
)

from b2bench.errors import B2benchError, BadInput, ClusterFailed

_ELSEWHERE = (BadInput, "name another state directory")
_AS_ANOTHER = (BadInput, "run as the user who started it, or name another state directory")
_MORE_ROOM = (ClusterFailed, "make room, and try again")
_ANEW = (ClusterFailed, "begin anew with `b2bench server destroy`")
_MENDS: dict[int, tuple[type[B2benchError], str]] = {
    **dict.fromkeys((ENOTDIR, EEXIST, EROFS, ENAMETOOLONG, ELOOP), _ELSEWHERE),
    **dict.fromkeys((EACCES, EPERM), _AS_ANOTHER),
    **dict.fromkeys((ENOSPC, EDQUOT), _MORE_ROOM),
    ENOENT: _ANEW,
}


@contextmanager
def explained() -> Iterator[None]:
    """Turn an OSError into an error of ours; serves as a decorator, too.

    Raises:
        BadInput: the state directory cannot be one.
        ClusterFailed: anything else that the file system refused.
    """
    try:
        yield
    except OSError as error:
        place = f"{error.filename} cannot be used: " if error.filename else ""
        kind, mend = _MENDS.get(error.errno or 0, (ClusterFailed, "mend that, and try again"))
        raise kind(f"{place}{error.strerror or error}: {mend}") from error
