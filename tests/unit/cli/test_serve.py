"""``tearsheet serve`` in a process of its own: what it opens to whom."""

from __future__ import annotations

import os
import re
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from tearsheet.cli.serve import check_open_to
from tearsheet.config.models import WebSettings
from tearsheet.errors import ConfigError
from tearsheet.storage import Store
from tearsheet.web.login import User

EMPTY = b'{"topics": {}, "collections": {}}'


def _certified(folder: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1, signed by its own key, and that key."""
    secret = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "catalogue")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, secret.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(secret, hashes.SHA256())
    )
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    certificate.write_bytes(made.public_bytes(Encoding.PEM))
    key.write_bytes(secret.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return certificate, key


@contextmanager
def serving(store: Store, *arguments: str, **settings: str) -> Iterator[str]:
    """The address that the command tells."""
    environment = os.environ | store.environment() | settings
    command = [sys.executable, "-m", "tearsheet", "serve", "--port", "0", *arguments]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        told = process.stderr.readline()
        found = re.search(r"at (https?://\S+/);", told)
        assert found, told + process.stderr.read()
        yield found[1]
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0


def test_it_serves_this_machine_until_it_is_interrupted(store: Store) -> None:
    store.put("config/current.json", EMPTY)
    with serving(store) as address:
        assert address.startswith("http://127.0.0.1:")
        answer = httpx.get(address, trust_env=False)
        assert answer.status_code == 200
        assert "No topic is configured yet" in answer.text
        assert store.url() in answer.text


def test_a_store_without_nights_is_told_at_once(store: Store) -> None:
    command = [sys.executable, "-m", "tearsheet", "serve", "--port", "0"]
    done = subprocess.run(command, env=os.environ | store.environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert "no night was published there yet" in done.stderr


def test_another_address_needs_users_and_tls(tmp_path: Path) -> None:
    check_open_to("127.0.0.1", WebSettings())
    with pytest.raises(ConfigError, match=r"--host 0.0.0.0 opens .*set web.users, web.certificate, web.key first"):
        check_open_to("0.0.0.0", WebSettings())
    with pytest.raises(ConfigError, match=r"set web.users first"):
        check_open_to("0.0.0.0", WebSettings(certificate=tmp_path / "a", key=tmp_path / "b"))
    with pytest.raises(ConfigError, match="go together"):
        check_open_to("127.0.0.1", WebSettings(certificate=tmp_path / "a"))
    with pytest.raises(ConfigError, match=r"web.certificate .*/a, .*No such file"):
        check_open_to("127.0.0.1", WebSettings(certificate=tmp_path / "a", key=tmp_path / "b"))


def test_over_tls_only_users_read(store: Store, tmp_path: Path) -> None:
    store.put("config/current.json", EMPTY)
    certificate, key = _certified(tmp_path)
    settings = {
        "TEARSHEET_WEB__USERS": User.of("anna", "sesame").line(),
        "TEARSHEET_WEB__CERTIFICATE": str(certificate),
        "TEARSHEET_WEB__KEY": str(key),
    }
    with serving(store, "--host", "0.0.0.0", **settings) as address:
        assert address.startswith("https://0.0.0.0:")
        local = address.replace("0.0.0.0", "127.0.0.1")
        with httpx.Client(verify=ssl.create_default_context(cafile=certificate), trust_env=False) as client:
            assert client.get(local).status_code == 401
            assert client.get(f"{local}static/style.css").status_code == 401
            assert client.get(local, auth=("anna", "wrong")).status_code == 401
            answer = client.get(local, auth=("anna", "sesame"))
            assert (answer.status_code, answer.headers["x-content-type-options"]) == (200, "nosniff")


def test_a_port_that_is_taken_is_said(store: Store) -> None:
    store.put("config/current.json", EMPTY)
    with serving(store) as address:
        port = address.rsplit(":", 1)[1].strip("/")
        command = [sys.executable, "-m", "tearsheet", "serve", "--port", port]
        done = subprocess.run(
            command, env=os.environ | store.environment(), capture_output=True, text=True, check=False
        )
        assert done.returncode == 3
        assert f"127.0.0.1:{port} cannot be listened on" in done.stderr
