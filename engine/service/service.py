"""The service: one exchange in real time, between those who ask (rest) and those who do (drivers).

The main path: what happened is `give`n by drivers, or is due on the agenda; a round of events goes
through the exchange, is written to the journal, and only then its effects are performed. A command is a
round of its own and its receipt comes back at once. A run that broke off is taken up before anything else happens:
its events go through the same books, and what still stands then is performed once more.
"""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Callable
from functools import partial
from time import perf_counter, time
from typing import Any, get_args
from uuid import uuid4

from msgspec.structs import asdict, replace

from engine.dialects.face import Asked, Problem, Refused, refusal
from engine.dialects.tongues import tongues
from engine.drivers.agenda import Agenda
from engine.drivers.client import WebSettings
from engine.drivers.clock import Clock
from engine.drivers.driver import Headers
from engine.drivers.web import Web
from engine.errors import RequestError
from engine.service.accounts import Accounts, RateLimiter, definitions
from engine.service.books import Books
from engine.service.config import Config
from engine.service.journaling import Journal
from engine.service.logs import Log, call_line, conference_line
from engine.service.metrics import Metrics
from engine.service.outgoing import Scribe, reply_to
from engine.service.recovery import NOTHING, Again, begun, options, standing, taken_up
from engine.service.sight import AccountSight
from engine.service.switch import SWITCHES, Switch
from engine.service.watch import Watch
from engine.values import commands
from engine.values.commands import Command
from engine.values.effects import AnyEffect, Effect, Fault, Noted, Receipt, RecordCallEnd, RecordConferenceEnd
from engine.values.events import CommandGiven, Event

# Rounds of one turn: what is due at once is done at once, but others get their turn too.
ROUNDS = 50
EFFECTS: tuple[type[Effect], ...] = get_args(AnyEffect)
# How long calls may take to end once they were told to, and their last callbacks at least, in seconds of the world.
ENDING = 5.0


class Service:
    """Runs an exchange by the event loop's clock; made, then `start`ed and `stop`ped in one loop.

    `config` and `accounts` say everything; `log` and `metrics` hear of it. Without a `switch` it makes the one that
    the configuration names.
    """

    def __init__(
        self, config: Config, accounts: Accounts, log: Log, metrics: Metrics, switch: Switch | None = None
    ) -> None:
        """Build everything and let nothing happen yet; RequestError for what the configuration asks in vain."""
        self.config, self.accounts, self.log, self.metrics = config, accounts, log, metrics
        self.draining = False
        self.replaced = ""
        self.gone = asyncio.Event()
        self.rates = RateLimiter({account: accounts.limits(account) for account in accounts.accounts})
        self.tongues = tongues(options(config))
        self.agenda = Agenda()
        self.clock = Clock(self.agenda, speed=config.speed)
        self.now = self.clock.now
        self.switch = switch or SWITCHES[config.switch](config, self.agenda, log)
        self.journal, self.head, self.exchange = begun(config, self.tongues)
        self.books = Books(self.head, self.exchange, accounts, config.limits.history, self.switch.address, self._bug)
        self.register, self.stream, self.spellers = self.books.register, self.books.stream, self.books.spellers
        self.scribe = Scribe(self.tongues, self.spellers, accounts)
        bounds, watch = WebSettings(**asdict(config.web)), Watch(log, metrics)
        self.web = Web(self.give, self.now, self.scribe.request, self.scribe.delivery, bounds, watch)
        metrics.watch(self.register.live.total, self._rooms, self._members, lambda: self.exchange.stale)
        metrics.watch_switch(lambda: not self.switch.away)
        self._sights: dict[tuple[str, str], AccountSight] = {}
        self._inbox: list[Event] = []
        self._turning = False
        self._runs = False
        self._idle = asyncio.Event()
        self._receipt: Receipt | None = None
        self._performs: dict[type[Effect], Callable[[Any], None]] = {
            **{kind: self.switch.performs.get(kind, nothing) for kind in EFFECTS},
            **self.clock.performs,
            **self.web.performs,
            Receipt: self._keep_receipt,
            Fault: self._fault,
            RecordCallEnd: self._shared(RecordCallEnd, self._call_ended),
            RecordConferenceEnd: self._shared(RecordConferenceEnd, self._conference_ended),
            Noted: nothing,
        }

    # --- from outside ----------------------------------------------------------------------------

    async def start(self) -> None:
        """Begin, or take up the run that broke off: reach the switch, let time pass, define configured conferences.

        RequestError where that cannot be; then `abandon` it.
        """
        if self.switch.recordings is not None:  # their addresses are made of the seed
            self.switch.recordings.open(self.head.seed)
        again = self._take_up() if self.journal is not None and self.journal.past is not None else NOTHING
        self.clock.start(self._turn)
        await self.switch.start(self, f"{round(self.head.epoch * 1000):x}")
        await self.web.start()
        await self._recover(again)
        for definition in definitions(self.config):
            if all(one.id != definition.id for one in self.exchange.definitions()):  # one that was changed stays so
                self.execute(definition)
        self._turn()

    def _take_up(self) -> Again:
        """Come to where the run broke off, and to the present; what has to be performed once more to be sure."""
        assert self.journal is not None
        began = perf_counter()
        again = taken_up(self.journal, self.books)
        self.agenda.advance(max(self.exchange.now, (time() - self.head.epoch) * self.config.speed))
        self.log.info(
            "taken_up",
            calls=self.register.live.total(),
            conferences=self._rooms(),
            seconds=round(perf_counter() - began, 3),
        )
        return again

    async def _recover(self, again: Again) -> None:
        """Have all that stands performed once more.

        What the switch tells of the time without us comes before the timers that ran out in it.
        """
        stands = standing(self.books.ledger)
        self.agenda.advance(self.now())
        await self.switch.recover([*again.switch, *stands.switch], self.exchange.calls())
        self._perform([*again.ours, *stands.clock, *stands.web])
        self._runs = True
        events, self._inbox = self._inbox, []
        self._round(events)

    async def stop(self, patience: float | None = None) -> None:
        """Take no new calls, give live ones `patience` s to end, end the rest, deliver callbacks, and be gone.

        Without `patience` they have what is configured, and their ends and callbacks what these take at least; with
        it, each of the three has that. It may be called again in a hurry while another waits no more.
        """
        if self.stream.closed:
            return
        self.draining = True
        drain = self.config.drain
        for_calls, for_ends, for_callbacks = (
            (drain, ENDING, max(drain, ENDING)) if patience is None else (patience,) * 3
        )
        await self._empty(for_calls)
        if self._runs:
            self.execute(commands.ShutDown())
        await self._empty(for_ends)
        await self.web.close(for_callbacks)
        self._turn()  # what the last deliveries told
        self._runs = False
        self.clock.stop()
        await self.switch.stop()
        self.stream.close()
        if self.journal is not None and self._is_empty():
            self._write(self.journal, Journal.end)
        self._let_go()  # what is still live, because the switch did not answer in time, is taken up by the next

    async def abandon(self) -> None:
        """Stop at once and let go of everything, ending nothing: what is live is found by whoever starts next."""
        self._runs = False
        self._let_go()
        self.clock.stop()
        await self.web.close(0.0)
        await self.switch.stop()
        self.stream.close()

    def quit(self, why: str) -> None:
        """Stop at once, and leave all calls as they are: somebody else looks after them."""
        self._runs = False
        self.replaced = why
        self.log.error("replaced", why=why)
        self.gone.set()

    def give(self, event: Event) -> None:
        """Take what a driver says has happened; it is handled before the loop goes on to wait."""
        self._inbox.append(event)
        self._soon()

    def execute(self, command: Command, id: str = "") -> Receipt:  # noqa: A002
        """Carry out one command now and say what it changed."""
        if not self._runs:
            raise refusal("unavailable", "the service is not running")
        self._catch_up()
        self._receipt = None
        self._round([CommandGiven(self.now(), id or uuid4().hex, command)])  # type: ignore[arg-type]
        self.clock.arm()
        receipt: Receipt | None = self._receipt
        if receipt is None:  # contained as a fault
            raise refusal("internal", "the command could not be carried out")
        self.metrics.command(receipt)
        return receipt

    def reach(self) -> None:
        """Raise Refused while the switch is away: what is commanded then would come true nobody knows when."""
        if self.switch.away:
            raise refusal("unavailable", self.switch.away)

    def admit(self, account: str, calls: int = 1) -> None:
        """Raise Refused where the account may not have so many further calls now."""
        if self.draining:
            raise refusal("unavailable", "the service is going down and takes no new calls")
        bound, live = self.accounts.limits(account).calls, self.register.live[account]
        if bound and live + calls > bound:
            message = f"there are {bound} calls at a time at most"
            raise Refused(Problem(trouble="limit", message=message, target=bound, value=live))

    def arrive(
        self,
        caller: str,
        called: str,
        *,
        call: str = "",
        name: str = "",
        headers: Headers = (),
        forwarded_from: str = "",
    ) -> str:
        """Let a call come in for one of our numbers; its id. RequestError for a number that is nobody's."""
        number = self.accounts.number(called)
        if number is None:
            raise RequestError(f"nobody has the number {called}", field="to", status=404, hint="see [[numbers]]")
        self.admit(number.account)
        call = call or str(uuid4())
        self.catch_up()
        person = {"call": call, "caller": caller, "called": called, "caller_name": name}
        self.give(self.accounts.reached(number, self.now(), headers=headers, forwarded_from=forwarded_from, **person))
        self._turn()
        return call

    def catch_up(self) -> None:
        """Let all happen that is due, so that what is done next is done in the present."""
        self._catch_up()
        self.clock.arm()

    def reply_later(self, face: str, asked: Asked, method: str, body: Any) -> None:
        """Send the reply of a request to the address that it named for that."""
        url = str(asked.values["callback_url"])
        prepare = partial(self.scribe.composed, reply_to(url, method, body), face, asked.account)
        self.web.post((asked.account, asked.request), asked.request, prepare, self.scribe.patience(face, url))

    def sight(self, face: str, account: str) -> AccountSight:
        """One account as a face sees it."""
        sight = self._sights.get((face, account))
        if sight is None:
            sight = self._sights[face, account] = AccountSight(self, face, account)
        return sight

    def observed(self, face: str) -> bool:
        """Whether a face replies as live systems do."""
        return self.config.faces.of(face).replies == "observed"

    # --- the loop --------------------------------------------------------------------------------

    def _soon(self) -> None:
        if self._runs and not self._turning:
            self._turning = True
            asyncio.get_running_loop().call_soon(self._turn)

    def _turn(self) -> None:
        """Let everything happen that has come, and see to it that we are woken for the next thing."""
        self._turning = False
        self.catch_up()

    def _catch_up(self) -> None:
        if not self._runs:
            return
        until = self.now()
        for _ in range(ROUNDS):
            while due := self.clock.due(until):
                self._round(due)
            self.agenda.advance(until)
            if not self._inbox:
                return
            events, self._inbox = self._inbox, []
            self._round(events)
        self._soon()

    def _round(self, events: list[Event]) -> None:
        """Handle events, write them down, and only then do what follows; a bug in one of these spares the others."""
        exchange, followed = self.exchange, []
        for number, event in enumerate(events):
            if event.at < exchange.now:  # it was told before what happened since
                event = events[number] = replace(event, at=exchange.now)
            try:
                self.switch.happened(event)
            except Exception:
                self._bug(event)
            followed += self.books.take(event, self._handle)
        if self.journal is not None:
            self._write(self.journal, lambda journal: journal.keep(events))
        self._perform(followed)
        if self.journal is not None and self.journal.is_long():
            self._begin_anew(self.journal)
        if self.draining and self._is_empty():
            self._idle.set()

    def _handle(self, event: Event) -> list[Effect]:
        began = perf_counter()
        effects = self.exchange.handle(event)
        self.metrics.handled(perf_counter() - began)
        return effects

    def _perform(self, effects: list[Effect]) -> None:
        performs = self._performs
        for effect in effects:
            try:
                performs[type(effect)](effect)
            except Exception:
                self._bug(effect)

    def _write(self, journal: Journal, what: Callable[[Journal], None]) -> None:
        """Write down; calls go on without a journal that can be written no more, as one with gaps is none."""
        try:
            what(journal)
        except OSError as error:
            self.log.error("journal_lost", file=str(journal.path), error=error.strerror)
            journal.give_up()
            self.journal = None

    def _begin_anew(self, journal: Journal) -> None:
        """Let the journal start from how things stand; the old one goes on where that cannot be written."""
        try:
            journal.begin_anew(self.head, self.exchange, self.books.kept())
        except OSError as error:
            self.log.warning("checkpoint_failed", file=str(journal.path), error=error.strerror)

    def _let_go(self) -> None:
        if self.journal is not None:
            self.journal.close()
            self.journal = None

    def _bug(self, about: Event | Effect) -> None:
        self.metrics.fault()
        self.log.error("bug", about=type(about).__name__, trace=traceback.format_exc())

    def _rooms(self) -> int:
        return len(self.exchange.conferences())

    def _members(self) -> int:
        return sum(len(room.members) for room in self.exchange.conferences())

    def _is_empty(self) -> bool:
        """Whether no call is live, and no recording that is not stored yet."""
        return not (self.register.live.total() or self.books.ledger.asked("recording"))

    async def _empty(self, patience: float) -> None:
        """Wait until that is so, for so many seconds of the world at most."""
        if self._is_empty():
            return
        self._idle.clear()
        try:
            await asyncio.wait_for(self._idle.wait(), patience)
        except TimeoutError:
            return

    # --- effects that are ours ---------------------------------------------------------------------

    def _shared(self, kind: type[Effect], ours: Callable[[Any], None]) -> Callable[[Any], None]:
        """What the switch does about such an effect, and then we."""
        theirs = self.switch.performs.get(kind, nothing)

        def perform(effect: Effect) -> None:
            theirs(effect)
            ours(effect)

        return perform

    def _keep_receipt(self, receipt: Receipt) -> None:
        self._receipt = receipt

    def _fault(self, fault: Fault) -> None:
        self.metrics.fault()
        self.log.error("fault", owner=fault.owner, error=fault.error)

    def _call_ended(self, effect: RecordCallEnd) -> None:
        self.log.info("call", **call_line(effect.about))

    def _conference_ended(self, effect: RecordConferenceEnd) -> None:
        self.web.conference_over(effect.conference)
        self.log.info("conference", **conference_line(effect))


def nothing(effect: Effect) -> None:
    """Leave it: nobody has to do anything about it."""
