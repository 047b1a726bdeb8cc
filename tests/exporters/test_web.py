import base64
import gzip
import http.client
import os
import socket
import ssl
import subprocess
import time
import urllib.parse
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from prometheus_client import Gauge
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import CollectorRegistry

from b2bench.errors import BadInput
from exporters import web
from exporters.web import serving
from tests.components import free_port, require
from tests.exporters.web_files import (
    CLIENTS,
    PASSWORD,
    TLS,
    USERS,
    make_authority,
    make_certificate,
    trusting,
    write_config,
)

REGISTRY = CollectorRegistry()
Gauge("answer", "The answer.", registry=REGISTRY).set(42)
ALICE = {"Authorization": f"Basic {base64.b64encode(f'alice:{PASSWORD}'.encode()).decode()}"}
OPEN_METRICS = {"Accept": "application/openmetrics-text;version=1.0.0"}


def render(accept: str | None) -> tuple[bytes, str]:
    encoder, content_type = choose_encoder(accept or "")
    return bytes(encoder(REGISTRY)), content_type


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with an authority, a server's certificate and two clients'."""
    folder = tmp_path_factory.mktemp("certificates")
    make_authority(folder)
    make_certificate(folder, "server")
    make_certificate(folder, "client", names="DNS:scraper.example,IP:::1")
    make_certificate(folder, "other", names="DNS:other.example")
    return folder


@pytest.fixture
def folder(certificates: Path, tmp_path: Path) -> Path:
    """Give a folder of the test's own with the certificates."""
    for path in certificates.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    return tmp_path


@contextmanager
def served(folder: Path, text: str) -> Iterator[str]:
    with serving(render, "127.0.0.1", 0, write_config(folder, text), warn=pytest.fail) as url:
        yield url


def ask(
    url: str,
    *,
    method: str = "GET",
    path: str = "/metrics",
    headers: Mapping[str, str] = {},
    tls: ssl.SSLContext | None = None,
) -> tuple[int, dict[str, str], bytes]:
    address = urllib.parse.urlsplit(url).netloc
    connection = (
        http.client.HTTPConnection(address, timeout=10)
        if tls is None
        else http.client.HTTPSConnection(address, timeout=10, context=tls)
    )
    connection.request(method, path, headers=dict(headers))
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, dict(answer.getheaders()), body


@pytest.fixture(scope="module")
def plain() -> Iterator[str]:
    with serving(render, "127.0.0.1", 0, warn=pytest.fail) as url:
        yield url


def test_metrics_are_text_unless_openmetrics_is_asked_for(plain: str) -> None:
    status, headers, body = ask(plain)
    assert (status, headers["Content-Type"].partition(";")[0]) == (200, "text/plain")
    assert b"answer 42.0\n" in body
    _, headers, body = ask(plain, headers=OPEN_METRICS)
    assert headers["Content-Type"].startswith("application/openmetrics-text")
    assert body.endswith(b"# EOF\n")


def test_metrics_are_packed_for_who_can_unpack_them(plain: str) -> None:
    _, headers, body = ask(plain, headers={"Accept-Encoding": "br, gzip"})
    assert headers["Content-Encoding"] == "gzip"
    assert b"answer 42.0\n" in gzip.decompress(body)
    assert "Content-Encoding" not in ask(plain, headers={"Accept-Encoding": "gzip;q=0"})[1]


def test_the_front_page_leads_to_the_metrics_and_the_health(plain: str) -> None:
    status, _, body = ask(plain, path="/")
    links = [piece.partition(b'"')[0].decode() for piece in body.split(b'href="')[1:]]
    assert (status, links) == (200, ["metrics", "-/healthy"])
    assert [ask(plain, path=f"/{link}")[0] for link in links] == [200, 200]


def test_head_is_get_without_the_body(plain: str) -> None:
    _, asked, body = ask(plain)
    status, headers, nothing = ask(plain, method="HEAD")
    assert (status, nothing) == (200, b"")
    assert headers["Content-Length"] == asked["Content-Length"] == str(len(body))


def test_what_is_not_there_or_not_possible_is_said(plain: str) -> None:
    assert ask(plain, path="/nothing")[0] == 404
    assert ask(plain, path="/metrics?x=1")[0] == 200
    status, headers, _ = ask(plain, method="POST")
    assert (status, headers["Allow"]) == (405, "GET, HEAD")
    assert ask(plain, method="BREW")[0] == 501


@pytest.mark.parametrize("sent", [b"\0\1\2\r\n\r\n", b"GET <x> y z\r\n\r\n", b"G" * 70_000])
def test_what_is_no_request_gets_no_echo(sent: bytes, plain: str) -> None:
    parts = urllib.parse.urlsplit(plain)
    with socket.create_connection((parts.hostname, parts.port), timeout=10) as connection:
        connection.sendall(sent)
        answer = connection.recv(1000)
    assert answer.startswith((b"HTTP/1.1 4", b"Bad Request\n"))
    assert b"<x>" not in answer
    assert ask(plain)[0] == 200


def test_a_failure_is_told_to_the_client_without_its_reason(
    capfd: pytest.CaptureFixture[str],
) -> None:
    def fail(_: str | None) -> tuple[bytes, str]:
        raise RuntimeError("a secret")

    with serving(fail, "127.0.0.1", 0) as url:
        status, headers, body = ask(url)
        assert (status, body) == (500, b"Internal Server Error\n")
        assert ask(url, path="/-/healthy")[0] == 200
    assert "Python" not in str(headers)
    out, err = capfd.readouterr()
    assert (out, "RuntimeError: a secret" in err) == ("", True)


def test_a_slow_client_holds_its_place_for_a_moment_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "_CONNECTIONS", 2)
    monkeypatch.setattr(web, "_ASK_S", 0.3)
    with serving(render, "127.0.0.1", 0) as url:
        parts = urllib.parse.urlsplit(url)
        slow = [socket.create_connection((parts.hostname, parts.port)) for _ in range(4)]
        for connection in slow:
            connection.sendall(b"GET /metrics HTTP/1.1\r\nX: ")
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(ask, url)
            # one byte at a time is no way to stay
            while not answer.done():
                for connection in slow:
                    _drip(connection)
                time.sleep(0.05)
        assert answer.result()[0] == 200
        for connection in slow:
            connection.close()


def _drip(connection: socket.socket) -> None:
    try:
        connection.send(b"x")
    except OSError:
        return


def test_more_clients_than_places_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "_CONNECTIONS", 2)
    with serving(render, "127.0.0.1", 0) as url, ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: ask(url)[0], range(64)))
    assert answers == [200] * 64


def test_a_port_that_is_taken_and_a_host_that_is_not_ours_are_bad_input(plain: str) -> None:
    port = urllib.parse.urlsplit(plain).port or 0
    with pytest.raises(BadInput, match="--port"), serving(render, "127.0.0.1", port):
        pass
    with pytest.raises(BadInput, match="--host"), serving(render, "no such host", 0):
        pass


def test_an_open_door_is_warned_of(folder: Path) -> None:
    warnings = list[str]()
    for text in ("", USERS, TLS, TLS + USERS, CLIENTS):
        with serving(render, "0.0.0.0", 0, write_config(folder, text), warn=warnings.append):  # noqa: S104
            pass
    assert [warning.partition(" ")[0] for warning in warnings] == [
        "whoever",
        "passwords",
        "whoever",
    ]
    with serving(render, "::1", 0, warn=pytest.fail) as url:
        assert url.startswith("http://[::1]:")
        assert ask(url)[0] == 200


@pytest.mark.parametrize("path", ["/metrics", "/", "/-/healthy", "/nothing"])
def test_nothing_is_shown_without_the_password(path: str, folder: Path) -> None:
    wrong = {"Authorization": "Basic " + base64.b64encode(b"alice:wrong").decode()}
    with served(folder, USERS) as url:
        for headers in ({}, wrong):
            status, said, body = ask(url, path=path, headers=headers)
            assert (status, body) == (401, b"Unauthorized\n")
            assert said["WWW-Authenticate"].startswith("Basic ")
        assert ask(url, path=path, headers=ALICE)[0] == (404 if path == "/nothing" else 200)


def test_the_headers_asked_for_stand_in_every_answer(folder: Path) -> None:
    asked = "http_server_config: {headers: {X-Frame-Options: deny, X-XSS-Protection: ''}}\n"
    with served(folder, asked + USERS) as url:
        for headers in ({}, ALICE):
            said = ask(url, headers=headers)[1]
            assert said["X-Frame-Options"] == "deny"
            assert "X-XSS-Protection" not in said


def test_users_are_read_again_and_a_damaged_file_lets_nobody_pass(folder: Path) -> None:
    warnings = list[str]()
    path = write_config(folder, USERS)
    with serving(render, "127.0.0.1", 0, path, warn=warnings.append) as url:
        assert ask(url, headers=ALICE)[0] == 200
        write_config(folder, USERS.replace("alice", "bob"))
        assert ask(url, headers=ALICE)[0] == 401
        write_config(folder, USERS.replace("alice", "bob:"))
        assert [ask(url, headers=ALICE)[0] for _ in range(3)] == [500] * 3
        write_config(folder, TLS + USERS)
        assert ask(url, headers=ALICE)[0] == 500
        write_config(folder, USERS)
        assert ask(url, headers=ALICE)[0] == 200
    assert len(warnings) == 2
    assert "start the exporter again" in warnings[1]


def test_metrics_are_encrypted(folder: Path) -> None:
    with served(folder, TLS) as url:
        assert url.startswith("https://")
        assert b"answer 42.0\n" in ask(url, tls=trusting(folder))[2]


def test_http_on_the_https_port_is_answered_and_harms_nobody(folder: Path) -> None:
    with served(folder, TLS) as url:
        parts = urllib.parse.urlsplit(url)
        silent = socket.create_connection((parts.hostname, parts.port))
        status, _, body = ask(url)
        assert (status, body) == (400, b"this port speaks HTTPS\n")
        with socket.create_connection((parts.hostname, parts.port)) as noise:
            noise.sendall(b"\x16nonsense" * 100)
        assert ask(url, tls=trusting(folder))[0] == 200
        silent.close()


def test_a_client_without_the_right_certificate_is_turned_away(folder: Path) -> None:
    allowed = CLIENTS + "  client_allowed_sans: [scraper.example]\n"
    with served(folder, allowed) as url:
        assert ask(url, tls=trusting(folder, "client"))[0] == 200
        for client in (None, "other"):
            with pytest.raises((OSError, http.client.HTTPException)):
                ask(url, tls=trusting(folder, client))
        assert ask(url, tls=trusting(folder, "client"))[0] == 200


def test_an_address_is_a_name_too(folder: Path) -> None:
    with served(folder, CLIENTS + "  client_allowed_sans: ['0:0::1']\n") as url:
        assert ask(url, tls=trusting(folder, "client"))[0] == 200


def test_a_certificate_of_another_authority_is_turned_away(folder: Path) -> None:
    (folder / "away").mkdir()
    make_authority(folder / "away")
    make_certificate(folder / "away", "client")
    stranger = trusting(folder)
    stranger.load_cert_chain(folder / "away" / "client.pem", folder / "away" / "client.key")
    with served(folder, CLIENTS) as url:
        with pytest.raises((OSError, http.client.HTTPException)):
            ask(url, tls=stranger)
        assert ask(url, tls=trusting(folder, "client"))[0] == 200


def test_versions_and_ciphers_are_kept_to(folder: Path) -> None:
    text = TLS + (
        "  max_version: TLS12\n"
        "  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256]\n"
        "  prefer_server_cipher_suites: false\n"
    )
    with served(folder, text) as url:
        parts = urllib.parse.urlsplit(url)
        with (
            socket.create_connection((parts.hostname, parts.port)) as raw,
            trusting(folder).wrap_socket(raw, server_hostname="127.0.0.1") as talking,
        ):
            assert talking.version() == "TLSv1.2"
            assert (talking.cipher() or "")[0] == "ECDHE-ECDSA-AES128-GCM-SHA256"
        newer = trusting(folder)
        newer.minimum_version = ssl.TLSVersion.TLSv1_3
        with pytest.raises(ssl.SSLError):
            ask(url, tls=newer)


def test_a_curve_is_kept_to(folder: Path) -> None:
    mine, other = trusting(folder), trusting(folder)
    mine.set_ecdh_curve("secp384r1")
    other.set_ecdh_curve("prime256v1")
    with served(folder, TLS + "  curve_preferences: [CurveP384]\n") as url:
        assert ask(url, tls=mine)[0] == 200
        with pytest.raises(ssl.SSLError):
            ask(url, tls=other)


def test_a_certificate_is_exchanged_without_a_restart(folder: Path) -> None:
    warnings = list[str]()
    path = write_config(folder, TLS)
    with serving(render, "127.0.0.1", 0, path, warn=warnings.append) as url:
        old = _certificate_of(url, folder)
        assert old == _certificate_of(url, folder)
        make_certificate(folder, "next")
        (folder / "next.pem").replace(folder / "server.pem")
        # the key does not fit yet
        assert _certificate_of(url, folder) == old
        (folder / "next.key").replace(folder / "server.key")
        assert _certificate_of(url, folder) != old
        assert ask(url, tls=trusting(folder))[0] == 200
    assert len(warnings) == 1


def test_a_damaged_file_ends_no_encryption(folder: Path) -> None:
    path = write_config(folder, TLS + USERS)
    with serving(render, "127.0.0.1", 0, path) as url:
        for text in ("nonsense: 1", USERS):
            write_config(folder, text)
            assert ask(url, tls=trusting(folder), headers=ALICE)[0] == 500


def _certificate_of(url: str, folder: Path) -> bytes:
    parts = urllib.parse.urlsplit(url)
    with (
        socket.create_connection((parts.hostname, parts.port)) as raw,
        trusting(folder).wrap_socket(raw, server_hostname="127.0.0.1") as talking,
    ):
        return talking.getpeercert(binary_form=True) or b""


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("server.pem", None, "server.pem cannot be read"),
        ("server.key", "nonsense", "are not a certificate and its key"),
        ("ca.pem", "nonsense", "ca.pem holds no certificate"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_at_the_start(
    name: str, content: str | None, said: str, folder: Path
) -> None:
    (folder / name).unlink()
    if content:
        (folder / name).write_text(content)
    with pytest.raises(BadInput, match=said), served(folder, CLIENTS):
        pass


def test_a_key_with_a_password_is_refused_and_not_asked_for(folder: Path) -> None:
    locked = ["openssl", "ec", "-in", "client.key", "-aes256", "-passout", "pass:x"]
    subprocess.run([*locked, "-out", "server.key"], cwd=folder, check=True, capture_output=True)
    with pytest.raises(BadInput, match="without a password"), served(folder, TLS):
        pass


PROMETHEUS = """
global: {{scrape_interval: 200ms, scrape_timeout: 200ms}}
scrape_configs:
- job_name: b2bench
  scheme: https
  basic_auth: {{username: alice, password: {password}}}
  tls_config: {{ca_file: ca.pem, cert_file: client.pem, key_file: client.key}}
  static_configs: [{{targets: ['{target}']}}]
"""


def test_prometheus_scrapes_with_tls_a_client_certificate_and_a_password(folder: Path) -> None:
    program = require("prometheus")
    with served(folder, CLIENTS + USERS) as url:
        target = urllib.parse.urlsplit(url).netloc
        text = PROMETHEUS.format(password=PASSWORD, target=target)
        (folder / "prometheus.yml").write_text(text)
        with _prometheus(program, folder) as api:
            assert _value(api, f'up{{instance="{target}"}}') == "1"
            assert _value(api, "answer") == "42"


@contextmanager
def _prometheus(program: Path, folder: Path) -> Iterator[str]:
    port = free_port()
    options = [f"--web.listen-address=127.0.0.1:{port}", "--storage.tsdb.path=data"]
    with (folder / "prometheus.log").open("wb") as log:
        running = subprocess.Popen(
            [program, "--config.file=prometheus.yml", *options],
            cwd=folder, stdout=log, stderr=log, env={**os.environ, "no_proxy": "127.0.0.1"},
        )  # fmt: skip
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            running.terminate()
            running.wait(30)


def _value(api: str, query: str) -> str:
    """Return the value once Prometheus has scraped; the suite's own time limit ends the wait."""
    import json

    while True:
        try:
            path = f"/api/v1/query?query={urllib.parse.quote(query)}"
            result = json.loads(ask(api, path=path)[2])["data"]["result"]
        except (OSError, ValueError, KeyError):
            result = []
        if result:
            return str(result[0]["value"][1])
        time.sleep(0.1)
