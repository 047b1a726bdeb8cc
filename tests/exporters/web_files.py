"""Certificates, hashes and configuration files for tests of the web server."""

import ssl
import subprocess
from pathlib import Path

PASSWORD = "open sesame"
# the cheapest that there is
# of that password; always the same, because tests are named by it
HASH = "$2b$04$OgRSKG9GL/rDFLhSrkETae36U6oIqHeuAKeCRYiMWfGM6k9WHw7Ja"
TLS = "tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n"
USERS = f"basic_auth_users:\n  alice: {HASH}\n"
CLIENTS = TLS + "  client_ca_file: ca.pem\n  client_auth_type: RequireAndVerifyClientCert\n"


def write_config(folder: Path, text: str) -> Path:
    path = folder / "web.yml"
    path.write_text(text)
    return path


def make_authority(folder: Path) -> None:
    """Write ca.pem and ca.key."""
    _openssl(folder, "req", "-x509", *_new_key("ca"), "-out", "ca.pem", "-subj", "/CN=authority")


def make_certificate(folder: Path, name: str, *, names: str = "IP:127.0.0.1") -> None:
    """Write NAME.pem and NAME.key, signed by the authority."""
    signed = ("-CA", "ca.pem", "-CAkey", "ca.key", "-addext", f"subjectAltName={names}")
    subject = ("-subj", f"/CN={name}")
    _openssl(folder, "req", "-x509", *_new_key(name), *signed, "-out", f"{name}.pem", *subject)


def trusting(folder: Path, client: str | None = None) -> ssl.SSLContext:
    """Return a client's context, with the client's own certificate if it has one."""
    context = ssl.create_default_context(cafile=folder / "ca.pem")
    if client is not None:
        context.load_cert_chain(folder / f"{client}.pem", folder / f"{client}.key")
    return context


def _new_key(name: str) -> tuple[str, ...]:
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1")
    return (*curve, "-nodes", "-keyout", f"{name}.key", "-days", "2")


def _openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)
