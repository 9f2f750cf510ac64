"""The OpenAPI documents: valid, and of one mind with the rows."""

from __future__ import annotations

import re
from typing import Any

import msgspec
import pytest
from msgspec import Struct
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from engine.dialects.face import Face, Field, Problem, Reply, Route
from engine.dialects.faces import FACES
from engine.dialects.form import fit
from engine.rest.openapi import openapi, schema
from engine.settings import VERSION
from tests.rest.bench import served

METHODS = {"get", "post", "put", "patch", "delete"}


def document(face: Face) -> Any:
    """The document as a reader gets it."""
    return msgspec.json.decode(msgspec.json.encode(openapi(face)))


def operations(told: Any) -> dict[tuple[str, str], Any]:
    return {
        (word.upper(), path): one
        for path, item in told["paths"].items()
        for word, one in item.items()
        if word in METHODS
    }


def unnamed(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", path)


every_face = pytest.mark.parametrize("face", FACES.values(), ids=list(FACES))
every_field = pytest.mark.parametrize(
    "one",
    [one for face in FACES.values() for row in face.routes for one in row.fields],
    ids=[f"{face.name}:{row.name}:{one.name}" for face in FACES.values() for row in face.routes for one in row.fields],
)


@every_face
def test_a_face_has_a_valid_document(face: Face) -> None:
    OpenAPIV31SpecValidator(document(face)).validate()


@every_face
def test_the_document_has_every_row_and_nothing_else(face: Face) -> None:
    told = operations(document(face))

    assert {(method, unnamed(path)): one["operationId"] for (method, path), one in told.items()} == {
        (row.method, unnamed(face.prefixes[0] + row.path)): row.name for row in face.routes
    }
    assert len(told) == len(face.routes)


@every_face
def test_every_status_that_a_row_or_the_face_may_answer_is_told(face: Face) -> None:
    told = {one["operationId"]: set(one["responses"]) for one in operations(document(face)).values()}

    problems = {str(status) for status in face.troubles.values()}
    assert told == {row.name: problems | {str(status) for status in row.answers} for row in face.routes}


@every_face
def test_every_field_is_told_where_it_is_sent(face: Face) -> None:
    told = {one["operationId"]: one for one in operations(document(face)).values()}
    for row in face.routes:
        names = {one.name for one in row.fields}
        queried = {one["name"] for one in told[row.name].get("parameters", [])}
        contents = told[row.name].get("requestBody", {"content": {}})["content"]
        sent = {kind: content["schema"]["properties"] for kind, content in contents.items()}
        if "application/json" in sent and face.within:
            sent["application/json"] = sent["application/json"][face.within]["properties"]
        if row.method in ("GET", "DELETE"):
            assert (queried, sent) == (names, {})
        elif names:
            assert {kind: set(one) for kind, one in sent.items()} == dict.fromkeys(kinds(face), names)


def kinds(face: Face) -> list[str]:
    return ["application/json", *(["application/x-www-form-urlencoded"] if face.forms else [])]


@every_field
def test_a_default_and_every_allowed_word_are_what_a_field_takes(one: Field) -> None:
    told = msgspec.json.decode(msgspec.json.encode(schema(one)))
    for value in [*one.choices, *([told["default"]] if one.default is not None else [])]:
        assert OAS31Validator(told).is_valid(value), (told, value)
        if value in one.choices:
            assert fit(one, value) in (value, (value,))


# --- a face of our own ----------------------------------------------------------------------------


class Made(Struct):
    """A body."""

    id: str


class Found(Struct):
    """Another body."""

    ids: list[str]


class Wrong(Struct):
    """A problem's body."""

    error: str


def problem(problems: tuple[Problem, ...], status: int, asked: Any) -> Reply:
    return Reply(status, Wrong(problems[0].message))


THINGS = (
    Field(name="name", doc="Its name.", required=True, high=9, pattern="a|b"),
    Field(name="size", doc="How large.", kind="integer", low=1, high=5, default=2),
    Field(name="share", doc="How much.", kind="number", low=0.5, nullable=True),
    Field(name="mode", doc="How.", choices=("slow", "fast"), nullable=True, also=("Mode",)),
    Field(name="to", doc="Where to.", kind="texts", required=True, low=1, high=3, cut="<"),
    Field(name="events", doc="What is told.", kind="texts", choices=("start", "end"), cut=" "),
)
SIZE = THINGS[1:2]
MADE = {201: (Made, Found)}


def face(**more: Any) -> Face:
    given: dict[str, Any] = {
        "name": "ours", "title": "Ours", "auth": "basic", "account": "me",
        "troubles": {"missing": 400, "unknown": 404, "internal": 500},
        "problem": problem, "problem_types": {400: Wrong, 404: Wrong, 500: None}, "prefixes": ("/x", "/y"),
        "routes": (
            Route(name="list", method="GET", path="/{me}/Thing/", doc="All.", answers={200: Found}, fields=SIZE),
            Route(name="make", method="POST", path="/{me}/Thing/", doc="One.", answers=MADE, fields=THINGS),
            Route(name="end", method="DELETE", path="/{me}/Thing/{id}", doc="End.", answers={204: None}),
            Route(name="change", method="POST", path="/{me}/Thing/{other}", doc="!", answers={404: Made}, fields=SIZE),
        ),
    }  # fmt: skip
    return Face(**given | more)


def test_it_says_whose_it_is_and_where() -> None:
    told = openapi(face(), "https://calls.example")

    assert told["info"] == {"title": "Ours", "version": VERSION}
    assert told["servers"] == [{"url": "https://calls.example"}]
    assert set(told["paths"]) == {"/x/{me}/Thing/", "/x/{me}/Thing/{id}"}
    assert [one["tags"] for one in operations(told).values()] == [["Thing"]] * 4


def test_parameters_of_a_path_are_texts_that_are_not_empty() -> None:
    parameters = openapi(face())["paths"]["/x/{me}/Thing/{id}"]["parameters"]

    assert [(one["name"], one["in"], one["required"]) for one in parameters] == [
        ("me", "path", True),
        ("id", "path", True),
    ]
    assert all(one["schema"] == {"type": "string", "minLength": 1} for one in parameters)


def test_a_row_without_a_body_has_its_fields_in_the_query() -> None:
    listed = operations(openapi(face()))["GET", "/x/{me}/Thing/"]

    assert "requestBody" not in listed
    assert listed["parameters"] == [
        {
            "name": "size",
            "in": "query",
            "required": False,
            "description": "How large.",
            "schema": {"type": "integer", "minimum": 1, "maximum": 5, "default": 2},
        }
    ]


def test_a_row_with_a_body_has_its_fields_there() -> None:
    body = operations(openapi(face()))["POST", "/x/{me}/Thing/"]["requestBody"]

    assert body["required"]
    assert body["content"]["application/json"]["schema"] == {
        "type": "object",
        "required": ["name", "to"],
        "properties": {
            "name": {
                "description": "Its name.",
                "type": "string",
                "minLength": 1,
                "maxLength": 9,
                "pattern": "^(?:a|b)$",
            },
            "size": {"description": "How large.", "type": "integer", "minimum": 1, "maximum": 5, "default": 2},
            "share": {"description": "How much.", "type": ["number", "null"], "minimum": 0.5},
            "mode": {"description": "How. Also: Mode.", "type": ["string", "null"], "enum": ["slow", "fast", None]},
            "to": {
                "description": "Where to.",
                "type": ["string", "array"],
                "items": {"type": "string", "minLength": 1},
                "minLength": 1,
                "minItems": 1,
                "maxItems": 3,
            },
            "events": {
                "description": "What is told.",
                "type": ["string", "array"],
                "items": {"enum": ["start", "end"]},
                "pattern": r"^(?:start|end)(?:\s*[ ]\s*(?:start|end))*$",
            },
        },
    }


def test_a_body_without_a_required_field_may_be_left_out() -> None:
    assert not operations(openapi(face()))["POST", "/x/{me}/Thing/{id}"]["requestBody"]["required"]


def test_a_face_with_forms_takes_them_too_and_there_a_list_is_a_list() -> None:
    content = operations(openapi(face(forms=True)))["POST", "/x/{me}/Thing/"]["requestBody"]["content"]

    assert list(content) == ["application/json", "application/x-www-form-urlencoded"]
    assert content["application/x-www-form-urlencoded"]["schema"]["properties"]["events"] == {
        "description": "What is told.",
        "type": "array",
        "items": {"enum": ["start", "end"]},
    }


def test_fields_stand_within_the_key_that_the_face_has_for_them() -> None:
    body = operations(openapi(face(within="data")))["POST", "/x/{me}/Thing/"]["requestBody"]
    told = body["content"]["application/json"]["schema"]

    assert told["required"] == ["data"]
    assert told["properties"]["data"]["required"] == ["name", "to"]


def test_replies_are_told_by_status_and_type() -> None:
    told = operations(openapi(face()))

    made = told["POST", "/x/{me}/Thing/"]["responses"]
    refs = [{"$ref": f"#/components/schemas/{name}"} for name in ("Made", "Found")]
    assert made["201"]["content"]["application/json"]["schema"] == {"anyOf": refs}
    assert made["400"] == {"$ref": "#/components/responses/Problem400"}
    assert told["DELETE", "/x/{me}/Thing/{id}"]["responses"]["204"] == {"description": "No Content"}
    both = told["POST", "/x/{me}/Thing/{id}"]["responses"]["404"]["content"]["application/json"]["schema"]
    assert both == {"anyOf": [refs[0], {"$ref": "#/components/schemas/Wrong"}]}
    assert openapi(face())["components"]["responses"]["Problem500"] == {"description": "Internal Server Error"}


@pytest.mark.parametrize(
    ("more", "schemes"),
    [
        ({"auth": "basic"}, {"basic": {"type": "http", "scheme": "basic"}}),
        ({"auth": "bearer"}, {"bearer": {"type": "http", "scheme": "bearer"}}),
        ({"auth": "token", "proof": ("T",)}, {"T": {"type": "apiKey", "in": "header", "name": "T"}}),
        (
            {"auth": "pair", "proof": ("A", "B")},
            {name: {"type": "apiKey", "in": "header", "name": name} for name in ("A", "B")},
        ),
    ],
)
def test_credentials_are_told_and_all_of_them_are_needed(more: Any, schemes: Any) -> None:
    told = openapi(face(**more))

    assert told["components"]["securitySchemes"] == schemes
    assert told["security"] == [{name: [] for name in schemes}]


# --- on the network -------------------------------------------------------------------------------


def test_documents_are_read_without_credentials() -> None:
    with served() as bench:
        got = {name: bench.request("GET", f"/openapi/{name}.json") for name in FACES}
        assert bench.request("GET", "/openapi/nobody.json").status == 404

    assert {name: (one.status, one.json) for name, one in got.items()} == {
        name: (200, document(face)) for name, face in FACES.items()
    }
