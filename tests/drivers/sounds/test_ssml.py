"""Of a customer's mark-up what can be said is said, and nothing else gets through."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from engine.dialects.plivo.elements import SSML
from engine.drivers.sounds.ssml import MARKS, clean, plain


@pytest.mark.parametrize(
    ("markup", "kept"),
    [
        ("Hello.", "Hello."),
        ("a &lt; b &amp; c", "a &lt; b &amp; c"),
        ('One <break time="500ms"/> two', 'One <break time="500ms"></break> two'),
        ('<break time="1.5s" strength="strong"/>', '<break time="1500ms" strength="strong"></break>'),
        ('<break time="9999s"/>', '<break time="10000ms"></break>'),
        ('<break time="soon" strength="mighty"/>', "<break></break>"),
        ('<emphasis level="strong">now</emphasis>', '<emphasis level="strong">now</emphasis>'),
        ('<emphasis level="&quot;/&gt;">now</emphasis>', "<emphasis>now</emphasis>"),
        ("<p><s>One.</s> Two.</p>", "<p><s>One.</s> Two.</p>"),
        ('<prosody rate="slow" pitch="x-high">a</prosody>', '<prosody rate="slow" pitch="x-high">a</prosody>'),
        ('<prosody rate="150%">a</prosody>', '<prosody rate="150%">a</prosody>'),
        ('<prosody rate="+20%" pitch="-10%">a</prosody>', '<prosody rate="120%" pitch="90%">a</prosody>'),
        ('<prosody rate="999%">a</prosody>', '<prosody rate="200%">a</prosody>'),
        ('<prosody rate="1%">a</prosody>', '<prosody rate="20%">a</prosody>'),
        ('<prosody volume="+6dB">a</prosody>', '<prosody volume="200%">a</prosody>'),
        ('<prosody volume="-6dB">a</prosody>', '<prosody volume="50%">a</prosody>'),
        ('<prosody volume="99dB">a</prosody>', "a"),
        ('<prosody volume="loud">a</prosody>', '<prosody volume="loud">a</prosody>'),
        ('<prosody contour="(0%,+20Hz)">a</prosody>', "a"),
        ('<say-as interpret-as="digits">12</say-as>', '<say-as interpret-as="tts:digits">12</say-as>'),
        ('<say-as interpret-as="spell-out">ab</say-as>', '<say-as interpret-as="characters">ab</say-as>'),
        ('<say-as interpret-as="date" format="mdy">1/2</say-as>', "1/2"),
        ('<sub alias="World Wide Web">WWW</sub> is', "World Wide Web is"),
        ("<sub>WWW</sub> is", "WWW is"),
        ('<lang xml:lang="fr-FR">bonjour</lang>', '<voice xml:lang="fr-fr">bonjour</voice>'),
        ('<lang xml:lang="&quot;&gt;&lt;audio src=&quot;x">b</lang>', '<voice xml:lang="en-us">b</voice>'),
        ("<lang>bonjour</lang>", "bonjour"),
        ('<phoneme alphabet="ipa" ph="p">pecan</phoneme> pie', "pecan pie"),
        ('I <w role="amazon:VB">read</w> it', "I read it"),
        ('a<audio src="/etc/passwd">b</audio>c', "abc"),
        ('<voice name="/etc/passwd">b</voice>', "b"),
        ('<x xmlns="urn:a"><break time="1s"/></x>', ""),
        ("a <!-- hidden --> b <?php x ?> c", "a  b  c"),
        ("[[h@l]]", "[ [h@l]]"),
        ("[<w>[</w>[", "[ [ ["),
        ("a\tb\nc", "a b c"),
        ("", ""),
    ],
)
def test_mark_up_is_kept_as_far_as_it_is_understood(markup: str, kept: str) -> None:
    assert clean(markup) == f"<speak>{kept}</speak>"


@pytest.mark.parametrize(
    "markup",
    ["a & b", "<break>", "</speak><speak>", "<!DOCTYPE a>", "&xxe;", "a < b", '<b a="1" a="2"/>', "<b>" * 300],
)
def test_what_is_no_xml_is_left_to_its_text(markup: str) -> None:
    assert clean(markup) == ""


def test_every_mark_of_the_dialects_is_kept_or_unwrapped() -> None:
    unwrapped = {"phoneme", "sub", "w"}
    assert {element.name for element in SSML} == {*MARKS, *unwrapped}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Hello.", "Hello."),
        ("a\0b\x01 50P\x7f\x85c", "a b  50P c"),
        ("\ud800high\udfff", " high "),
        ("[[[[", "[ [ [ ["),
        ("x" * 250, " ".join(["x" * 100, "x" * 100, "x" * 50])),
        ("x" * 100, "x" * 100),
        ("Größe 你好 😀", "Größe 你好 😀"),
    ],
)
def test_a_text_keeps_what_can_be_said(text: str, said: str) -> None:
    assert plain(text) == said


MARKUP = st.recursive(
    st.text(alphabet=st.characters(exclude_characters="<&")),
    lambda inner: (
        st.builds(
            '<{0} {1}="{2}">{3}</{0}>'.format,
            st.sampled_from([*MARKS, "sub", "audio", "w"]),
            st.sampled_from(["time", "level", "rate", "volume", "pitch", "alias", "src", "xml:lang", "interpret-as"]),
            st.text(alphabet=st.characters(exclude_characters='<&"')),
            inner,
        )
        | st.builds("{}{}".format, inner, inner)
    ),
    max_leaves=8,
)


@given(MARKUP)
def test_whatever_comes_what_leaves_is_xml_of_marks_that_are_known(markup: str) -> None:
    ssml = clean(markup)
    known = {"speak", *(mark.name for mark in MARKS.values())}
    assert {element.tag for element in etree.fromstring(ssml).iter()} <= known if ssml else True
    assert "[[" not in ssml
    assert re.search("[\0-\x1f\x7f-\x9f]", ssml) is None


@given(st.text())
def test_whatever_text_comes_it_can_be_written_and_commands_nothing(text: str) -> None:
    said = plain(text)
    said.encode()
    assert "[[" not in said
    assert re.search("[\0-\x1f\x7f-\x9f]", said) is None
    assert max(map(len, said.split()), default=0) <= 100
    assert "".join(said.split()) == "".join(re.sub("[\0-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]", " ", text).split())
