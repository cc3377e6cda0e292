"""Authors in the last words of an article: "Reporting by A. Person in Kyiv; editing by …", "…。【name】"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from extractors import filed
from extractors.field import Candidate
from extractors.fields import byline, names
from extractors.page import Page
from model.article import Author, How

_LINES = 8
_REPORTED = re.compile(
    r"(?:^[(\[]?|;\s*)(?:Reporting|Reportage|Reporte|Reportado|Reportagem|Bericht|Berichtet|Reported|Writing|Written|Compiled)"
    r" (?:by|de|por|von|di) "
    r"(?P<who>[^;()\[\]]{4,300}?)"
    r"(?:[;)\]]|\.(?=\s|$)|\s(?:Editing|Writing|Additional|from)\s|$)",
    re.IGNORECASE,
)
_DASHED = re.compile(r"(?:--?|[–—―])\s*([^\W\d_][^!?:\"“”„«»]{3,76})")
_QUOTED = re.compile(r"[”\"»“]\W*$")
_PLACE = re.compile(r"\s(?:in|en|em|à|a|aus|at)\s[A-ZÀ-ÞĀ-Ž][\w.’'-]*(?:[ -][A-ZÀ-ÞĀ-Ž][\w.’'-]*){0,4}")
_AND = re.compile(r"\s*,\s*(?:(?:and|y|e|et|und)\s+)?|\s+(?:and|y|e|et|und)\s+")
_EAST = (
    re.compile(r"[。」）]\s*【(?P<who>[\u3400-\u9fff\u3040-\u30ff]{2,6}(?:[ 　][\u3400-\u9fff\u3040-\u30ff]{1,6})?)】$"),
    re.compile(
        r"[。」”]\s*[（(](?:本报|本報|本刊|特约|特約)?(?:记者|記者)[:： ]?"
        r"(?P<who>[\u3400-\u9fff]{2,4}(?:[、 ][\u3400-\u9fff]{2,4}){0,3})[）)]$"
    ),
    re.compile(
        r"[.다]\s*[/(\[]?\s*(?P<who>[가-힣]{2,4})\s?(?P<role>(?:선임|인턴|수습|객원)?기자|특파원)\s*[)\]]?\s*(?:[\w.+-]{2,40}@[\w.-]{3,60})?$"
    ),
)

_HELPERS = "通讯员|通訊員|实习生|實習生|见习|實習|实习|摄影|攝影|综合|綜合|编辑|編輯"
_NAMES_EAST = rf"[\u3400-\u9fff]{{2,4}}(?:[、 ](?!{_HELPERS})[\u3400-\u9fff]{{2,4}}){{0,3}}"
_REPORTS_EAST = re.compile(
    r"(?:[\u3400-\u9fff]{2,8}(?:讯|訊))?\s*[（(](?:[\u3400-\u9fff]{2,8})?(?:记者|記者)[:： ]?"
    rf"({_NAMES_EAST})\s?(?:[)）]|{_HELPERS})"
)
_NAMES_KOREAN = r"(?P<who>[가-힣]{2,4}(?:[\s·,]+[가-힣]{2,4}){0,3}?)\s*(?P<role>(?:선임|인턴|수습|객원)?기자|특파원)"
_REPORTS_KOREAN = re.compile(rf"[\[(（【][^\[\]()（）【】]{{2,40}}[\])）】]\s*{_NAMES_KOREAN}\s*=")
_REPORTS_KOREAN_INSIDE = re.compile(
    rf"[\[(（【][가-힣A-Za-z0-9·/]{{2,14}}\s*=\s*(?:[가-힣A-Za-z0-9]+\s+)?{_NAMES_KOREAN}\s*[\])）】]"
)
_CAPITAL_TR, _SMALL_TR = "A-ZÇĞİÖŞÜ", "a-zçğıöşü"
_REPORTER_TURKISH = rf"(?:[{_CAPITAL_TR}][{_SMALL_TR}]+ )+[{_CAPITAL_TR}]{{2,}}"
_REPORTERS_TURKISH = re.compile(rf"({_REPORTER_TURKISH}(?:-{_REPORTER_TURKISH})*)\s?/\s?[{_CAPITAL_TR}]")
_NO_NAME = re.compile(r"写真|特集|続き|関連|通信|部$|社$|紙面|全文|動画|地図|共同|時事|報道|报道|图片|综合")


def last_words(page: Page) -> Iterator[Candidate[tuple[Author, ...]]]:
    """A note on the reporting, or a name in brackets behind the last sentence."""
    if page.main is None:
        return
    lines = [e for e in page.main.iter("p", "div", "em", "i", "span") if e.find(".//p") is None][-_LINES * 4 :]
    before: str | None = None
    for at in range(len(lines) - 1, -1, -1):
        item = lines[at]
        text = page.text_of(item)
        if not text or page.in_noise(item):
            continue
        found = who(text, page.language)
        if not found and before is None and at and not _QUOTED.search(page.text_of(lines[at - 1])[-12:]):
            found = behind_dash(text, page.language)
        before = text
        if found:
            yield Candidate(found, How.INFERRED, "css:" + page.css(item), text[-280:])
            return


def behind_dash(text: str, language: str | None) -> tuple[Author, ...]:
    """The authors of a last line like "-- A. Person, The Agency"; empty where it is anything else."""
    signed = _DASHED.fullmatch(text)
    found = byline.read(signed[1], language) if signed else ()
    said = sum(len(a.name) + sum(len(x.organization or "") for x in a.affiliations) for a in found)
    plain = all(names.is_person(a.name, language) and a.role is None for a in found)  # with a job it is whom a quote is by
    return found if signed and plain and said >= 0.7 * len(signed[1]) else ()


def first_words(page: Page) -> Iterator[Candidate[tuple[Author, ...]]]:
    """The reporter named within a dateline of East Asia: "（中央社記者林宥喬台北12日電）"."""
    if page.main is None or page.language not in {"zh", "ja", "ko", "tr"}:
        return
    if page.language == "ko":
        yield from _before_equals(page)
        return
    if page.language == "tr":
        yield from _before_place(page)
        return
    for item in list(page.main.iter("p", "div"))[:40]:
        text = page.text_of(item)
        found = filed.read(text[:200], page.language) if "記者" in text[:60] or "记者" in text[:60] else None
        if item.find(".//p") is not None:
            continue
        if found is None:
            told = _REPORTS_EAST.match(text)
        else:
            before = re.escape(found.dateline.place or "）")
            told = re.search(rf"(?:記者|记者)[:： ]?({_NAMES_EAST})(?=\s?(?:[)）／/]|{_HELPERS}|{before}))", text[: found.end])
        people = [n for n in re.split(r"[、 ]", told[1]) if names.is_person(n, page.language)] if told else []
        if people:
            yield Candidate(tuple(Author(n) for n in people), How.INFERRED, "css:" + page.css(item), text[:280])
            return


def _before_place(page: Page) -> Iterator[Candidate[tuple[Author, ...]]]:
    """The reporters in front of the place of a Turkish dateline: "Ayşe ÖRNEK-Ali DENEME/ANKARA, (DHA)-"."""
    for item in list(page.main.iter("p", "div") if page.main is not None else ())[:40]:
        text = page.text_of(item)
        found = _REPORTERS_TURKISH.match(text)
        people = found[1].split("-") if found else []
        if people and all(names.is_person(n.strip(), page.language) for n in people):
            yield Candidate(tuple(Author(n.strip()) for n in people), How.INFERRED, "css:" + page.css(item), text[:280])
            return


def _before_equals(page: Page) -> Iterator[Candidate[tuple[Author, ...]]]:
    """The reporters in or behind the bracket of a Korean dateline: "(place=agency) A. B., reporter = "."""
    for item in list(page.main.iter("p", "div") if page.main is not None else ())[:40]:
        if item.find(".//p") is not None:
            continue
        text = page.text_of(item)
        found = _REPORTS_KOREAN.match(text) or _REPORTS_KOREAN_INSIDE.match(text)
        people = re.split(r"[\s·,]+", found["who"].strip(" ·,")) if found else []
        if found and all(names.is_person(n, page.language) for n in people):
            yield Candidate(
                tuple(Author(n, role=found["role"]) for n in people), How.INFERRED, "css:" + page.css(item), text[:280]
            )
            return


def who(text: str, language: str | None) -> tuple[Author, ...]:
    """The authors whom the last words of a paragraph name; empty where they name nobody."""
    reported = _REPORTED.search(text[:400])
    if reported:
        told = [names.clean(n) for n in _AND.split(_PLACE.sub("", reported["who"])) if n.strip()]
        return tuple(Author(n) for n in told) if told and all(names.is_person(n, language) for n in told) else ()
    for pattern in _EAST:
        found = pattern.search(text[-80:])
        if found:
            people = [n for n in found["who"].split("、") if names.is_person(n, language) and not _NO_NAME.search(n)]
            role = found.groupdict().get("role")
            return tuple(Author(n, role=role) for n in people)
    return ()
