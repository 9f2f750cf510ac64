"""An Asterisk is unpacked whole or not at all, from the cache where there is one, and never over something else."""

from __future__ import annotations

import os
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from engine.drivers.asterisk.install import STARTER, SUMS, Apt, fetch, install, installed, mirror, version_of
from engine.errors import RequestError
from tests.asterisk.provision import provided

SAYS_ITS_VERSION = "#!/bin/sh\necho Asterisk 22.9.1-small\n"


def architecture() -> str:
    return subprocess.run(["dpkg", "--print-architecture"], capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """A cache that holds an Asterisk of two files."""
    small = tmp_path / "small"
    small.mkdir()
    (small / STARTER).write_text(SAYS_ITS_VERSION)
    (small / STARTER).chmod(0o755)
    (small / SUMS).write_text("0123  one.deb\n4567  two.deb\n")
    folder = tmp_path / "cache"
    folder.mkdir()
    kept = folder / f"asterisk-22.x-{architecture()}.tar.gz"
    subprocess.run(["tar", "-czf", kept, "-C", small, "."], check=True)
    return folder


def programs(folder: Path, monkeypatch: pytest.MonkeyPatch, **texts: str) -> None:
    """Let these scripts be the only programs that are found."""
    folder.mkdir()
    for name, text in texts.items():
        path = folder / name.replace("_", "-")
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))


def test_an_asterisk_is_unpacked_from_the_cache(tmp_path: Path, cache: Path) -> None:
    said: list[str] = []

    found = install(tmp_path / "here" / "asterisk", cache=cache, say=said.append)

    assert found.version == "22.9.1"
    assert found.packages == ("0123  one.deb", "4567  two.deb")
    assert found.total == "46bbf211b68cc7a6264b7d33bf45389d5f228fa67489ef09cf3a11736fff6576"
    assert said == [f"unpacking {cache / f'asterisk-22.x-{architecture()}.tar.gz'}"]
    assert [path.name for path in (tmp_path / "here").iterdir()] == ["asterisk"]


def test_a_whole_one_is_left_as_it_is(tmp_path: Path, cache: Path) -> None:
    said: list[str] = []
    first = install(tmp_path / "asterisk", cache=cache, say=said.append)

    assert install(tmp_path / "asterisk", cache=cache, say=said.append) == first
    assert len(said) == 1


def test_two_at_once_unpack_it_once(tmp_path: Path, cache: Path) -> None:
    said: list[str] = []
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(lambda _: install(tmp_path / "asterisk", cache=cache, say=said.append), range(2)))

    assert both[0] == both[1]
    assert len(said) == 1


def test_an_empty_folder_is_filled_and_any_other_is_left_alone(tmp_path: Path, cache: Path) -> None:
    empty, full = tmp_path / "empty", tmp_path / "full"
    empty.mkdir()
    full.mkdir()
    (full / "letter").write_text("mine")

    assert install(empty, cache=cache, say=print).version == "22.9.1"
    with pytest.raises(RequestError, match=r"full: there is something else already \(a folder that is not there\)"):
        install(full, cache=cache, say=print)
    assert [path.name for path in full.iterdir()] == ["letter"]


def test_half_of_one_is_not_taken_for_a_whole_one(tmp_path: Path, cache: Path) -> None:
    found = install(tmp_path / "asterisk", cache=cache, say=print)
    (found.prefix / SUMS).unlink()

    assert installed(found.prefix) is None
    with pytest.raises(RequestError, match="there is something else already"):
        install(found.prefix, cache=cache, say=print)


def test_a_broken_cache_leaves_nothing_behind(tmp_path: Path, cache: Path) -> None:
    next(cache.glob("*.tar.gz")).write_bytes(b"no archive")

    with pytest.raises(RequestError, match="tar failed: "):
        install(tmp_path / "here" / "asterisk", cache=cache, say=print)
    assert list((tmp_path / "here").iterdir()) == []


@pytest.mark.parametrize(
    ("said", "version"),
    [
        ("Asterisk 22.10.1+dfsg+~cs6.17.60671434-1\n", "22.10.1"),
        ("Asterisk 20.6.0~dfsg+~cs6.13.40431414-2build5\n", "20.6.0"),
        ("Asterisk certified/20.7-cert2\n", "20.7"),
    ],
)
def test_the_version_is_read_without_the_additions_of_a_distribution(said: str, version: str) -> None:
    assert version_of(said) == version


def test_what_says_no_version_is_refused() -> None:
    with pytest.raises(RequestError, match="no version in 'Illegal instruction'"):
        version_of("Illegal instruction\n")


# --- machines that cannot -------------------------------------------------------------------------


def test_without_apt_one_is_told_what_to_take_instead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    programs(tmp_path / "bin", monkeypatch)

    with pytest.raises(RequestError, match=r"there is no dpkg on this machine \(.*apt-get install asterisk\)"):
        install(tmp_path / "asterisk", cache=tmp_path / "cache", say=print)


def test_the_mirror_is_the_one_that_the_machine_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sites = "https://other.example/tools\nhttps://mirror.example/debian-security\nhttps://mirror.example/debian/\n"
    programs(tmp_path / "bin", monkeypatch, apt_get=f"echo '{sites}'")

    assert mirror() == "https://mirror.example/debian/"


def test_a_list_of_mirrors_is_one_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    programs(tmp_path / "bin", monkeypatch, apt_get="echo mirror+file:/etc/apt/mirrors/debian.list")

    assert mirror() == "mirror+file:/etc/apt/mirrors/debian.list"


def test_another_distribution_is_told_what_to_take_instead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    programs(tmp_path / "bin", monkeypatch, apt_get="echo http://archive.example/ubuntu")

    with pytest.raises(RequestError, match=r"no mirror of Debian's archive \(.*apt-get install asterisk\)"):
        mirror()


def test_an_architecture_that_we_know_nothing_of_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match=r"no way to unpack Asterisk for s390x \(amd64 or arm64\)"):
        fetch(tmp_path, "s390x", print)


def test_another_series_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    programs(tmp_path / "bin", monkeypatch, apt_cache="echo 'Version: 1:23.1.0-1'")

    with pytest.raises(RequestError, match=r"the mirror has Asterisk 1:23.1.0-1 \(22.x is wanted\)"):
        Apt(tmp_path, "amd64", "deb http://mirror.example/debian sid main").check_series()


def test_what_a_program_complained_of_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    programs(tmp_path / "bin", monkeypatch, dpkg="echo first >&2; echo the disk is full >&2; exit 2")

    with pytest.raises(RequestError, match="dpkg failed: the disk is full"):
        install(tmp_path / "asterisk", cache=tmp_path / "cache", say=print)


# --- the real one ---------------------------------------------------------------------------------


def test_the_suites_asterisk_runs_from_wherever_its_folder_stands(tmp_path: Path) -> None:
    found = provided()
    if found is None:
        pytest.skip("there is no Asterisk")
    moved = tmp_path / "elsewhere"
    shutil.copytree(found.prefix, moved, symlinks=True)
    link = tmp_path / "link"
    link.symlink_to(moved / STARTER)

    said = subprocess.run([link, "-V"], capture_output=True, text=True, check=True, env={"PATH": os.defpath}).stdout

    assert version_of(said) == found.version
    assert found.version.startswith("22.")
    assert len(found.packages) >= 10
