"""A phone that says who it is when it is asked: at a registrar, and when it calls."""

from __future__ import annotations

import asyncio
import re
from hashlib import md5
from typing import Self

from tests.asterisk.phone.dialog import reply_to
from tests.asterisk.phone.phone import Phones
from tests.asterisk.phone.sip import Address, Message, parse

PASSWORD = "secret"  # noqa: S105 - of nobody
CHALLENGE = ("WWW-Authenticate", 'Digest realm="here", nonce="n1", algorithm=MD5')


def _hash(text: str) -> str:
    return md5(text.encode(), usedforsecurity=False).hexdigest()


class Registrar(asyncio.DatagramProtocol):
    """Asks everybody for the password of ann, and lets in who has it."""

    def __init__(self) -> None:
        self.let_in: list[Message] = []
        self.uri = ""
        self._transport: asyncio.DatagramTransport | None = None

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=("127.0.0.1", 0))
        self.uri = f"sip:127.0.0.1:{self._transport.get_extra_info('sockname')[1]}"
        return self

    async def __aexit__(self, *wrong: object) -> None:
        if self._transport is not None:
            self._transport.close()

    def datagram_received(self, data: bytes, addr: Address) -> None:
        request = parse(data)
        if request.method == "ACK" or self._transport is None:
            return
        uri = request.uri
        right = _hash(f"{_hash(f'ann:here:{PASSWORD}')}:n1:{_hash(f'{request.method}:{uri}')}")
        given = re.search(r'response="(\w+)"', request.get("Authorization"))
        status, headers = (603 if request.method == "INVITE" else 200), [CHALLENGE]
        if given is None or given[1] != right:
            status = 401
        else:
            self.let_in.append(request)
        self._transport.sendto(reply_to(request, status, "r", headers).encode(), addr)


async def _registered(password: str) -> tuple[int, list[Message]]:
    async with Registrar() as registrar:
        async with Phones() as phones:
            status = await (await phones.phone("ann", password=password)).register(registrar.uri)
        return status, registrar.let_in


def test_a_phone_registers_and_is_forgotten_when_it_is_closed() -> None:
    status, let_in = asyncio.run(_registered(PASSWORD))
    assert status == 200
    assert [request.get("Expires") for request in let_in] == ["300", "0"]
    assert let_in[0].get("To").startswith("<sip:ann@127.0.0.1:")
    assert let_in[0].get("Contact").startswith("<sip:ann@127.0.0.1:")


def test_a_wrong_password_is_asked_for_once() -> None:
    assert asyncio.run(_registered("wrong")) == (401, [])


def test_a_call_with_a_wrong_password_fails() -> None:
    async def story() -> None:
        async with Registrar() as registrar, Phones() as phones:
            call = (await phones.phone("ann", password="wrong")).call(registrar.uri)  # noqa: S106 - of nobody
            await call.until("failed")
            assert call.statuses == [401, 401]

    asyncio.run(story())


def test_a_call_says_who_it_is_when_it_is_asked() -> None:
    async def story() -> None:
        async with Registrar() as registrar, Phones() as phones:
            call = (await phones.phone("ann", password=PASSWORD)).call(registrar.uri, headers={"X-PH-A": "1"})
            await call.until("failed")
            assert call.statuses == [401, 603]
            assert [request.get("X-PH-A") for request in registrar.let_in] == ["1"]

    asyncio.run(story())
