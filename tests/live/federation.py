"""Two real homeservers that federate on this machine alone, by certificates of a test's own CA."""

from __future__ import annotations

import datetime as dt
import ipaddress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from pc_matrix.homeserver.embedded.config import write_once
from pc_matrix.homeserver.embedded.server import Embedded
from tests.live.conftest import free_port

_LISTENER = """
  - port: {tls}
    type: http
    tls: true
    bind_addresses: ["127.0.0.1"]
    resources:
      - names: [federation]
"""
_MORE = """
tls_certificate_path: "{folder}/server.pem"
tls_private_key_path: "{folder}/server.key"
federation_custom_ca_list: ["{folder}/ca.pem"]
ip_range_whitelist: ["127.0.0.1/32", "::1/128"]
federation_client_minimum_tls_version: "1.2"
"""


@dataclass(frozen=True)
class Pair:
    """The names of two servers, ``localhost`` with a port each, and where their certificate is."""

    folder: Path
    ours: str
    theirs: str

    def embedded(self, home: Path, url: str, name: str) -> Embedded:
        """The server ``name`` at ``url``, its files written so that it federates with the other."""
        port = urlsplit(url).port or 0
        server = Embedded(home, name, port)
        server.files.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_once(server.files, name, port, server._shared_secret())
        text = server.files.config.read_text("utf-8")
        names = f'federation_domain_whitelist: ["{self.ours}", "{self.theirs}"]'
        text = text.replace("federation_domain_whitelist: []", names)
        listener = _LISTENER.format(tls=name.partition(":")[2])
        text = text.replace("      - names: [client]\n", f"      - names: [client]{listener}")
        text += _MORE.format(folder=self.folder)
        server.files.config.write_text(text, "utf-8")
        return server


def pair(folder: Path) -> Pair:
    """Two names on free ports, and in ``folder`` a CA with one certificate for both."""
    key, name = ec.generate_private_key(ec.SECP256R1()), _name("pc-matrix test CA")
    ca = _certificate(key, name, key, name, is_ca=True)
    server_key = ec.generate_private_key(ec.SECP256R1())
    certificate = _certificate(server_key, _name("localhost"), key, name, is_ca=False)
    pem = serialization.Encoding.PEM
    (folder / "ca.pem").write_bytes(ca.public_bytes(pem))
    (folder / "server.pem").write_bytes(certificate.public_bytes(pem))
    (folder / "server.key").write_bytes(
        server_key.private_bytes(
            pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return Pair(folder, f"localhost:{free_port()}", f"localhost:{free_port()}")


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _certificate(
    key: ec.EllipticCurvePrivateKey,
    name: x509.Name,
    issuer_key: ec.EllipticCurvePrivateKey,
    issuer: x509.Name,
    *,
    is_ca: bool,
) -> x509.Certificate:
    now = dt.datetime.now(dt.UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=2))
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
    )
    return builder.sign(issuer_key, hashes.SHA256())
