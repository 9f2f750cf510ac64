"""What documents give away without being run."""

from msgspec import structs

from engine.cli import as_text
from engine.dialects.reader import detect
from engine.dialects.registry import DIALECTS
from engine.simulation.check import Finding, Paper, Sheet, check


def looked(*documents: str, urls: tuple[str, ...] = ()) -> list[Finding]:
    papers = [
        Paper(name=f"{i}.xml", text=f"<Response>\n{inside}\n</Response>".encode(), urls=urls, dialect="plivo")
        for i, inside in enumerate(documents)
    ]
    return check(papers)


def rules(*documents: str) -> list[tuple[str, int]]:
    return [(finding.rule, finding.line) for finding in looked(*documents)]


def test_a_sound_document_gives_nothing_to_say() -> None:
    assert rules("<Speak>Hello.</Speak>\n<Conference>Room</Conference>\n<Hangup/>") == []


def test_what_is_no_xml_is_shown_where_it_breaks() -> None:
    (finding,) = looked("<Play>https://a.example/a?b=1&c=2</Play>")

    assert (finding.line, finding.column) == (2, 32)
    assert finding.source[finding.caret - 4 :].startswith("1&c=2")
    assert finding.hint == "write & as &amp;"


def test_contradicting_marks_are_shown_where_they_stand() -> None:
    paper = Paper(name="a.xml", text=b"<Response><GetDigits/> <Dial><Conference>R</Conference></Dial></Response>")

    assert ("dialect", 1, 11) in [(finding.rule, finding.line, finding.column) for finding in check([paper])]


def test_of_a_long_line_only_a_part_is_shown() -> None:
    found = looked("<Speak>x</Speak>" * 2000 + "<Speak nope='1'>x</Speak>")

    (finding,) = found
    assert finding.column == 32008
    assert len(finding.source) <= 100
    assert finding.source[finding.caret - 1 :].startswith("nope=")


def test_a_document_with_very_many_faults_is_looked_through_once() -> None:
    found = looked("<Speak " + " ".join(f"a{i}='1'" for i in range(4000)) + ">x</Speak>")

    assert len(found) == 4000
    assert sum(len(finding.source) for finding in found) <= 4000 * 100


def test_what_stands_after_the_last_element_is_never_reached() -> None:
    assert rules("<Redirect>https://a.example/b</Redirect>\n<Speak>Hello.</Speak>") == [("unreachable", 3)]
    assert rules("<Speak loop='0'>Hello.</Speak>\n<Speak>Hello.</Speak>\n<Speak>Hello.</Speak>") == [
        ("unreachable", 3)
    ]
    assert rules("<Hangup/>\n<Speak>Hello.</Speak>") == [("unreachable", 3)]


def test_what_stands_after_a_scheduled_hang_up_is_reached() -> None:
    assert rules("<Hangup schedule='5'/>\n<Speak>Hello.</Speak>") == []


def test_keys_that_go_nowhere_are_told() -> None:
    assert rules("<GetDigits><Speak>One?</Speak></GetDigits>") == [("no-action", 2)]
    assert rules("<GetDigits action='https://a.example/b'><Speak>One?</Speak></GetDigits>") == []


def test_a_room_that_all_enter_as_guests_is_never_started() -> None:
    guest = "<Conference startConferenceOnEnter='false'>Room</Conference>"

    assert rules(guest, guest) == [("never-starts", 2), ("never-starts", 2)]
    assert rules(guest, "<Conference>Room</Conference>") == []


def test_documents_that_redirect_in_a_ring_are_told_once() -> None:
    there, back = "<Redirect>https://a.example/1.xml</Redirect>", "<Redirect>https://a.example/0.xml</Redirect>"
    (finding,) = looked(there, back)

    assert (finding.rule, finding.severity) == ("redirect-cycle", "warning")
    assert "0.xml → 1.xml → 0.xml" in finding.message


def test_a_ring_that_takes_time_is_only_noted() -> None:
    (finding,) = looked("<Speak>Again.</Speak><Redirect>0.xml</Redirect>")

    assert (finding.rule, finding.severity) == ("redirect-cycle", "note")


def test_a_document_that_leads_into_a_ring_is_not_in_it() -> None:
    (finding,) = looked("<Redirect>1.xml</Redirect>", "<Redirect/>")

    assert finding.file == "1.xml"


def test_a_document_that_cannot_be_read_is_an_error_with_its_place() -> None:
    (finding,) = looked("<Speak>Hello.")

    assert (finding.severity, finding.rule) == ("error", "document")
    assert finding.line > 0


def test_a_document_without_marks_is_noted_as_assumed() -> None:
    (finding,) = check([Paper(name="a.xml", text=b"<Response><Wait/></Response>")])

    assert (finding.severity, finding.rule) == ("note", "dialect-assumed")


def test_marks_that_contradict_each_other_are_an_error() -> None:
    text = b"<Response><Say>Hello.</Say><GetDigits/></Response>"

    assert "error" in {finding.severity for finding in check([Paper(name="a.xml", text=text)])}


def only(document: bytes, name: str, says: str) -> Finding:
    """The one finding about a Plivo document whose message speaks of this."""
    (found,) = [one for one in check([Paper(name=name, text=document, dialect="plivo")]) if says in one.message]
    return found


def test_a_finding_is_worded_with_its_place_a_caret_and_a_hint() -> None:
    document = b'<Response>\n\t<Wait/>  <Conference muted="true" maxMembers="50">R</Conference>\n</Response>'
    found = only(document, "kick.xml", "maxMembers")

    assert list(as_text(found)) == [
        "kick.xml:2:36: warning: " + found.message,
        '    \t<Wait/>  <Conference muted="true" maxMembers="50">R</Conference>',
        "    \t" + " " * 34 + "^",
        "    hint: expected a whole number from 1 to 20",
    ]


def test_a_column_is_found_in_other_encodings_and_in_tags_that_span_lines() -> None:
    document = '<?xml version="1.0" encoding="utf-16"?><Response>\n  <Wait\n length="x"/></Response>'.encode("utf-16")
    found = only(document, "a.xml", "length")

    assert (found.line, found.column) == (2, 3)


def test_a_very_long_line_is_shown_around_its_fault() -> None:
    document = b"<Response>" + b"<Hangup/>" * 1000 + b'<Wait length="x"/></Response>'

    said = list(as_text(only(document, "a.xml", "length")))

    assert said[0].startswith("a.xml:1:9017: ")
    assert max(map(len, said)) < 120
    assert said[1][said[2].index("^") :].startswith('length="x"')


def test_an_error_is_worded_as_a_warning_is() -> None:
    (found,) = check(
        [Paper(name="bad.xml", text=b"<Response>\n  <Speak>you & me</Speak>\n</Response>", dialect="plivo")]
    )

    said = list(as_text(found))

    assert said[0].startswith("bad.xml:2:15: error: ")
    assert said[2].endswith("^")


def test_a_finding_about_no_place_is_worded_with_its_file() -> None:
    document = b"<Response><Speak>Hello.</Speak></Response>"
    _, note = detect(document, DIALECTS)
    sheet = Sheet(document)

    assert note is not None
    assert next(iter(as_text(sheet.finding("kick.xml", note, 0)))).startswith("kick.xml: note: ")
    far = structs.replace(note, line=99)
    assert next(iter(as_text(sheet.finding("kick.xml", far, 0)))).startswith("kick.xml:99:1: note: ")
