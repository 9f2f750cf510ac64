"""The commands `callflow asterisk …`: what they print, what they write, and their exit status."""

from __future__ import annotations

import os
import re
import stat
import tomllib
from pathlib import Path

import pytest
import tomli_w
from click.testing import CliRunner, Result

from engine.cli import main
from engine.drivers.asterisk.configuration import Layout
from engine.service.loading import load
from engine.softswitch import ours
from tests.asterisk.provision import HOST, Instance, prefix, provided


def callflow(*words: str | Path) -> Result:
    return CliRunner().invoke(main, ["asterisk", *map(str, words)])


def test_help_lists_the_commands() -> None:
    said = callflow("--help")

    assert said.exit_code == 0
    _, _, commands = said.stdout.partition("Commands:\n")
    assert re.findall(r"^  (\w+) ", commands, re.MULTILINE) == ["check", "config", "install"]


# --- install --------------------------------------------------------------------------------------


def test_an_asterisk_that_is_there_is_told_with_its_version_and_sums(asterisk: Instance, tmp_path: Path) -> None:
    found = provided()
    assert found is not None

    said = callflow("install", prefix(), "--cache", tmp_path)
    listed = callflow("install", "--verbose", prefix(), "--cache", tmp_path)

    assert said.exit_code == 0, said.output
    assert said.stdout.splitlines() == [
        f"Asterisk {found.version} in {prefix()}",
        f"{len(found.packages)} packages, SHA-256 over their sums {found.total}",
    ]
    assert listed.stdout.splitlines() == [*found.packages, *said.stdout.splitlines()]


def test_a_folder_of_something_else_ends_with_2(tmp_path: Path) -> None:
    (tmp_path / "letter").touch()

    said = callflow("install", tmp_path, "--cache", tmp_path / "cache")

    assert said.exit_code == 2
    assert "there is something else already" in said.stderr


# --- config ---------------------------------------------------------------------------------------


def test_a_configuration_is_written_for_both_sides(tmp_path: Path) -> None:
    folder = tmp_path / "first"

    said = callflow(
        "config", "--output", folder, "--sip-port", "5062", "--http-port", "8090", "--listen", "[::1]:8091"
    )

    assert said.exit_code == 0, said.output
    config = load(folder / "callflow.toml", os.environ)
    switch = config.asterisk
    assert (config.switch, switch.url, switch.listen) == ("asterisk", "http://127.0.0.1:8090", "[::1]:8091")
    assert switch.password is not None
    assert f"password = {switch.password.reveal()}\n" in (folder / "ari.conf").read_text()
    assert "uri = ws://[::1]:8091/callflow\n" in (folder / "websocket_client.conf").read_text()
    assert (switch.sounds, switch.number) == (str(folder / "sounds"), "PJSIP/phone")
    assert stat.S_IMODE((folder / "callflow.toml").stat().st_mode) == 0o600


def prefix_with(folder: Path, *modules: str) -> Path:
    """What looks like an installed Asterisk that has these modules."""
    at = folder / "prefix/usr/lib/any-linux-gnu/asterisk/modules"
    at.mkdir(parents=True)
    for name in modules:
        (at / f"{name}.so").touch()
    return folder / "prefix"


@pytest.mark.parametrize(
    ("modules", "words", "listen"),
    [
        (("res_websocket_client",), (), "127.0.0.1:8089"),
        (("res_websocket_client",), ("--listen", "127.0.0.1:8090"), "127.0.0.1:8090"),
        (("res_websocket_client",), ("--listen", ""), ""),
        (("res_stasis",), (), ""),
    ],
)
def test_an_asterisk_that_can_connects_to_us(
    tmp_path: Path, modules: tuple[str, ...], words: tuple[str, ...], listen: str
) -> None:
    folder = tmp_path / "first"

    said = callflow("config", "--output", folder, "--prefix", prefix_with(tmp_path, *modules), *words)

    assert said.exit_code == 0, said.output
    assert load(folder / "callflow.toml", os.environ).asterisk.listen == listen
    assert ("type = outbound_websocket" in (folder / "ari.conf").read_text()) == bool(listen)


def test_a_shell_is_given_the_account_in_a_file_of_its_owner(tmp_path: Path) -> None:
    folder = tmp_path / "first"

    said = callflow("config", "--output", folder, "--answer-url", "http://127.0.0.1:9001/mine").stdout

    config = load(folder / "callflow.toml", os.environ)
    account = config.accounts[0].plivo
    assert account is not None
    *_, line = (folder / "account.sh").read_text().splitlines()
    assert line == f"export CALLFLOW_AUTH_ID={account.name} CALLFLOW_AUTH_TOKEN={account.secret.reveal()}"
    assert stat.S_IMODE((folder / "account.sh").stat().st_mode) == 0o600
    assert f". {folder}/account.sh; callflow conferences\n" in said
    assert account.secret.reveal() not in said
    assert config.numbers[0].answer_url == "http://127.0.0.1:9001/mine"


def test_every_account_of_a_configuration_has_credentials_of_its_own(tmp_path: Path) -> None:
    callflow("config", "--output", tmp_path / "one")
    callflow("config", "--output", tmp_path / "two")

    one, two = (load(tmp_path / name / "callflow.toml", os.environ) for name in ("one", "two"))
    assert set(one.accounts[0].faces()) == {"plivo", "vobiz", "texml", "audian"}
    assert one.accounts[0].plivo != two.accounts[0].plivo
    assert one.asterisk.password != two.asterisk.password
    assert one.numbers[0].account == one.accounts[0].id


def test_what_to_do_next_is_told_with_the_phones_password_alone(tmp_path: Path) -> None:
    folder = tmp_path / "first"

    said = callflow("config", "--output", folder).stdout

    written = re.search(r"username = phone\npassword = (\S+)", (folder / "pjsip.conf").read_text())
    assert written is not None
    ari = tomllib.loads((folder / "callflow.toml").read_text())["asterisk"]["password"]
    assert f"user phone, password {written[1]}, registrar 127.0.0.1:5060 (UDP); dial 1000" in said
    assert f" /usr/sbin/asterisk -C {folder}/asterisk.conf -f\n" in said
    assert f"callflow serve --config {folder}/callflow.toml\n" in said
    assert ari not in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--rtp", "10000"), "--rtp: '10000' is no range of ports (as in 10000-10999)"),
        (("--rtp", "2-1"), "rtp: 2-1 is no range of ports"),
        (("--listen", "8089"), "websocket: '8089' is no HOST:PORT"),
        (("--application", "a b"), "application: 'a b' is no name"),
        (("--prefix", "/nowhere"), "/nowhere: there is no Asterisk in it (callflow asterisk install DIR)"),
    ],
)
def test_what_cannot_be_configured_ends_with_2(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    result = callflow("config", "--output", tmp_path / "first", *words)

    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr


# --- check ----------------------------------------------------------------------------------------


def configured(folder: Path, asterisk: Instance, **changes: str) -> Path:
    """A configuration for a running Asterisk, with some settings changed."""
    path = folder / "callflow.toml"
    layout = Layout(directory=folder, http_port=asterisk.layout.http_port)
    raw = ours(layout, asterisk.password)
    raw["asterisk"] |= changes
    path.write_text(tomli_w.dumps(raw))
    return path


def test_the_check_prints_a_line_each_and_ends_with_0(asterisk: Instance, tmp_path: Path) -> None:
    said = callflow("check", "--config", configured(tmp_path, asterisk))

    assert said.exit_code == 0, said.output
    lines = said.stdout.splitlines()
    assert lines[0] == f"✓ connection   {asterisk.ari_url} as callflow"
    assert f"✓ sound        Asterisk plays what we write into {tmp_path / 'sounds'}" in lines
    assert not [line for line in lines if line.startswith("✗")]


def test_a_check_that_fails_says_what_to_do_and_ends_with_1(asterisk: Instance, tmp_path: Path) -> None:
    said = callflow("check", "--config", configured(tmp_path, asterisk, url=f"http://{HOST}:9"))

    assert said.exit_code == 1
    assert said.stdout.startswith(f"✗ connection   no answer from http://{HOST}:9\n               start Asterisk; ")
    assert asterisk.password not in said.output


def test_a_check_without_a_password_ends_with_2() -> None:
    said = callflow("check")

    assert (said.exit_code, said.stdout) == (2, "")
    assert "asterisk.password: Asterisk wants a password (--config FILE that has it)" in said.stderr
