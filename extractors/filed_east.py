"""Datelines of East Asia: "新华社北京3月5日电", "【台北訊】", "(서울=연합뉴스)", "【ワシントン=記者名】"."""

from __future__ import annotations

import re
from functools import cache

from extractors.words import agencies
from extractors.words.datelines import LABELS, PLACES, SENT
from extractors.words.people import people
from model.article import Dateline

_HAN = r"\u3400-\u9fff"
_KANA = r"\u3040-\u30ffー"
_DATE = r"(?:(?P<year>\d{4})年)?(?:(?P<month>\d{1,2})月)?(?P<day>\d{1,2})日"
_SENT = "|".join(map(re.escape, SENT))
_OWN = ("本报", "本報", "本刊", "本网")  # "our own paper", which names nobody
_KNOWN = "新华社|新華社|中新社|中新网|中央社|人民网|央视网|法新社|路透社|美联社|美聯社"
_AGENCY = rf"{_KNOWN}|{'|'.join(_OWN)}|[{_HAN}]{{2,5}}(?:日报|日報|晚报|网|網)"
_WIRE = re.compile(
    rf"^[（(【\[]?\s*(?P<agency>{_AGENCY})?(?:記者|记者)?(?P<who>[{_HAN}]{{2,4}}?)??(?P<place>[{_HAN}·]{{2,8}}?)?\s*{_DATE}\s*(?:{_SENT})"
    r"(?P<by>\s*[（(][^（）()]{1,30}[)）])?\s*[)）】\]]?\s*[:：，,]?\s*"
)
_KOREAN = re.compile(
    r"^[\[(（【]\s*(?P<place>[가-힣A-Za-z·/]{2,14})\s*=\s*(?P<rest>[^\[\]()（）【】]{2,40})[\])）】]\s*(?:(?:[가-힣]{2,4}[\s·,]*){1,4}(?:[가-힣]{0,4}(?:기자|특파원))\s*(?==))?=?\s*"
)
_KOREAN_AGENCY = re.compile(
    r"^[\[(（【]\s*(?P<rest>[가-힣A-Za-z0-9 ]{2,14}?)\s*(?P<who>[가-힣]{2,4}\s*(?:기자|특파원))?\s*[\])）】]\s*(?=[가-힣“\"‘])"
)
_JAPANESE = re.compile(rf"^[【\[［（(](?P<inner>[{_HAN}{_KANA}Ａ-ＺA-Z0-9０-９＝=・　 ]{{2,40}})[】\]］)）]\s*(?:[-–—]\s*)?")
_TAIWAN = re.compile(
    rf"^(?:[〔【\[［（(]|(?=記者))(?:(?!記者|记者)(?P<agency>[{_HAN}]{{2,8}}?))?(?:記者|记者|特派員)?(?P<who>[{_HAN}、]{{2,10}}?)?[／/](?P<place>[{_HAN}]{{2,8}}?)(?:{_SENT})(?:[〕】\]］)）]\s*|\s+)"
)
_REPORTER = re.compile(rf"^(【(?P<place>[{_HAN}]{{2,5}})[=＝](?P<who>[{_HAN}々][{_HAN}{_KANA}々]{{2,5}})】)\s*")
_NO_PLACE = tuple("部班課団隊球碁棋輪撲会戦論評集載")  # desks, sports and series end so


def of_reporter(head: str) -> tuple[Dateline, int] | None:
    """A place that is on no list and its reporter, "【港町=記者名】", and how many characters they take.

    The place may be a subject as well.
    """
    found = _REPORTER.match(head)
    if found is None or found["place"].endswith(_NO_PLACE) or found["place"] in LABELS | _signing():
        return None
    return Dateline(found[1], found["place"]), found.end()


@cache
def _signing() -> frozenset[str]:
    """What stands before a name and is no place: "photo", "text"."""
    words = people("ja")
    return frozenset((*words.by, *words.checked, *words.roles, *words.desks))


def read(head: str) -> tuple[Dateline, int] | None:
    """The East Asian dateline at the start of a text and how many characters it takes."""
    if not head or (head[0].isascii() and head[0] not in "(["):
        return None
    for pattern in (_WIRE, _TAIWAN):
        found = pattern.match(head)
        if found:
            groups = found.groupdict()
            place = groups.get("place")
            if pattern is _WIRE and not (groups.get("agency") or (place and place in PLACES)):
                continue
            if place and place not in PLACES:
                place = next((place[-n:] for n in (4, 3, 2) if place[-n:] in PLACES), place)
            agency = groups.get("agency")
            return Dateline(found[0].strip(" :：，,"), place, _edtf(groups), None if agency in _OWN else agency), found.end()
    found = _KOREAN.match(head)
    if found and (found["place"] in PLACES or len(found["place"]) <= 3):
        agency = re.sub(r"\s*[가-힣]{2,4}\s*[가-힣]{0,4}(?:기자|특파원)\s*$", "", found["rest"]).strip(" =")
        return Dateline(found[0].strip(" =-"), found["place"], None, agency or None), found.end()
    if (
        found
        and (agencies.is_house_east(found["place"]) or len(found["place"]) > 4)
        and re.search(r"(?:기자|특파원)$", found["rest"])
    ):
        return Dateline(found[0].strip(" =-"), None, None, found["place"]), found.end()  # "[the paper=A. B., reporter]"
    found = _KOREAN_AGENCY.match(head)
    if found and (agencies.agency(found["rest"].strip()) or (found["who"] and agencies.is_house_east(found["rest"].strip()))):
        return Dateline(found[0].strip(), None, None, found["rest"].strip()), found.end()
    found = _JAPANESE.match(head)
    if found and not found[0].strip(" -–—").isascii():
        dateline = _japanese(found["inner"], found[0].strip(" -–—"))
        if dateline:
            return dateline, found.end()
    return None


def _japanese(inner: str, raw: str) -> Dateline | None:
    """What stands in the bracket: "ワシントン=記者名", "北京時事", "ロンドン　５日　ロイター", "AFP=時事"."""
    pieces = [p for p in re.split(r"[=＝　 ・]+", inner.strip("　 ")) if p]
    agency = next((p for p in pieces if agencies.agency(p)), None)
    place = next((p for p in pieces if p in PLACES), None)
    day = re.search(r"(?P<month>\d{1,2})月(?P<day>\d{1,2})日", inner)
    date = _edtf(day.groupdict()) if day else None
    if place is None and agency is None and len(pieces) == 1:
        for known in ("共同", "時事", "ロイター", "訊", "電", "讯", "电"):
            if inner.endswith(known) and len(inner) > len(known) + 1:
                stem = inner[: -len(known)]
                return (
                    Dateline(raw, stem, None, known if agencies.agency(known) else None)
                    if stem in PLACES or agencies.agency(known)
                    else None
                )
        return None
    if place is None and "=" not in inner and "＝" not in inner:
        return Dateline(raw, None, date, agency) if agency else None
    if place is None and agency is None:
        return None
    return Dateline(raw, place, date, agency)


def _edtf(groups: dict[str, str | None]) -> str | None:
    year, month, day = groups.get("year"), groups.get("month"), groups.get("day")
    if not month or not day or not 1 <= int(month) <= 12 or not 1 <= int(day) <= 31:
        return None
    return f"{year or 'XXXX'}-{int(month):02}-{int(day):02}"
