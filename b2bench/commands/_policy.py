"""The gate's policy: the named one, or that of the working directory."""

from pathlib import Path

from b2bench.commands._settings import Settings
from reports.gate_policy import Policy, read_policy

POLICY = Path("gate-policy.toml")


def find_policy(settings: Settings) -> Policy:
    """Return the named policy, else the one of the working directory, else the default.

    Raises:
        BadInput: it cannot be read, or says something that the gate does not know.
    """
    if settings.policy is not None:
        return read_policy(settings.policy)
    return read_policy(POLICY) if POLICY.exists() else Policy()
