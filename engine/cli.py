"""The command `callflow`: simulate, check, explain, diagram, replay, schema, serve, config: the doors to the engine.

What asks a running service (`callflow calls`, `callflow kick …`) is in `live`, `callflow asterisk …` in `softswitch`.

Every command imports what it needs when it runs, so that help and mistakes answer at once. Exit
status: 0 all is well, 1 something is not as it should be, 2 what was asked for cannot be done.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from functools import partial, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

import click

from engine.errors import EngineError, RequestError
from engine.live import commands
from engine.resources import find
from engine.softswitch import command as softswitch

if TYPE_CHECKING:
    from engine.simulation.check import Finding, Paper
    from engine.simulation.scenario import Play

F = TypeVar("F", bound=Callable[..., Any])

SCENARIOS = (".yaml", ".yml", ".json")
FILE = click.Path(path_type=Path)
DIALECT = click.option("--dialect", default="", metavar="NAME", help="plivo, vobiz or texml; else the document's own.")
FORMAT = click.option(
    "--format", "style", type=click.Choice(("table", "jsonl")), default="table", help="How the timeline is shown."
)


def guarded(command: F) -> F:
    """Turn what cannot be done into one line on stderr and exit status 2."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except EngineError as error:
            click.echo(f"error: {error}", err=True)
            sys.exit(2)

    return run  # type: ignore[return-value]


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="callflow-engine", prog_name="callflow")
def main() -> None:
    """Run, check and explain XML call flows and conferences, serve them, and ask a running service."""


@main.command()
@click.argument("file", type=FILE)
@click.option("--do", "orders", multiple=True, metavar="'AT DO …'", help="Add a step, as in --do '10 kick ann'.")
@click.option("--journal", type=FILE, help="Write the events down, for `callflow replay`.")
@DIALECT
@FORMAT
@guarded
def simulate(file: Path, orders: tuple[str, ...], journal: Path | None, dialect: str, style: str) -> None:
    """Run a scenario (YAML or JSON), or a single document with one caller, ann."""
    from engine.journal import Writer, header
    from engine.simulation.run import Simulation
    from engine.simulation.show import as_failures

    play = load_play(file, orders, dialect)
    if journal is None:
        run = Simulation(play, tell=note).run()
    else:
        with opened(journal) as out:
            writer = Writer(out.write, header(seed=str(play.scenario.seed), rules=play.scenario.rules))
            run = Simulation(play, tell=note, keep=writer.write).run()
    show_timeline(run.timeline, style)
    for line in as_failures(run.failures):
        click.echo(line, err=True)
    sys.exit(1 if run.failures else 0)


def note(said: str) -> None:
    """Say something that is no error."""
    click.echo(f"note: {said}", err=True)


def opened(journal: Path) -> BinaryIO:
    """Open a journal to be written, which only its owner may read: it holds what people typed and said."""
    try:
        out = os.fdopen(os.open(journal, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")
        if journal.is_file():  # that was there before, open to others
            os.fchmod(out.fileno(), 0o600)
        return out
    except OSError as error:
        raise RequestError(f"cannot be written: {error.strerror}", field=str(journal)) from None


def load_play(file: Path, orders: Iterable[str], dialect: str) -> Play:
    """Read what is to be run, with the steps of the command line."""
    from engine.simulation import scenario
    from engine.simulation.dialect import known_dialect
    from engine.simulation.order import read_order

    if dialect:
        known_dialect(dialect, "--dialect")
    steps = tuple(read_order(order) for order in orders)
    path = find(file)
    if path.suffix.lower() in SCENARIOS:
        return scenario.with_steps(scenario.load(path), steps, dialect)
    return scenario.of_document(read_file(path), path.name, steps, dialect)


def read_file(path: Path) -> bytes:
    """Read a file; RequestError where it cannot be."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise RequestError(f"cannot be read: {error.strerror}", field=str(path)) from None


def show_timeline(timeline: Any, style: str) -> None:
    """Print a timeline as a table or as lines of JSON."""
    from engine.simulation.show import WIDTH, as_lines, as_table

    if style == "jsonl":
        for line in as_lines(timeline):
            click.echo(line)
        return
    from rich.console import Console

    terminal = sys.stdout.isatty()
    console = Console(file=sys.stdout, width=None if terminal else WIDTH, highlight=False)
    console.print(as_table(timeline))


@main.command()
@click.argument("journal", type=FILE)
@FORMAT
@guarded
def replay(journal: Path, style: str) -> None:
    """Let a journal happen again; the timeline is that of the run that wrote it."""
    from engine.simulation.replay import replayed

    show_timeline(replayed(read_file(journal).splitlines(keepends=True), note), style)


@main.command()
@click.argument("files", type=FILE, nargs=-1, required=True)
@click.option("--strict", is_flag=True, help="Warnings count as errors.")
@click.option(
    "--format", "style", type=click.Choice(("text", "json")), default="text", help="How the findings are shown."
)
@DIALECT
@guarded
def check(files: tuple[Path, ...], strict: bool, style: str, dialect: str) -> None:
    """Say what is wrong with documents, and with those that scenarios hold, without running them."""
    import msgspec

    from engine.simulation.check import check as look
    from engine.simulation.dialect import known_dialect

    if dialect:
        known_dialect(dialect, "--dialect")
    findings = look([paper for file in files for paper in papers_of(find(file), dialect)])
    if style == "json":
        click.echo(msgspec.json.format(msgspec.json.encode(findings)))
    else:
        for line in (line for one in findings for line in as_text(one)):
            click.echo(line)
    bad = ("error", "warning") if strict else ("error",)
    sys.exit(1 if any(one.severity in bad for one in findings) else 0)


def papers_of(path: Path, dialect: str) -> list[Paper]:
    """The documents of a file: itself, or those that a scenario names."""
    from engine.simulation import papers, scenario

    if path.suffix.lower() not in SCENARIOS:
        return [papers.alone(str(path), read_file(path), dialect)]
    return papers.of_scenario(scenario.with_steps(scenario.load(path), (), dialect), path)


def as_text(one: Finding) -> Iterable[str]:
    """Word a finding: where, what, the line with a caret, and what would be right."""
    from engine.dialects.diagnostics import pointer, printable

    code = f" [{one.code}]" if one.code else ""
    place = f"{one.file}:{one.line}:{one.column}" if one.line else one.file
    among = f"read as {' or '.join(one.dialects)}: " if one.dialects else ""
    yield printable(f"{place}: {one.severity}: {among}{one.message}{code}")
    if one.source:
        yield f"    {one.source}"
        yield f"    {pointer(one.source, one.caret)}"
    if one.hint:
        yield printable(f"    hint: {one.hint}")


@main.command()
@click.argument("element")
@DIALECT
@guarded
def explain(element: str, dialect: str) -> None:
    """Tell what an element takes and does; `do` lists the steps of scenarios."""
    from engine.dialects.registry import DIALECTS
    from engine.simulation.dialect import known_dialect
    from engine.simulation.explain import explain_element, explain_words

    if dialect:
        known_dialect(dialect, "--dialect")
    lines = (
        explain_words() if element == "do" else explain_element(element, (dialect,) if dialect else tuple(DIALECTS))
    )
    for line in lines:
        click.echo(line)


@main.command()
@click.argument("machine", type=click.Choice(("call", "conference", "member", "dial")), default="call")
@guarded
def diagram(machine: str) -> None:
    """Draw a state machine as Mermaid, from the table that it runs by."""
    from engine.simulation.diagram import MACHINES, mermaid

    for line in mermaid(MACHINES[machine]):
        click.echo(line)


@main.command()
@click.argument("what", metavar="DIALECT|scenario")
@guarded
def schema(what: str) -> None:
    """Print the XML Schema of a dialect, or the JSON Schema of scenarios."""
    import msgspec

    from engine.dialects.registry import DIALECTS
    from engine.dialects.schema import xsd
    from engine.simulation.dialect import known_dialect
    from engine.simulation.schema import scenario_schema

    if what == "scenario":
        click.echo(msgspec.json.format(msgspec.json.encode(scenario_schema())))
        return
    known_dialect(what, "schema", (*DIALECTS, "scenario"))
    click.echo(xsd(DIALECTS[what]), nl=False)


CONFIG = click.option("--config", "path", type=FILE, help="The configuration (TOML); else a built-in one to try out.")
LISTEN = click.option("--listen", metavar="HOST:PORT", help="Where to listen, instead of what the configuration says.")
SWITCH = click.option("--switch", type=click.Choice(("simulated", "asterisk")), help="Which switch carries the calls.")
SPEED = click.option(
    "--speed", type=float, metavar="N", help="How many times faster the simulated switch's time runs."
)


def configurable(command: F) -> F:
    """The options of the commands that have a configuration; guarded."""
    return CONFIG(LISTEN(SWITCH(SPEED(guarded(command)))))


@main.command()
@configurable
def serve(path: Path | None, listen: str | None, switch: str | None, speed: float | None) -> None:
    """Run the exchange in real time behind the vendors' REST APIs."""
    from engine.rest import start

    changes = {"listen": listen, "switch": switch, "speed": speed}
    start.serve(start.configured(path, os.environ, changes), os.environ, partial(click.echo, err=True))


@main.command()
@configurable
def config(path: Path | None, listen: str | None, switch: str | None, speed: float | None) -> None:
    """Print the configuration that is in effect, all defaults filled in and secrets masked."""
    from engine.rest.start import configured
    from engine.service.loading import shown

    click.echo(shown(configured(path, os.environ, {"listen": listen, "switch": switch, "speed": speed})), nl=False)


for ask in commands(guarded):
    main.add_command(ask)
main.add_command(softswitch(guarded))
