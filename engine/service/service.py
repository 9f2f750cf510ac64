"""The service: one exchange in real time, between those who ask (rest) and those who do (drivers).

The main path: what happened is `give`n by drivers, or is due on the agenda; a round of events goes
through the exchange, is written to the journal, and only then its effects are performed. A command is a
round of its own and its receipt comes back at once.
"""

from __future__ import annotations

import asyncio
import secrets
import traceback
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, time
from typing import Any
from uuid import uuid4

import msgspec

from engine.dialects.face import Asked, Problem, Refused, refusal
from engine.dialects.phrase import Outgoing
from engine.dialects.spelling import Speller
from engine.dialects.tongues import RULES, tongues
from engine.dialects.wording import WORDINGS, spell, word
from engine.drivers.agenda import Agenda
from engine.drivers.client import Request, WebSettings
from engine.drivers.clock import Clock
from engine.drivers.takes import address as recording_address
from engine.drivers.web import Web
from engine.errors import RequestError
from engine.exchange import Exchange
from engine.journal import header
from engine.service.accounts import Accounts, RateLimiter, definitions
from engine.service.config import Config
from engine.service.journaling import Journal
from engine.service.logs import Log
from engine.service.metrics import Metrics
from engine.service.outgoing import Scribe
from engine.service.register import Register
from engine.service.sight import AccountSight
from engine.service.simulator import Simulator
from engine.service.stream import Stream
from engine.service.watch import Watch
from engine.timeline import Timeline
from engine.values import commands
from engine.values.commands import Command
from engine.values.effects import (
    Effect,
    Fault,
    ForgetRecording,
    Receipt,
    RecordCallEnd,
    RecordConferenceEnd,
    SendCallback,
)
from engine.values.events import CallArrived, CommandGiven, Event

# Rounds of one turn: what is due at once is done at once, but others get their turn too.
ROUNDS = 50
# How long calls may take to end once they were told to, and their last callbacks at least, in seconds of the world.
ENDING = 5.0


class Service:
    """Runs an exchange by the event loop's clock; made, then `start`ed and `stop`ped in one loop.

    `config` and `accounts` say everything; `log` and `metrics` hear of it.
    """

    def __init__(self, config: Config, accounts: Accounts, log: Log, metrics: Metrics) -> None:
        """Build everything and let nothing happen yet; RequestError for what the configuration asks in vain."""
        self.config, self.accounts, self.log, self.metrics = config, accounts, log, metrics
        self.draining = False
        self.rates = RateLimiter({account: accounts.limits(account) for account in accounts.accounts})
        self.epoch = time()
        self._options = options(config)
        self.tongues = tongues(self._options)
        self.exchange = Exchange(self.tongues, seed=secrets.token_hex(16), watched=True)
        self.agenda = Agenda()
        self.clock = Clock(self.agenda, speed=config.speed)
        self.now = self.clock.now
        self.spellers = {
            face: Speller(seed=self.exchange.seed, epoch=self.epoch, accounts=accounts.names(face))
            for face in WORDINGS
        }
        self.stream = Stream()
        self.timeline = Timeline.of(self.exchange, self._tell, self._word)
        self.register = Register(
            self.exchange, self._spell, config.limits.history, self.timeline.forget, recording_address
        )
        self.scribe = Scribe(self.tongues, self.spellers, accounts)
        self.web = Web(
            self.give, self.now, self.scribe.request, self.scribe.delivery, web_settings(config), Watch(log, metrics)
        )
        self.simulator = Simulator(self.agenda, config.simulator)
        self.journal: Journal | None = None
        metrics.watch(self.register.live.total, self._rooms, self._members, lambda: self.exchange.stale)
        self._sights: dict[tuple[str, str], AccountSight] = {}
        self._inbox: list[Event] = []
        self._turning = False
        self._idle = asyncio.Event()
        self._receipt: Receipt | None = None
        self._performs: dict[type[Effect], Callable[[Any], None]] = {
            **self.simulator.performs,
            **self.clock.performs,
            **self.web.performs,
            Receipt: self._keep_receipt,
            Fault: self._fault,
            RecordCallEnd: self._call_ended,
            RecordConferenceEnd: self._conference_ended,
            ForgetRecording: lambda effect: self.register.drop_recording(effect.id),
        }

    # --- from outside ----------------------------------------------------------------------------

    async def start(self) -> None:
        """Begin: open the journal, let time pass, define the configured conferences."""
        if self.config.journal:
            self.journal = Journal(
                Path(self.config.journal),
                header(seed=self.exchange.seed, epoch=self.epoch, rules=self._options),
            )
        self.clock.start(self._turn)
        await self.web.start()
        for definition in definitions(self.config):
            self.execute(definition)

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
        self.execute(commands.ShutDown())
        await self._empty(for_ends)
        await self.web.close(for_callbacks)
        self._turn()  # what the last deliveries told
        self.clock.stop()
        self.stream.close()
        if self.journal is not None:  # what is still asked changes nothing that a replay should know
            self.journal.close()
            self.journal = None

    def give(self, event: Event) -> None:
        """Take what a driver says has happened; it is handled before the loop goes on to wait."""
        self._inbox.append(event)
        self._soon()

    def execute(self, command: Command, id: str = "") -> Receipt:  # noqa: A002
        """Carry out one command now and say what it changed."""
        self._catch_up()
        self._receipt = None
        self._round([CommandGiven(self.now(), id or uuid4().hex, command)])  # type: ignore[arg-type]
        self.clock.arm()
        receipt: Receipt | None = self._receipt
        if receipt is None:  # contained as a fault
            raise refusal("internal", "the command could not be carried out")
        self.metrics.command(receipt)
        return receipt

    def admit(self, account: str, calls: int = 1) -> None:
        """Raise Refused where the account may not have so many further calls now."""
        if self.draining:
            raise refusal("unavailable", "the service is going down and takes no new calls")
        bound, live = self.accounts.limits(account).calls, self.register.live[account]
        if bound and live + calls > bound:
            message = f"there are {bound} calls at a time at most"
            raise Refused(Problem(trouble="limit", message=message, target=bound, value=live))

    def arrive(self, caller: str, called: str, *, call: str = "", name: str = "") -> str:
        """Let a call come in for one of our numbers; its id. RequestError for a number that is nobody's."""
        number = self.accounts.number(called)
        if number is None:
            raise RequestError(f"nobody has the number {called}", field="to", status=404, hint="see [[numbers]]")
        self.admit(number.account)
        call = call or str(uuid4())
        hooks = self.accounts.hooks(number)
        self.catch_up()
        self.give(
            CallArrived(
                at=self.now(),
                call=call,
                caller=caller,
                called=called,
                tongue=hooks.tongue,
                account=number.account,
                answer=hooks.answer,
                fallback=hooks.fallback,
                hangup=hooks.hangup,
                status_events=hooks.status_events,
                caller_name=name,
                conference=number.conference,
                application=number.application,
            )
        )
        self._turn()
        return call

    def catch_up(self) -> None:
        """Let all happen that is due, so that what is done next is done in the present."""
        self._catch_up()
        self.clock.arm()

    def reply_later(self, face: str, asked: Asked, method: str, body: Any) -> None:
        """Send the reply of a request to the address that it named for that."""
        url = str(asked.values["callback_url"])
        whole = msgspec.to_builtins(body or {})
        params = tuple((name, text_of(value)) for name, value in whole.items())
        outgoing = Outgoing(method, url, params, sign=True, body="json", whole=whole)

        def prepare() -> Request:
            return self.scribe.composed(outgoing, face, asked.account)

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
        if not self._turning:
            self._turning = True
            asyncio.get_running_loop().call_soon(self._turn)

    def _turn(self) -> None:
        """Let everything happen that has come, and see to it that we are woken for the next thing."""
        self._turning = False
        self.catch_up()

    def _catch_up(self) -> None:
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
                event = events[number] = msgspec.structs.replace(event, at=exchange.now)
            try:
                self.timeline.happened(event)
                self.simulator.happened(event)
            except Exception:
                self._bug(event)
            began = perf_counter()
            effects = exchange.handle(event)
            self.metrics.handled(perf_counter() - began)
            followed += effects
            try:
                self.register.happened(event, effects)
                for effect in effects:
                    if type(effect) is not Receipt:  # what a command changed is told by what happens
                        self.timeline.follows(effect)
            except Exception:
                self._bug(event)
        if self.journal is not None:
            self._keep(self.journal, events)
        self._perform(followed)

    def _perform(self, effects: list[Effect]) -> None:
        performs = self._performs
        for effect in effects:
            try:
                performs[type(effect)](effect)
            except Exception:
                self._bug(effect)

    def _keep(self, journal: Journal, events: list[Event]) -> None:
        """Write events down; calls go on without a journal that can be written no more, as one with gaps is none."""
        try:
            journal.keep(events)
        except OSError as error:
            self.log.error("journal_lost", file=str(journal.path), error=error.strerror)
            journal.close()
            self.journal = None

    def _bug(self, about: Event | Effect) -> None:
        self.metrics.fault()
        self.log.error("bug", about=type(about).__name__, trace=traceback.format_exc())

    def _rooms(self) -> int:
        return len(self.exchange.conferences())

    def _members(self) -> int:
        return sum(len(room.members) for room in self.exchange.conferences())

    async def _empty(self, patience: float) -> None:
        """Wait until no call is live, for so many seconds of the world at most."""
        if not self.register.live.total():
            return
        self._idle.clear()
        try:
            await asyncio.wait_for(self._idle.wait(), patience)
        except TimeoutError:
            return

    # --- effects that are ours ---------------------------------------------------------------------

    def _keep_receipt(self, receipt: Receipt) -> None:
        self._receipt = receipt

    def _fault(self, fault: Fault) -> None:
        self.metrics.fault()
        self.log.error("fault", owner=fault.owner, error=fault.error)

    def _call_ended(self, effect: RecordCallEnd) -> None:
        self.simulator.perform(effect)
        about = effect.about
        answered = about.answered_at
        self.log.info(
            "call",
            call=about.call,
            account=about.account,
            caller=about.caller,
            called=about.called,
            role=about.role,
            cause=about.cause,
            source=about.source,
            seconds=round((about.ended_at or 0.0) - about.created_at, 3),
            talked=None if answered is None else round((about.ended_at or answered) - answered, 3),
        )
        if not self.register.live.total():
            self._idle.set()

    def _conference_ended(self, effect: RecordConferenceEnd) -> None:
        self.simulator.perform(effect)
        self.web.conference_over(effect.conference)
        seconds = round(effect.ended_at - effect.created_at, 3)
        self.log.info(
            "conference",
            conference=effect.conference,
            account=effect.account,
            name=effect.name,
            why=effect.why,
            members=effect.members,
            seconds=seconds,
        )

    # --- what is injected into others --------------------------------------------------------------

    def _spell(self, face: str, what: str, id: str) -> str:  # noqa: A002
        return spell(face, what, id, self.spellers[face])

    def _word(self, effect: SendCallback) -> Outgoing:
        return word(effect, self.spellers[effect.tongue])

    def _tell(self, entry: dict[str, Any], call: str, room: str) -> None:
        owner = self.register.owner("call", call) if call else self.register.owner("conference", room)
        self.stream.add(owner, entry)


def text_of(value: Any) -> str:
    """A value of a reply as a parameter."""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def options(config: Config) -> dict[str, dict[str, Any]]:
    """The rule options of a configuration; a bound of members bounds every dialect's rooms."""
    given = {name: dict(options) for name, options in config.rules.items()}
    if config.limits.members:
        for name in RULES:
            given.setdefault(name, {}).setdefault("cap_ceiling", min(config.limits.members, RULES[name].cap_ceiling))
    return given


def web_settings(config: Config) -> WebSettings:
    """How the web driver is bounded."""
    return WebSettings(**msgspec.structs.asdict(config.web))
