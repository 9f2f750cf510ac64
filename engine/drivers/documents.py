"""The customer's application, as far as it exists on the agenda: addresses and what they answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct, field

from engine.drivers.agenda import Agenda
from engine.values.effects import Effect, FetchDocument
from engine.values.events import DocumentFetched

# What an address ending in one of these answers where nothing else is said: a sound is just there.
SOUNDS = {".mp3": "audio/mpeg", ".wav": "audio/wav", ".ogg": "audio/ogg"}
NOT_FOUND = 404

Params = Callable[[FetchDocument], Mapping[str, str]]


class Reply(Struct, frozen=True, kw_only=True):
    """One answer of an address: `when` the parameters fit and (1-based) it is the `nth` request, 0 for any.

    It comes `after` seconds; `status` 0 means that nobody answers at all.
    """

    body: bytes = b""
    status: int = 200
    content_type: str = "application/xml"
    after: float = 0.0
    when: dict[str, str] = field(default_factory=dict)
    nth: int = 0


class Documents:
    """Answers fetches on an agenda: `pages` by address, in order, the first that fits.

    `params` words a fetch as the parameters that its dialect sends. `asked` counts requests by address.
    """

    def __init__(
        self,
        agenda: Agenda,
        pages: Mapping[str, Sequence[Reply]],
        params: Params,
        sounds: Mapping[str, float] | None = None,
    ) -> None:
        """Keep the pages; `sounds` are further addresses where a sound is found."""
        self.asked: dict[str, int] = {}
        self._agenda = agenda
        self._pages = {url: tuple(replies) for url, replies in pages.items()}
        self._params = params
        self._sounds = dict(sounds or {})
        self.performs: dict[type[Effect], Callable[[Any], None]] = {FetchDocument: self._fetch}

    def perform(self, effect: Effect) -> None:
        """Answer a fetch; every other effect is somebody else's work."""
        if type(effect) is FetchDocument:
            self._fetch(effect)

    def _fetch(self, effect: FetchDocument) -> None:
        agenda, url = self._agenda, effect.url
        reply = self._choose(effect)
        error = "" if reply.status else "connect"
        at = agenda.now + reply.after
        # Where nobody is reached, the time to connect is over first.
        bound, late = (effect.connect, "connect") if error and effect.connect else (effect.timeout, "timeout")
        if bound and reply.after > bound:
            at, error = agenda.now + bound, late
        if error:
            agenda.schedule(DocumentFetched(at, effect.owner, effect.id, 0, b"", "", error, url))
            return
        agenda.schedule(
            DocumentFetched(at, effect.owner, effect.id, reply.status, reply.body, reply.content_type, "", url)
        )

    def _choose(self, effect: FetchDocument) -> Reply:
        """Find the first reply whose parameters and number fit; an address may be known without its query."""
        url = effect.url
        replies = self._pages.get(url)
        if replies is None:
            url = url.partition("#")[0].partition("?")[0]
            replies = self._pages.get(url)
        nth = self.asked[url] = self.asked.get(url, 0) + 1
        if replies is None:
            return self._unknown(url)
        params: Mapping[str, str] | None = None
        for reply in replies:
            if reply.nth and reply.nth != nth:
                continue
            if reply.when:
                params = self._params(effect) if params is None else params
                if any(params.get(name) != value for name, value in reply.when.items()):
                    continue
            return reply
        return Reply(status=NOT_FOUND, content_type="text/plain")

    def _unknown(self, url: str) -> Reply:
        """Answer for an address that nobody described: a sound, or nothing."""
        path = urlsplit(url).path.lower()
        for ending, kind in SOUNDS.items():
            if path.endswith(ending):
                return Reply(content_type=kind)
        if url in self._sounds:
            return Reply(content_type="audio/mpeg")
        return Reply(status=NOT_FOUND, content_type="text/plain")
