"""A standfirst in bold or italics on a page that describes itself nowhere, and the notes that stand there in the same dress."""

from __future__ import annotations

import pytest

from tests.extractors.harbour_road import read


def standfirst(line: str, tag: str, language: str = "en") -> str | None:
    return read(f"<p><{tag}>{line}</{tag}></p>", language=language).standfirst


@pytest.mark.parametrize("tag", ["b", "em"])
@pytest.mark.parametrize(
    "line", ["Lorries have to take the bridge from spring", "“We had no choice,” says the mayor of the town."]
)
def test_a_line_that_sums_up_is_a_standfirst(line: str, tag: str) -> None:
    assert standfirst(line, tag) == line


@pytest.mark.parametrize("tag", ["b", "em"])
@pytest.mark.parametrize(
    ("line", "language"),
    [
        ("Cora Vane is a reader in law at the University of Hartwell.", "en"),
        ("This is the second of three parts.", "en"),
        ("The harbour road in March. Photo: Halden Reed", "en"),
        ("Translated from the Dutch by Halden Reed", "en"),
        ("This piece was first published in the Harbour Review.", "en"),
        ("Advertisement: the spring sale begins on Friday", "en"),
        ("MARROW BAY – The town council met for the first time in the new hall.", "en"),
        ("Warning: this story tells of violence that may disturb readers.", "en"),
        ("Sign up for our morning newsletter and get it by mail.", "en"),
        ("Der Autor ist Professor für Recht an der Universität Hartwell.", "de"),
        ("L’auteur est professeur de droit à l’université de Hartwell.", "fr"),
        ("La autora es profesora de derecho en la Universidad de Hartwell.", "es"),
        ("Фото: Мерроубейська міська рада", "uk"),
    ],
)
def test_a_note_in_the_same_dress_is_none(line: str, language: str, tag: str) -> None:
    assert standfirst(line, tag, language) is None
