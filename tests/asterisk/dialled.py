"""What the tests of dialling share: whom a Dial rings, and what comes of it."""

from __future__ import annotations

from tests.asterisk.phone.call import Call
from tests.asterisk.phone.habit import Habit
from tests.asterisk.phone.phone import Phone
from tests.asterisk.stage import Stage

ANN = "+14155550111"
SOON = Habit(after=0.1)
SILENT = Habit(after=None)


def user(phone: Phone, attributes: str = "") -> str:
    """A phone as somebody whom a Dial rings."""
    return f"<User {attributes}>{phone.contact}</User>"


def dials(on: Stage, attributes: str, *users: str, before: str = "") -> None:
    """Have callers be dialled on to these, and the action end the call."""
    on.page(f"{before}<Dial action='/over' {attributes}>{''.join(users)}</Dial>")
    on.page("<Hangup/>", "/over")


async def over(on: Stage, call: Call) -> dict[str, str]:
    """What the action of a Dial is told; the call is over then."""
    told = dict((await on.told("/over")).params)
    await call.until("ended" if "answered" in call.times else "failed")
    return told
