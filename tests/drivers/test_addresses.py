"""Where documents are fetched from and callbacks sent to: only where nothing of ours stands."""

from __future__ import annotations

import asyncio
import socket
from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from engine.drivers.addresses import (
    ForbiddenAddress,
    GuardedResolver,
    check_host,
    may_be_asked,
    parse,
    written_out,
)

PRIVATE = (
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "169.254.169.254",
    "::1",
    "fc00::1",
    "fec0::1",
    "fe80::1",
    "fe80::1%eth0",
    "2001:db8::1",
    "240.0.0.1",
    "0.1.2.3",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::10.1.2.3",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::1",
    "64:ff9b::127.0.0.1",
    "64:ff9b:1::1",
)
NEVER = ("0.0.0.0", "::", "224.0.0.1", "ff02::1", "255.255.255.255", "::ffff:0.0.0.0", "64:ff9b::224.0.0.1")  # noqa: S104
PUBLIC = ("8.8.8.8", "1.1.1.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1")


class Book(AbstractResolver):
    """Knows one name, by heart; `closed` when it was closed."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = addresses
        self.closed = False

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=0)
            for address in self.addresses
        ]

    async def close(self) -> None:
        self.closed = True


def resolved(*addresses: str, allow_private: bool = False) -> list[str]:
    resolver = GuardedResolver(Book(*addresses), allow_private=allow_private)
    return [row["host"] for row in asyncio.run(resolver.resolve("app.example", 80))]


@pytest.mark.parametrize("address", PRIVATE)
def test_a_private_address_is_asked_only_where_that_is_allowed(address: str) -> None:
    assert not may_be_asked(ip_address(address), allow_private=False)
    assert may_be_asked(ip_address(address), allow_private=True)


@pytest.mark.parametrize("address", NEVER)
def test_what_is_not_one_machine_is_never_asked(address: str) -> None:
    assert not may_be_asked(ip_address(address), allow_private=False)
    assert not may_be_asked(ip_address(address), allow_private=True)


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_asked(address: str) -> None:
    assert may_be_asked(ip_address(address), allow_private=False)


@pytest.mark.parametrize("host", ["2130706433", "127.1", "0x7f.1", "0x7f000001", "017700000001", "127.0.0.1."])
def test_every_way_to_write_an_address_is_read(host: str) -> None:
    assert written_out(host) == IPv4Address("127.0.0.1")


def test_an_address_with_a_zone_is_read() -> None:
    assert written_out("fe80::1%25eth0") == IPv6Address("fe80::1%eth0")


@pytest.mark.parametrize("host", ["app.example", "localhost", "1.2.3.4.5", "", "127.0.0.1.example"])
def test_a_name_is_no_address(host: str) -> None:
    assert written_out(host) is None


@pytest.mark.parametrize("url", ["http://[::ffff:7f00:1]/", "http://１２７.0.0.1/", "http://0x7f.1:80/x"])  # noqa: RUF001
def test_a_url_with_a_private_address_is_refused_before_anybody_is_asked(url: str) -> None:
    with pytest.raises(ForbiddenAddress, match="is not a public address"):
        check_host(URL(url), allow_private=False)
    check_host(URL(url), allow_private=True)


def test_a_url_with_a_name_is_left_to_the_resolver() -> None:
    check_host(URL("http://localhost/"), allow_private=False)


@pytest.mark.parametrize(
    "url", ["ftp://app.example/", "file:///etc/passwd", "http:///x", "/answer", "http://[::1", ""]
)
def test_only_web_addresses_with_a_host_are_asked(url: str) -> None:
    with pytest.raises(ForbiddenAddress):
        parse(url)


def test_what_is_wrong_with_a_url_is_told_without_its_password() -> None:
    with pytest.raises(ForbiddenAddress) as told:
        parse("http://user:secret@[::1/")
    assert "secret" not in str(told.value)
    assert told.value.__suppress_context__


def test_a_url_is_asked_without_its_fragment() -> None:
    assert str(parse("http://app.example/a?b=1#ct=2000&rc=3")) == "http://app.example/a?b=1"


def test_a_name_keeps_its_public_addresses_alone() -> None:
    assert resolved("10.0.0.1", "8.8.8.8", "::1") == ["8.8.8.8"]


def test_a_name_with_private_addresses_alone_is_refused() -> None:
    with pytest.raises(ForbiddenAddress, match=r"app\.example has no public address"):
        resolved("10.0.0.1", "fe80::1%eth0")


def test_a_name_may_be_private_where_that_is_allowed() -> None:
    assert resolved("10.0.0.1", "8.8.8.8", allow_private=True) == ["10.0.0.1", "8.8.8.8"]


def test_a_name_without_addresses_is_nobodys() -> None:
    assert resolved() == []


def test_closing_closes_the_resolver_behind() -> None:
    book = Book()
    asyncio.run(GuardedResolver(book, allow_private=False).close())
    assert book.closed
