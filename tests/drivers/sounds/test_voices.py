"""Every voice and language that a dialect knows has one of espeak-ng's, which is installed."""

from __future__ import annotations

import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.dialects.plivo.elements import CLASSIC_LANGUAGES
from engine.drivers.sounds import voices
from engine.drivers.sounds.voices import spoken_by


@pytest.mark.parametrize(
    ("voice", "language", "spoken"),
    [
        ("WOMAN", "en-US", "en-us+f3"),
        ("MAN", "en-US", "en-us+m3"),
        ("WOMAN", "fr-CA", "fr-fr+f3"),
        ("MAN", "es-US", "es-419+m3"),
        ("man", "fr-FR", "en-us+m3"),  # TeXML 2.3: the language is heeded for alice alone
        ("woman", "de-DE", "en-us+f3"),
        ("alice", "de-DE", "de+f3"),
        ("Polly.Joanna", "de-DE", "en-us+f3"),
        ("Polly.Hans", "en-US", "de+m3"),
        ("Polly.Matthew-Neural", "", "en-us+m3"),
        ("Polly.Danielle-Long-Form", "", "en-us+f3"),
        ("Polly.Aditi", "hi-IN", "hi+f3"),
        ("Polly.Nobody", "it-IT", "it+f3"),
        ("Azure.fr-CA-JeanNeural", "en-US", "fr-fr+f3"),
        ("Azure.de-DE-ConradNeural", "en-US", "de+m3"),
        ("Azure.en-US-AndrewMultilingualNeural", "", "en-us+m3"),
        ("Azure.unknown", "sv-SE", "sv+f3"),
        ("ElevenLabs.Rachel", "pl-PL", "pl+f3"),
        ("Telnyx.KokoroTTS.af_heart", "pt-BR", "pt-br+f3"),
        ("", "", "en-us+f3"),
        ("someone", "tlh-XX", "en-us+f3"),
    ],
)
def test_a_vendors_voice_has_one_here(voice: str, language: str, spoken: str) -> None:
    assert spoken_by(voice, language) == spoken


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("en-GB", "en-gb"),
        ("en_gb", "en-gb"),
        ("EN-AU", "en-gb"),
        ("en", "en-us"),
        ("en-CA", "en-us"),
        ("es-ES", "es"),
        ("es", "es"),
        ("es-MX", "es-419"),
        ("fr-BE", "fr-be"),
        ("fr-LU", "fr-fr"),
        ("pt-PT", "pt"),
        ("zh-CN", "cmn"),
        ("zh-HK", "yue"),
        ("cmn-CN", "cmn"),
        ("nb-NO", "nb"),
        ("no-NO", "nb"),
        ("arb", "ar"),
        ("", "en-us"),
        (" de-DE ", "de"),
        ("../../etc", "en-us"),
        ("-v", "en-us"),
    ],
)
def test_a_language_is_spoken_by_its_tag(tag: str, language: str) -> None:
    assert voices.language(tag) == language


def test_the_classic_languages_are_all_spoken_as_themselves() -> None:
    spoken = {tag: voices.language(tag) for tag in CLASSIC_LANGUAGES}
    assert {tag for tag, language in spoken.items() if language[:2] != tag[:2]} == set()


def test_every_voice_of_the_tables_is_installed() -> None:
    languages = {*voices.LANGUAGES.values(), *map(voices.language, voices.LANGUAGES), *voices.SPOKEN, "es-419"}
    wanted = {f"{language}+{variant}" for language in languages for variant in voices.VARIANTS.values()}
    missing = [voice for voice in sorted(wanted) if complaint(voice)]
    assert len(wanted) > 150
    assert missing == []


def complaint(voice: str) -> bytes:
    """What espeak-ng has against a voice."""
    return subprocess.run(["espeak-ng", "-q", "-v", voice, "1"], check=False, capture_output=True).stderr


@given(st.text(), st.text())
def test_whatever_is_asked_for_the_voice_is_of_the_table(voice: str, language: str) -> None:
    spoken, _, variant = spoken_by(voice, language).partition("+")
    assert spoken in {*voices.LANGUAGES.values(), *voices.SPOKEN, "es-419"}
    assert variant in voices.VARIANTS.values()
