"""Who may speak TLS with the exporter, and how: from the web configuration's words to Python's."""

import ipaddress
import ssl
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from b2bench.errors import BadInput

ClientAuth = Literal["NoClientCert", "VerifyClientCertIfGiven", "RequireAndVerifyClientCert"]
Version = Literal["TLS12", "TLS13"]

_VERIFY: dict[ClientAuth, ssl.VerifyMode] = {
    "NoClientCert": ssl.CERT_NONE,
    "VerifyClientCertIfGiven": ssl.CERT_OPTIONAL,
    "RequireAndVerifyClientCert": ssl.CERT_REQUIRED,
}
_VERSIONS: dict[Version, ssl.TLSVersion] = {
    "TLS12": ssl.TLSVersion.TLSv1_2,
    "TLS13": ssl.TLSVersion.TLSv1_3,
}
# by the names of the configuration file, which are Go's, those that OpenSSL gives them
CIPHERS = {
    "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA": "ECDHE-ECDSA-AES128-SHA",
    "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA": "ECDHE-ECDSA-AES256-SHA",
    "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA": "ECDHE-RSA-AES128-SHA",
    "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA": "ECDHE-RSA-AES256-SHA",
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256": "ECDHE-ECDSA-AES128-GCM-SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384": "ECDHE-ECDSA-AES256-GCM-SHA384",
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256": "ECDHE-RSA-AES128-GCM-SHA256",
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384": "ECDHE-RSA-AES256-GCM-SHA384",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256": "ECDHE-RSA-CHACHA20-POLY1305",
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256": "ECDHE-ECDSA-CHACHA20-POLY1305",
}
CURVES = {
    "CurveP256": "prime256v1",
    "CurveP384": "secp384r1",
    "CurveP521": "secp521r1",
    "X25519": "X25519",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """How the server proves who it is and what it asks of clients.

    Args:
        client_ca_file: who must have signed a client's certificate.
        client_allowed_sans: names of which a client's certificate must have one; empty allows all.
        cipher_suites: by OpenSSL's names; empty leaves the choice to OpenSSL.
        curve: by OpenSSL's name.
    """

    cert_file: Path
    key_file: Path
    client_ca_file: Path | None
    client_auth: ClientAuth
    client_allowed_sans: frozenset[str]
    min_version: Version
    max_version: Version
    cipher_suites: tuple[str, ...]
    prefers_own_ciphers: bool
    curve: str | None

    @property
    def files(self) -> tuple[Path, ...]:
        """What the context is made of."""
        return (self.cert_file, self.key_file, *filter(None, [self.client_ca_file]))

    def context(self) -> ssl.SSLContext:
        """Read the certificates and return what connections are wrapped with.

        Raises:
            BadInput: a file cannot be read or is not what its name says.
        """
        for path in self.files:
            _require_readable(path)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._prove(context)
        self._ask(context)
        self._restrict(context)
        return context

    def _prove(self, context: ssl.SSLContext) -> None:
        try:
            # without a password given here, OpenSSL asks for one on the terminal
            context.load_cert_chain(self.cert_file, self.key_file, password="")
        except (ssl.SSLError, ValueError) as error:
            raise BadInput(
                f"{self.cert_file} and {self.key_file} are not a certificate and its key without a "
                f"password: write both as PEM"
            ) from error

    def _ask(self, context: ssl.SSLContext) -> None:
        context.verify_mode = _VERIFY[self.client_auth]
        if self.client_ca_file is None:
            return
        try:
            context.load_verify_locations(self.client_ca_file)
        except ssl.SSLError as error:
            raise BadInput(
                f"{self.client_ca_file} holds no certificate: write it as PEM"
            ) from error

    def _restrict(self, context: ssl.SSLContext) -> None:
        context.minimum_version = _VERSIONS[self.min_version]
        context.maximum_version = _VERSIONS[self.max_version]
        if self.cipher_suites:
            context.set_ciphers(":".join(self.cipher_suites))
        if not self.prefers_own_ciphers:
            context.options &= ~ssl.OP_CIPHER_SERVER_PREFERENCE
        if self.curve:
            context.set_ecdh_curve(self.curve)

    def admits(self, connection: ssl.SSLSocket) -> bool:
        """Return whether a client that has shaken hands has one of the allowed names."""
        if not self.client_allowed_sans:
            return True
        certificate = connection.getpeercert() or {}
        names = [str(pair[1]) for pair in certificate.get("subjectAltName", ()) if len(pair) > 1]
        return not self.client_allowed_sans.isdisjoint(normal_names(names))


def normal_names(names: Iterable[str]) -> frozenset[str]:
    """Return names of certificates, addresses among them in their one short form.

    >>> sorted(normal_names(["::0001", "a.example"]))
    ['::1', 'a.example']
    """
    return frozenset(_normal_name(name) for name in names)


def _normal_name(name: str) -> str:
    try:
        return str(ipaddress.ip_address(name))
    except ValueError:
        return name


def _require_readable(path: Path) -> None:
    try:
        path.read_bytes()
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}: name another file") from error
