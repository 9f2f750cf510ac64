"""A configuration is read whole, and what is wrong with it is said with its path and what would be right."""

from __future__ import annotations

import base64
import re
import stat
import tomllib
from pathlib import Path

import msgspec
import pytest

from engine.errors import RequestError
from engine.service.config import Config, address, is_loopback
from engine.service.demo import credentials, demo
from engine.service.keys import public_key, recordings_folder, signing_seeds, sounds_folder, state_folder
from engine.service.loading import load, override, read, shown
from engine.service.secret import Secret

SEED = bytes(range(32))
FULL = f"""
listen = "127.0.0.1:8081"
speed = 2
[[accounts]]
id = "MAEXAMPLE00000000001"
plivo  = {{auth_token = {{env = "PLIVO_TOKEN"}}, parent_token = "the-parent"}}
vobiz  = {{auth_id = "MA_EXAMPLE1", auth_token = "vobiz-token"}}
texml  = {{account_sid = "0e7c", api_key = "KEY1", private_key = "{base64.b64encode(SEED).decode()}"}}
audian = {{account_id = "a0b1", auth_token = "audian-token"}}
limits = {{calls = 5}}
[[numbers]]
number = "+16505550100"
account = "MAEXAMPLE00000000001"
dialect = "plivo"
answer_url = "http://bob:hidden@127.0.0.1:9000/answer?key=1"
answer_method = "GET"
[[numbers]]
number = "+16505550101"
account = "MAEXAMPLE00000000001"
conference = "conf_weekly"
[[numbers]]
number = "+16505550102"
account = "MAEXAMPLE00000000001"
application = "app-1"
[[applications]]
sid = "app-1"
account = "MAEXAMPLE00000000001"
voice_url = "https://app.example/voice"
status_callback = "https://app.example/status"
[[conferences]]
id = "conf_weekly"
account = "MAEXAMPLE00000000001"
name = "Weekly"
member_pins = ["5678"]
moderator_pins = [{{env = "PIN"}}]
max_members = 12
[simulator.callees]
"+12125550100" = {{busy = true}}
"+1212*" = {{answers_after = 4, machine = true}}
"*" = {{no_answer = true}}
[simulator.media]
"https://app.example/music.mp3" = 30
[faces.plivo]
replies = "observed"
[faces.vobiz]
strict_paths = true
[rules.plivo]
end_on_exit = "all"
"""
ENVIRON = {"PLIVO_TOKEN": "from-the-environment", "PIN": "4321"}
SECRETS = ("from-the-environment", "the-parent", "vobiz-token", "KEY1", "audian-token", "5678", "4321", "hidden")
LEAST = '[[accounts]]\nid = "A1"\nplivo = {auth_token = "t"}\n'
DRIVEN = '[asterisk]\npassword = {env = "PIN"}\n'
NUMBER = '[[numbers]]\nnumber = "+1650"\naccount = "A1"\n'


def made(text: str) -> Config:
    return read(text.encode(), "callflow.toml", ENVIRON)


def refusal(text: str) -> RequestError:
    with pytest.raises(RequestError) as caught:
        made(text)
    return caught.value


def test_every_section_is_read() -> None:
    config = made(FULL)

    account = config.accounts[0]
    assert account.plivo is not None
    assert account.plivo.secret.reveal() == "from-the-environment"
    assert {face: account.name_on(face) for face in account.faces()} == {
        "plivo": "MAEXAMPLE00000000001",
        "vobiz": "MA_EXAMPLE1",
        "texml": "0e7c",
        "audian": "a0b1",
    }
    assert config.speed == 2.0
    assert [number.application or number.conference or number.answer_method for number in config.numbers] == [
        "GET",
        "conf_weekly",
        "app-1",
    ]
    assert config.conferences[0].moderator_pins[0].reveal() == "4321"
    assert config.simulator.media == {"https://app.example/music.mp3": 30.0}
    assert config.faces.of("plivo").replies == "observed"
    assert config.faces.of("audian").replies == "documented"
    assert config.faces.vobiz.strict_paths
    assert config.rules == {"plivo": {"end_on_exit": "all"}}


def test_what_is_left_out_has_defaults() -> None:
    config = made(LEAST)

    assert (config.listen, config.switch, config.drain) == ("127.0.0.1:8080", "simulated", 30.0)
    assert not config.web.allow_private
    assert config.limits.body == 1_048_576
    assert config.accounts[0].name_on("plivo") == "A1"


def test_a_callee_is_known_by_number_then_by_the_first_pattern_that_fits() -> None:
    simulator = made(FULL).simulator

    assert simulator.callee("12125550100").busy
    assert simulator.callee("+12125550100").busy
    assert (simulator.callee("+12125550199").machine, simulator.callee("12125550199").answers_after) == (True, 4.0)
    assert simulator.callee("sip:bob@example.com").no_answer


def test_a_callee_of_whom_nothing_is_said_answers_after_a_second() -> None:
    habits = made(LEAST).simulator.callee("+19995550100")

    assert (habits.answers_after, habits.busy, habits.hangs_up_after) == (1.0, False, 0.0)


# --- what is refused -----------------------------------------------------------------------------

OTHER = '[[accounts]]\nid = "A2"\n'
REFUSED = {
    "port = 80\n" + LEAST: "there is no field `port` (one of",
    'swich = "simulated"\n' + LEAST: "there is no field `swich` (did you mean switch?)",
    'switch = "asterix"\n' + LEAST: "switch: invalid enum value 'asterix' (did you mean asterisk?)",
    "speed = 0\n" + LEAST: "speed: expected `float` > 0.0",
    'speed = 2\nswitch = "asterisk"\n'
    + LEAST: "speed: only the simulated switch's time can run faster (leave it out)",
    'switch = "asterisk"\n' + LEAST: "asterisk.password: Asterisk wants a password (that of the user in ari.conf;",
    LEAST + '[asterisk]\nurl = "127.0.0.1:8088"': "asterisk.url: must be an absolute http:// or https:// address",
    LEAST + '[asterisk]\nlisten = "8089"': "asterisk.listen: expected HOST:PORT (as in 127.0.0.1:8080",
    LEAST + '[asterisk]\nuri = "PJSIP/trunk"': "asterisk.uri: it does not say where the address goes ({uri} in it)",
    LEAST + '[asterisk]\nsounds = "/a,b"': "asterisk.sounds: Asterisk would read two names (a folder without a comma)",
    LEAST + '[asterisk]\napplication = "a,b"': "asterisk.application: expected `str` matching regex",
    "drain = -1\n" + LEAST: "drain: expected `float` >= 0.0",
    "drain = inf\n" + LEAST: "drain: expected `float` <= 31536000.0",
    "drain = nan\n" + LEAST: "drain: expected `float`",
    'listen = "8080"\n' + LEAST: "listen: expected HOST:PORT (as in 127.0.0.1:8080 or [::1]:8080)",
    'listen = "::1:8080"\n' + LEAST: "listen: expected HOST:PORT",
    'listen = "localhost:65536"\n' + LEAST: "listen: expected HOST:PORT",
    'listen = "localhost:٨"\n' + LEAST: "listen: expected HOST:PORT",
    'tls = {certificate = "/nowhere.pem", key = "/nowhere.key"}\n' + LEAST: "tls.certificate: there is no file",
    'journal = "/nowhere/at/all.jsonl"\n' + LEAST: "journal: there is no folder /nowhere/at",
    LEAST
    + '[recordings]\npublic_url = "voice.example"': "recordings.public_url: must be an absolute http:// or https://",
    LEAST + '[recordings]\npublic_url = "https://voice.example/?a=1"': (
        "recordings.public_url: only a host and a path (as in https://voice.example)"
    ),
    LEAST + "[recordings]\nroom = -1": "recordings.room: expected `int` >= 0",
    "": "accounts: there is no account (a table [[accounts]] with an id)",
    OTHER: "accounts[0]: it has no credentials (at least one of plivo, vobiz, texml, audian)",
    OTHER + 'plivo = {auth_tokn = "t"}': "accounts[0].plivo: there is no field `auth_tokn` (did you mean auth_token?)",
    OTHER + "plivo = {}": "accounts[0].plivo: `auth_token` is missing",
    OTHER + "plivo = {auth_token = 5}": 'accounts[0].plivo.auth_token: expected text or {env = "NAME"}',
    OTHER + 'plivo = {auth_token = {file = "x"}}': 'accounts[0].plivo.auth_token: expected text or {env = "NAME"}',
    OTHER + 'plivo = {auth_token = ""}': "accounts[0].plivo.auth_token: an empty secret keeps nobody out",
    OTHER + 'plivo = {auth_token = {env = "NOPE"}}': "auth_token: the environment variable NOPE is not set",
    OTHER + 'plivo = {auth_token = "t", auth_id = "a/b"}': "accounts[0].plivo.auth_id: expected `str` matching regex",
    OTHER + 'texml = {api_key = "k", private_key = "bm90IDMy"}': "private_key: expected an Ed25519 key of 32 bytes",
    OTHER + 'texml = {api_key = "k", private_key = "&"}': "accounts[0].texml.private_key: expected an Ed25519 key",
    LEAST + LEAST: "accounts[1].id: accounts[0].id has the same (ids differ)",
    LEAST + OTHER + 'plivo = {auth_id = "A1", auth_token = "u"}': "accounts[1].plivo: accounts[0].plivo has the same",
    LEAST + 'audian = {auth_token = "s"}\n' + OTHER + 'audian = {auth_token = "s"}': (
        "accounts[1].audian.auth_token: accounts[0].audian.auth_token has the same"
    ),
    LEAST + 'texml = {api_key = "s"}\n' + OTHER + 'texml = {api_key = "s"}': (
        "accounts[1].texml.api_key: accounts[0].texml.api_key has the same"
    ),
    LEAST + NUMBER: "numbers[0]: it needs a target (exactly one of answer_url, conference, application)",
    LEAST + NUMBER + 'conference = "c"\nanswer_url = "http://a/"\ndialect = "plivo"': "numbers[0]: it needs a target",
    LEAST + NUMBER + 'answer_url = "ftp://a/"\ndialect = "plivo"': (
        "numbers[0].answer_url: must be an absolute http:// or https:// address"
    ),
    LEAST + NUMBER + 'answer_url = "http://a/"': "numbers[0].dialect: the dialect is missing",
    LEAST + NUMBER + 'answer_url = "http://a/"\ndialect = "pliva"': (
        "numbers[0].dialect: there is no dialect 'pliva' (did you mean plivo?)"
    ),
    LEAST + NUMBER + 'answer_url = "http://a/"\ndialect = "texml"': (
        "numbers[0].dialect: account A1 has no texml credentials (one of plivo)"
    ),
    LEAST + NUMBER + 'conference = "c"\ndialect = "plivo"': "numbers[0].dialect: only an answer_url has a dialect",
    LEAST + NUMBER + 'application = "x"': (
        "numbers[0].application: there is no application 'x' (there are no applications at all)"
    ),
    LEAST + NUMBER.replace("A1", "B1") + 'conference = "c"': (
        "numbers[0].account: there is no account 'B1' (one of A1)"
    ),
    LEAST + NUMBER.replace("+1650", "one") + 'conference = "c"': "numbers[0].number: expected `str` matching regex",
    LEAST + NUMBER + 'conference = "c"\n' + NUMBER.replace("+", "") + 'conference = "c"': (
        "numbers[1].number: numbers[0].number has the same"
    ),
    LEAST + '[[applications]]\nsid = "a"\naccount = "A1"\nvoice_url = "http://a/"': (
        "applications[0].dialect: account A1 has no texml credentials"
    ),
    LEAST + '[[conferences]]\nid = "c"\naccount = "A1"\nname = "n"\nmember_pins = ["12a"]': (
        "conferences[0].member_pins[0]: this PIN cannot be keyed in (1 to 16 digits)"
    ),
    LEAST + 2 * '[[conferences]]\nid = "c"\naccount = "A1"\nname = "n"\n': "conferences[1].id: conferences[0].id has",
    LEAST + "[web]\nlongest_document = -1": "web.longest_document: expected `int` >= 1024",
    LEAST + "[limits]\nrate = -1": "limits.rate: expected `float` >= 0.0",
    LEAST + '[simulator.callees]\n"+1" = {bussy = true}': (
        "simulator.callees.+1: there is no field `bussy` (did you mean busy?)"
    ),
    LEAST + '[simulator.callees]\n"+1" = {answers_after = -1}': "simulator.callees.+1.answers_after: expected",
    LEAST + '[rules.plivoo]\nend_on_exit = "all"': "rules: there is no dialect 'plivoo'",
    LEAST + "[rules.plivo]\nend_on_exi = 1": "rules.plivo.end_on_exi: there is no such rule",
    LEAST + '[faces.plivo]\nreplies = "guessed"': "faces.plivo.replies: invalid enum value 'guessed' (one of",
}


@pytest.mark.parametrize(("text", "said"), REFUSED.items())
def test_what_does_not_fit_is_refused_with_its_path(text: str, said: str) -> None:
    assert said in str(refusal(text))


def test_another_accounts_definition_is_refused() -> None:
    text = LEAST + OTHER + 'plivo = {auth_token = "u"}\n' + NUMBER.replace("A1", "A2") + 'conference = "c"\n'
    text += '[[conferences]]\nid = "c"\naccount = "A1"\nname = "n"'

    assert str(refusal(text)) == "numbers[0].conference: it belongs to another account (one of A2)"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (b"a = 1\nlisten = \n", "callflow.toml:2:10"),
        (b"a = [1,\n", "callflow.toml"),
        (b"\n\nx = '\xff'", "callflow.toml:3"),
    ],
)
def test_what_is_no_toml_is_refused_with_line_and_column(text: bytes, place: str) -> None:
    with pytest.raises(RequestError) as caught:
        read(text, "callflow.toml", {})

    assert caught.value.field == place


def test_a_file_nested_without_end_is_refused() -> None:
    assert refusal("a = " + "[" * 100_000).message == "this is nested too deeply"


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="cannot be read: No such file"):
        load(tmp_path / "callflow.toml", {})


def test_a_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "callflow.toml"
    file.write_text(LEAST)

    assert load(file, {}) == made(LEAST)


# --- secrets -------------------------------------------------------------------------------------


def test_no_secret_is_shown() -> None:
    config = made(FULL)

    text = shown(config)

    assert [secret for secret in SECRETS if secret in text] == []
    assert [secret for secret in SECRETS[:-1] if secret in repr(config)] == []
    back = tomllib.loads(text)
    assert back["accounts"][0]["plivo"] == {"auth_id": "", "auth_token": "***", "parent_token": "***"}
    assert back["numbers"][0]["answer_url"] == "http://***@127.0.0.1:9000/answer?key=1"
    assert back["web"]["redirects"] == 5


@pytest.mark.parametrize("secret", SECRETS[:-1])
def test_no_error_shows_a_secret(secret: str) -> None:
    wrong = FULL.replace('"MA_EXAMPLE1"', "1").replace("voice_url", "voice_ur")

    assert secret not in str(refusal(wrong))


def test_what_is_shown_is_a_configuration_again() -> None:
    config = made(FULL)

    again = made(shown(config).replace('private_key = "***"', "").replace("***", "1"))

    assert again.numbers[1:] == config.numbers[1:]
    assert (again.simulator, again.faces, again.rules) == (config.simulator, config.faces, config.rules)


def test_a_secret_is_equal_to_the_same_secret_alone() -> None:
    assert Secret("a") == Secret("a")
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert f"{Secret('a')} {Secret('a')!r}" == "*** ***"
    assert len({Secret("a"), Secret("a")}) == 1


# --- the built-in configuration ------------------------------------------------------------------


def test_without_a_file_there_is_one_account_with_credentials_that_nobody_knew_before() -> None:
    one, other = load(None, {}), load(None, {})

    rows = {row.face: dict(row.entries) for row in credentials(one)}
    assert list(rows) == ["plivo", "vobiz", "texml", "audian"]
    assert re.fullmatch(r"MA[A-Z0-9]{18}", rows["plivo"]["auth_id"])
    assert rows["vobiz"]["auth_id"].startswith("MA_")
    assert rows["texml"]["api_key"].startswith("KEY")
    assert re.fullmatch(r"[0-9a-f]{32}", rows["audian"]["account_id"])
    values = {value for row in credentials(one) for _, value in row.entries}
    assert values.isdisjoint(value for row in credentials(other) for _, value in row.entries)


def test_the_built_in_configuration_is_for_this_machine_and_its_own_application() -> None:
    config = demo()

    assert is_loopback(address(config.listen)[0])
    assert config.web.allow_private
    assert config.numbers[0].answer_url == "http://127.0.0.1:9000/answer"


def test_the_banner_shows_the_public_key_and_not_the_private_one(tmp_path: Path) -> None:
    config = demo()

    entries = dict(credentials(config)[2].entries)

    assert "private_key" not in entries
    assert entries["public_key"] == public_key(signing_seeds(config, tmp_path)[config.accounts[0].id])
    assert list(tmp_path.iterdir()) == []  # it is in memory alone


def test_configured_credentials_are_not_printed() -> None:
    assert credentials(made(FULL)) == ()


@pytest.mark.parametrize("listen", ["0.0.0.0:8080", "[::]:8080", "192.168.1.5:8080", "example.com:80"])
def test_credentials_for_trying_out_do_not_leave_this_machine(listen: str) -> None:
    with pytest.raises(RequestError, match=r"^listen: demo credentials are for this machine alone"):
        override(demo(), listen=listen)


@pytest.mark.parametrize("listen", ["127.0.0.1:0", "127.9.9.9:80", "[::1]:8080", "localhost:8080"])
def test_this_machine_has_several_addresses(listen: str) -> None:
    assert override(demo(), listen=listen).listen == listen


def test_the_command_line_goes_before_the_file() -> None:
    config = override(made(LEAST + DRIVEN), listen="0.0.0.0:80", switch="asterisk", speed=None)

    assert (config.listen, config.switch, config.speed) == ("0.0.0.0:80", "asterisk", 1.0)


def test_what_the_command_line_says_is_checked_as_well() -> None:
    with pytest.raises(RequestError, match=r"^speed: expected `float` > 0.0"):
        override(made(LEAST), speed=0.0)


# --- signing keys --------------------------------------------------------------------------------

KEYED = '[[accounts]]\nid = "A1"\ntexml = {api_key = "k"}\n'


def test_a_signing_key_is_made_once_and_kept(tmp_path: Path) -> None:
    folder = tmp_path / "state" / "callflow"

    first = signing_seeds(made(KEYED), folder)

    assert signing_seeds(made(KEYED), folder) == first
    assert len(first["A1"]) == 32
    (file,) = folder.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert "A1" not in file.name


def test_every_account_has_a_key_of_its_own(tmp_path: Path) -> None:
    seeds = signing_seeds(made(KEYED + OTHER + 'texml = {api_key = "l"}'), tmp_path)

    assert seeds["A1"] != seeds["A2"]


def test_a_given_key_is_used_and_nothing_kept(tmp_path: Path) -> None:
    assert signing_seeds(made(FULL), tmp_path) == {"MAEXAMPLE00000000001": SEED}
    assert list(tmp_path.iterdir()) == []


def test_an_account_that_signs_with_a_token_needs_no_key(tmp_path: Path) -> None:
    assert signing_seeds(made(LEAST), tmp_path) == {}


def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    signing_seeds(made(KEYED), tmp_path)
    (file,) = tmp_path.iterdir()
    file.chmod(0o644)

    with pytest.raises(RequestError, match="others may read this key"):
        signing_seeds(made(KEYED), tmp_path)


def test_a_spoilt_key_is_refused(tmp_path: Path) -> None:
    signing_seeds(made(KEYED), tmp_path)
    (file,) = tmp_path.iterdir()
    file.write_bytes(b"\xff")

    with pytest.raises(RequestError, match="this is no key of ours"):
        signing_seeds(made(KEYED), tmp_path)


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(RequestError, match="keys cannot be kept"):
        signing_seeds(made(KEYED), tmp_path / "file")


def test_the_public_key_belongs_to_the_private_one() -> None:
    # RFC 8032, 7.1, test 1
    seed = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")

    public = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
    assert base64.b64decode(public_key(seed)) == public


@pytest.mark.parametrize(
    ("environ", "folder"),
    [
        ({"XDG_STATE_HOME": "/var/x", "HOME": "/home/ann"}, "/var/x/callflow"),
        ({"HOME": "/home/ann"}, "/home/ann/.local/state/callflow"),
    ],
)
def test_keys_are_kept_where_the_system_keeps_state(environ: dict[str, str], folder: str) -> None:
    assert state_folder(made(LEAST), environ) == Path(folder)
    assert state_folder(msgspec.structs.replace(made(LEAST), state="/srv/keys"), environ) == Path("/srv/keys")


def test_sounds_are_put_beside_the_keys_or_where_the_configuration_says() -> None:
    environ = {"XDG_STATE_HOME": "/var/x"}
    assert sounds_folder(made(LEAST), environ) == Path("/var/x/callflow/sounds")
    assert sounds_folder(made(LEAST + '[asterisk]\nsounds = "/srv/sound"'), environ) == Path("/srv/sound")


def test_the_driver_of_an_asterisk_gets_what_is_configured_and_defaults_otherwise() -> None:
    given = made(LEAST + DRIVEN + 'user = "exchange"\nlisten = "127.0.0.1:8089"\nnumber = "PJSIP/{number}@acme"')

    settings = given.asterisk.settings

    assert (settings.user, settings.password, settings.listen) == ("exchange", "4321", "127.0.0.1:8089")
    assert (settings.url, settings.application) == ("http://127.0.0.1:8088", "callflow")
    assert (settings.number, settings.uri) == ("PJSIP/{number}@acme", "PJSIP/callflow-out/{uri}")


def test_recordings_are_kept_beside_the_keys_or_where_the_configuration_says() -> None:
    environ = {"XDG_STATE_HOME": "/var/x"}
    assert recordings_folder(made(LEAST), environ) == Path("/var/x/callflow/recordings")
    elsewhere = made(LEAST + '[recordings]\nfolder = "/srv/sound"')
    assert recordings_folder(elsewhere, environ) == Path("/srv/sound")
