"""Bylines and biographical notes taken apart: names, roles, organizations, places, years."""

from __future__ import annotations

import pytest

from extractors.fields import bio, byline, names
from model.article import Affiliation

Who = list[tuple[str, list[tuple[str | None, str | None]]]]

BYLINES: list[tuple[str, str, Who]] = [
    ("By Ilse Karstadt", "en", [("Ilse Karstadt", [])]),
    ("By ANN ONDER, BO LUND and CY REED", "en", [("ANN ONDER", []), ("BO LUND", []), ("CY REED", [])]),
    (
        "By ANN ONDER and BO LUND The Associated Press",
        "en",
        [(n, [("The Associated Press", None)]) for n in ("ANN ONDER", "BO LUND")],
    ),
    ("Ann Onder, AP National Security Writer", "en", [("Ann Onder", [("AP", "National Security Writer")])]),
    ("Ann Onder and Bo Lund, USA TODAY", "en", [(n, [("USA TODAY", None)]) for n in ("Ann Onder", "Bo Lund")]),
    (
        "Ann Onder and Bo T. Lund, North Falls Daily Leader",
        "en",
        [(n, [("North Falls Daily Leader", None)]) for n in ("Ann Onder", "Bo T. Lund")],
    ),
    ("By Ann Onder For Herald.Example", "en", [("Ann Onder", [("Herald.Example", None)])]),
    ("Ann Onder News Reporter", "en", [("Ann Onder", [(None, "News Reporter")])]),
    ("By Ann Onder | Nov 19, 2019", "en", [("Ann Onder", [])]),
    ("Ann Onder, CO", "en", [("Ann Onder", [])]),
    ("Presented by Harbor Bank", "en", []),
    ("Von Anna Muster und Bernd Beispiel", "de", [("Anna Muster", []), ("Bernd Beispiel", [])]),
    ("Von Anna Muster, dpa", "de", [("Anna Muster", []), ("dpa", [])]),
    ("par Anne Exemple et Benoît d'Épreuve", "fr", [("Anne Exemple", []), ("Benoît d'Épreuve", [])]),
    ("José Prueba y Ensayo", "es", [("José Prueba y Ensayo", [])]),
    ("Marta Prueba y Daniel Ensayo", "es", [("Marta Prueba", []), ("Daniel Ensayo", [])]),
    ("Af Trine Prøve og Ole Eksempel-Hansen", "da", [("Trine Prøve", []), ("Ole Eksempel-Hansen", [])]),
    ("Автор: Олена Приклад", "uk", [("Олена Приклад", [])]),
    ("홍가람 기자", "ko", [("홍가람", [(None, "기자")])]),
    ("記者王小明", "zh", [("王小明", [])]),
    ("Redaktion elbkurier.example", "de", [("Redaktion elbkurier.example", [])]),
    ("Written by", "en", []),
]
NOT_PEOPLE = [
    "Fox News",
    "Staff Writer",
    "Share",
    "View Profile",
    "AP",
    "Elbkurier Redaktion",
    "Senior Editor",
    "https://example.com",
    "Co. KG",
]
PEOPLE = [
    "Ludwig van Beispiel",
    "Ana María de la Prueba",
    "J. R. Sample",
    "O’Hara Exemplar",
    "홍가람",
    "Олена Приклад",
    "محمد المثال",
    "DANICA SAMPLE",
]


@pytest.mark.parametrize(("text", "language", "who"), BYLINES, ids=[b[0] for b in BYLINES])
def test_byline(text: str, language: str, who: Who) -> None:
    found = byline.read(text, language)
    assert [(a.name, [(x.organization, x.role) for x in a.affiliations]) for a in found] == who


@pytest.mark.parametrize("text", NOT_PEOPLE)
def test_is_no_person(text: str) -> None:
    assert not names.is_person(text, "en")


@pytest.mark.parametrize("text", PEOPLE)
def test_is_a_person(text: str) -> None:
    assert names.is_person(text, None)


def test_inverted_and_marked_names() -> None:
    assert names.invert("Sample, Xiao") == "Xiao Sample"
    assert names.clean("Dr. Ann Onder (ann)") == "Ann Onder"
    assert names.clean("Ann Onder @annonder") == "Ann Onder"


NOTES = [
    ("Ann Onder is a reporter for Harbor News.", "en", [Affiliation("Harbor News", "reporter")]),
    ("Ann is PrintMag's UK-based editor and news reporter.", "en", [Affiliation("PrintMag", "editor and news reporter", "UK")]),
    ("Ann Onder covers fishing for the Quay Herald.", "en", [Affiliation("Quay Herald")]),
    (
        "Ann Onder is an assistant professor of tides at Quay University. She is the author of Wet Feet: A Life.",
        "en",
        [Affiliation("Quay University", "assistant professor of tides")],
    ),
    (
        "Ann Onder was a producer at Harbor Radio until 2014.",
        "en",
        [Affiliation("Harbor Radio", "producer", None, True, None, "2014")],
    ),
    ("Ann Onder ist Redakteurin bei Elbkurier.", "de", [Affiliation("Elbkurier", "Redakteurin")]),
    ("Ann Onder ist Gründerin der Fähre.Example und lebt in Kiel.", "de", [Affiliation("Fähre.Example", "Gründerin", "Kiel")]),
    ("Ann Onder är reporter på Kustbladet sedan 2020.", "sv", [Affiliation("Kustbladet", "reporter", None, False, "2020")]),
    ("Somebody Else is an editor at Harbor News.", "en", []),
]


@pytest.mark.parametrize(("text", "language", "told"), NOTES, ids=[n[0][:40] for n in NOTES])
def test_note(text: str, language: str, told: list[Affiliation]) -> None:
    assert list(bio.read(text, "Ann Onder", language).affiliations) == told


def test_note_about_two_authors_tells_each_their_own() -> None:
    text = "Ann Onder is a senior researcher with the Coast Observatory. Bo Lund is a lecturer at Quay University."
    assert [a.organization for a in bio.read(text, "Ann Onder", "en").affiliations] == ["Coast Observatory"]
    assert [a.organization for a in bio.read(text, "Bo Lund", "en").affiliations] == ["Quay University"]


@pytest.mark.parametrize("text", ["Ann Onder is " + "a " * 20_000, "By " + "A, " * 20_000, "(" * 9_000, "Ann Onder, " * 5_000])
def test_hostile_texts_are_read_in_no_time(text: str) -> None:
    byline.read(text, "en")
    bio.read(text, "Ann Onder", "en")
