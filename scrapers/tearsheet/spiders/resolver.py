"""Names are resolved once, and only to addresses that may be asked: what was checked is what is connected to.

Twisted connects to the very addresses that its resolver hands it, so a name that answers otherwise the next time
(rebinding) gains nothing. Hosts that are addresses already pass through here too, in whatever spelling.
Zope's interfaces are no types to a checker, so what Twisted hands over is ``Any`` here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from urllib.request import getproxies

from scrapy.resolver import CachingThreadedResolver
from twisted.internet.interfaces import IHostnameResolver, IResolutionReceiver
from zope.interface import implementer

from tearsheet.spiders.addresses import Reach

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from twisted.internet.base import ReactorBase


@implementer(IHostnameResolver)
class GuardedResolver:
    """Hands on what ``inner`` resolves, but for what ``reach`` refuses. The hosts of ``proxies`` pass unseen.

    ``refused`` holds the address for each (host, port) that is left without any.
    """

    def __init__(self, inner: Any, reach: Reach, proxies: frozenset[str]) -> None:
        self.refused: dict[tuple[str, int], str] = {}
        self._inner = inner
        self._reach = reach
        self._proxies = proxies

    def resolveHostName(  # noqa: N802 - Twisted's name
        self,
        resolutionReceiver: Any,  # noqa: N803 - as above
        hostName: str,  # noqa: N803
        portNumber: int = 0,  # noqa: N803
        addressTypes: Any = None,  # noqa: N803
        transportSemantics: str = "TCP",  # noqa: N803
    ) -> Any:
        """As Twisted asks it."""
        receiver = resolutionReceiver
        if hostName not in self._proxies:
            receiver = _Sieve(resolutionReceiver, self.refused, self._reach, (hostName, portNumber))
        return self._inner.resolveHostName(receiver, hostName, portNumber, addressTypes, transportSemantics)


@implementer(IResolutionReceiver)
class _Sieve:
    def __init__(
        self, receiver: Any, refused: dict[tuple[str, int], str], reach: Reach, place: tuple[str, int]
    ) -> None:
        self._receiver = receiver
        self._refused = refused
        self._reach = reach
        self._place = place
        self._passed = False
        self._held: str | None = None

    def resolutionBegan(self, resolutionInProgress: Any) -> None:  # noqa: N802, N803
        self._receiver.resolutionBegan(resolutionInProgress)

    def addressResolved(self, address: Any) -> None:  # noqa: N802
        if self._reach.refuses(*self._place, address.host):
            self._held = address.host
        else:
            self._passed = True
            self._receiver.addressResolved(address)

    def resolutionComplete(self) -> None:  # noqa: N802
        self._refused.pop(self._place, None)
        if self._held and not self._passed:
            self._refused[self._place] = self._held
        self._receiver.resolutionComplete()


class Resolver(CachingThreadedResolver):
    """Scrapy's, guarded; what may be asked stands in TEARSHEET_REACH."""

    reach: Reach
    proxies: frozenset[str]

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: ReactorBase) -> Resolver:
        """As Scrapy makes it."""
        made, proxy = super().from_crawler(crawler, reactor), crawler.settings["TEARSHEET_PROXY"]
        made.reach = crawler.settings["TEARSHEET_REACH"]
        made.proxies = frozenset(map(_host, [proxy] if proxy else getproxies().values()))
        return made

    def install_on_reactor(self) -> None:
        """Puts the guard before what Scrapy installs."""
        super().install_on_reactor()
        guarded: Any = GuardedResolver(self.reactor.nameResolver, self.reach, self.proxies)
        self.reactor.installNameResolver(guarded)


def _host(proxy: str) -> str:
    return urlsplit(proxy if "//" in proxy else f"//{proxy}").hostname or ""
