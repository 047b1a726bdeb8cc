"""An HTTP(S) server for metrics: few connections, none for long, and no word about itself."""

import gzip
import ipaddress
import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import TCPServer, ThreadingMixIn
from typing import Any

from b2bench.errors import BadInput
from exporters.web_config import WebConfig
from exporters.web_passwords import Passwords
from exporters.web_reload import LiveConfig, Warn

# what a scrape asks to accept, to the metrics and their content type
Render = Callable[[str | None], tuple[bytes, str]]
Page = Callable[[str | None], tuple[bytes, str]]

_CONNECTIONS = 32
_ASK_S = 5.0
_ANSWER_S = 30.0
_LOOK_EVERY_S = 0.1
_TLS_HANDSHAKE = b"\x16"
# metrics repeat themselves: the first level leaves a ninth, the usual one a tenth in more time
_GZIP_LEVEL = 1
_TEXT = "text/plain; charset=utf-8"
_HTML = "text/html; charset=utf-8"
_LANDING = b"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>b2bench exporter</title>
</head>
<body>
<h1>b2bench exporter</h1>
<ul>
<li><a href="metrics">Metrics</a></li>
<li><a href="-/healthy">Health</a></li>
</ul>
</body>
</html>
"""


@contextmanager
def serving(
    render: Render,
    host: str,
    port: int,
    web_config: Path | None = None,
    *,
    warn: Warn = str,
) -> Iterator[str]:
    """Serve metrics and yield the address to scrape.

    Args:
        render: called by several threads at once.
        host: a name or an address of this machine.
        port: 0 takes a free one.
        web_config: the web configuration file; without it plain HTTP and no password.
        warn: is told in one line of what lets strangers in, and of changes that cannot be used.

    Raises:
        BadInput: the port is taken, the host is not this machine's, or the configuration cannot
            be used.
    """
    live = LiveConfig(web_config, warn)
    with _listening(host, port, live, render) as server:
        if warning := _exposed(str(server.server_address[0]), live.at_start):
            warn(warning)
        thread = threading.Thread(target=server.serve_forever, args=(_LOOK_EVERY_S,))
        thread.start()
        try:
            shown = f"[{host}]" if ":" in host else host
            scheme = "https" if live.at_start.tls else "http"
            yield f"{scheme}://{shown}:{server.server_address[1]}/metrics"
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def _listening(host: str, port: int, live: LiveConfig, render: Render) -> Iterator["_Server"]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        server = _Server(found[0][0], found[0][4], live, render)
    except OSError as error:
        option = "--host" if isinstance(error, socket.gaierror) else "--port"
        raise BadInput(
            f"{host}:{port} cannot be served: {error.strerror}: choose another with {option}"
        ) from error
    try:
        yield server
    finally:
        server.server_close()


def _exposed(address: str, config: WebConfig) -> str | None:
    """Return what other machines can do that reach the address."""
    if ipaddress.ip_address(address.partition("%")[0]).is_loopback:
        return None
    if not config.asks_who_comes:
        return (
            f"whoever reaches {address} can read the metrics: ask for a password or a client's "
            "certificate with --web-config"
        )
    if config.tls is None:
        return f"passwords travel to {address} in clear text: add tls_server_config"
    return None


class _Server(ThreadingMixIn, TCPServer):
    """A thread for each connection, of which there are only so many at once."""

    allow_reuse_address = True
    request_queue_size = 128
    daemon_threads = False

    def __init__(
        self,
        family: socket.AddressFamily,
        address: Any,  # noqa: ANN401 (whatever the family's addresses are made of)
        live: LiveConfig,
        render: Render,
    ) -> None:
        self.address_family = family
        self.live = live
        self.pages: dict[str, Page] = {
            "/": lambda _: (_LANDING, _HTML),
            "/-/healthy": lambda _: (b"b2bench exporter is healthy\n", _TEXT),
            "/metrics": render,
        }
        self.passwords = Passwords()
        self.times = _Times()
        self._places = threading.Semaphore(_CONNECTIONS)
        # the last: it listens, or closes what there is
        super().__init__(address, _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401
        """Wait for a place, and let the others wait in the system's own queue meanwhile."""
        while not self._places.acquire(timeout=_LOOK_EVERY_S):
            self.service_actions()
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:  # noqa: ANN401
        """Answer one connection and give its place back."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._places.release()

    def finish_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401
        """Shake hands, read one request and answer it."""
        with self.times.limited(request), self._secured(request) as connection:
            if connection is not None:
                _Handler(connection, client_address, self)

    @contextmanager
    def _secured(self, request: socket.socket) -> Iterator[socket.socket | None]:
        """Yield the connection, encrypted if need be; `None` if the client cannot be talked to."""
        context = self.live.context()
        if context is None:
            yield request
            return
        request.settimeout(_ASK_S)
        if request.recv(1, socket.MSG_PEEK) != _TLS_HANDSHAKE:
            request.sendall(_plain_refusal())
            yield None
            return
        connection = context.wrap_socket(request, server_side=True, do_handshake_on_connect=False)
        with self.times.limited(connection), connection:
            connection.do_handshake()
            yield connection if self._may_talk(connection) else None
            _say_goodbye(connection)

    def _may_talk(self, connection: ssl.SSLSocket) -> bool:
        try:
            tls = self.live.config().tls
        except BadInput:
            return True  # to be told that there is nothing to be had
        return tls is None or tls.admits(connection)

    def service_actions(self) -> None:
        """End connections that take too long; called several times a second."""
        self.times.end_overdue()

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401
        """Keep quiet about connections that broke; let defects be seen on standard error."""
        if not isinstance(sys.exc_info()[1], OSError | BadInput):
            super().handle_error(request, client_address)

    def server_close(self) -> None:
        """Stop listening, let answers that are under way be sent, and wait for their threads."""
        self.times.end_asking()
        super().server_close()


class _Times:
    """Until when each connection may last: a client that is slow does not hold its place."""

    def __init__(self) -> None:
        self._until = dict[socket.socket, float]()
        self._lock = threading.Lock()

    @contextmanager
    def limited(self, connection: socket.socket) -> Iterator[None]:
        """Give a connection the time to ask."""
        self.allow(connection, _ASK_S)
        try:
            yield
        finally:
            with self._lock:
                del self._until[connection]

    def allow(self, connection: socket.socket, seconds: float) -> None:
        """Give a connection time from now on."""
        with self._lock:
            self._until[connection] = time.monotonic() + seconds

    def end_overdue(self) -> None:
        """Cut the connections whose time is over; their threads end by themselves."""
        now = time.monotonic()
        self._cut(socket.SHUT_RDWR, lambda until: until < now)

    def end_asking(self) -> None:
        """Read nothing more from anybody."""
        self._cut(socket.SHUT_RD, lambda _: True)

    def _cut(self, how: int, is_meant: Callable[[float], bool]) -> None:
        with self._lock:
            for connection, until in self._until.items():
                if is_meant(until):
                    # not the encrypted socket's own way, which would go on in clear text
                    with suppress(OSError):
                        socket.socket.shutdown(connection, how)


def _plain_refusal() -> bytes:
    said = b"this port speaks HTTPS\n"
    return (
        b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: text/plain\r\n"
        b"Content-Length: %d\r\n\r\n%s" % (len(said), said)
    )


def _say_goodbye(connection: ssl.SSLSocket) -> None:
    """End the encryption without waiting for the client to do so, too."""
    with suppress(OSError, ValueError):
        connection.settimeout(0)
        connection.unwrap()


class _Handler(BaseHTTPRequestHandler):
    """Answers one request of one connection."""

    server: _Server
    protocol_version = "HTTP/1.1"
    timeout = _ASK_S
    disable_nagle_algorithm = True

    def _answer(self) -> None:
        self.server.times.allow(self.connection, _ANSWER_S)
        self.connection.settimeout(_ANSWER_S)
        try:
            config = self.server.live.config()
        except BadInput:
            self._refuse(HTTPStatus.INTERNAL_SERVER_ERROR, {})
            return
        if not self.server.passwords.admit(config.users, self.headers.get("Authorization")):
            more = {"WWW-Authenticate": 'Basic realm="b2bench", charset="UTF-8"'}
            self._refuse(HTTPStatus.UNAUTHORIZED, {**config.headers, **more})
        else:
            self._show(config)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = _answer  # noqa: N815

    def _show(self, config: WebConfig) -> None:
        page = self.server.pages.get(self.path.partition("?")[0])
        if page is None:
            self._refuse(HTTPStatus.NOT_FOUND, config.headers)
        elif self.command not in ("GET", "HEAD"):
            more = {"Allow": "GET, HEAD"}
            self._refuse(HTTPStatus.METHOD_NOT_ALLOWED, {**config.headers, **more})
        else:
            self._send_page(page, config)

    def _send_page(self, page: Page, config: WebConfig) -> None:
        try:
            body, content_type = page(self.headers.get("Accept"))
        except Exception:
            # the client learns that it failed, and standard error why
            self._refuse(HTTPStatus.INTERNAL_SERVER_ERROR, config.headers)
            raise
        headers = {**config.headers, "Content-Type": content_type}
        if _accepts_gzip(self.headers.get("Accept-Encoding", "")):
            body = gzip.compress(body, _GZIP_LEVEL, mtime=0)
            headers["Content-Encoding"] = "gzip"
        self._send(HTTPStatus.OK, headers, body)

    def _refuse(self, status: HTTPStatus, headers: Mapping[str, str]) -> None:
        self._send(status, {**headers, "Content-Type": _TEXT}, f"{status.phrase}\n".encode())

    def _send(self, status: HTTPStatus, headers: Mapping[str, str], body: bytes) -> None:
        self.close_connection = True
        self.send_response(status)
        fixed = {"Content-Length": str(len(body)), "Connection": "close"}
        for name, value in {**headers, **fixed}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:  # noqa: ARG002
        """Refuse what is no request, without repeating what the client wrote."""
        self._refuse(HTTPStatus(code), {})

    def version_string(self) -> str:
        """Name no versions to strangers."""
        return "b2bench"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Keep no log of requests."""


def _accepts_gzip(header: str) -> bool:
    """Return whether a client takes gzip.

    >>> [_accepts_gzip(text) for text in ("gzip", "br, GZIP;q=0.5", "gzip;q=0", "identity", "")]
    [True, True, False, False, False]
    """
    for coding in header.lower().split(","):
        name, _, weight = coding.replace(" ", "").partition(";q=")
        if name == "gzip":
            return weight.strip("0.") != "" or weight == ""
    return False
