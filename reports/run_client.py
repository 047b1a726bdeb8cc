"""Whether the client of a run kept up: its processor's seconds, its event loop, its processes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from b2bench.figures.columns import columns
from b2bench.figures.page import Tone
from b2bench.runs import ClientProcess, Latency
from reports.verdicts import client_verdict

_DRAWN_MOST = 8
_CLASSES = 10
_EDGES = ("0", "10", "20", "30", "40", "50", "60", "70", "80", "90", "100")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientRow:
    """One process that made requests; `chart` is its processor's use, second by second."""

    number: int
    client: ClientProcess
    tone: Tone
    says: str
    chart: Markup | None


def client_rows(clients: Sequence[ClientProcess], response: Latency) -> Iterator[ClientRow]:
    """Yield the processes, the first eight with a chart.

    Args:
        clients: of a run.
        response: of all its requests, beside which a process is late or not.
    """
    for number, client in enumerate(clients, start=1):
        says = client_verdict(client, response)
        yield ClientRow(
            number=number,
            client=client,
            tone="good" if says == "not the bottleneck" else "bad",
            says=says,
            chart=_chart(number, client) if number <= _DRAWN_MOST else None,
        )


def _chart(number: int, client: ClientProcess) -> Markup | None:
    if len(client.cpu_seconds) != _CLASSES or not any(client.cpu_seconds):
        return None
    return columns(
        client.cpu_seconds,
        _EDGES,
        axis="% of a processor",
        bad_from=_CLASSES - 1,
        name=f"cpu-{number}",
    )
