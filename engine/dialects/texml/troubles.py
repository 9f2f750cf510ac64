"""How TeXML words what goes wrong: statuses, codes and bodies of errors (TeXML 1.2)."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import UNSET, Struct, UnsetType, field

from engine.dialects.face import USUAL, Asked, Problem, Refused, Reply, Trouble

INVALID_URL = "10003"
MISSING = "10004"
NOT_FOUND = "10005"
UNEXPECTED = "10007"
BAD_REQUEST = "10015"
NOT_E164 = "10016"
NO_ASSOCIATE = "10017"
MEDIA_TYPE = "10024"
TYPE = "10026"
UNPROCESSABLE = "10027"
CHOICE = "10032"
RANGE = "10033"
DIGITS = "90014"
CALL_ENDED = "90018"
CONFERENCE_ENDED = "90019"
NOT_ANSWERED = "90034"

TITLES: Mapping[str, str] = {
    INVALID_URL: "Invalid URL",
    MISSING: "Missing required parameter",
    NOT_FOUND: "Resource not found",
    UNEXPECTED: "Unexpected error",
    "10009": "Authentication failed",
    "10011": "Too many requests",
    BAD_REQUEST: "Bad Request",
    NOT_E164: "Phone number must be in +E.164 format",
    NO_ASSOCIATE: "Associated resource does not exist",
    MEDIA_TYPE: "Unsupported Content-Type",
    TYPE: "Invalid parameter type",
    UNPROCESSABLE: "Unprocessable Entity",
    CHOICE: "Invalid enumerated value",
    RANGE: "Value outside of range",
    DIGITS: "Invalid digits",
    CALL_ENDED: "Call has already ended",
    CONFERENCE_ENDED: "Conference has already ended",
    NOT_ANSWERED: "Call not answered yet",
}

# An account that the key does not belong to is not there for it (TeXML 1.1).
STATUSES: Mapping[Trouble, int] = {
    **USUAL,
    "forbidden": 404,
    "missing": 422,
    "type": 422,
    "value": 422,
    "range": 422,
    "refused": 422,
}
CODES: Mapping[Trouble, str] = {
    "unauthorized": "10009",
    "unknown_route": NOT_FOUND,
    "wrong_method": BAD_REQUEST,
    "media_type": MEDIA_TYPE,
    "malformed": BAD_REQUEST,
    "too_large": BAD_REQUEST,
    "missing": MISSING,
    "type": TYPE,
    "value": CHOICE,
    "range": RANGE,
    "refused": UNPROCESSABLE,
    "rate": "10011",
    "limit": "10011",
    "unavailable": UNEXPECTED,
    "internal": UNEXPECTED,
}
OWN_CODES: frozenset[Trouble] = frozenset({"value", "range", "refused"})  # where a problem's own code goes first
SHORT: frozenset[Trouble] = frozenset({"unknown", "forbidden"})
# A command to what is over is a bad request, not one that cannot be processed (TeXML 1.2).
STATUS_OF_CODE: Mapping[str, int] = {CONFERENCE_ENDED: 400}
ABSENT = "absent"
ABOUT = "https://developers.telnyx.com/docs/overview/errors/"
GONE = "Resource not found"


class Source(Struct, frozen=True):
    """What an error is about: `/Param`."""

    pointer: str


class Meta(Struct, frozen=True):
    """Where an error is explained."""

    url: str


class Error(Struct, frozen=True, kw_only=True):
    """One error; of a resource that there is not, the detail alone."""

    code: str | UnsetType = UNSET
    title: str | UnsetType = UNSET
    detail: str
    source: Source | UnsetType = UNSET
    meta: Meta | UnsetType = UNSET


class Errors(Struct, frozen=True):
    """The body of every error."""

    errors: tuple[Error, ...] = field(default=())


PROBLEM_TYPES: Mapping[int, type] = dict.fromkeys(sorted({*STATUSES.values(), *STATUS_OF_CODE.values()}), Errors)


def problem(problems: tuple[Problem, ...], status: int, asked: Asked) -> Reply:
    """Word what went wrong; a request without credentials is answered as an unknown route is (TeXML 1.1)."""
    first = problems[0]
    if first.trouble == "unauthorized" and first.code == ABSENT:
        return Reply(404, Errors((long_form(NOT_FOUND, GONE),)))
    if first.trouble in SHORT:
        return Reply(status, Errors((Error(detail=GONE),)))
    return Reply(STATUS_OF_CODE.get(first.code, status), Errors(tuple([worded(one) for one in problems])))


def worded(one: Problem) -> Error:
    """One problem in the vendor's form."""
    code = (one.code if one.trouble in OWN_CODES else "") or CODES.get(one.trouble, UNPROCESSABLE)
    return long_form(code, one.message, one.field)


def long_form(code: str, detail: str, parameter: str = "") -> Error:
    """An error with its code, and the parameter that it is about."""
    source = Source("/" + parameter) if parameter else UNSET
    return Error(code=code, title=TITLES[code], detail=detail, source=source, meta=Meta(ABOUT + code))


def gone() -> Refused:
    """The refusal of a resource that there is not."""
    return Refused(Problem(trouble="unknown", message=GONE))


def refusal(code: str, message: str, parameter: str = "") -> Refused:
    """The refusal, with that code, of something that was understood."""
    return Refused(Problem(trouble="refused", message=message, field=parameter, code=code))


def missing(parameter: str) -> Refused:
    """The refusal of a request without something that it needs."""
    return Refused(Problem(trouble="missing", message=f"{parameter} parameter is missing", field=parameter))
