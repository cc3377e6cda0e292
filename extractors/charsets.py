"""The character set of a page that declares none, told from its bytes.

Mark-up is ASCII in all of them and tells nothing, so only the text between tags is looked at. East Asian character
sets are tried first, by how much of what comes out is what such texts are written in; then those of Latin letters,
by the alphabet that the letters beyond a to z belong to; then those of other scripts, by their frequent letters.
"""

from __future__ import annotations

import re
from functools import cache

from extractors.words.charsets import Latin, Script, chinese, latin, scripts

_TAGS = re.compile(rb"<(script|style)\b.*?</\1\s*>|<!--.*?-->|<[^<>]*>", re.I | re.S)
_RUN = re.compile(rb"[^\x00-\x40]*[\x80-\xff][^\x00-\x3f]*")  # second bytes of East Asian characters begin at @
_HIGH = re.compile(rb"[\x80-\xff]")
_ALONE = re.compile(rb"(?<![\x80-\xff])[\x80-\xff]{1,2}(?![\x80-\xff])")
_KANA = re.compile("[\u3041-\u30fa]")
_HANGUL = re.compile("[\uac00-\ud7a3]")
_BEYOND_ASCII = re.compile("[^\x00-\x7f]")
_TELL = 16  # bytes beyond ASCII between tags that tell; a page with fewer has its text in attributes and scripts
_ENOUGH = 12_000  # bytes of text that tell
_FEWEST = 8  # characters beyond ASCII under which nothing is told by how often which of them stands
_BROKEN = 50  # the most characters beyond ASCII for one that is no character
_KANA_SHARE, _HANGUL_SHARE, _CHINESE_SHARE = 0.2, 0.7, 0.12  # of what is beyond ASCII, in texts of each language
_LATIN_SHARE = 0.5  # of bytes beyond ASCII that stand alone or in pairs, in text of Latin letters


def guess(body: bytes) -> str:
    """The Python codec that a body's text most likely is in; ``cp1252`` where nothing tells."""
    text = _text(body)
    return _east_asian(text) or _latin_letters(text) or _other_letters(text)


def _text(body: bytes) -> bytes:
    """The runs of text that hold bytes beyond ASCII, parted by spaces; of the whole body where few stand between tags."""
    between = _TAGS.sub(b" ", body)
    runs: list[bytes] = []
    size = 0
    for found in _RUN.finditer(between if len(_HIGH.findall(between)) >= _TELL else body):
        runs.append(found[0])
        size += len(found[0]) + 1
        if size > _ENOUGH:
            break
    return b" ".join(runs)


def _east_asian(text: bytes) -> str | None:
    for codec in ("cp932", "euc_jp"):
        if _share(text, codec, _KANA) >= _KANA_SHARE:
            return codec
    if _share(text, "cp949", _HANGUL) >= _HANGUL_SHARE:
        return "cp949"
    frequent = _frequent()
    shares = {codec: _share(text, codec, frequent) for codec in ("gb18030", "big5hkscs")}
    best = max(shares, key=shares.__getitem__)
    return best if shares[best] >= _CHINESE_SHARE else None


def _share(text: bytes, codec: str, wanted: re.Pattern[str]) -> float:
    """How much of what is beyond ASCII is wanted; none where the text is not in that character set."""
    decoded = text.decode(codec, "replace")
    beyond = len(_BEYOND_ASCII.findall(decoded))
    if beyond < _FEWEST or decoded.count("\ufffd") * _BROKEN > beyond:
        return 0.0
    return len(wanted.findall(decoded)) / beyond


@cache
def _frequent() -> re.Pattern[str]:
    return re.compile(f"[{chinese()}]")


def _latin_letters(text: bytes) -> str | None:
    high = len(_HIGH.findall(text))
    if not high or sum(len(found) for found in _ALONE.findall(text)) < _LATIN_SHARE * high:
        return None
    fits = {kind.charset: _fit(text, kind) for kind in latin()}
    return max(fits, key=fits.__getitem__)


def _fit(text: bytes, kind: Latin) -> int:
    """How many characters beyond ASCII one alphabet of a character set accounts for."""
    beyond = _BEYOND_ASCII.findall(text.decode(kind.charset, "replace"))
    return max(sum(character in alphabet for character in beyond) for alphabet in kind.alphabets)


def _other_letters(text: bytes) -> str:
    fits = {kind.charset: _letters(text.decode(kind.charset, "replace"), kind) for kind in scripts()}
    best = max(fits, key=fits.__getitem__)
    return best if fits[best] else "cp1252"


def _letters(decoded: str, kind: Script) -> int:
    """How many letters of a script a text has, those twice that are frequent in it."""
    return len(kind.frequent.findall(decoded)) + len(kind.letters.findall(decoded))
