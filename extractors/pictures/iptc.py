"""IPTC-IIM, the oldest metadata of press photographs (IPTC Information Interchange Model 4.2)."""

from __future__ import annotations

from collections.abc import Iterator

_PROPERTIES = {
    40: "instructions",
    55: "created",
    80: "creator",
    85: "creator_role",
    90: "city",
    101: "country",
    105: "headline",
    110: "credit",
    115: "source",
    116: "copyright_notice",
    120: "caption",
}
_CODED = 90  # of record 1
_UTF8 = b"\x1b%G"
_MOST = 500


def read_iptc(block: bytes) -> Iterator[tuple[str, str, str]]:
    """Property, value and place (``iptc:2:80``) of every data set that we know, in their order; damage ends it."""
    fields = list(_data_sets(block))
    utf8 = any(record == 1 and number == _CODED and data == _UTF8 for record, number, data in fields)
    for record, number, data in fields:
        name = _PROPERTIES.get(number) if record == 2 else None
        if name is not None:
            yield name, _text(data, utf8), f"iptc:2:{number}"


def _data_sets(block: bytes) -> Iterator[tuple[int, int, bytes]]:
    at = 0
    for _ in range(_MOST):
        if at + 5 > len(block) or block[at] != 0x1C:
            return
        record, number, length = block[at + 1], block[at + 2], int.from_bytes(block[at + 3 : at + 5], "big")
        at += 5
        if length & 0x8000:  # extended: the length of the length
            size = length & 0x7FFF
            if size > 4:
                return
            length = int.from_bytes(block[at : at + size], "big")
            at += size
        yield record, number, block[at : at + length]
        at += length


def _text(data: bytes, utf8: bool) -> str:
    """Text as its writer said, or as it can be: many write UTF-8 or Windows-1252 and declare nothing."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("utf-8" if utf8 else "cp1252", "replace")
