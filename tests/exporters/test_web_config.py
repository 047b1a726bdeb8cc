import ssl
from pathlib import Path

import pytest

from b2bench.errors import BadInput
from exporters.web_config import read_web_config
from exporters.web_tls import CIPHERS
from tests.exporters.web_files import HASH, PASSWORD, TLS, USERS, write_config


def test_a_file_s_paths_are_relative_to_its_folder(tmp_path: Path) -> None:
    config = read_web_config(write_config(tmp_path, TLS + USERS))
    assert config.tls is not None
    assert config.tls.files == (tmp_path / "server.pem", tmp_path / "server.key")
    assert config.users == {"alice": HASH.encode()}


@pytest.mark.parametrize("text", ["", "# nothing\n", "tls_server_config:\nbasic_auth_users: {}\n"])
def test_an_empty_file_asks_for_nothing(text: str, tmp_path: Path) -> None:
    config = read_web_config(write_config(tmp_path, text))
    assert (config.tls, config.asks_who_comes) == (None, False)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("tls: {}", "unknown field `tls`"),
        (TLS + "  certfile: x", "unknown field `certfile`"),
        ("tls_server_config: [", "web.yml:1 is no YAML"),
        ("- a\n- b", "got `array`"),
        ("a: &a [*a]", "recursion"),
        (USERS + "  alice: x", "alice stands there twice"),
        (USERS + USERS, "basic_auth_users stands there twice"),
        (f"basic_auth_users: {{alice: {PASSWORD}}}", "the password of 'alice' is not a bcrypt"),
        ("basic_auth_users: {alice: null}", "Expected `str`"),
        (f"basic_auth_users: {{'a:b': {HASH}}}", "without a colon"),
        ("tls_server_config: {cert_file: a}", "has no key_file"),
        ("tls_server_config: {key_file: a}", "has no cert_file"),
        ("tls_server_config: {cert: a, key_file: b}", "name it with cert_file"),
        (TLS + "  client_ca_file: ca.pem", "client_auth_type: RequireAndVerifyClientCert"),
        (TLS + "  client_auth_type: RequireAndVerifyClientCert", "needs a client_ca_file"),
        (TLS + "  client_auth_type: RequireAnyClientCert", "write RequireAndVerifyClientCert"),
        (TLS + "  client_auth_type: Never", "write NoClientCert, "),
        (TLS + "  min_version: TLS10", "write TLS12 or TLS13"),
        (TLS + "  min_version: 1.2", "min_version"),
        (TLS + "  min_version: TLS13\n  max_version: TLS12", "exchange them"),
        (TLS + "  cipher_suites: [TLS_AES_128_GCM_SHA256]", "of TLS 1.3"),
        (TLS + "  cipher_suites: [TLS_RSA_WITH_RC4_128_SHA]", "there is TLS_ECDHE_"),
        (TLS + "  curve_preferences: [CurveP256, CurveP384]", "leave the first"),
        (TLS + "  curve_preferences: [Curve1]", "there is CurveP256"),
        ("http_server_config: {http2: true}", "write http2: false"),
        ("http_server_config: {headers: {Server: x}}", "cannot be set: there is Strict-"),
        ("http_server_config: {headers: {X-Frame-Options: maybe}}", "write deny or sameorigin"),
        (r'http_server_config: {headers: {X-XSS-Protection: "1\r\nA: b"}}', "in one line"),
        ("rate_limit: {interval: 1s}", "rate_limit"),
    ],
)
def test_what_cannot_be_had_is_said_in_one_line(text: str, said: str, tmp_path: Path) -> None:
    path = write_config(tmp_path, text)
    with pytest.raises(BadInput) as refused:
        read_web_config(path)
    assert said in str(refused.value)
    assert str(refused.value).startswith(str(path))
    assert "\n" not in str(refused.value)


def test_what_may_be_a_secret_is_not_repeated(tmp_path: Path) -> None:
    for text in (f"basic_auth_users: {{alice: {PASSWORD}}}", f"a: b\n  alice: {PASSWORD}: ["):
        with pytest.raises(BadInput) as refused:
            read_web_config(write_config(tmp_path, text))
        assert PASSWORD not in str(refused.value)


def test_openssl_has_every_suite_that_can_be_named() -> None:
    for name in CIPHERS.values():
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_ciphers(name)
        assert name in {cipher["name"] for cipher in context.get_ciphers()}


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"nowhere\.yml cannot be read: No such file"):
        read_web_config(tmp_path / "nowhere.yml")


def test_the_documented_file_is_one(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "exporter-web.md").read_text()
    config = read_web_config(write_config(tmp_path, page.split("```yaml\n")[1].split("```")[0]))
    assert (config.tls is not None, list(config.users)) == (True, ["prometheus"])
