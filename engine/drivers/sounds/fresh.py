"""How long a customer's file is played from our copy, and how we ask whether it is still theirs (RFC 9111).

Pure: what a reply's headers say, in seconds from its arrival.
"""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import parsedate_to_datetime

# Directives after which a copy is asked for anew each time.
NEVER = ("no-store", "no-cache")


def lifetime(keeping: Mapping[str, str], otherwise: float, longest: float) -> float:
    """Seconds for which a copy may be played unasked: at most `longest`, `otherwise` where nothing is said."""
    directives = _directives(keeping.get("cache-control", ""))
    if any(name in directives for name in NEVER):
        return 0.0
    said = directives.get("s-maxage", directives.get("max-age"))
    if said is not None:
        left = _seconds(said) - _seconds(keeping.get("age", ""))
    elif "expires" in keeping:
        left = _between(keeping.get("date", ""), keeping["expires"])
    else:
        left = otherwise
    return min(max(left, 0.0), longest)


def conditions(keeping: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """The headers that ask for a file only if it is another one by now; none where the reply named no validator."""
    asks = (("If-None-Match", "etag"), ("If-Modified-Since", "last-modified"))
    return tuple((ask, keeping[name]) for ask, name in asks if name in keeping)


def renewed(old: Mapping[str, str], new: Mapping[str, str]) -> dict[str, str]:
    """The headers of a copy whose server says that it is unchanged: what is said now counts, and so does its age."""
    return {**{name: value for name, value in old.items() if name not in ("age", "date")}, **new}


def _directives(header: str) -> dict[str, str]:
    parts = (part.strip().lower().partition("=") for part in header.split(","))
    return {name.strip(): value.strip().strip('"') for name, _, value in parts if name}


def _seconds(text: str) -> float:
    """Whole seconds; 0 for what is no number."""
    return float(text) if text.isascii() and text.isdigit() and len(text) < 12 else 0.0


def _between(start: str, end: str) -> float:
    """Seconds between two dates of HTTP; 0, which is past, where one is none."""
    try:
        return (parsedate_to_datetime(end) - parsedate_to_datetime(start)).total_seconds()
    except (TypeError, ValueError):  # also where only one of them names its zone
        return 0.0
