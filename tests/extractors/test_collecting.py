"""The collector waits while a page is read, and is then as it was."""

from __future__ import annotations

import gc

import pytest

from extractors import collecting, extract
from model.errors import Unreadable


def test_the_collector_is_off_inside_and_on_again_behind() -> None:
    with collecting.once():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_a_page_that_cannot_be_read_leaves_it_on() -> None:
    with pytest.raises(Unreadable):
        extract(b"")
    assert gc.isenabled()


def test_where_the_caller_has_switched_it_off_it_stays_off() -> None:
    gc.disable()
    try:
        with collecting.once():
            assert not gc.isenabled()
        assert not gc.isenabled()
    finally:
        gc.enable()
