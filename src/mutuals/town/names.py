# ruff: noqa: E501 - tables of names
"""Names and towns of the people of the town, most frequent first; drawn with Zipf weights (1 / (rank + 2.7))."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from random import Random


@dataclass(frozen=True, slots=True)
class Country:
    """One country: its language, its share of the town, its names and towns, and how its phone numbers begin."""

    code: str
    language: str
    share: int
    prefix: str
    zone: str
    given: tuple[str, ...]
    family: tuple[str, ...]
    towns: tuple[str, ...]


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.replace("_", " ") for word in text.split())


COUNTRIES = (
    Country(
        "GB", "en", 34, "+44 20 7946 ", "Europe/London",
        _words("Olivia Jack Emily Harry Grace Thomas Sophie James Amelia Oliver Isla George Mia Charlie Ruby Alfie Ella Oscar Freya Leo Poppy Arthur Daisy Henry Phoebe Noah Alice Muhammad Zara Ibrahim Priya Arjun Siobhan Callum Megan Owen Bethan Rhys Fiona Hamish"),
        _words("Smith Jones Taylor Brown Williams Wilson Johnson Davies Robinson Wright Thompson Evans Walker White Roberts Green Hall Wood Jackson Clarke Patel Khan Lewis James Phillips Mason Mitchell Rose Davis Rodgers Begum Cox Hussain Marshall O'Brien Murphy Singh Ali Campbell MacDonald Okafor Achebe Shah Lloyd Pritchard Featherstone Ainsworth Birtwhistle Quigley Thistlewood"),
        _words("London Leeds Bristol Manchester Glasgow Cardiff Sheffield Norwich York Bath Exeter Dundee Swansea Hull Luton Whitby"),
    ),
    Country(
        "DE", "de", 30, "+49 221 ", "Europe/Berlin",
        _words("Anna Lukas Lena Jonas Marie Felix Laura Paul Julia Max Sophie Leon Katharina Tim Sarah Finn Lisa Jan Johanna Moritz Hannah Tobias Clara Emre Elif Mehmet Aylin Jürgen Sabine Wolfgang Ute Günther Heike Uwe Birgit Jörg Zoë Käthe Florian Mareike"),
        _words("Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer Richter Klein Wolf Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange Schmitt Werner Krause Meier Lehmann Yılmaz Kaya Demir Nowak Köhler Kraus Böhm Vogt Jansen Petersen Öztürk Kowalski Großmann Weiß Lindenberg Ostrow Rautenstrauch Quandt Zander Freudenreich"),
        _words("Köln Berlin Hamburg München Leipzig Bonn Ulm Münster Kassel Bremen Jena Görlitz Lübeck Trier Aachen Würzburg"),
    ),
    Country(
        "FR", "fr", 12, "+33 1 99 00 ", "Europe/Paris",
        _words("Marie Jean Camille Pierre Chloé Lucas Manon Hugo Léa Louis Inès Jules Zoé Gabriel Élise Théo Amandine Antoine Nour Karim Aurélie Benoît Océane François"),
        _words("Martin Bernard Dubois Thomas Robert Richard Petit Durand Leroy Moreau Simon Laurent Lefebvre Michel Garcia David Bertrand Roux Vincent Fournier Benali Diallo Lefèvre Chevalier Beaumont"),
        _words("Paris Lyon Nantes Lille Rennes Besançon Toulouse Brest Dijon Nîmes"),
    ),
    Country(
        "ES", "es", 9, "+34 910 00 ", "Europe/Madrid",
        _words("Lucía Hugo María Martín Sofía Daniel Carmen Pablo Paula Álvaro Elena Javier Nuria Íñigo Begoña José Marta Andrés Rocío Xavi"),
        _words("García Rodríguez González Fernández López Martínez Sánchez Pérez Gómez Martín Jiménez Ruiz Hernández Díaz Moreno Muñoz Álvarez Romero Núñez Etxeberria"),
        _words("Madrid Sevilla Valencia Bilbao Granada León A_Coruña Málaga Cádiz"),
    ),
    Country(
        "IT", "it", 8, "+39 06 555 ", "Europe/Rome",
        _words("Giulia Leonardo Sofia Francesco Aurora Lorenzo Chiara Matteo Giorgia Luca Martina Niccolò Elisa Davide Ilaria Paolo"),
        _words("Rossi Russo Ferrari Esposito Bianchi Romano Colombo Ricci Marino Greco Bruno Gallo Conti De_Luca Costa D'Angelo Mancini"),
        _words("Roma Milano Torino Napoli Bologna Trieste Lecce Forlì"),
    ),
    Country(
        "NL", "nl", 7, "+31 20 555 ", "Europe/Amsterdam",
        _words("Emma Daan Sanne Sem Lotte Bram Fleur Thijs Noor Jeroen Marijke Pieter Anouk Ruben Femke Joris"),
        _words("de_Jong Jansen de_Vries van_den_Berg van_Dijk Bakker Visser Smit Meijer de_Boer Mulder de_Groot Bos Vos van_'t_Hof"),
        _words("Amsterdam Utrecht Groningen Delft Zwolle Haarlem Leiden"),
    ),
)  # fmt: skip
NICK = {
    "Katharina": "Kathi", "Thomas": "Tom", "James": "Jim", "Olivia": "Liv", "Johanna": "Hanna", "Wolfgang": "Wolf",
    "Francesco": "Franco", "Elena": "Lena", "Pieter": "Piet", "Emily": "Em", "Charlie": "Charles", "Megan": "Meg",
    "Tobias": "Tobi", "Henry": "Harry", "José": "Pepe", "Leonardo": "Leo", "Sabine": "Bine", "Moritz": "Mo",
}  # fmt: skip
BRANDLIKE = _words("teatime slowsunday bike_and_bread rainyday nordlicht oldvinyl kitchenlab pixelmoth saltandpepper thewanderer papertiger greenroof lateowl")  # fmt: skip

_WEIGHTS: dict[int, list[float]] = {}


def zipf(rng: Random, items: Sequence[str]) -> str:
    """One of the items, the first ones most often."""
    size = len(items)
    if size not in _WEIGHTS:
        _WEIGHTS[size] = list(accumulate(1 / (rank + 2.7) for rank in range(size)))
    return rng.choices(items, cum_weights=_WEIGHTS[size])[0]


_SHARES = list(accumulate(country.share for country in COUNTRIES))


def country(rng: Random) -> Country:
    """One of the countries by its share."""
    return rng.choices(COUNTRIES, cum_weights=_SHARES)[0]
