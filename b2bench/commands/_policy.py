"""The gate's policy: the named one, or that of the working directory."""

from pathlib import Path

import typer

from b2bench.commands._settings import Settings
from b2bench.findings import ExitCode
from reports.gate_policy import Policy, policy_toml, read_policy

POLICY = Path("gate-policy.toml")


def find_policy(settings: Settings) -> Policy:
    """Return the named policy, else the one of the working directory, else the default.

    Raises:
        BadInput: it cannot be read, or says something that the gate does not know.
    """
    if settings.policy is not None:
        return read_policy(settings.policy)
    return read_policy(POLICY) if POLICY.exists() else Policy()


def show_policy(settings: Settings) -> ExitCode:
    """Print the policy with all that it leaves open.

    Raises:
        BadInput: as `find_policy`.
    """
    typer.echo(policy_toml(find_policy(settings)), nl=False)
    return ExitCode.FINE
