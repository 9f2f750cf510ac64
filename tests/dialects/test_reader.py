"""The reader: documents become flows, and whatever is wrong with a document is said with its place."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from engine.dialects.reader import Reader, detect
from engine.dialects.registry import DIALECTS
from engine.errors import DocumentError
from engine.values import verbs
from engine.values.flow import Flow

KICK = b"""<?xml version="1.0" encoding="UTF-8"?>
<Response>
  <Conference enterSound="beep:1">MyConference</Conference>
  <Speak>You have been kicked.</Speak>
</Response>
"""


@pytest.fixture
def reader() -> Reader:
    return Reader(DIALECTS)


def read(document: str | bytes, dialect: str = "plivo") -> Flow:
    return Reader(DIALECTS).read(document.encode() if isinstance(document, str) else document, dialect)


def refused(document: str | bytes, dialect: str = "plivo", *, strict: bool = False) -> DocumentError:
    with pytest.raises(DocumentError) as caught:
        Reader(DIALECTS).read(document.encode() if isinstance(document, str) else document, dialect, strict=strict)
    error = caught.value
    assert error.line >= 1
    assert error.column >= 1
    assert error.hint
    return error


# --- flows ------------------------------------------------------------------------------------------------------


def test_a_document_becomes_verbs_with_their_lines_and_ordinals(reader: Reader) -> None:
    flow = reader.read(KICK, "plivo")

    assert flow.dialect == "plivo"
    assert flow.notices == ()
    assert flow.verbs == (
        verbs.Conference(name="Conference", line=3, ordinal=1, room="MyConference", enter_sound="beep:1"),
        verbs.Speak(name="Speak", line=4, ordinal=2, text="You have been kicked.", voice="WOMAN", language="en-US"),
    )


def test_ordinals_follow_the_document_also_inside_of_verbs() -> None:
    flow = read("<Response><PreAnswer><Wait/></PreAnswer><GetDigits><Play>a</Play></GetDigits><Hangup/></Response>")

    pre, wait, collect, hangup = flow.verbs
    assert isinstance(collect, verbs.Collect)
    assert [pre.ordinal, wait.ordinal, collect.ordinal, collect.prompts[0].ordinal, hangup.ordinal] == [1, 2, 3, 4, 5]


def test_a_tag_that_spans_lines_has_the_line_on_which_it_begins() -> None:
    document = (
        "<Response>\n<!-- <Speak\n> -->\n"
        '<Conference\n  muted="true"\n  >Room</Conference><Wait\n/><Hangup/></Response>'
    )

    assert [verb.line for verb in read(document).verbs] == [4, 6, 7]


def test_comments_instructions_and_character_data_are_no_hindrance() -> None:
    flow = read("<Response><?php x?><Speak>One <!-- not --><![CDATA[& <two>]]></Speak><!-- x --></Response>")

    assert flow.notices == ()
    assert [verb.text for verb in flow.verbs if isinstance(verb, verbs.Speak)] == ["One & <two>"]


def test_the_byte_order_mark_and_other_encodings_are_read() -> None:
    document = '<?xml version="1.0" encoding="{}"?><Response><Speak>Grüße</Speak></Response>'

    for encoding in ("utf-8-sig", "utf-16", "iso-8859-1"):
        declared = "utf-8" if encoding == "utf-8-sig" else encoding
        (verb,) = read(document.format(declared).encode(encoding)).verbs
        assert isinstance(verb, verbs.Speak)
        assert verb.text == "Grüße"


def test_white_space_around_and_inside_of_text_does_not_count() -> None:
    (verb,) = read("<Response><Conference>\n    My\n    room\n  </Conference></Response>").verbs

    assert isinstance(verb, verbs.Conference)
    assert verb.room == "My room"


def test_an_empty_response_is_an_empty_flow() -> None:
    assert read("<Response/>").verbs == ()


def test_a_schema_may_be_named_on_the_root() -> None:
    document = (
        '<Response xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="plivo.xsd"/>'
    )

    assert read(document).notices == ()


def test_mark_up_is_kept_beside_its_plain_text() -> None:
    (verb,) = read(
        '<Response><Speak voice="Polly.Amy">'
        'A &amp; <lang xml:lang="fr-FR">deux</lang> <break time="1s"/>!</Speak></Response>'
    ).verbs

    assert isinstance(verb, verbs.Speak)
    assert verb.text == "A & deux !"
    assert verb.ssml == 'A &amp; <lang xml:lang="fr-FR">deux</lang> <break time="1s"/>!'


# --- the cache --------------------------------------------------------------------------------------------------


def test_a_document_that_was_read_before_is_not_read_again(reader: Reader) -> None:
    first = reader.read(KICK, "plivo")

    assert reader.read(bytes(bytearray(KICK)), "plivo") is first
    assert reader.read(KICK, "plivo", strict=True) is not first


def test_the_least_recently_used_documents_are_forgotten_first() -> None:
    reader = Reader(DIALECTS, capacity_bytes=3000)  # room for two, not for three
    other, third = KICK.replace(b"My", b"Ot"), KICK.replace(b"My", b"Th")
    first = reader.read(KICK, "plivo")
    second = reader.read(other, "plivo")
    assert reader.read(KICK, "plivo") is first

    reader.read(third, "plivo")

    assert reader.read(KICK, "plivo") is first
    assert reader.read(other, "plivo") is not second


def test_a_document_larger_than_the_cache_is_read_all_the_same() -> None:
    assert len(Reader(DIALECTS, capacity_bytes=10).read(KICK, "plivo").verbs) == 2


def test_spellings_of_attributes_are_remembered_within_bounds(reader: Reader) -> None:
    for number in range(5000):
        reader.read(f'<Response><Wait length="{number}"/></Response>'.encode(), "plivo")

    assert sum(len(plan.memo) for plan in reader._plans["plivo"].by_name.values()) <= 4096  # noqa: SLF001


# --- what the dialect decides -----------------------------------------------------------------------------------


def test_an_unknown_element_is_refused_or_skipped_as_the_dialect_has_it() -> None:
    error = refused("<Response>\n  <Sing>La</Sing>\n</Response>")
    assert (error.line, error.column) == (2, 3)
    assert "Sing" in error.message

    flow = read("<Response><Sing>La</Sing><Hangup/></Response>", "texml")
    assert [verb.name for verb in flow.verbs] == ["Hangup"]
    assert [(notice.rule, notice.code, notice.severity) for notice in flow.notices] == [
        ("unknown-element", "12200", "warning")
    ]


def test_bad_nesting_is_refused_or_skipped_as_the_dialect_has_it() -> None:
    assert "cannot stand in" in refused("<Response><Speak><Play>a</Play></Speak></Response>").message

    flow = read("<Response><Gather><Dial>1</Dial><Say>Press</Say></Gather></Response>", "texml")
    (gather,) = flow.verbs
    assert isinstance(gather, verbs.Collect)
    assert [prompt.name for prompt in gather.prompts] == ["Say"]
    assert [notice.rule for notice in flow.notices] == ["bad-nesting"]


def test_an_element_of_a_name_space_is_unknown() -> None:
    assert "x:Speak" in refused('<Response xmlns:x="urn:x"><x:Speak>a</x:Speak></Response>').message


def test_unknown_attributes_are_ignored_with_a_warning_that_knows_better() -> None:
    flow = read('<Response><Wait Length="5" nonsense="1"/></Response>')

    assert [notice.rule for notice in flow.notices] == ["unknown-attribute"] * 2
    assert flow.notices[0].hint == "write length"
    assert isinstance(flow.verbs[0], verbs.Wait)
    assert flow.verbs[0].length == 1.0


def test_booleans_are_read_in_any_case_and_all_else_as_the_vendor_does() -> None:
    for written, meant, notices in (("TRUE", True, 0), ("False", False, 0), ("yes", False, 1), ("1", False, 1)):
        flow = read(f'<Response><Conference muted="{written}">R</Conference></Response>')
        assert isinstance(flow.verbs[0], verbs.Conference)
        assert (flow.verbs[0].muted, len(flow.notices)) == (meant, notices)
    # What is neither is false in Plivo also where the default is true.
    (verb,) = read('<Response><Conference startConferenceOnEnter="yes">R</Conference></Response>').verbs
    assert isinstance(verb, verbs.Conference)
    assert verb.starts is False


def test_a_bad_value_gives_way_to_the_default() -> None:
    flow = read('<Response><Play loop="twice">a.mp3</Play></Response>')

    assert isinstance(flow.verbs[0], verbs.Play)
    assert flow.verbs[0].loop == 1
    assert [(notice.rule, notice.attribute) for notice in flow.notices] == [("bad-value", "loop")]


def test_a_bad_address_is_kept_for_the_call_to_fail_on() -> None:
    (verb,) = read('<Response><Record action="ftp://x/y"/></Response>').verbs

    assert isinstance(verb, verbs.Record)
    assert verb.action == "ftp://x/y"


def test_an_element_without_its_text_is_left_out() -> None:
    flow = read("<Response><Conference> </Conference><Dial/><Hangup/></Response>")

    assert [verb.name for verb in flow.verbs] == ["Hangup"]
    assert [notice.rule for notice in flow.notices] == ["missing-text", "missing-child"]


def test_text_between_elements_is_noticed() -> None:
    flow = read("<Response>Hello<Hangup/> there</Response>")

    assert [notice.rule for notice in flow.notices] == ["stray-text", "stray-text"]


def test_strict_turns_a_warning_into_an_error() -> None:
    document = '<Response>\n  <Wait lenght="5"/>\n</Response>'

    assert read(document).notices[0].severity == "warning"
    error = refused(document, strict=True)
    assert (error.line, error.column) == (2, 9)


def test_examining_a_document_shows_every_fault_of_it(reader: Reader) -> None:
    flow = reader.examine(b'<Response><Sing/><Wait length="x"/><Dance/></Response>', "plivo")

    assert [(notice.rule, notice.severity) for notice in flow.notices] == [
        ("unknown-element", "error"),
        ("bad-value", "warning"),
        ("unknown-element", "error"),
    ]
    assert reader.examine(b"no XML", "plivo").notices[0].severity == "error"


def test_every_notice_has_a_line_and_names_its_element(reader: Reader) -> None:
    document = b'<Response a="1"><Wait b="2"/>\n<Play/><Dial>\n<Number/></Dial>x</Response>'

    for name in DIALECTS:
        for notice in reader.examine(document, name).notices:
            assert notice.line in (1, 2, 3)
            assert notice.element


# --- hostile documents ------------------------------------------------------------------------------------------

BOMB = "<!DOCTYPE Response [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>"
HOSTILE = {
    "empty": b"",
    "blank": b" \n ",
    "json": b'{"error": "not found"}',
    "html": b"<!DOCTYPE html><html><body>Not found</body></html>",
    "unclosed": b"<Response><Speak>Hello</Response>",
    "ampersand": b"<Response><Speak>you & me</Speak></Response>",
    "two roots": b"<Response/><Response/>",
    "null": b"<Response><Speak>a\x00b</Speak></Response>",
    "not utf-8": b"<Response><Speak>\xff\xfe</Speak></Response>",
    "unknown encoding": b'<?xml version="1.0" encoding="klingon"?><Response/>',
    "wrong encoding": b'<?xml version="1.0" encoding="utf-16"?><Response/>',
    "wrong root": b"<Answer/>",
    "lower-case root": b"<response/>",
    "name space": b'<Response xmlns="urn:x"/>',
    "document type": b"<!DOCTYPE Response><Response/>",
    "external document type": b'<!DOCTYPE Response SYSTEM "http://127.0.0.1:9/x.dtd"><Response/>',
    "external entity": b'<!DOCTYPE Response [<!ENTITY x SYSTEM "file:///etc/passwd">]><Response>&x;</Response>',
    "entity in an attribute": b'<!DOCTYPE Response [<!ENTITY x "y">]><Response a="&x;"/>',
    "entity in UTF-16": "<!DOCTYPE Response [<!ENTITY x 'y'>]><Response>&x;</Response>".encode("utf-16"),
    "bomb": (BOMB + "<!ENTITY c '" + "&b;" * 1000 + "'>]><Response>" + "&c;" * 1000 + "</Response>").encode(),
    "bomb in an attribute": (
        "<!DOCTYPE Response [<!ENTITY a '" + "A" * 50_000 + "'>]><Response a='" + "&a;" * 15_000 + "'/>"
    ).encode(),
    "undeclared entity": b"<Response>&nbsp;</Response>",
    "undeclared prefix": b"<Response><amazon:effect/></Response>",
    "too large": b"<Response>" + b" " * (100 * 1024) + b"</Response>",
    "deep": b"<Response>" + b"<Speak>" * 5000 + b"</Speak>" * 5000 + b"</Response>",
    "deep mark-up": b"<Response><Speak>" + b"<p><s>" * 30 + b"</s></p>" * 30 + b"</Speak></Response>",
    "deep unknown": b"<Response><A>" + b"<B>" * 50 + b"</B>" * 50 + b"</A></Response>",
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_hostile_document_is_refused_with_its_place_and_a_hint(name: str, dialect: str) -> None:
    refused(HOSTILE[name].replace(b"Speak", b"Say") if dialect == "texml" else HOSTILE[name], dialect)


@pytest.mark.parametrize("filler", ["\n", "<!---->", "a\n", "\n'", '\n"', " \t", "&#10;"])
def test_the_time_of_reading_grows_with_the_length(filler: str) -> None:
    document = "<Response><Speak>" + filler * (100_000 // len(filler)) + "</Speak></Response>"

    began = time.process_time()
    read(document)
    assert time.process_time() - began < 3  # a square would take ten


def test_an_html_page_is_told_from_a_document_in_either_case() -> None:
    assert "HTML" in refused("<!doctype html><html></html>").hint


def test_nothing_outside_of_a_document_is_ever_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("hunter2")
    for document in (
        f'<!DOCTYPE Response [<!ENTITY x SYSTEM "{secret.as_uri()}">]><Response><Speak>&x;</Speak></Response>',
        f'<Response xmlns:xi="http://www.w3.org/2001/XInclude"><Speak><xi:include href="{secret}" parse="text"/>'
        "</Speak></Response>",
    ):
        assert "hunter2" not in str(refused(document))
    shown = read(f'<?xml-stylesheet href="{secret}"?><Response><Speak>a</Speak></Response>')
    assert "hunter2" not in str(shown)


def test_the_vendors_own_code_stands_on_what_cannot_be_read() -> None:
    assert refused("{}", "texml").code == "12100"
    assert refused("<Answer/>", "texml").code == "12102"
    assert refused("", "texml").code == "11770"


def test_a_place_is_told_for_what_is_not_well_formed() -> None:
    error = refused("<Response>\n  <Speak>you & me</Speak>\n</Response>")

    assert (error.line, error.column) == (2, 15)
    assert "&amp;" in error.hint


def test_limits_are_settings() -> None:
    with pytest.raises(DocumentError, match="at most 20"):
        Reader(DIALECTS, largest=20).read(KICK, "plivo")
    with pytest.raises(DocumentError, match="nested more than 3"):
        Reader(DIALECTS, deepest=3).read(b"<Response><Speak><p><s>a</s></p></Speak></Response>", "plivo")


def test_names_that_belong_to_no_dialect_are_bounded_over_all_documents() -> None:
    """The parser keeps every name for as long as its thread lives: a stream of new ones would fill the memory."""
    reader = Reader(DIALECTS, strange_names=60)
    for number in range(20):
        sent = f'<Response xmlns:n="urn:{number}"><Hangup a{number}="1"/><?p{number} ?></Response>'
        reader.read(sent.encode(), "plivo")

    for new in ('<Response><Hangup new="1"/></Response>', "<Response><?new ?></Response>", "<new/>", "<Response><new"):
        with pytest.raises(DocumentError, match="'new' is unknown"):
            reader.read(new.encode(), "plivo")
    assert len(reader.read(KICK, "plivo").verbs) == 2
    assert len(reader.read(b"<Response><Speak>a new = &lt;b&gt; c='1'</Speak></Response>", "plivo").verbs) == 1
    assert len(reader.read(b'<Response><Hangup a0="1"/></Response>', "plivo").notices) == 1


def test_hostile_text_is_searched_for_names_in_linear_time() -> None:
    reader = Reader(DIALECTS, strange_names=1)
    half = 50_000

    for text in ("<a " + "b" * half, "<a " + 'b="' * half, "&" * half, "<" * half, "<a" + " " * half, "a= " * half):
        for _ in range(2):
            assert reader.examine(f"<Response>{text}".encode(), "plivo").notices


def test_a_text_with_a_document_type_in_it_is_no_document_type() -> None:
    flow = read("<Response><Speak><![CDATA[<!DOCTYPE x>]]></Speak></Response>")

    assert flow.notices == ()


# --- which dialect ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("document", "dialect"),
    [
        ("<Response><Say>a</Say></Response>", "texml"),
        ("<Response><Dial><Conference>a</Conference></Dial></Response>", "texml"),
        ('<Response><Gather executionTimeout="5"/></Response>', "vobiz"),
        ("<Response><GetDigits/></Response>", "plivo"),
        ('<Response><Conference maxMembers="3">a</Conference></Response>', "plivo"),
    ],
)
def test_a_document_shows_its_dialect_by_its_marks(document: str, dialect: str) -> None:
    assert detect(document.encode(), DIALECTS) == (dialect, None)


def test_without_marks_the_first_dialect_is_taken_and_a_note_says_so() -> None:
    name, note = detect(KICK, DIALECTS)

    assert name == "plivo"
    assert note is not None
    assert (note.severity, note.rule) == ("note", "dialect-assumed")


def test_marks_that_contradict_each_other_are_an_error() -> None:
    with pytest.raises(DocumentError, match=r"marks of different dialects.*<Say>.*<GetDigits>") as caught:
        detect(b"<Response>\n<Say>a</Say>\n  <GetDigits/></Response>", DIALECTS)

    assert (caught.value.line, caught.value.column) == (3, 3)


def test_what_one_of_the_marked_dialects_also_knows_does_not_speak_against_it() -> None:
    document = b'<Response><Gather executionTimeout="5" action="/a"/><MultiPartyCall>m</MultiPartyCall></Response>'

    assert detect(document, DIALECTS) == ("vobiz", None)


def test_the_first_of_other_dialects_is_taken_as_well() -> None:
    turned = dict(reversed(list(DIALECTS.items())))

    assert detect(KICK, turned)[0] == next(iter(turned))


def test_no_dialect_is_told_of_what_is_no_document() -> None:
    with pytest.raises(DocumentError):
        detect(b"{}", DIALECTS)
