"""Plain wire copy: an article as people copy it out of a page, or as a wire delivers it.

Headline, byline, captions (often twice, with their credits), dateline, body, a note about the
author, and lines that belong to the page. Nothing declares anything here: every value is
``marked`` by its place and form or ``inferred``, and its evidence is a span of characters
(``text:120-188``) of the text as given, or a part of the URL.
"""

from __future__ import annotations

from datetime import datetime

from extractors.field import shorten
from extractors.text import address, notices, pictures, writers
from extractors.text.dates import published
from extractors.text.line import Line
from extractors.text.lines import Copy, classify, split
from extractors.words import agencies
from extractors.words.wire import language_of
from model.article import Article, Block, BlockKind, Dateline, Evidence, How
from model.clean import clean_text

_SENTENCE_ENDS = (".", "!", "?", "…", "”", '"', "»", "’", "'", ")", "。", "！", "？", ":")


def read(text: str, url: str | None = None, captured_at: datetime | None = None) -> Article:
    """The article in a plain text. ``url`` may give the year, the publisher and the section;
    ``captured_at`` bounds the dates. What neither says is empty. Never raises.
    """
    text = clean_text(text)
    language = language_of(text)
    copy = classify(split(text), language)
    evidence: dict[str, Evidence] = {}
    headline = _headline(copy, evidence)
    standfirst = _standfirst(copy, evidence)
    authors = writers.read(copy, language, evidence)
    images = pictures.read(copy, language, evidence)
    corrections = notices.read(copy, language, evidence)
    for name, parts in (("/authors", authors), ("/images", images), ("/corrections", corrections)):
        first = next((evidence[k] for k in (f"{name}/0", f"{name}/0/name") if k in evidence), None)
        if parts and first is not None:
            evidence[name] = first
    dateline = _dateline(copy, text, evidence)
    body = _body(copy, evidence)
    date = published(copy, dateline, url, captured_at, language, evidence)
    publisher = address.publisher(url, text, evidence)
    section = address.section(url, evidence)
    provider = agencies.agency(dateline.agency) if dateline and dateline.agency else None
    if provider:
        evidence["/provider"] = evidence["/dateline"]
    return Article(
        headline=headline,
        standfirst=standfirst,
        authors=authors,
        dateline=dateline,
        date_published=date,
        publisher=publisher,
        provider=provider,
        section=section,
        body=body,
        images=images,
        corrections=corrections,
        evidence=dict(sorted(evidence.items())),
    )


def _headline(copy: Copy, evidence: dict[str, Evidence]) -> str | None:
    line = next((x for x in copy.lines[: copy.first] if x.kind == "title"), None)
    if line is None:
        return None
    evidence["/headline"] = found("headline.first_line", How.MARKED, line)
    return line.text


def _standfirst(copy: Copy, evidence: dict[str, Evidence]) -> str | None:
    """A sentence or two right below the headline, above byline and pictures."""
    title = next((i for i, x in enumerate(copy.lines[: copy.first]) if x.kind == "title"), None)
    if title is None:
        return None
    for line in copy.lines[title + 1 : min(copy.first, title + 3)]:
        if line.kind == "text" and 40 <= len(line.text) <= 500 and line.text.endswith(_SENTENCE_ENDS):
            evidence["/standfirst"] = found("standfirst.below_headline", How.MARKED, line)
            return line.text
        if line.kind not in {"date", "furniture"}:
            return None
    return None


def _dateline(copy: Copy, text: str, evidence: dict[str, Evidence]) -> Dateline | None:
    if copy.filed is None:
        return None
    line = copy.lines[copy.first]
    raw = copy.filed.dateline.raw
    start = text.find(raw.split()[0], line.start)
    end = start
    for word in raw.split():
        end = text.find(word, end) + len(word)
    evidence["/dateline"] = Evidence("dateline.lead", How.INFERRED, f"text:{start}-{end}", shorten(raw))
    return copy.filed.dateline


def _body(copy: Copy, evidence: dict[str, Evidence]) -> tuple[Block, ...]:
    blocks: list[Block] = []
    kept: list[Line] = []
    longest = max((i for i in range(copy.first, copy.last) if len(copy.lines[i].text) > 80), default=-1)
    for index, line in enumerate(copy.lines[copy.first : copy.last], copy.first):
        if line.kind != "text":
            continue
        words = line.text
        if index == copy.first and copy.filed is not None:
            words = words[copy.filed.end :].lstrip()
        short = len(words) < 80 and not words.endswith(_SENTENCE_ENDS)
        heading = short and bool(blocks) and index < longest
        blocks.append(Block(BlockKind.HEADING, words, 2) if heading else Block(BlockKind.PARAGRAPH, words))
        kept.append(line)
    if kept:
        where = f"text:{kept[0].start}-{kept[-1].end}"
        evidence["/body"] = Evidence("body.paragraphs", How.INFERRED, where, shorten(kept[0].text))
    return tuple(blocks)


def found(strategy: str, how: How, line: Line) -> Evidence:
    """Evidence for a value that is a whole line."""
    return Evidence(strategy, how, line.where, shorten(line.text))
