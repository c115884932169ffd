"""Which addresses may be connected to: the public internet, and of the rest what the configuration opens.

A page, feed or redirect names any host it likes, and a name may resolve to any address: to this machine, its network,
or the metadata service of its cloud. So it is the address that is judged, once it is known and before it is asked.
https://www.iana.org/assignments/iana-ipv4-special-registry/ and …/iana-ipv6-special-registry/
"""

from __future__ import annotations

import socket
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from tearsheet.config.models import FetchSettings, SourceDeclaration

FORBIDDEN_ADDRESS = "failed.forbidden_address"
"""The outcome of what leads to an address that may not be asked."""

_TRANSLATED = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"), IPv6Network("::/96"))
"""NAT64 (RFC 6052, RFC 8215) and IPv4-compatible (RFC 4291): the last 32 bits are the IPv4 address that is meant."""
_PROTOCOLS = IPv4Network("192.0.0.0/24")
"""IETF protocol assignments (RFC 6890), some of which Python takes for public."""
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Reach:
    """What may be asked beside public addresses: ``networks``, and each (host, port) that was ``declared``.

    A declared host opens no more than it spells: an address itself, ``localhost`` any loopback address. A name that
    resolves into a private network needs that network opened.
    """

    networks: tuple[str, ...] = ()
    declared: frozenset[tuple[str, int]] = frozenset()

    def refuses(self, host: str, port: int, address: str) -> bool:
        """Whether a host that resolved to an address may not be connected to."""
        meant = _meant(address)
        if _is_public(meant) or any(meant in ip_network(network) for network in self.networks):
            return False
        if (host.lower().rstrip("."), port) not in self.declared:
            return True
        return not (meant.is_loopback if is_localhost(host) else _is_spelled(host, meant))

    def refuses_url(self, url: str) -> str | None:
        """The forbidden address that a URL's host is or spells, None where it is none; nothing is resolved."""
        host, port = place(url)
        address = "127.0.0.1" if is_localhost(host) else spelled(host)
        return address if address and self.refuses(host, port, address) else None


def reach_of(settings: FetchSettings, declared: Iterable[str]) -> Reach:
    """What the settings open, and the places of URLs that the operator declared."""
    return Reach(settings.private_networks, frozenset(place(url) for url in declared))


def declared_urls(sources: Iterable[SourceDeclaration]) -> Iterator[str]:
    """The URLs that sources are declared with."""
    for source in sources:
        yield from (source.homepage, *(source.feeds or ()), *(source.sitemaps or ()), *(source.sections or ()))


def is_localhost(host: str) -> bool:
    """Whether a name is this machine's by definition (RFC 6761, section 6.3)."""
    name = host.lower().rstrip(".")
    return name == "localhost" or name.endswith(".localhost")


def spelled(host: str) -> str | None:
    """The address that a host is written as, also in decimal, octal or hex parts as C libraries read it; else None."""
    name = host.rstrip(".")
    try:
        return str(ip_address(name))
    except ValueError:
        pass
    try:
        return socket.inet_ntoa(socket.inet_aton(name))
    except (OSError, UnicodeEncodeError):
        return None


def place(url: str) -> tuple[str, int]:
    """Host, without a last dot, and port of a URL."""
    split = urlsplit(url)
    return (split.hostname or "").rstrip("."), split.port or _PORTS.get(split.scheme, 0)


def _is_spelled(host: str, address: IPv4Address | IPv6Address) -> bool:
    own = spelled(host)
    return own is not None and _meant(own) == address


def _meant(address: str) -> IPv4Address | IPv6Address:
    """The IPv4 address inside one of IPv6 that stands for it, else the address itself."""
    found = ip_address(address)
    if isinstance(found, IPv4Address) or found == IPv6Address("::1"):
        return found
    if any(found in network for network in _TRANSLATED):
        return IPv4Address(int(found) & 0xFFFF_FFFF)
    return found.ipv4_mapped or found.sixtofour or found


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    if address in _PROTOCOLS or (isinstance(address, IPv6Address) and address.is_site_local):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved)
