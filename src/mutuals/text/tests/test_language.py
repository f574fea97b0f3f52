"""Languages of short posts."""

from __future__ import annotations

import pytest

from mutuals.text.language import UNKNOWN, languages


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("the flight was late again and nobody told us", "en"),
        ("der Zug hat schon wieder Verspätung, danke für nichts", "de"),
        ("le colis n'est toujours pas arrivé, c'est pénible", "fr"),
        ("el pedido llegó roto y nadie contesta", "es"),
        ("o pedido chegou quebrado e ninguém responde", "pt"),
        ("il treno è in ritardo anche oggi, che vergogna", "it"),
        ("الخدمة سيئة جدا ولا أحد يرد", "ar"),
        ("बहुत खराब सेवा है, कोई जवाब नहीं देता", "hi"),
        ("bhai mera refund kab aayega, koi reply nahi kar raha hai", "hi-Latn"),
        ("het pakket is nog steeds niet aangekomen", "nl"),
    ],
)
def test_the_language_is_told(text, language):
    assert languages([text]) == [language]


@pytest.mark.parametrize("text", ["", "ok", "thanks mate", "@a @b @c https://x.example", "😡😡😡", "12 34 56 78"])
def test_of_fewer_than_three_words_nothing_is_said(text):
    assert languages([text]) == [UNKNOWN]
