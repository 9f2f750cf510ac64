"""Which addresses documents are fetched from and callbacks are sent to: whoever names a URL must not reach our inside.

Names are judged by what they resolve to, at each connection, so that a name which resolves to another address the
next time gains nothing. Addresses written out in a URL are never resolved and are judged before.
"""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from engine.errors import EngineError

Address = IPv4Address | IPv6Address

SCHEMES = ("http", "https")
# Networks that carry an IPv4 address in their last 32 bits: NAT64 (RFC 6052) and the old IPv4-compatible form.
CARRIERS = (IPv6Network("64:ff9b::/96"), IPv6Network("::/96"))


class ForbiddenAddress(EngineError):
    """An address that we do not go to; never shown to whoever named it."""


def meant(address: Address) -> Address:
    """The IPv4 address inside an IPv6 one, where it only carries that; else the address itself."""
    if isinstance(address, IPv4Address):
        return address
    inside = address.ipv4_mapped or address.sixtofour
    if inside is None and any(address in carrier for carrier in CARRIERS) and int(address) > 1:  # not :: and ::1
        inside = IPv4Address(int(address) & 0xFFFFFFFF)
    return inside or address


def may_be_asked(address: Address, *, allow_private: bool) -> bool:
    """Whether we go to that address.

    Only global unicast ones, where private ones are not allowed: not loopback, private (10/8, fc00::/7, …), shared
    (100.64/10), link-local (169.254/16 and fe80::/10, where clouds keep their credentials), multicast, reserved or
    unspecified ones, in whatever IPv6 form. Where they are allowed, all that is unicast is.
    """
    address = meant(address)
    if address.is_multicast or address.is_unspecified:
        return False
    if allow_private:
        return address != IPv4Address("255.255.255.255")
    local = isinstance(address, IPv6Address) and address.is_site_local
    return address.is_global and not address.is_reserved and not local


def written_out(host: str) -> Address | None:
    """The address that a URL's host is, also in the forms that C libraries read (`0x7f.1`, `2130706433`); or None."""
    host = host.rstrip(".")
    try:
        return ip_address(host.replace("%25", "%"))
    except ValueError:
        pass
    try:
        return IPv4Address(socket.inet_aton(host))
    except (OSError, ValueError):
        return None


def parse(url: str) -> URL:
    """A URL that could be asked: http or https, with a host, without fragment; ForbiddenAddress for any other."""
    try:
        parsed = URL(url).with_fragment(None)
    except ValueError:
        raise ForbiddenAddress("not a URL") from None  # the URL may hold a password
    if parsed.scheme not in SCHEMES or not parsed.raw_host:
        raise ForbiddenAddress(f"{parsed.scheme or 'no scheme'}: only http and https URLs with a host are asked")
    return parsed


def check_host(url: URL, *, allow_private: bool) -> None:
    """Raise ForbiddenAddress where the URL's host is an address written out that we do not go to."""
    address = written_out(url.raw_host or "")
    if address is not None and not may_be_asked(address, allow_private=allow_private):
        raise ForbiddenAddress(f"{address} is not a public address")


class GuardedResolver(AbstractResolver):
    """Resolves names as another resolver does, and leaves out the addresses that we do not go to."""

    def __init__(self, resolver: AbstractResolver, *, allow_private: bool) -> None:
        """Keep whom to ask."""
        self._resolver = resolver
        self._allow_private = allow_private

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The addresses that may be asked; ForbiddenAddress where a name has others only."""
        found = await self._resolver.resolve(host, port, family)
        kept = [row for row in found if may_be_asked(ip_address(row["host"]), allow_private=self._allow_private)]
        if found and not kept:
            raise ForbiddenAddress(f"{host} has no public address")
        return kept

    async def close(self) -> None:
        """Close the resolver that was asked."""
        await self._resolver.close()
