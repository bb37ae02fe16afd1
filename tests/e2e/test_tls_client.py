"""A real web server asks for the client's certificate, and the card answers through a TLS library of others."""

import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.utils import NoDigestInfo
from cryptography.hazmat.primitives.serialization import Encoding

from kaijo.clock import ManualClock, SystemClock
from kaijo.facts.pins import PinKind
from kaijo.processes import free_port
from kaijo.signing.unlock import SigningKey
from kaijo.virtualcard.issuer import Issuer
from tests.support.gnutls import TlsFailed, fetch
from tests.support.pcscd import until
from tests.support.signing import key_of_card

KIND = PinKind.AUTHENTICATION
CONFIG = """
daemon off; master_process off; pid nginx.pid; error_log error.log info;
events {{}}
http {{
  access_log off; client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fast;
  uwsgi_temp_path uwsgi; scgi_temp_path scgi;
  server {{
    listen 127.0.0.1:{port} ssl;
    ssl_certificate server.pem; ssl_certificate_key server.key;
    ssl_client_certificate ca.pem; ssl_crl crl.pem; ssl_verify_client on;
    location / {{ return 200 "$ssl_client_verify $ssl_protocol $ssl_client_serial"; }}
  }}
}}
"""


@dataclass(frozen=True)
class Server:
    port: int
    issuer: Issuer
    revoked: SigningKey


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    tmp_path = tmp_path_factory.mktemp("nginx")
    clock = ManualClock(SystemClock().now())
    issuer, port = Issuer.open(tmp_path / "issuer", clock), free_port()
    lost = key_of_card(issuer, "signature-locked", KIND, clock.now())
    issuer.revoke(lost.certificate.serial_number, KIND, clock.now())
    ca = x509.load_der_x509_certificate(issuer.ca_certificate(KIND)).public_bytes(Encoding.PEM)
    (tmp_path / "ca.pem").write_bytes(ca)
    revoked = x509.load_der_x509_crl(issuer.crl(KIND, clock.now())).public_bytes(Encoding.PEM)
    (tmp_path / "crl.pem").write_bytes(revoked)
    words = "openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=localhost -keyout server.key -out server.pem"
    subprocess.run(words.split(), cwd=tmp_path, check=True, capture_output=True)
    (tmp_path / "nginx.conf").write_text(CONFIG.format(port=port))
    nginx = subprocess.Popen(["nginx", "-p", str(tmp_path), "-c", "nginx.conf", "-e", "error.log"])
    try:
        until(lambda: nginx.poll() is not None or _answers(port), "nginx to answer")
        assert nginx.returncode is None, (tmp_path / "error.log").read_text()
        yield Server(port, issuer, lost)
    finally:
        nginx.terminate()
        nginx.wait(20)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_card_opens_a_server_that_asks_for_the_certificate(server: Server) -> None:
    card = key_of_card(server.issuer, "fresh", KIND, SystemClock().now())
    answer = fetch(server.port, "/", card.chain, lambda said: card.key.sign(said, PKCS1v15(), NoDigestInfo()))
    serial = f"{card.certificate.serial_number:X}"
    assert answer.startswith("HTTP/1.1 200")
    assert answer.endswith(f"SUCCESS TLSv1.2 {serial.zfill(len(serial) + len(serial) % 2)}")


def test_signature_that_was_touched_ends_the_handshake(server: Server) -> None:
    card = key_of_card(server.issuer, "fresh", KIND, SystemClock().now())

    def spoil(said: bytes) -> bytes:
        made = card.key.sign(said, PKCS1v15(), NoDigestInfo())
        return made[:-1] + bytes([made[-1] ^ 1])

    with pytest.raises(TlsFailed):
        fetch(server.port, "/", card.chain, spoil)


def test_foreign_certificate_is_turned_away(server: Server, tmp_path: Path) -> None:
    now = SystemClock().now()
    foreign = Issuer.open(tmp_path / "other", ManualClock(now))
    card = key_of_card(foreign, "fresh", KIND, now)
    answer = fetch(server.port, "/", card.chain, lambda said: card.key.sign(said, PKCS1v15(), NoDigestInfo()))
    assert answer.startswith("HTTP/1.1 400")


def test_revoked_certificate_is_turned_away(server: Server) -> None:
    answer = fetch(
        server.port,
        "/",
        server.revoked.chain,
        lambda said: server.revoked.key.sign(said, PKCS1v15(), NoDigestInfo()),
    )
    assert answer.startswith("HTTP/1.1 400")
