"""Which of espeak-ng's voices speaks for a vendor's: the words of all dialects in one table, whoever says them.

A voice has a gender and may have a language of its own, which then counts more than the document's. Who is not known
speaks the document's language as a woman; a language that is not known is spoken as American English.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from msgspec import Struct

FALLBACK = "en-us"
# espeak-ng's voices are men; its variants make others of them.
VARIANTS = {"f": "f3", "m": "m3"}


class Voice(Struct, frozen=True):
    """Who speaks: `f` or `m`, and in which language whatever the document says (empty: in the document's)."""

    gender: str = "f"
    language: str = ""


# Voices without a maker's name. Plivo 2.3 and Vobiz 2.5 shout theirs, which speak any language; TeXML 2.3 whispers,
# and heeds the language for alice alone.
PLAIN: Mapping[str, Voice] = {
    "WOMAN": Voice("f"),
    "MAN": Voice("m"),
    "woman": Voice("f", "en-US"),
    "man": Voice("m", "en-US"),
    "alice": Voice("f"),
}

# Amazon Polly's voices by their language: women, men. Plivo 2.3 and TeXML 2.3 take them as Polly.<name>.
_POLLY: tuple[tuple[str, str, str], ...] = (
    ("", "Aditi Kajal", ""),  # at home in two languages: the document says in which
    ("ar", "Zeina Hala", "Zayd"),
    ("ca", "Arlet", ""),
    ("cmn", "Zhiyu", ""),
    ("cs", "Jitka", ""),
    ("cy", "Gwyneth", ""),
    ("da", "Naja Sofie", "Mads"),
    ("de", "Marlene Vicki Hannah Sabrina", "Hans Daniel"),
    ("en-GB", "Amy Emma Nicole Olivia Niamh Raveena Aria Jasmine Ayanda", "Brian Arthur Geraint Russell"),
    ("en-US", "Danielle Ivy Joanna Kendra Kimberly Ruth Salli", "Gregory Joey Justin Kevin Matthew Patrick Stephen"),
    ("es-ES", "Alba Conchita Lucia", "Enrique Raul Sergio"),
    ("es-US", "Lupe Mia Penelope", "Andres Miguel Pedro"),
    ("fi", "Suvi", ""),
    ("fr-BE", "Isabelle", ""),
    ("fr-FR", "Ambre Celine Chantal Gabrielle Lea", "Florian Liam Mathieu Remi"),
    ("is", "Dora", "Karl"),
    ("it", "Beatrice Bianca Carla", "Adriano Giorgio Lorenzo"),
    ("ja", "Kazuha Mizuki Tomoko", "Takumi"),
    ("ko", "Jihye Seoyeon", ""),
    ("nb", "Ida Liv", ""),
    ("nl", "Laura Lisa Lotte", "Ruben"),
    ("pl", "Ewa Maja Ola", "Jacek Jan"),
    ("pt-BR", "Camila Vitoria", "Ricardo Thiago"),
    ("pt-PT", "Ines", "Cristiano"),
    ("ro", "Carmen", ""),
    ("ru", "Tatyana", "Maxim"),
    ("sv", "Astrid Elin", ""),
    ("tr", "Burcu Filiz", ""),
    ("yue", "Hiujin", ""),
)
POLLY: Mapping[str, Voice] = {
    name: Voice(gender, language)
    for language, women, men in _POLLY
    for gender, names in (("f", women), ("m", men))
    for name in names.split()
}

# Azure's voices carry their language: Azure.en-US-JennyNeural. Of their names only the men's must be known.
_AZURE = re.compile(r"([a-z]{2,3}-[A-Z]{2})-([A-Za-z]+)", re.ASCII)
_AZURE_MEN = (
    "Alain Alvaro Andrew Antonio Brian Christoph Christopher Claude Conrad Davis Diego Dmitry Eric Florian Guy Henri"
    " Jacob Jason Jerome Jorge Keita Killian Maarten Madhur Mattias Prabhat Roger Ryan Steffan Thomas Tony William"
    " Yunxi Yunyang"
)

# Languages that are spoken by another name than their own. Lower case: tags are compared without regard to it.
LANGUAGES: Mapping[str, str] = {
    "arb": "ar",
    "en": "en-us",
    "en-029": "en-029",
    **dict.fromkeys(("en-au", "en-gb", "en-hk", "en-ie", "en-in", "en-ke", "en-nz", "en-sg", "en-za"), "en-gb"),
    "es": "es",
    "es-es": "es",
    "fr": "fr-fr",
    "fr-be": "fr-be",
    "fr-ch": "fr-ch",
    "iw": "he",
    "nn": "nb",
    "no": "nb",
    "pt-br": "pt-br",
    "zh": "cmn",
    "zh-hk": "yue",
}
# Of these the region says nothing that is not in the table above. All of espeak-ng 1.50 and later.
_OWN_NAME = (
    "af am an ar as az bg bn bs ca cmn cs cy da de el eo et eu fa fi ga gd gn gu he hi hr hu hy ia id is it ja ka"
    " kk kn ko ku ky la lt lv mi mk ml mr ms mt my nb ne nl om or pa pl pt ro ru sd si sk sl sq sr sv sw ta te tr tt"
    " ur uz vi yue"
)
SPOKEN = frozenset(_OWN_NAME.split())
_REGIONAL: Mapping[str, str] = {"es": "es-419", **{code: code for code in SPOKEN}}


def voice(name: str) -> Voice:
    """Who speaks for a vendor's voice."""
    family, _, own = name.partition(".")
    return _FAMILIES.get(family, _stranger)(own) if own else PLAIN.get(name, Voice())


def language(tag: str) -> str:
    """What espeak-ng calls a language, by its tag such as `en-US`; `en-us` where it does not speak it."""
    tag = tag.strip().replace("_", "-").lower()
    primary = tag.partition("-")[0]
    return LANGUAGES.get(tag) or _REGIONAL.get(primary) or LANGUAGES.get(primary, FALLBACK)


def spoken_by(name: str, tag: str) -> str:
    """The voice of espeak-ng for a vendor's voice and language: `en-us+f3`."""
    who = voice(name)
    return f"{language(who.language or tag)}+{VARIANTS[who.gender]}"


def _polly(name: str) -> Voice:
    return POLLY.get(name.partition("-")[0], Voice())  # Joanna-Neural is Joanna


def _azure(name: str) -> Voice:
    found = _AZURE.match(name)
    if found is None:
        return Voice()
    man = found[2].removesuffix("Neural").removesuffix("Multilingual") in _AZURE_MEN.split()
    return Voice("m" if man else "f", found[1])


def _stranger(name: str) -> Voice:
    return Voice()


_FAMILIES: Mapping[str, Callable[[str], Voice]] = {"Polly": _polly, "Azure": _azure}
