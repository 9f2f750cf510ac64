"""What no type can say of a configuration: its parts fit together, and its addresses and files are some.

A row of CHECKS each; the first that finds fault raises a RequestError with the path in the file.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Hashable, Iterable, Iterator
from pathlib import Path

from msgspec.structs import fields

from engine.convert import nearest
from engine.dialects.face import Field
from engine.dialects.form import Unfit, fit
from engine.dialects.registry import DIALECTS
from engine.dialects.tongues import DEFINED, tongues
from engine.errors import RequestError
from engine.service.config import FACES, KNOWN_BY_SECRET, Config, Credentials, Number, address, is_loopback

ED25519_SEED = 32  # bytes
PIN_LENGTH = 16
TARGETS = ("answer_url", "conference", "application")
URL = Field(name="url", doc="An address of the customer's application.", kind="url")


def check(config: Config) -> Config:
    """Give the configuration back when nothing is wrong with it."""
    for rule in CHECKS:
        rule(config)
    return config


# --- where we listen, and what we keep -----------------------------------------------------------


def check_listen(config: Config) -> None:
    """An address to listen at; with credentials for trying out, this machine's own."""
    host = check_address(config.listen, "listen")
    if config.demo and not is_loopback(host):
        hint = "127.0.0.1, or accounts of your own in a configuration file"
        raise RequestError("demo credentials are for this machine alone", field="listen", hint=hint)


def check_address(listen: str, place: str) -> str:
    """Where to listen, as HOST:PORT; the host."""
    try:
        return address(listen)[0]
    except ValueError as error:
        raise RequestError(str(error), field=place, hint="as in 127.0.0.1:8080 or [::1]:8080") from None


def check_speed(config: Config) -> None:
    """Only time of our own making runs faster."""
    if config.speed != 1.0 and config.switch != "simulated":
        raise RequestError("only the simulated switch's time can run faster", field="speed", hint="leave it out")


def check_asterisk(config: Config) -> None:
    """Asterisk can be asked, and can find us."""
    ours = config.asterisk
    if config.switch == "asterisk" and ours.password is None:
        hint = "that of the user in ari.conf; callflow asterisk config writes both"
        raise RequestError("Asterisk wants a password", field="asterisk.password", hint=hint)
    check_url(ours.url, "asterisk.url")
    if ours.listen:
        check_address(ours.listen, "asterisk.listen")
    if "," in ours.sounds:
        raise RequestError("Asterisk would read two names", field="asterisk.sounds", hint="a folder without a comma")
    if "{uri}" not in ours.uri:
        raise RequestError("it does not say where the address goes", field="asterisk.uri", hint="{uri} in it")


def check_files(config: Config) -> None:
    """Files to be read are there, and the folders of those to be written."""
    if config.tls is not None:
        for name, file in (("certificate", config.tls.certificate), ("key", config.tls.key)):
            if not Path(file).is_file():
                raise RequestError(f"there is no file {file}", field=f"tls.{name}", hint="a PEM file")
    if config.journal and not Path(config.journal).parent.is_dir():
        folder = Path(config.journal).parent
        raise RequestError(f"there is no folder {folder}", field="journal", hint="make it, or name a file elsewhere")


def check_rules(config: Config) -> None:
    """Dialects' rules are some that there are."""
    tongues(config.rules)


# --- accounts ------------------------------------------------------------------------------------


def credentials(config: Config) -> Iterator[tuple[str, str, str, Credentials]]:
    """Path, face, the account's name there, and credentials, of each face of each account."""
    for i, account in enumerate(config.accounts):
        for face, given in account.faces().items():
            yield f"accounts[{i}].{face}", face, account.name_on(face), given


def check_accounts(config: Config) -> None:
    """There are some, each with credentials, and none that could be taken for another."""
    if not config.accounts:
        raise RequestError("there is no account", field="accounts", hint="a table [[accounts]] with an id")
    for i, account in enumerate(config.accounts):
        if not account.faces():
            hint = f"at least one of {', '.join(FACES)}"
            raise RequestError("it has no credentials", field=f"accounts[{i}]", hint=hint)
    unique(((f"accounts[{i}].id", account.id) for i, account in enumerate(config.accounts)), "ids differ")
    unique(((path, (face, name)) for path, face, name, _ in credentials(config)), "names on a face differ")
    secrets = (
        (f"{path}.{spelled(given, 'secret')}", (face, given.secret))
        for path, face, _, given in credentials(config)
        if face in KNOWN_BY_SECRET
    )
    unique(secrets, "this face knows accounts by it alone")


def check_signing_keys(config: Config) -> None:
    """A private key is 32 bytes in base64."""
    for i, account in enumerate(config.accounts):
        given = account.texml.private_key if account.texml is not None else None
        if given is not None and seed_of(given.reveal()) is None:
            hint = "left out, one is made and kept"
            place = f"accounts[{i}].texml.private_key"
            raise RequestError("expected an Ed25519 key of 32 bytes in base64", field=place, hint=hint)


def seed_of(text: str) -> bytes | None:
    """The Ed25519 key that a text of base64 holds; None where it holds none."""
    try:
        seed = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return seed if len(seed) == ED25519_SEED else None


def spelled(given: Credentials, name: str) -> str:
    """How a field of credentials is called in the file."""
    return next(info.encode_name for info in fields(given) if info.name == name)


# --- what callers reach --------------------------------------------------------------------------


def check_numbers(config: Config) -> None:
    """Each number is there once and leads to one thing, which is the same account's."""
    unique(((f"numbers[{i}].number", n.number.lstrip("+")) for i, n in enumerate(config.numbers)), "numbers differ")
    for i, number in enumerate(config.numbers):
        place = f"numbers[{i}]"
        if sum(bool(getattr(number, target)) for target in TARGETS) != 1:
            raise RequestError("it needs a target", field=place, hint=f"exactly one of {', '.join(TARGETS)}")
        check_target(config, number, place)


def check_target(config: Config, number: Number, place: str) -> None:
    """What a number names is there; a definition may yet be made over the API."""
    if number.answer_url:
        check_dialect(config, number.dialect, number.account, place)
    elif number.dialect:
        raise RequestError("only an answer_url has a dialect", field=f"{place}.dialect", hint="leave it out")
    if number.application:
        owners = {one.sid: one.account for one in config.applications}
        known(number.application, owners, f"{place}.application", "application")
        same_account(owners[number.application], number.account, f"{place}.application")
    same_account(
        {one.id: one.account for one in config.conferences}.get(number.conference, number.account),
        number.account,
        f"{place}.conference",
    )


def check_applications(config: Config) -> None:
    """Each application is there once, in a dialect that its account has."""
    unique(((f"applications[{i}].sid", a.sid) for i, a in enumerate(config.applications)), "sids differ")
    for i, application in enumerate(config.applications):
        check_dialect(config, application.dialect, application.account, f"applications[{i}]")


def check_conferences(config: Config) -> None:
    """Each definition is there once, by id and by name; PINs can be keyed in."""
    rows = tuple(enumerate(config.conferences))
    unique(((f"conferences[{i}].id", c.id) for i, c in rows), "ids differ")
    unique(((f"conferences[{i}].name", (c.account, c.name)) for i, c in rows), "an account's names differ")
    for i, conference in rows:
        for name in ("member_pins", "moderator_pins"):
            for n, pin in enumerate(getattr(conference, name)):
                check_pin(pin.reveal(), f"conferences[{i}].{name}[{n}]")


def check_pin(pin: str, place: str) -> None:
    """A PIN is digits that a caller can key in (Audian 7 B10)."""
    if not (pin.isascii() and pin.isdecimal() and len(pin) <= PIN_LENGTH):
        raise RequestError("this PIN cannot be keyed in", field=place, hint=f"1 to {PIN_LENGTH} digits")


def check_owners(config: Config) -> None:
    """Whatever names an account names one that there is."""
    accounts = [account.id for account in config.accounts]
    for section in ("numbers", "applications", "conferences"):
        for i, row in enumerate(getattr(config, section)):
            known(row.account, accounts, f"{section}[{i}].account", "account")


def check_urls(config: Config) -> None:
    """Addresses are http or https; they may hold a password, so the error does not repeat them."""
    urls = ("answer_url", "fallback_url", "hangup_url", "voice_url", "status_callback")
    for section in ("numbers", "applications"):
        for i, row in enumerate(getattr(config, section)):
            for name in urls:
                if value := getattr(row, name, ""):
                    check_url(value, f"{section}[{i}].{name}")


def check_public_url(config: Config) -> None:
    """What begins the addresses of recordings is one to which a path can be added."""
    url, place = config.recordings.public_url, "recordings.public_url"
    if url:
        check_url(url, place)
        if set(url) & set("?#@"):
            raise RequestError("only a host and a path", field=place, hint="as in https://voice.example")


def check_url(url: str, place: str) -> None:
    """An absolute http or https address."""
    try:
        fit(URL, url)
    except Unfit as unfit:
        raise RequestError(unfit.message, field=place, hint="as in https://app.example/answer") from None


def check_dialect(config: Config, dialect: str, account: str, place: str) -> None:
    """A dialect of documents that there is, and that the account has credentials for: they sign the requests."""
    known(dialect, DIALECTS, f"{place}.dialect", "dialect")
    owner = next(one for one in config.accounts if one.id == account)
    faces = owner.faces()
    if dialect not in faces:
        xml = [face for face in faces if face != DEFINED]
        raise RequestError(
            f"account {account} has no {dialect} credentials", field=f"{place}.dialect", hint=nearest(dialect, xml)
        )


# --- helpers -------------------------------------------------------------------------------------


def known(name: str, names: Iterable[str], place: str, what: str) -> None:
    """Refuse a name that is none of these."""
    there = list(names)
    if name not in there:
        hint = nearest(name, there) if there else f"there are no {what}s at all"
        raise RequestError(
            f"there is no {what} {name!r}" if name else f"the {what} is missing", field=place, hint=hint
        )


def same_account(owner: str, account: str, place: str) -> None:
    """Refuse what is another account's."""
    if owner != account:
        raise RequestError("it belongs to another account", field=place, hint=f"one of {account}")


def unique(rows: Iterable[tuple[str, Hashable]], hint: str) -> None:
    """Refuse a value that stands at two places."""
    seen: dict[Hashable, str] = {}
    for place, value in rows:
        if value in seen:
            raise RequestError(f"{seen[value]} has the same", field=place, hint=hint)
        seen[value] = place


# Accounts before what names them.
CHECKS: tuple[Callable[[Config], None], ...] = (
    check_listen,
    check_speed,
    check_asterisk,
    check_files,
    check_rules,
    check_accounts,
    check_signing_keys,
    check_owners,
    check_urls,
    check_public_url,
    check_applications,
    check_numbers,
    check_conferences,
)
