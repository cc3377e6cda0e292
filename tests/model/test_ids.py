"""Minted identifiers: their form, and a check character that catches slips of a person's hand."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from model.ids import ALPHABET, check_character, is_archive_id, is_record_id, mint_archive_id, mint_record_id

SEEDS = st.integers(0, 2**32)


def _mint(seed: int) -> str:
    below = random.Random(seed).randrange
    return mint_record_id(mint_archive_id(below), below)


@given(SEEDS)
def test_minted_ids_are_of_their_form(seed: int) -> None:
    record = _mint(seed)
    assert is_record_id(record) and is_archive_id(record[:6])
    assert not is_archive_id(record) and not is_record_id(record[:-1])
    assert check_character(record[:-1]) == record[-1]


@given(SEEDS)
def test_every_single_wrong_character_is_caught(seed: int) -> None:
    record = _mint(seed)
    for position, right in enumerate(record):
        for wrong in ALPHABET + "-aeiouy":
            if wrong != right:
                assert not is_record_id(record[:position] + wrong + record[position + 1 :]), (record, position, wrong)


@given(SEEDS)
def test_every_swap_of_two_different_characters_is_caught(seed: int) -> None:
    record = _mint(seed)
    for i in range(len(record)):
        for j in range(i + 1, len(record)):
            if record[i] != record[j]:
                swapped = list(record)
                swapped[i], swapped[j] = swapped[j], swapped[i]
                assert not is_record_id("".join(swapped)), (record, i, j)


@given(st.text(max_size=20))
def test_no_other_text_is_mistaken_for_an_id(text: str) -> None:
    assert is_archive_id(text) == (len(text) == 6 and all(c in ALPHABET for c in text))
    if is_record_id(text):
        assert len(text) == 18 and text[6] == "-" and set(text) <= {*ALPHABET, "-"}


def test_ids_carry_no_vowels_and_no_letter_that_looks_like_a_figure() -> None:
    assert not set(ALPHABET) & set("aeioulyAEIOU")
    assert len(ALPHABET) == len(set(ALPHABET)) == 29  # a prime, as the check needs


def test_a_line_break_or_capital_is_no_id() -> None:
    record = _mint(1)
    assert not is_record_id(record + "\n") and not is_record_id(" " + record) and not is_record_id(record.upper())


def test_minting_from_the_systems_chance_does_not_repeat() -> None:
    archive = mint_archive_id()
    assert len({mint_record_id(archive) for _ in range(2000)}) == 2000
