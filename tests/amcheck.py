"""Whether tables and indexes of a database are sound, as pg_amcheck finds."""

import os
import subprocess

from psycopg.conninfo import conninfo_to_dict

from b2bench.cluster.binaries import Binaries
from b2bench.target import Target

_VARIABLES = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD"}


def complaints(target: Target, binaries: Binaries) -> str:
    """Return what pg_amcheck says of every table and B-tree; empty where all is sound.

    It puts the extension amcheck into the database.
    """
    parts = conninfo_to_dict(target.conninfo)
    names = {name: str(parts[key]) for key, name in _VARIABLES.items() if parts.get(key)}
    done = subprocess.run(
        [
            binaries.program("pg_amcheck"),
            "--install-missing",
            "--heapallindexed",
            "--parent-check",
            f"--database={target.database}",
        ],
        env=os.environ | names,
        capture_output=True,
        text=True,
        check=False,
    )
    said = f"{done.stdout}{done.stderr}".strip()
    return said or ("" if done.returncode == 0 else f"pg_amcheck ended with {done.returncode}")
