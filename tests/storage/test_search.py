"""Search in the scripts of the world, and queries that are wrong or mean harm."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from model.article import Affiliation, Article, Author, Block, BlockKind, Dateline, Image
from model.errors import BadCall, NotFound
from model.folding import fold, index_bytes, index_words
from model.record import Strand
from storage import Archive

pytestmark = pytest.mark.both_engines

STORIES = {
    "zh": ("发言人答记者问", "外交部发言人周一在北京说，调查仍在继续。"),
    "ja": ("埠頭が再開", "港の埠頭が月曜日に再開し、調査が始まった。"),
    "fa": ("گزارش از ایران", "او می رود و می‌گوید که ایران بزرگ است."),
    "ar": ("تقرير", "زار الوفد إيران يوم الاثنين وعاد إلى القاهرة."),
    "de": ("Rückkehr", "Die Öffentlichkeit erfuhr davon in der Straße am Fluß."),
    "pl": ("Łódź", "Mieszkańcy Łodzi wrócili do domów."),
    "ru": ("Причал открыт", "Ёлки стоят у причала."),
    "ko": ("부두 재개", "부두가 월요일에 다시 문을 열었다."),
    "th": ("ท่าเรือ", "ท่าเรือเปิดอีกครั้งในวันจันทร์"),
    "tr": ("Rıhtım", "İstanbul rıhtımı açıldı."),
    "en": ("Quay reopens", 'The quay (Pier 7) reopened AND nobody said "never"; it cost $1,200 NEAR the sea.'),
}
FOUND = [
    ("外交部", "zh"), ("调查", "zh"), ("外交部 调查", "zh"), ("記者", None), ("调查仍在", "zh"),
    ('"发言人周一"', "zh"), ("部外", None),
    ("調査", "ja"), ("埠頭", "ja"), ("می", "fa"), ("مي", "fa"), ("می رود", "fa"), ("ايران", "ar fa"), ("ایران", "ar fa"),
    ("إيران", "ar fa"), ("القاهره", "ar"), ("Öffentlichkeit", "de"), ("offentlichkeit", "de"), ("OFFENTLICHKEIT", "de"),
    ("strasse", "de"), ("fluß", "de"), ("Fluss", "de"), ("lodz", "pl"), ("Łodzi", "pl"), ("елки", "ru"), ("ПРИЧАЛ", "ru"),
    ("부두", "ko"), ("월요일", "ko"), ("เปิดอีกครั้ง", "th"), ("istanbul", "tr"), ("rihtimi", "tr"), ("RIHTIM", "tr"),
    ("quay", "en"), ("quay -pier", None), ("quay -zebra", "en"), ('"pier 7"', "en"), ('"7 pier"', None),
    ("1,200", "en"), ("$1,200", "en"),
]  # fmt: skip


@pytest.fixture
def library(desk: Any, make_article: Any) -> Archive:
    for n, (language, (headline, text)) in enumerate(STORIES.items()):
        read = make_article(headline, text, authors=(Author(f"Öystein {language}"),), in_language=language)
        desk.take(desk.fetched(f"http://{language}.example/1", language.encode(), n), read)
    archive: Archive = desk.archive
    return archive


def test_words_are_found_as_people_type_them(library: Archive) -> None:
    for query, languages in FOUND:
        hits = [h.line.url or "" for h in library.search(query)]
        assert sorted(hits) == [f"http://{x}.example/1" for x in (languages or "").split()], query


def test_words_of_scripts_without_spaces_are_found_behind_figures_and_letters(desk: Any, make_article: Any) -> None:
    texts = {
        "zh": "2024年3月5日外交部发言人说，ABC公司的调查仍在继续。",
        "ja": "3月5日の埠頭でJR社の佐々木氏が調査を始めた。",
        "ko": "3월5일부두가 열렸다.",
        "th": "เปิด 5 ท่าเรือ",
    }
    for n, (name, text) in enumerate(texts.items()):
        desk.take(desk.fetched(f"http://paper.example/{name}", name.encode(), n), make_article(f"Headline {name}", text))

    def found(query: str) -> list[str]:
        return sorted((hit.line.url or "").rpartition("/")[2] for hit in desk.archive.search(query))

    for query in ("外交部", "日外交部", "5日外交部", '"3月5日外交部发言人"', "公司", "ABC公司", "abc", "2024", "调查"):
        assert found(query) == ["zh"], query
    assert found("埠頭") == found("5日の埠頭") == found("jr社") == found("佐々木") == ["ja"]
    assert found("부두가") == ["ko"] and found("ท่าเรือ") == ["th"]
    assert found("3月5日") == found('"5 日"') == ["ja", "zh"] and found("6日外交部") == []
    assert desk.archive.verify().findings == ()


def test_a_phrase_of_short_words_is_found_where_it_stands_and_nowhere_else(desk: Any, make_article: Any) -> None:
    """All of them have each of its words, most of them all of its runs."""
    texts = {
        "whole": "It is one of the two on the old pier.",
        "parted": "Is it one of the two? One of the few. It is one of a few, and is one of the old.",
        "cut": "It is one of",
        "across": "Of the old it is one; then it is one, of the",
    }
    for n, (name, text) in enumerate(texts.items()):
        paragraphs = text.split("; ")
        desk.take(desk.fetched(f"http://paper.example/{name}", name.encode(), n), make_article(f"Headline {name}", *paragraphs))

    def found(query: str) -> list[str]:
        return sorted((hit.line.url or "").rpartition("/")[2] for hit in desk.archive.search(query))

    assert found('"it is one of the two"') == ["whole"]
    assert found('"it is one of the"') == ["across", "whole"]
    assert found('"is one of the old"') == ["parted"]
    assert found('"one of the"') == ["across", "parted", "whole"]
    assert found('"one of the" pier') == ["whole"]
    assert found('"one of the" -"it is one of the"') == ["parted"]
    assert found('"one of the" "it is one of a few"') == ["parted"]
    assert found('headline -"one of the"') == ["cut"]
    assert found('"two of the one"') == []
    assert found('author:quill "on the old pier"') == ["whole"]
    assert found('AUTHOR:quill "on the old pier"') == ["whole"]
    assert desk.archive.verify().findings == ()


def test_a_snippet_shows_the_phrase_that_was_looked_for(desk: Any, make_article: Any) -> None:
    filler = "It is said that the one who waits for the boat of the morning is one to be pitied, and so it went on. " * 4
    end = "外交部的一位发言人说，3月5日外交部在北京举行会议。"
    text = f"{filler}Then, she wrote, “it was not to be”, and closed the book. {filler}{end}"
    desk.take(desk.fetched("http://paper.example/book", b"book", 1), make_article("Book", text))
    for query, shown in {
        '"it was not to be"': "“it was not to be”,",
        '"closed the book"': "closed the book.",
        "外交部在北京": "3月5日外交部在北京",
    }.items():
        (hit,) = desk.archive.search(query)
        assert shown in hit.snippet


def test_snippets_are_words_of_the_article(library: Archive) -> None:
    for query in ("调查", "ايران", "offentlichkeit", "lodzi"):
        for hit in library.search(query):
            language = (hit.line.url or "")[7:9]
            words = hit.snippet.removeprefix("… ").removesuffix(" …")
            assert words and words in STORIES[language][1]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("colour:red", "no search field colour:"),
        ("quay autor:x", "no search field autor:"),
        ("quay Autor:x", "no search field autor:"),
        ('"quay', "unbalanced"),
        ('quay " reopens " "', "unbalanced"),
        ("word " * 10_000, "shorten"),
        ("", "no word"),
        ("   ", "no word"),
        ("-quay", "no word"),
        ("!!! …", "no word"),
        ('""', "no word"),
        ("since:yesterday", "takes a date"),
        ("until:2024-13", "takes a date"),
        ("since:XXXX-12-18", "needs a year"),
        ('since:""', "since: needs a word"),
        ("author:", "author: needs a word"),
        ("quay publisher: ledger", "publisher: needs a word"),
        ('author:""', "author: needs a word"),
        ("author:!!!", "author: needs a word"),
        ("-author:quill", "no word"),
        ('"' + "long " * 5000 + '"', "shorten"),
        ("x" * 100_000, "shorten"),
        ("外" * 50_000, "shorten"),
    ],
)
def test_a_wrong_query_is_one_clear_line(library: Archive, query: str, words: str) -> None:
    with pytest.raises(BadCall) as error:
        library.search(query)
    assert words in str(error.value) and "\n" not in str(error.value) and len(str(error.value)) < 200


@pytest.mark.parametrize(
    "query",
    [
        "quay AND reopened", "quay OR zebra", "NOT quay", "quay NEAR sea", "NEAR(quay sea)", "quay*", "^quay", "(quay", "quay)",
        "{quay}",
        "quay + pier", "headline : quay", "quay'; DROP TABLE ledger; --",
        "quay\\", "quay\x00", "%", "_", "quay%", "a:b", "http://en.example/1",
        "quay:", "12:30", "-", "- -", "--quay", "quay\ud800", "*", "quay\u2028reopened", "NULL", "?", ":1", "quay/pier",
    ],
)  # fmt: skip
def test_what_means_something_to_an_engine_is_only_words(library: Archive, query: str) -> None:
    """Found or not found or refused in our words; never an error of the engine."""
    try:
        hits = library.search(query)
    except BadCall:
        return
    assert all(h.line.url == "http://en.example/1" for h in hits)


def test_operators_are_looked_for_as_the_words_they_are(library: Archive) -> None:
    assert library.search("quay AND nobody") and library.search("near") and not library.search("quay OR zebra")
    assert not library.search("qua*")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=200)
@given(st.text(max_size=30) | st.text(st.sampled_from("ab \"-:()*^{}'\\%_+ANDORT\n"), max_size=20))
def test_no_query_brings_the_engine_down(library: Archive, query: str) -> None:
    try:
        library.search(query)
    except BadCall as error:
        assert "\n" not in str(error)


@given(st.text())
def test_folding_is_stable_and_gives_plain_words(text: str) -> None:
    folded = fold(text)
    assert fold(folded) == folded
    assert fold(text.upper().lower()) == fold(text.lower()) or not text.isascii()
    assert folded == " ".join(folded.split())
    assert '"' not in folded and "\x00" not in folded
    assert [word.decode() for word in index_bytes(text)] == index_words(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Öffentlichkeit", "offentlichkeit"), ("STRASSE", "straße"), ("إيران", "ايران"), ("ایران", "ايران"), ("می", "مي"),
        ("كتاب", "کتاب"),
        ("مدرسة", "مدرسه"), ("Łódź", "lodz"), ("Ångström", "angstrom"), ("İstanbul", "istanbul"), ("ｆｕｌｌ", "full"),
        ("naïve", "NAIVE"),
        ("می‌گوید", "میگوید"), ("café", "cafe\u0301"), ("œuvre", "oeuvre"), ("Đorđe", "dorde"),
    ],
)  # fmt: skip
def test_spellings_of_one_word(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_names_are_found_by_their_parts_and_never_by_wild_cards(desk: Any, make_article: Any) -> None:
    images = (Image(caption="x", creators=("Ilse van der Brandt",), agencies=("N_A",)),)
    desk.take(desk.fetched("http://a.example/1", b"1", 0), make_article("A", "one", images=images, section="Local 100%"))
    archive: Archive = desk.archive
    for query in (
        "credit:brandt",
        'credit:"van der brandt"',
        'credit:"Ilse van der Brandt"',
        "credit:BRANDT",
        "publisher:harbour",
    ):
        assert len(archive.search(query)) == 1, query
    for query in (
        "credit:brand",
        "credit:b%",
        'credit:"van brandt"',
        "credit:npa",
        "agency:NPA",
        'section:"Local 1%"',
        "section:loc%",
    ):
        assert archive.search(query) == [], query
    assert len(archive.search("section:local")) == 1


def test_changed_and_tag_find_versions_by_what_they_are(desk: Any, make_article: Any) -> None:
    url = "http://paper.example/news/quay"
    desk.take(desk.fetched(url, b"1", 1), make_article("Quay closed", "first words of the quay", keywords=("Hafen und Kai",)))
    desk.take(desk.fetched(url, b"2", 2), make_article("Quay reopens", "first words of the quay", keywords=("Hafen und Kai",)))
    desk.take(desk.fetched(url, b"3", 3), make_article("Quay reopens", "second words of the quay", provider="Coast Wire"))
    archive: Archive = desk.archive
    for query, version in (
        ("changed:headline", 2),
        ("changed:BODY", 3),
        ("changed:headline reopens", 2),
        ("quay -changed:body", 2),
        ("quay -changed:body -changed:headline", 1),
        ("tag:kai", 2),
        ('tag:"hafen und"', 2),
        ("agency:coast", 3),
        ("quay -agency:coast", 2),
        ("collection:none", None),
        ('tag:"kai hafen"', None),
        ("changed:headline -quay", None),
    ):
        assert [hit.version for hit in archive.search(query)] == ([version] if version else []), query
    with pytest.raises(BadCall, match="changed: takes one of headline, "):
        archive.search("changed:colour")


def test_records_are_found_by_any_spelling_of_their_beginning(desk: Any, make_article: Any) -> None:
    taken = desk.take(desk.fetched("http://paper.example/1", b"1", 1), make_article("Quay", "words"))
    archive: Archive = desk.archive
    for text in (taken.record, taken.record[:9], taken.record[7:12], taken.record[:9].upper()):
        assert archive.find(text) == taken.record
    for text in ("%", "_", "\\", taken.record[:9] + "\\", "'"):
        with pytest.raises(NotFound):
            archive.find(text)


def test_a_hit_has_the_headline_of_the_version_that_matched(desk: Any, make_article: Any) -> None:
    url = "http://paper.example/a"
    desk.take(desk.fetched(url, b"1", 0), make_article("Ferry halted", "The ferry to the isle was halted by the harbor office."))
    desk.take(desk.fetched(url, b"2", 1), make_article("Ferry sails", "The boats to the isle sail again, said the company."))
    (hit,) = desk.archive.search("office")
    assert (hit.version, hit.headline, hit.line.headline) == (1, "Ferry halted", "Ferry sails")


def test_each_field_finds_what_it_is_called_after_and_nothing_else(desk: Any, make_article: Any) -> None:
    """Two pieces that have every name the other way round: a field that looked elsewhere would find both, or the other."""
    one = {
        "author": "Ada Fern", "affiliation": "Fern Institute", "credit": "Ilse Brandt", "agency": "Northern Pictures",
        "publisher": "Harbour Ledger", "section": "Waterfront", "tag": "lighthouses",
    }  # fmt: skip
    other = dict(zip(one, [*list(one.values())[1:], one["author"]], strict=True))
    for number, names in enumerate((one, other)):
        read = make_article(
            f"Piece {number}",
            "the pier opened",
            authors=(Author(names["author"], affiliations=(Affiliation(names["affiliation"]),)),),
            images=(Image(caption="a lamp", creators=(names["credit"],), agencies=(names["agency"],)),),
            publisher=names["publisher"],
            section=names["section"],
            keywords=(names["tag"],),
            date_published=f"2024-03-0{number + 1}",
        )
        url = f"http://paper.example/{number}"
        taken = desk.take(desk.fetched(url, b"%d" % number, 0), read)
        desk.archive.by("Ada").collect([taken.record], f"shelf {number}")
        changed = replace(read, headline="Another") if number == 0 else replace(read, standfirst="Another")
        desk.take(desk.fetched(url, b"again %d" % number, 2), changed)

    def found(query: str) -> set[str]:
        return {hit.line.url[-1] for hit in desk.archive.search(query) if hit.line.url}

    for field in one:
        assert found(f'{field}:"{one[field]}"') == {"0"} and found(f'{field}:"{other[field]}"') == {"1"}, field
        assert found(f'pier -{field}:"{one[field]}"') == {"1"}, field
    by_rows = {"collection": ("shelf 0", "shelf 1"), "changed": ("headline", "standfirst"), "until": ("2024-03-01", None)}
    for field, (mine, others) in by_rows.items():
        assert found(f'{field}:"{mine}"') == {"0"}, field
        assert others is None or found(f'{field}:"{others}"') == {"1"}, field
    assert found("since:2024-03-02") == {"1"} and found("pier -since:2024-03-02") == {"0"}
    assert found(
        f'author:"{one["author"]}" collection:"shelf 0" changed:headline until:2024-03-01 -tag:ferries "pier opened"'
    ) == {"0"}


def test_of_versions_that_match_the_one_in_force_is_shown(desk: Any, make_article: Any) -> None:
    """Whatever was learnt of behind it: a copy that somebody saved, an earlier state, words that only those have."""
    url, ferry = "http://paper.example/a", "the ferry to the isle"
    record = desk.take(desk.fetched(url, b"2", 5), make_article("Ferry sails", f"{ferry} sails, the company said")).record
    desk.take(desk.fetched(url, b"3", 9), make_article("Ferry sails daily", f"{ferry} sails daily, the company said"))
    desk.take(desk.supplied(b"saved", url, 7), make_article("Ferry", f"{ferry} sails, a reader saved"))
    desk.take(desk.fetched(url, b"1", 1), make_article("Ferry halted", f"{ferry} halted, the company said"))

    def found(query: str) -> tuple[Any, ...]:
        (hit,) = desk.archive.search(query)
        assert hit.line.record == record and hit.line.version == 2
        return hit.version, hit.headline, hit.latest, hit.strand

    assert found("ferry") == found("author:quill") == (2, "Ferry sails daily", True, Strand.PUBLISHER)
    assert found("sails -daily") == (1, "Ferry sails", False, Strand.PUBLISHER)
    assert found("halted") == (4, "Ferry halted", False, Strand.PUBLISHER)
    assert found("company -daily") == found("changed:headline -daily") == (1, "Ferry sails", False, Strand.PUBLISHER)
    assert found("reader") == (3, "Ferry", False, Strand.BESIDE)
    assert found("ferry -company") == (3, "Ferry", False, Strand.BESIDE)


def test_where_there_are_only_copies_the_latest_is_shown(desk: Any, make_article: Any) -> None:
    desk.take(desk.supplied(b"february", "http://paper.example/a", 48), make_article("Crew of 20", "twenty sailed"))
    desk.take(desk.supplied(b"january", "http://paper.example/a", 24), make_article("Crew of 19", "nineteen sailed"))
    (hit,) = desk.archive.search("sailed")
    assert (hit.version, hit.line.version, hit.headline, hit.latest, hit.strand) == (1, 1, "Crew of 20", True, Strand.BESIDE)


def test_bare_words_are_looked_for_where_the_docs_say_and_nowhere_else(desk: Any) -> None:
    affiliation = Affiliation("institute", "editor", "townland")
    image = Image("http://paper.example/picture.jpg", "caption", "alternative", "credited", ("photographer",), ("bureau",))
    piece = Article(
        headline="headline", alternative_headline="teaser", standfirst="standfirst", body=(Block(BlockKind.PARAGRAPH, "text"),),
        authors=(Author("author", "reporter", (affiliation,), "biography"),), images=(image,), publisher="publisher",
        section="section", keywords=("keyword",), provider="wire", dateline=Dateline("raw", "place", None, "filer"),
    )  # fmt: skip
    taken = desk.take(desk.fetched("http://paper.example/address", b"1", 0), piece)
    desk.archive.by("Ada").collect([taken.record], "shelf")
    desk.archive.by("Ada").note(taken.record, "remark")
    within = {"headline", "standfirst", "text", "author", "caption", "photographer", "bureau", "wire", "filer"}
    without = {
        "teaser", "reporter", "institute", "editor", "townland", "biography", "picture", "alternative", "credited", "publisher",
        "section", "keyword", "raw", "place", "address", "paper", "shelf", "remark",
    }  # fmt: skip
    assert {word for word in within | without if desk.archive.search(word)} == within
    fields = {
        "author": {"author"}, "affiliation": {"institute"}, "credit": {"photographer"}, "agency": {"bureau", "wire", "filer"},
        "publisher": {"publisher"}, "section": {"section"}, "tag": {"keyword"}, "collection": {"shelf"},
    }  # fmt: skip
    for field, words in fields.items():
        assert {word for word in within | without if desk.archive.search(f"{field}:{word}")} == words, field
