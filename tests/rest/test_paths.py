"""Which row a path means."""

from __future__ import annotations

from typing import Any

import pytest

from engine.dialects.face import Face, Reply, Route
from engine.rest.paths import Paths


def row(method: str, path: str) -> Route:
    name = f"{method} {path}"
    return Route(name=name, method=method, path=path, doc="", answers={200: None}, tells=lambda a, s: Reply(200))


def face(name: str, *routes: Route, **more: Any) -> Face:
    return Face(
        name=name,
        title=name,
        routes=routes,
        auth="basic",
        account="auth_id",
        troubles={},
        problem=lambda p, s, a: Reply(s),
        problem_types={},
        **more,
    )


PLIVO = face(
    "plivo",
    row("GET", "/Account/{auth_id}/Conference/"),
    row("GET", "/Account/{auth_id}/Conference/{conference_name}/"),
    row("POST", "/Account/{auth_id}/Conference/{conference_name}/Member/{member_id}/Kick/"),
    prefixes=("/v1",),
)
TEXML = face(
    "texml",
    row("GET", "/Accounts/{account_sid}/Conferences"),
    row("GET", "/Accounts/{account_sid}/Conferences/{sid}"),
    row("GET", "/Accounts/{account_sid}/Conferences/{sid}/Recordings"),
    row("GET", "/Accounts/{account_sid}/Conferences/{sid}/Recordings.json"),
    prefixes=("/v2/texml", "/texml"),
    suffix=".json",
)
AUDIAN = face("audian", row("GET", "/accounts/{account_id}/conferences"), prefixes=("/v2",))
PATHS = Paths((PLIVO, TEXML, AUDIAN))


def meaning(path: str, method: str = "GET") -> tuple[str, dict[str, str]]:
    found = PATHS.find(path)
    assert found is not None, path
    return found.leaf.routes[method].path, found.parameters(method)


def test_parameters_bear_the_names_of_the_row() -> None:
    path = "/v1/Account/MA1/Conference/My%20Room/Member/10%2C11/Kick/"
    names = {"auth_id": "MA1", "conference_name": "My Room", "member_id": "10,11"}
    assert meaning(path, "POST") == (PLIVO.routes[2].path, names)


def test_letter_case_of_literals_and_a_final_slash_mean_nothing() -> None:
    assert meaning("/v1/account/MA1/conference")[0] == PLIVO.routes[0].path


def test_a_name_keeps_its_case_and_its_slash() -> None:
    assert meaning("/v1/Account/MA1/Conference/a%2FB")[1]["conference_name"] == "a/B"


def test_either_prefix_leads_to_the_row() -> None:
    assert meaning("/texml/Accounts/a/Conferences") == meaning("/v2/texml/Accounts/a/Conferences")


def test_the_suffix_may_follow_any_path_of_its_face_only() -> None:
    assert meaning("/v2/texml/Accounts/a/Conferences/CF1.json")[1]["sid"] == "CF1"
    assert meaning("/v2/texml/Accounts/a/Conferences.json")[0] == TEXML.routes[0].path
    assert meaning("/v1/Account/a/Conference/room.json")[1]["conference_name"] == "room.json"


def test_a_row_that_is_written_with_the_suffix_is_another_one() -> None:
    assert meaning("/v2/texml/Accounts/a/Conferences/CF1/Recordings.json")[0] == TEXML.routes[3].path
    assert meaning("/v2/texml/Accounts/a/Conferences/CF1/Recordings")[0] == TEXML.routes[2].path


@pytest.mark.parametrize("path", ["/", "/v1", "/v1/Account//Conference/", "/v1/Account/a/Conference/b/c/", "/v3/x"])
def test_what_no_row_has_is_not_found(path: str) -> None:
    assert PATHS.find(path) is None


@pytest.mark.parametrize(
    ("path", "name"),
    [("/v1/Nothing", "plivo"), ("/v2/texml/x", "texml"), ("/v2/x", "audian"), ("/texml", "texml")],
)
def test_an_unknown_path_belongs_to_the_face_of_its_longest_prefix(path: str, name: str) -> None:
    found = PATHS.face_of(path)
    assert found is not None
    assert found.name == name


def test_a_path_of_no_face_belongs_to_nobody() -> None:
    assert PATHS.face_of("/v10/x") is None


def test_two_rows_of_one_meaning_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="stands twice"):
        Paths((PLIVO, PLIVO))
