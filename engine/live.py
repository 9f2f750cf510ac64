"""The commands of `callflow` that ask a running service: they look, act on members and calls, and follow events."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator
from contextlib import aclosing
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from engine.dialects.diagnostics import printable
from engine.errors import RequestError

if TYPE_CHECKING:
    from engine.client import Client

Json = dict[str, Any]
Asking = Callable[..., Coroutine[Any, Any, None]]
Param = Callable[[Any], Any]

ASKING: dict[str, tuple[Asking, tuple[Param, ...]]] = {}
HERE = "http://127.0.0.1:8080"
OPTIONS = (
    click.option(
        "--url", "service", envvar="CALLFLOW_URL", show_envvar=True, default=HERE, show_default=True,
        help="Where the service answers.",
    ),
    click.option("--auth-id", envvar="CALLFLOW_AUTH_ID", show_envvar=True, help="The account, as Plivo's auth id."),
    click.option(
        "--auth-token", envvar="CALLFLOW_AUTH_TOKEN", show_envvar=True,
        help="Its token; better in the environment, which others cannot see.",
    ),
    click.option(
        "--format", "style", type=click.Choice(("table", "json")), default="table", help="How the reply is shown."
    ),
)  # fmt: skip
FROM, TO = click.argument("caller", metavar="FROM"), click.argument("called", metavar="TO")


def asks(name: str, *params: Param) -> Callable[[Asking], Asking]:
    """File a coroutine as a command; it gets a client, how to show what it finds, and the command's parameters."""

    def filed(asking: Asking) -> Asking:
        ASKING[name] = (asking, params)
        return asking

    return filed


def commands(guarded: Callable[[Callable[..., None]], Callable[..., None]]) -> Iterator[click.Command]:
    """The commands; `guarded` turns what cannot be done into an exit status."""
    for name, (asking, params) in ASKING.items():
        command: Any = guarded(runs(asking))
        for param in reversed((*params, *OPTIONS)):
            command = param(command)
        yield click.command(name)(command)


def runs(asking: Asking) -> Callable[..., None]:
    """A function that runs the coroutine with a client of the service that the options name."""

    @wraps(asking)
    def run(service: str, auth_id: str | None, auth_token: str | None, style: str, **given: Any) -> None:
        import asyncio

        asyncio.run(asked(service, auth_id, auth_token, lambda client: asking(client, style, **given)))

    return run


async def asked(
    service: str, auth_id: str | None, auth_token: str | None, asking: Callable[[Client], Awaitable[None]]
) -> None:
    """Ask the service at that address as that account."""
    from engine.client import Client

    if not auth_id or not auth_token:
        missing = "--auth-token" if auth_id else "--auth-id"
        hint = "or CALLFLOW_AUTH_ID and CALLFLOW_AUTH_TOKEN in the environment"
        raise RequestError("the account's credentials are needed", field=missing, hint=hint)
    async with Client(service, auth_id, auth_token) as client:
        await asking(client)


# --- showing --------------------------------------------------------------------------------------


def say(text: str) -> None:
    """Print a line; what others named cannot steer the terminal."""
    click.echo(printable(text))


def show_json(told: Any) -> None:
    """Print a reply as it is."""
    import msgspec

    click.echo(msgspec.json.format(msgspec.json.encode(told)))


def show(told: list[Json], columns: dict[str, str], style: str, empty: str) -> None:
    """Print rows as JSON or as a table; `columns` are the table's headings by the rows' names."""
    if style == "json":
        show_json(told)
        return
    if not told:
        click.echo(empty)
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, show_edge=False, header_style="bold")
    for heading in columns.values():
        table.add_column(heading, overflow="fold", justify="right" if heading in NUMBERS else "left")
    for row in told:
        table.add_row(*(Text(spelled(row.get(name))) for name in columns))
    width = None if sys.stdout.isatty() else WIDTH
    Console(file=sys.stdout, width=width, highlight=False).print(table)


WIDTH = 120
NUMBERS = ("member", "members", "seconds")


def spelled(value: Any) -> str:
    """A value in a cell."""
    if isinstance(value, bool):
        return "yes" if value else "-"
    return "" if value is None else printable(str(value))


def show_one(told: Json, style: str, sentence: str) -> None:
    """Print a reply as JSON, or what it means in a sentence."""
    if style == "json":
        show_json(told)
    else:
        say(sentence)


# --- looking --------------------------------------------------------------------------------------

CALLS = {
    "call_uuid": "call", "from": "from", "to": "to", "direction": "direction", "call_status": "status",
    "session_start": "since (UTC)",
}  # fmt: skip
CONFERENCES = {
    "conference_name": "conference",
    "conference_member_count": "members",
    "conference_run_time": "seconds",
}
MEMBERS = {
    "member_id": "member", "from": "from", "to": "to", "call_uuid": "call", "muted": "muted", "deaf": "deaf",
    "join_time": "seconds",
}  # fmt: skip


@asks("calls")
async def calls(client: Client, style: str) -> None:
    """List the live calls, and those that are being placed."""
    show(await client.calls(), CALLS, style, "no call is live")


@asks("conferences")
async def conferences(client: Client, style: str) -> None:
    """List the live conferences."""
    show(await client.conferences(), CONFERENCES, style, "no conference is live")


@asks("conference", click.argument("name"))
async def conference(client: Client, style: str, name: str) -> None:
    """Show a conference and its members; of one that ended, nobody."""
    told = await client.conference(name)
    if style == "json":
        show_json(told)
        return
    say(f"{told['conference_name']}: {told['conference_member_count']} inside, {told['conference_run_time']} s")
    show(told["members"], MEMBERS, style, "nobody is inside")


# --- acting ---------------------------------------------------------------------------------------


def member_command(deed: str, what: str, *params: Param) -> None:
    """Make the command that does something to members of a conference."""

    async def asking(client: Client, style: str, conference: str, member: str, **given: str) -> None:
        told = await client.on_members(deed, conference, member, **given)
        ids = told.get("member_id", member)
        reached = ids.split(",") if isinstance(ids, str) else list(ids)
        whom = "everybody" if member == "all" else f"member {', '.join(reached)}"
        show_one(told, style, f"{told.get('message', 'done')}: {whom} in {conference}")
        missed = unreached(member, reached)
        if missed:
            click.echo(f"not found: member {', '.join(missed)}", err=True)
            sys.exit(1)

    asking.__doc__ = f"{what}\n\nMEMBER is a member's number, several with commas between, or all."
    asks(deed, click.argument("conference"), click.argument("member"), *params)(asking)


def unreached(asked: str, reached: Iterable[str]) -> list[str]:
    """The members that were asked for by number and not reached."""
    wanted = [] if asked == "all" else [one.strip() for one in asked.split(",")]
    return [one for one in wanted if one and one not in reached]


member_command("kick", "Take members out of a conference: their documents go on.")
member_command("mute", "Let nobody hear these members.")
member_command("unmute", "Let these members be heard again.")
member_command("deaf", "Let these members hear nobody.")
member_command("undeaf", "Let these members hear again.")
member_command("hang-up-member", "End the calls of members of a conference.")
member_command("play", "Play a sound (an mp3 or wav at URL) to members of a conference.", click.argument("url"))
member_command("speak", "Speak a text to members of a conference.", click.argument("text"))


@asks(
    "call",
    FROM,
    TO,
    click.argument("answer_url"),
    click.option("--answer-method", type=click.Choice(("GET", "POST")), default="POST", help="How it is asked for."),
)
async def call(client: Client, style: str, caller: str, called: str, answer_url: str, answer_method: str) -> None:
    """Call TO from the number FROM; ANSWER_URL gives the call's document."""
    told = await client.make_call(caller, called, answer_url, answer_method)
    show_one(told, style, f"{told['message']}: {told['request_uuid']}")


@asks("hang-up", click.argument("call"))
async def hang_up(client: Client, style: str, call: str) -> None:
    """End a call."""
    await client.hang_up(call)
    show_one({"call": call}, style, f"hung up: {call}")


# --- the people of the simulated switch -----------------------------------------------------------


@asks("dial-in", FROM, TO)
async def dial_in(client: Client, style: str, caller: str, called: str) -> None:
    """Let somebody with the number FROM call our number TO (simulated switch)."""
    told = await client.dial_in(caller, called)
    show_one(told, style, f"calling: {told['call']}")


@asks("press", click.argument("call"), click.argument("digits"))
async def press(client: Client, style: str, call: str, digits: str) -> None:
    """Let whoever is on CALL, an id or a telephone number, press keys (simulated switch)."""
    told = await client.press(call, digits)
    show_one(told, style, f"pressed: {digits}")


@asks("hears", click.argument("call"))
async def hears(client: Client, style: str, call: str) -> None:
    """Tell what whoever is on CALL, an id or a telephone number, hears now (simulated switch)."""
    told = await client.hears(call)
    if style == "json":
        show_json(told)
        return
    rows = [{"what": one["purpose"], "who": one.get("media") or one.get("text")} for one in told["sounds"]]
    rows += [{"what": "talk", "who": f"{one['number']} ({one['call']})"} for one in told["calls"]]
    show(rows, {"what": "hears", "who": ""}, style, "it hears nothing")


# --- following ------------------------------------------------------------------------------------


@asks(
    "events",
    click.option(
        "--after", type=click.IntRange(0, 10**18), metavar="NUMBER", help="From after that one, else from now."
    ),
    click.option("--count", type=click.IntRange(1), metavar="N", help="Stop after so many."),
)
async def events(client: Client, style: str, after: int | None, count: int | None) -> None:
    """Follow what happens, until the service ends."""
    import msgspec

    from engine.simulation.show import detail

    shown = 0
    async with aclosing(client.events(after)) as following:
        async for entry in following:
            if style == "json":
                click.echo(msgspec.json.encode(entry))
            else:
                number, at = entry.pop("number", ""), entry.get("at", 0.0)
                who = entry.get("call") or entry.get("conference", "")
                say(f"{number:>8} {at:>10.2f}  {who}  {entry['what']}  {detail(entry)}".rstrip())
            shown += 1
            if shown == count:
                return
