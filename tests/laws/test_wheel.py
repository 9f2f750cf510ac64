"""The wheel is whole: in a fresh environment, far from the checkout, it runs the main job."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import msgspec
import pytest

from engine.resources import find, folder
from tests.laws.outside import ROOT, run

# One worker builds and installs once for all of these.
pytestmark = pytest.mark.xdist_group("wheel")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the checkout by the build backend of this environment."""
    dist = tmp_path_factory.mktemp("dist")
    pip = (sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation")
    run(*pip, "--wheel-dir", dist, ROOT, cwd=dist)
    (built,) = dist.glob("callflow_engine-*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of a fresh environment with the wheel and what it depends on."""
    venv = tmp_path_factory.mktemp("fresh") / "venv"
    run(sys.executable, "-m", "venv", venv, cwd=venv.parent)
    run(venv / "bin" / "python", "-m", "pip", "install", "--quiet", wheel, cwd=venv.parent)
    return venv / "bin"


def test_wheel_holds_the_package_the_schemas_and_the_samples_and_nothing_else(wheel: Path) -> None:
    shipped = {f"engine/_data/samples/kick.{kind}" for kind in ("xml", "yaml")}
    shipped |= {f"engine/_data/xml_schemas/{path.name}" for path in (ROOT / "xml_schemas").glob("*.xsd")}

    with ZipFile(wheel) as archive:
        names = set(archive.namelist())

    assert shipped <= names
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {"engine", "callflow_engine"}


def test_wheel_runs_the_main_job_outside_the_checkout(installed: Path, tmp_path: Path) -> None:
    assert run(installed / "callflow", "simulate", "samples/kick.yaml", cwd=tmp_path)

    lines = run(installed / "callflow", "simulate", "samples/kick.yaml", "--format", "jsonl", cwd=tmp_path)
    timeline: list[dict[str, Any]] = [msgspec.json.decode(line) for line in lines.splitlines()]

    kicked = next(n for n, entry in enumerate(timeline) if entry.get("cause") == "kicked")
    assert timeline[kicked]["what"] == "member_left"
    spoken = [
        entry["text"]
        for entry in timeline[kicked:]
        if (entry["what"], entry.get("verb"), entry.get("call")) == ("verb_started", "Speak", timeline[kicked]["call"])
    ]
    assert spoken == ["You have been disconnected from the conference"]


def test_installed_wheel_finds_its_own_files(installed: Path, tmp_path: Path) -> None:
    ask = "from engine.resources import folder; print(folder('samples')); print(folder('xml_schemas'))"

    samples, schemas = map(Path, run(installed / "python", "-c", ask, cwd=tmp_path).splitlines())

    assert samples.is_relative_to(installed.parent)
    assert schemas.is_relative_to(installed.parent)
    assert (samples / "kick.xml").read_bytes() == (ROOT / "samples" / "kick.xml").read_bytes()


def test_checkout_finds_the_files_where_readers_see_them() -> None:
    assert folder("samples") == ROOT / "samples"
    assert folder("xml_schemas") == ROOT / "xml_schemas"


def test_a_shipped_name_is_found_from_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    assert find(Path("samples/kick.xml")) == ROOT / "samples" / "kick.xml"


@pytest.mark.parametrize("name", ["samples/no such file", "kick.xml", "elsewhere/kick.xml", "/samples/kick.xml", "."])
def test_any_other_name_means_what_it_says(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    assert find(Path(name)) == Path(name)


def test_a_file_of_ones_own_goes_before_a_shipped_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "samples").mkdir()
    own = Path("samples/kick.xml")
    own.write_text("<Response/>")

    assert find(own) == own


def test_default_installation_includes_every_extra() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    assert extras["fast"] == ["uvloop>=0.21"]  # works as well without

    core = set(project["dependencies"]) - {line for lines in extras.values() for line in lines}

    assert set(extras) == {"cli", "service", "fast"}
    assert set(project["dependencies"]) >= {*extras["cli"], *extras["service"]}
    assert core == {"lxml>=6.0", "msgspec>=0.20", "transitions>=0.9.3,<0.10", "yarl>=1.20"}
