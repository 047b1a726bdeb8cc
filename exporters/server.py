"""Metrics over HTTP."""

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, start_http_server

from b2bench.errors import BadInput
from exporters.exporter import Exporter


@contextmanager
def serving(exporter: Exporter, host: str, port: int) -> Iterator[str]:
    """Serve an exporter's metrics and yield the address to scrape.

    Raises:
        BadInput: the port is taken or the host is not this machine's.
    """
    registry = CollectorRegistry()
    registry.register(exporter)
    try:
        server, thread = start_http_server(port, addr=host, registry=registry)
    except OSError as error:
        raise BadInput(
            f"{host}:{port} cannot be served: {error.strerror}: choose another with --port"
        ) from error
    exporter.__enter__()
    try:
        yield f"http://{host}:{server.server_port}/metrics"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        exporter.close()
