"""What joins the names of a byline in every language, and the pieces between: "A, B & C", "A (avec B)"."""

from __future__ import annotations

import re
from functools import cache

from extractors.fields import names
from extractors.words import agencies
from extractors.words.people import LANGUAGES, either, people

EAST = r"\u3040-\u30ff\u3400-\u9fff가-힣"


@cache
def _joins(language: str | None) -> re.Pattern[str]:
    words = [w for w in people(language).joiners if w not in {"、", "・", ",", "،", "·", "-"}]
    east = [w for w in words if re.fullmatch(rf"[{EAST}]+", w)]
    spaced = [w for w in words if w not in east]
    return re.compile(
        rf"\s*[,;、،；]\s+(?:{either(spaced)})\s+|\s+(?:{either(spaced)})\s+|\s*[,;、،；&]\s*|\s+/\s+|(?<=\w)/(?=\w)",
        re.IGNORECASE,
    )


@cache
def _alongside(language: str | None) -> re.Pattern[str]:
    words = either(w for w in people(language).joiners if w.isalpha() and len(w) > 1)
    return re.compile(rf"\s*[(\[]\s*({words})\s+([^()\[\]]{{2,120}})[)\]]", re.IGNORECASE)


def opened(text: str, language: str | None) -> str:
    """A byline with its co-authors out of their brackets: "A. Person (avec B. Person)"."""
    return _alongside(language).sub(r" \1 \2", text) if "(" in text or "[" in text else text


def apart(plain: str, language: str | None) -> tuple[list[str], list[str]]:
    """The pieces of a chunk, and what stood between them; what belongs together ("y Gasset") stays so."""
    if language == "zh":
        plain = re.sub(r"(?<=[\u3400-\u9fff]{2}) +(?=[\u3400-\u9fff]{2})", "、", plain)
    pieces: list[str] = []
    joiners: list[str] = []
    last = 0
    for found in _joins(language).finditer(plain):
        pieces.append(plain[last : found.start()])
        joiners.append(found[0].strip().casefold())
        last = found.end()
    pieces.append(plain[last:])
    merged = [pieces[0]]
    for joiner, piece in zip(joiners, pieces[1:], strict=True):
        before = merged[-1]
        if (
            (joiner in {"y", "e", "i"} and " " in before and " " not in piece.strip() and not agencies.agency(piece))
            or (names.role_head(before, language) and names.role_head(piece, language) and not joiner.startswith((",", ";")))
            or before.strip() == piece.strip()  # "Morgan & Morgan": a firm
            or (joiner in {"and", "&"} and before.casefold().startswith(("u.s. ", "u.n. ", "u.k. ")))
        ):
            merged[-1] = f"{before} {joiner} {piece}"
        else:
            merged.append(piece)
    return [name for piece in merged for name in _prefixed(piece, language)], joiners


def _prefixed(piece: str, language: str | None) -> list[str]:
    """Two names of which the second has its "and" as a prefix, in Hebrew and Arabic."""
    tokens = piece.split()
    words = people(language)
    if language not in LANGUAGES or len(tokens) != 4 or not tokens[2].startswith(words.and_prefix) or len(tokens[2]) < 4:
        return [piece]
    if tokens[2] in words.names_with_prefix:
        return [piece]
    return [" ".join(tokens[:2]), f"{tokens[2][1:]} {tokens[3]}"]
