from __future__ import annotations

import pytest

from tearsheet.web.security import host_of, is_loopback


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("localhost:8780", "localhost"),
        ("LocalHost", "localhost"),
        ("127.0.0.1:80", "127.0.0.1"),
        ("[::1]:8780", "[::1]"),
        ("[::1]", "[::1]"),
        ("localhost:evil", "localhost:evil"),
        ("localhost:1@evil.example", "localhost:1@evil.example"),
        ("", ""),
    ],
)
def test_the_name_of_a_host(header: str, name: str) -> None:
    assert host_of(header) == name


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "localhost", "::1", "[::1]"])
def test_loopback_is_this_machine_alone(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1", "192.168.1.4", "example.org", "", "127.0.0.1.nip.io"])
def test_any_other_address_is_not(host: str) -> None:
    assert not is_loopback(host)
