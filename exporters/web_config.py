"""The web configuration file: TLS, headers and passwords, in the form of Prometheus's exporters."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import msgspec
import yaml

from b2bench.errors import BadInput
from exporters.web_tls import CIPHERS, CURVES, ClientAuth, Tls, Version, normal_names

_MANUAL = "docs/exporter-web.md shows one"
_BCRYPT = re.compile(r"\$2[aby]?\$(0[4-9]|[12]\d|3[01])\$[./A-Za-z0-9]{53}", re.ASCII)
_INLINE = {"cert": "cert_file", "key": "key_file", "client_ca": "client_ca_file"}
# the headers that a configuration may set, with the values that make sense
_HEADERS: dict[str, tuple[str, ...]] = {
    "Strict-Transport-Security": (),
    "X-Content-Type-Options": ("nosniff",),
    "X-Frame-Options": ("deny", "sameorigin"),
    "X-XSS-Protection": (),
    "Content-Security-Policy": (),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class WebConfig:
    """What a web configuration file asks for.

    Args:
        tls: `None` for plain HTTP.
        headers: added to every answer.
        users: bcrypt hashes of their passwords by name; without users nobody needs a password.
    """

    tls: Tls | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    users: Mapping[str, bytes] = field(default_factory=dict, repr=False)

    @property
    def asks_who_comes(self) -> bool:
        """Whether a stranger is turned away."""
        return bool(self.users) or (
            self.tls is not None and self.tls.client_auth == "RequireAndVerifyClientCert"
        )


class _TlsSection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    cert: str = ""
    key: str = ""
    client_ca: str = ""
    cert_file: str = ""
    key_file: str = ""
    client_auth_type: str = ""
    client_ca_file: str = ""
    client_allowed_sans: list[str] = []
    min_version: Literal["TLS10", "TLS11", "TLS12", "TLS13"] = "TLS12"
    max_version: Literal["TLS10", "TLS11", "TLS12", "TLS13"] = "TLS13"
    cipher_suites: list[str] = []
    prefer_server_cipher_suites: bool = True
    curve_preferences: list[str] = []


class _HttpSection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    http2: bool = False
    headers: dict[str, str] = {}


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    tls_server_config: _TlsSection | None = None
    http_server_config: _HttpSection | None = None
    basic_auth_users: dict[str, str] | None = None
    rate_limit: object = None


def read_web_config(path: Path) -> WebConfig:
    """Return what a file asks for; the paths in it are relative to its folder.

    Raises:
        BadInput: it cannot be read, has an unknown key, or asks for what cannot be had here.
    """
    try:
        text = path.read_bytes()
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}: name another file") from error
    file = _parsed(text, path)
    try:
        return _checked(file, path.parent)
    except ValueError as error:
        raise BadInput(f"{path}: {error}") from error


def _parsed(text: bytes, path: Path) -> _File:
    try:
        _require_each_key_once(yaml.compose(text, Loader=yaml.SafeLoader))
        return msgspec.convert(yaml.safe_load(text) or {}, _File)
    except yaml.MarkedYAMLError as error:
        # what the parser itself would say quotes the line, and a secret may stand there
        line = f":{error.problem_mark.line + 1}" if error.problem_mark else ""
        raise BadInput(f"{path}{line} is no YAML: {error.problem}: {_MANUAL}") from error
    except yaml.YAMLError as error:
        raise BadInput(f"{path} is no YAML: {_MANUAL}") from error
    except (msgspec.ValidationError, ValueError, RecursionError) as error:
        raise BadInput(f"{path}: {error}: {_MANUAL}") from error


def _require_each_key_once(node: yaml.Node | None) -> None:
    """Refuse a key that stands twice, of which the parser would drop the first."""
    if isinstance(node, yaml.SequenceNode):
        for each in node.value:
            _require_each_key_once(each)
    if isinstance(node, yaml.MappingNode):
        names = [key.value for key, _ in node.value]
        if twice := sorted({str(name) for name in names if names.count(name) > 1}):
            raise ValueError(f"{twice[0]} stands there twice")
        for _, value in node.value:
            _require_each_key_once(value)


def _checked(file: _File, folder: Path) -> WebConfig:
    """Return the configuration.

    Raises:
        ValueError: it asks for what cannot be had.
    """
    if file.rate_limit is not None:
        raise ValueError(
            "rate_limit cannot be kept here, a few connections at once are served: leave it out"
        )
    http = file.http_server_config or _HttpSection()
    if http.http2:
        raise ValueError("http2 is not spoken here: write http2: false or leave it out")
    return WebConfig(
        tls=_tls(file.tls_server_config, folder) if file.tls_server_config else None,
        headers=_headers(http.headers),
        users=_users(file.basic_auth_users or {}),
    )


def _headers(headers: Mapping[str, str]) -> Mapping[str, str]:
    for name, value in headers.items():
        if name not in _HEADERS:
            raise ValueError(f"the header {name} cannot be set: there is {', '.join(_HEADERS)}")
        values = _HEADERS[name]
        if values and value not in values:
            raise ValueError(f"the header {name}: write {' or '.join(values)}")
        if not (value.isascii() and value.isprintable()):
            raise ValueError(f"the header {name}: write it in one line of ASCII")
    # an empty one is not sent
    return {name: value for name, value in headers.items() if value}


def _users(users: Mapping[str, str]) -> Mapping[str, bytes]:
    for name, hashed in users.items():
        if not name or ":" in name:
            raise ValueError(f"the user {name!r}: write a name without a colon")
        # what stands there may be the password itself, so it is not shown
        if not _BCRYPT.fullmatch(hashed):
            raise ValueError(
                f"the password of {name!r} is not a bcrypt hash: make one with "
                "`htpasswd -nBC 10 NAME`"
            )
    return {name: hashed.encode() for name, hashed in users.items()}


def _tls(section: _TlsSection, folder: Path) -> Tls:
    _require_files(section)
    client_auth = _client_auth(section)
    lowest, highest = _version(section.min_version), _version(section.max_version)
    if (lowest, highest) == ("TLS13", "TLS12"):
        raise ValueError("min_version is above max_version: exchange them")
    return Tls(
        cert_file=folder / section.cert_file,
        key_file=folder / section.key_file,
        client_ca_file=folder / section.client_ca_file if section.client_ca_file else None,
        client_auth=client_auth,
        client_allowed_sans=normal_names(section.client_allowed_sans),
        min_version=lowest,
        max_version=highest,
        cipher_suites=tuple(_cipher(name) for name in section.cipher_suites),
        prefers_own_ciphers=section.prefer_server_cipher_suites,
        curve=_curve(section.curve_preferences),
    )


def _require_files(section: _TlsSection) -> None:
    for inline, named in _INLINE.items():
        if getattr(section, inline):
            raise ValueError(
                f"{inline} cannot be taken from here: put it into a file and name it with {named}"
            )
    for named in ("cert_file", "key_file"):
        if not getattr(section, named):
            raise ValueError(f"tls_server_config has no {named}: name a PEM file")


def _client_auth(section: _TlsSection) -> ClientAuth:
    asked = section.client_auth_type or "NoClientCert"
    match asked:
        case "NoClientCert":
            if section.client_ca_file or section.client_allowed_sans:
                raise ValueError(
                    "client certificates are described and not asked for: write "
                    "client_auth_type: RequireAndVerifyClientCert"
                )
        case "VerifyClientCertIfGiven" | "RequireAndVerifyClientCert":
            if not section.client_ca_file:
                raise ValueError(f"{asked} needs a client_ca_file: name a PEM file")
        case "RequestClientCert" | "RequireAnyClientCert" | "RequireClientCert":
            raise ValueError(
                f"{asked} would take any certificate without a look, which Python does not: write "
                "RequireAndVerifyClientCert"
            )
        case _:
            raise ValueError(
                f"client_auth_type {asked!r}: write NoClientCert, VerifyClientCertIfGiven or "
                "RequireAndVerifyClientCert"
            )
    return asked


def _version(name: str) -> Version:
    match name:
        case "TLS12" | "TLS13":
            return name
        case _:
            raise ValueError(f"{name} is no longer spoken by OpenSSL: write TLS12 or TLS13")


def _cipher(name: str) -> str:
    if name in CIPHERS:
        return CIPHERS[name]
    if "_WITH_" not in name and name.startswith("TLS_"):
        raise ValueError(f"{name} is of TLS 1.3, whose suites cannot be chosen: leave it out")
    raise ValueError(f"cipher_suites {name!r}: there is {', '.join(CIPHERS)}")


def _curve(names: list[str]) -> str | None:
    if not names:
        return None
    if len(names) > 1:
        raise ValueError("curve_preferences: Python takes one curve: leave the first")
    if names[0] not in CURVES:
        raise ValueError(f"curve_preferences {names[0]!r}: there is {', '.join(CURVES)}")
    return CURVES[names[0]]
