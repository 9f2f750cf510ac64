"""Everything that is raised on purpose, in one tree.

EngineError
├── DocumentError    a document that cannot be read: line, column, hint
├── RequestError     a request or scenario that asks for what cannot be: field, status
├── Refused          what a face cannot do, worded by it (engine.dialects.face)
├── SwitchError      the softswitch refused or is away
└── IllegalEvent     an event that means nothing in that state: a bug of ours
"""


class EngineError(Exception):
    """The root of all errors raised on purpose."""


class DocumentError(EngineError):
    """A document that cannot be read; says where, what, and what would be right."""

    def __init__(self, message: str, *, line: int = 0, column: int = 0, hint: str = "", code: str = "") -> None:
        """Keep the place (1-based; 0 where none is known), the hint and the vendor's code."""
        where = f"line {line}: " if line else ""
        super().__init__(f"{where}{message}" + (f" ({hint})" if hint else ""))
        self.message = message
        self.line = line
        self.column = column
        self.hint = hint
        self.code = code


class RequestError(EngineError):
    """A request, scenario or setting that cannot be met; names the field and, for HTTP, the status."""

    def __init__(self, message: str, *, field: str = "", status: int = 400, hint: str = "") -> None:
        """Keep the field's path, the HTTP status and the hint."""
        where = f"{field}: " if field else ""
        super().__init__(f"{where}{message}" + (f" ({hint})" if hint else ""))
        self.message = message
        self.field = field
        self.status = status
        self.hint = hint


class SwitchError(EngineError):
    """The softswitch refused, failed or cannot be reached."""


class IllegalEvent(EngineError):
    """An event without a row in the table of its machine: a bug of ours, contained by the exchange."""
