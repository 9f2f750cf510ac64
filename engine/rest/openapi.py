"""Describes each face to machines: an OpenAPI 3.1 document, generated from the rows that are served."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from http import HTTPStatus
from typing import Any

import msgspec
from aiohttp import web

from engine.dialects.face import Face, Field, Route
from engine.dialects.form import METHODS
from engine.rest.body import FORM, JSON
from engine.settings import VERSION

Json = dict[str, Any]

SCHEMAS = "#/components/schemas/{name}"
PARAMETER = re.compile(r"\{([^}]*)\}")
# What is escaped in the patterns of JSON Schema; Python's own escapes are too many for them.
SPECIAL = re.compile(r"[.*+?^${}()|\[\]\\/]")
BODIED = ("POST", "PUT", "PATCH")
ADDRESS = r"^https?://[^/?#\s]"

# What the security schemes of each way to prove oneself are; `proof` are the face's headers.
SCHEMES: Mapping[str, Callable[[Face], Json]] = {
    "basic": lambda face: {"basic": {"type": "http", "scheme": "basic"}},
    "bearer": lambda face: {"bearer": {"type": "http", "scheme": "bearer"}},
    "pair": lambda face: {name: {"type": "apiKey", "in": "header", "name": name} for name in face.proof},
    "token": lambda face: {face.proof[0]: {"type": "apiKey", "in": "header", "name": face.proof[0]}},
}


class Documents:
    """The documents of some faces, each made when it is first asked for."""

    def __init__(self, faces: Iterable[Face]) -> None:
        """Keep the faces."""
        self._faces = {face.name: face for face in faces}
        self._made: dict[str, bytes] = {}

    def routes(self) -> list[web.RouteDef]:
        """`/openapi/<face>.json` for each face; no credentials are needed."""
        return [web.get(f"/openapi/{name}.json", partial(self.document, name)) for name in self._faces]

    async def document(self, name: str, request: web.Request) -> web.Response:
        """The document of one face."""
        if name not in self._made:
            self._made[name] = msgspec.json.encode(openapi(self._faces[name]))
        return web.Response(body=self._made[name], content_type=JSON)


def openapi(face: Face, url: str = "/") -> Json:
    """The document of a face that answers at `url`; of its prefixes only the first is told."""
    refs, schemas = components(face)
    schemes = SCHEMES[face.auth](face)
    return {
        "openapi": "3.1.0",
        "info": {"title": face.title, "version": VERSION},
        "servers": [{"url": url}],
        "security": [{name: [] for name in schemes}],
        "tags": [{"name": name} for name in dict.fromkeys(tag(row, face) for row in face.routes)],
        "paths": paths(face, refs),
        "components": {
            "schemas": schemas,
            "responses": {problem_name(status): problem(status, face, refs) for status in problem_statuses(face)},
            "securitySchemes": schemes,
        },
    }


def paths(face: Face, refs: Mapping[Any, Json]) -> Json:
    """All rows by path and method; paths that differ in their parameters' names alone are one."""
    spelled: dict[str, str] = {}
    found: Json = {}
    for row in face.routes:
        path = spelled.setdefault(PARAMETER.sub("{}", row.path), row.path)
        item = found.setdefault(face.prefixes[0] + path, {"parameters": path_parameters(path)})
        item[row.method.lower()] = operation(row, face, refs)
    return found


def operation(row: Route, face: Face, refs: Mapping[Any, Json]) -> Json:
    """One row."""
    told: Json = {"operationId": row.name, "summary": row.doc, "tags": [tag(row, face)]}
    if row.fields and row.method in BODIED:
        told["requestBody"] = request_body(row, face)
    elif row.fields:
        told["parameters"] = [query_parameter(one) for one in row.fields]
    return {**told, "responses": responses(row, face, refs)}


def tag(row: Route, face: Face) -> str:
    """The resource that a row is about: what follows the account in its path, else how the path begins."""
    _, _, rest = row.path.rpartition(f"{{{face.account}}}")
    return next((part for part in rest.split("/") if part and not part.startswith("{")), face.account)


# --- requests -------------------------------------------------------------------------------------


def path_parameters(path: str) -> list[Json]:
    """The parameters of a path: texts that are not empty."""
    text = {"type": "string", "minLength": 1}
    return [{"name": name, "in": "path", "required": True, "schema": text} for name in PARAMETER.findall(path)]


def query_parameter(one: Field) -> Json:
    """A field of a row without a body."""
    return {
        "name": one.name,
        "in": "query",
        "required": one.required,
        "description": description(one),
        "schema": schema(one, listed=True),
    }


def request_body(row: Route, face: Face) -> Json:
    """The fields of a row with a body: JSON, and a form where the face takes one."""
    json = fields_schema(row.fields)
    required = "required" in json
    if face.within:
        json = {
            "type": "object",
            "properties": {face.within: json},
            **({"required": [face.within]} if required else {}),
        }
    content: Json = {JSON: {"schema": json}}
    if face.forms:
        content[FORM] = {"schema": fields_schema(row.fields, listed=True)}
    return {"required": required, "content": content}


def fields_schema(fields: tuple[Field, ...], *, listed: bool = False) -> Json:
    """An object with these fields."""
    required = [one.name for one in fields if one.required]
    properties = {one.name: {"description": description(one), **schema(one, listed=listed)} for one in fields}
    return {"type": "object", "properties": properties, **({"required": required} if required else {})}


def description(one: Field) -> str:
    """What a field means, and how else it may be spelled."""
    return f"{one.doc} Also: {', '.join(one.also)}." if one.also else one.doc


def schema(one: Field, *, listed: bool = False) -> Json:
    """What a field takes; `listed`: several texts are always a list, as where a name may be repeated."""
    made = KINDS[one.kind](one)
    if listed and one.kind == "texts":
        made = {name: value for name, value in made.items() if name not in ("pattern", "minLength")} | {
            "type": "array"
        }
    if one.nullable and "type" in made:
        made["type"] = [*([made["type"]] if isinstance(made["type"], str) else made["type"]), "null"]
        if "enum" in made:
            made["enum"] = [*made["enum"], None]
    if one.default is not None:
        made["default"] = list(one.default) if isinstance(one.default, tuple) else one.default
    return made


def bounds(one: Field, low: str, high: str) -> Json:
    """The field's bounds under the words that its type has for them."""
    given = {low: one.low, high: one.high}
    return {word: int(bound) if bound == int(bound) else bound for word, bound in given.items() if bound is not None}


def text(one: Field) -> Json:
    """A text; one that must be there is not empty."""
    if one.choices:
        return {"type": "string", "enum": list(one.choices)}
    least = {"minLength": 1} if one.required else {}
    pattern = {"pattern": f"^(?:{one.pattern})$"} if one.pattern else {}
    return {"type": "string", **least, **bounds(one, "minLength", "maxLength"), **pattern}


def number(kind: str, one: Field) -> Json:
    """A number within its bounds."""
    return {"type": kind, **bounds(one, "minimum", "maximum")}


def texts(one: Field) -> Json:
    """A list of texts, or one text that is cut."""
    sizes = bounds(one, "minItems", "maxItems")
    least = {"minLength": 1} if one.low else {}
    if not one.choices:
        return {"type": ["string", "array"], "items": {"type": "string", **least}, **least, **sizes}
    words = "|".join(SPECIAL.sub(r"\\\g<0>", choice) for choice in one.choices)
    several = rf"^(?:{words})(?:\s*[{one.cut}]\s*(?:{words}))*$"
    return {"type": ["string", "array"], "items": {"enum": list(one.choices)}, "pattern": several, **sizes}


KINDS: Mapping[str, Callable[[Field], Json]] = {
    "text": text,
    "integer": partial(number, "integer"),
    "number": partial(number, "number"),
    "boolean": lambda one: {"type": "boolean"},
    "url": lambda one: {"type": "string", "format": "uri", "pattern": ADDRESS},
    "method": lambda one: {"type": "string", "enum": list(METHODS)},
    "texts": texts,
    "object": lambda one: dict(one.schema),
}


# --- replies --------------------------------------------------------------------------------------


def alternatives(told: Any) -> tuple[Any, ...]:
    """The types that a body may have; none where there is no body."""
    return told if isinstance(told, tuple) else () if told is None else (told,)


def components(face: Face) -> tuple[dict[Any, Json], Json]:
    """A reference to each type of a body, and the schemas that these refer to, by name."""
    told = [body for row in face.routes for body in row.answers.values()] + list(face.problem_types.values())
    types = list(dict.fromkeys(one for body in told for one in alternatives(body)))
    made, schemas = msgspec.json.schema_components(types, ref_template=SCHEMAS)
    return dict(zip(types, made, strict=True)), schemas


def responses(row: Route, face: Face, refs: Mapping[Any, Json]) -> Json:
    """Every status that a row may be answered with."""
    told: Json = {
        str(status): {"$ref": f"#/components/responses/{problem_name(status)}"} for status in problem_statuses(face)
    }
    for status, body in row.answers.items():
        types = alternatives(body) + alternatives(face.problem_types.get(status))
        told[str(status)] = response(HTTPStatus(status).phrase, types, refs)
    return told


def response(words: str, types: tuple[Any, ...], refs: Mapping[Any, Json]) -> Json:
    """A reply whose body is of one of these types."""
    shapes = list({str(shape): shape for shape in (refs[one] for one in dict.fromkeys(types))}.values())
    if not shapes:
        return {"description": words}
    return {
        "description": words,
        "content": {JSON: {"schema": shapes[0] if len(shapes) == 1 else {"anyOf": shapes}}},
    }


def problem_statuses(face: Face) -> list[int]:
    """The statuses that problems are answered with."""
    return sorted({*face.troubles.values(), *face.problem_types})


def problem_name(status: int) -> str:
    """What the reply to a problem is called among the components."""
    return f"Problem{status}"


def problem(status: int, face: Face, refs: Mapping[Any, Json]) -> Json:
    """What a problem of that status is answered with."""
    return response(HTTPStatus(status).phrase, alternatives(face.problem_types.get(status)), refs)
