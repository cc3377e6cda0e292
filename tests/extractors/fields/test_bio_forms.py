"""Notes about authors in wordings of their own, and the organizations and jobs that they tell of."""

from __future__ import annotations

import pytest

from extractors.fields import bio

NOTES: list[tuple[str, str, str, list[tuple[str | None, str | None]]]] = [
    (
        "en",
        "Jane Roe",
        "Jane Roe is a professor of hydrology at Tollund University.",
        [("Tollund University", "professor of hydrology")],
    ),
    (
        "en",
        "Jane Roe",
        "Jane Roe is an associate professor in the Department of History at Fenwick College.",
        [("Fenwick College", "associate professor in the Department of History")],
    ),
    ("en", "Jane Roe", "Jane Roe covers courts for the Bay Courier.", [("Bay Courier", None)]),
    ("en", "Jane Roe", "Jane Roe is a freelance journalist based in Harborville.", [(None, "freelance journalist")]),
    ("en", "Jane Roe", "Jane Roe is CEO of Corbel Homes.", [("Corbel Homes", "CEO")]),
    (
        "en",
        "Jane Roe",
        "Professor Jane Roe is Director of the Tarn Institute, University of Pell.",
        [("Tarn Institute", "Director")],
    ),
    (
        "en",
        "Jane Roe",
        "Jane Roe is a senior fellow at the Institute for Quiet Studies and the author of “The Weir.”",
        [("Institute for Quiet Studies", "senior fellow")],
    ),
    ("en", "Jane Roe", "The writer is chief economist at Corrigan Bank.", [("Corrigan Bank", "chief economist")]),
    (
        "de",
        "Anna Roe",
        "Anna Roe ist Professorin für Wasserbau an der Technischen Universität Hagel.",
        [("Technischen Universität Hagel", "Professorin für Wasserbau")],
    ),
    (
        "de",
        "Anna Roe",
        "Anna Roe lehrt analytische Chemie an der Technischen Universität Hagel.",
        [("Technischen Universität Hagel", None)],
    ),
    ("en", "Jane Roe", "Jane Roe teaches navigation at Fenwick College.", [("Fenwick College", None)]),
    ("de", "Anna Roe", "Die Autorin ist Redakteurin der Taubenpost.", [("Taubenpost", "Redakteurin")]),
    ("de", "Anna Roe", "Anna Roe leitet das Ressort Politik beim Hagelboten.", [("Hagelboten", None)]),
    (
        "fr",
        "Anne Roe",
        "Anne Roe est maîtresse de conférences en histoire à l’université de Vaubrun.",
        [("université de Vaubrun", "maîtresse de conférences en histoire")],
    ),
    ("fr", "Anne Roe", "Anne Roe est directrice de l’Institut des marées.", [("Institut des marées", "directrice")]),
    (
        "es",
        "Ana Roe",
        "Ana Roe es catedrática de Derecho Civil en la Universidad de Valdehierro.",
        [("Universidad de Valdehierro", "catedrática de Derecho Civil")],
    ),
    (
        "it",
        "Ana Roe",
        "Ana Roe è docente di Storia moderna all’Università di Montescuro.",
        [("Università di Montescuro", "docente di Storia moderna")],
    ),
    (
        "pt",
        "Ana Roe",
        "Ana Roe é professora de Economia na Universidade de Três Ilhas.",
        [("Universidade de Três Ilhas", "professora de Economia")],
    ),
    (
        "nl",
        "Anna Roe",
        "Anna Roe is hoogleraar waterbouw aan de Universiteit Zijldrecht.",
        [("Universiteit Zijldrecht", "hoogleraar waterbouw")],
    ),
    (
        "pl",
        "Anna Roe",
        "Anna Roe jest profesorem historii na Uniwersytecie Dolnym.",
        [("Uniwersytecie Dolnym", "profesorem historii")],
    ),
    (
        "sv",
        "Anna Roe",
        "Anna Roe är professor i historia vid Vågnes universitet.",
        [("Vågnes universitet", "professor i historia")],
    ),
    ("da", "Anna Roe", "Anna Roe er lektor i historie ved Vågnes Universitet.", [("Vågnes Universitet", "lektor i historie")]),
    ("cs", "Anna Roe", "Anna Roe je profesorka dějin na Dolní univerzitě.", [("Dolní univerzitě", "profesorka dějin")]),
    ("en", "Jane Roe", "Jane Roe is a sophomore at Fenwick College.", [("Fenwick College", "sophomore")]),
    (
        "en",
        "Jane Roe",
        "Jane Roe is a Ph.D. candidate in history at Tollund University.",
        [("Tollund University", "Ph.D. candidate in history")],
    ),
    ("en", "Jane Roe", "Jane Roe writes about food for The Meridian.", [("Meridian", None)]),
    ("en", "Jane Roe", "About the author: Jane Roe is the founder of Corbel Homes.", [("Corbel Homes", "founder")]),
    ("de", "Anna Roe", "Zur Autorin: Anna Roe lehrt Geschichte an der Universität Oberhagel.", [("Universität Oberhagel", None)]),
    ("it", "Ana Roe", "Ana Roe insegna Storia moderna all’Università di Montescuro.", [("Università di Montescuro", None)]),
    ("es", "Ana Roe", "Ana Roe es investigadora del Instituto de las Mareas.", [("Instituto de las Mareas", "investigadora")]),
    ("fr", "Anne Roe", "Anne Roe est professeure à l’École des ponts.", [("École des ponts", "professeure")]),
]


@pytest.mark.parametrize(("language", "name", "text", "posts"), NOTES, ids=[f"{n[0]}: {n[2][:50]}" for n in NOTES])
def test_posts_told(language: str, name: str, text: str, posts: list[tuple[str | None, str | None]]) -> None:
    told = bio.read(text, name, language, lone=True)
    assert [(a.organization, a.role) for a in told.affiliations] == posts


def test_a_verb_behind_a_former_job_is_no_part_of_it() -> None:
    told = bio.read("Jane Roe, a former harbor master, teaches law at Tollund University.", "Jane Roe", "en", lone=True)
    assert [a.role for a in told.affiliations if a.organization] == [None]
