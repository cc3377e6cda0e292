"""Two states of a piece or one: symmetric, what its signature says, and never for what does not count."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject, SearchStrategy

from model.article import Affiliation, Article, Author, Block, BlockKind, Correction, Dateline, Image
from model.change import ChangeKind, compare, signature, similar
from model.diff import plain


def _blocks(*texts: str) -> tuple[Block, ...]:
    return tuple(Block(BlockKind.PARAGRAPH, t) for t in texts)


PIECE = Article(
    headline="Quay reopens",
    standfirst="After a year of work",
    authors=(Author("Mara Quill", "reporter", (Affiliation("Harbour Ledger"),)),),
    dateline=Dateline("PORT ELM, May 3 —", "Port Elm", "XXXX-05-03"),
    date_published="2026-05-03T09:00:00+02:00",
    body=_blocks("The quay reopened on Monday after 12 months of work.", "Ferries sail again from Tuesday."),
    images=(
        Image("https://p.example/1.jpg", "The quay at dawn.", credit_line="Photo: Ilse Brandt/NPA", creators=("Ilse Brandt",)),
        Image("https://p.example/2.jpg", "A ferry.", credit_line="NPA"),
    ),
    corrections=(Correction("An earlier version misnamed the ferry."),),
)


@given(st.data())
def test_an_article_is_the_same_as_itself(articles: SearchStrategy[Article], data: DataObject) -> None:
    a = data.draw(articles)
    assert compare(a, a).same and not compare(a, a).attendant
    assert signature(a) == signature(replace(a))


@settings(max_examples=40)
@given(st.data())
def test_sameness_is_symmetric_and_what_the_signature_says(articles: SearchStrategy[Article], data: DataObject) -> None:
    a = data.draw(articles)
    b = data.draw(articles)
    fields = data.draw(
        st.sets(st.sampled_from(["headline", "authors", "body", "images", "corrections", "dateline", "date_published"]))
    )
    b = replace(a, **{f: getattr(b, f) for f in fields})
    there, back = compare(a, b), compare(b, a)
    assert there.same == back.same == (signature(a) == signature(b))
    assert {f.field for f in there.fields} == {f.field for f in back.fields}
    assert there.substantive == back.substantive
    for one, other in zip(there.fields, back.fields, strict=True):
        assert (one.words_added, one.words_removed) == (other.words_removed, other.words_added) or one.kind is ChangeKind.EDITED


@given(st.data())
def test_the_words_alone_say_whether_a_body_is_the_same(texts: SearchStrategy[str], data: DataObject) -> None:
    words = data.draw(st.lists(texts, max_size=5))
    a, b = (replace(PIECE, body=_blocks(*data.draw(st.sampled_from([words, [" ".join(words)], words[:2]])))) for _ in range(2))
    assert compare(a, b).same == ([*_words(a)] == [*_words(b)])


def _words(article: Article) -> str:
    """The body's words as characters, with white space only where words are parted by it."""
    joined = " ".join(plain(b.text) for b in article.body)
    unparted = "\u0e00-\u0eff\u2e80-\u30ff\u3400-\u9fff"
    return re.sub(rf"(?<=[{unparted}])\s+|\s+(?=[{unparted}])", "", " ".join(joined.split()))


NEVER: dict[str, Article] = {
    "image addresses": replace(PIECE, images=tuple(replace(i, url="https://cdn.example/" + (i.url or "")) for i in PIECE.images)),
    "alternative texts": replace(PIECE, images=tuple(replace(i, alt="seen from the pier") for i in PIECE.images)),
    "the order of pictures": replace(PIECE, images=PIECE.images[::-1]),
    "a picture shown twice": replace(PIECE, images=(*PIECE.images, PIECE.images[0])),
    "a picture without words": replace(PIECE, images=(*PIECE.images, Image("https://p.example/logo.png"))),
    "how the body is cut": replace(
        PIECE, body=_blocks("The quay reopened on Monday", "after 12 months of work. Ferries sail again from Tuesday.")
    ),
    "kinds of block": replace(PIECE, body=tuple(replace(b, kind=BlockKind.QUOTE) for b in PIECE.body)),
    "embeds": replace(PIECE, body=(*PIECE.body, Block(BlockKind.EMBED, "a film", url="https://v.example/1"))),
    "white space": replace(
        PIECE, headline="  Quay\u00a0 reopens\n", body=tuple(replace(b, text=b.text.replace(" ", "\n ")) for b in PIECE.body)
    ),
    "invisible characters": replace(PIECE, headline="Qu\u00aday re\u200bopens\ufeff"),
    "how a letter is composed": replace(PIECE, standfirst="After a year of work"),
    "keywords": replace(PIECE, keywords=("quay", "ferry")),
    "section, language and publisher": replace(PIECE, section="Local", in_language="en", publisher="The Harbour Ledger"),
    "an empty block": replace(PIECE, body=(*PIECE.body, *_blocks(" "))),
    "the canonical address": replace(PIECE, canonical_url="https://p.example/quay"),
    "an author's biography": replace(PIECE, authors=(replace(PIECE.authors[0], bio="Mara has sailed since she was six."),)),
}  # fmt: skip


@pytest.mark.parametrize("name", NEVER)
def test_what_never_counts(name: str) -> None:
    other = NEVER[name]
    assert compare(PIECE, other).same and compare(other, PIECE).same
    assert signature(PIECE) == signature(other)


def test_paragraph_cuts_do_not_count_in_scripts_without_spaces_either() -> None:
    one = replace(PIECE, body=_blocks("外交部发言人周一表示。码头重新开放。"))
    for cut in (_blocks("外交部发言人周一表示。", "码头重新开放。"), _blocks("外交部发言人", "周一表示。码头重新开放。")):
        other = replace(PIECE, body=cut)
        assert compare(one, other).same and signature(one) == signature(other)


def _reworded(article: Article, old: str, new: str) -> Article:
    return replace(article, body=tuple(replace(b, text=b.text.replace(old, new)) for b in article.body))


def _pictured(article: Article, **fields: str) -> Article:
    return replace(article, images=(replace(article.images[0], **fields), *article.images[1:]))  # type: ignore[arg-type]


COUNTS: dict[str, tuple[str, ChangeKind, Callable[[Article], Article]]] = {
    "headline": ("headline", ChangeKind.EDITED, lambda a: replace(a, headline="Quay reopens at last")),
    "standfirst gone": ("standfirst", ChangeKind.REMOVED, lambda a: replace(a, standfirst=None)),
    "author": ("authors", ChangeKind.EDITED, lambda a: replace(a, authors=(*a.authors, Author("Bo Ek")))),
    "affiliation": ("authors", ChangeKind.EDITED, lambda a: replace(a, authors=(Author("Mara Quill", "reporter"),))),
    "dateline": ("dateline", ChangeKind.EDITED, lambda a: replace(a, dateline=Dateline("PORT ELM, May 4 —"))),
    "date": ("date_published", ChangeKind.EDITED, lambda a: replace(a, date_published="2026-05-04T09:00:00+02:00")),
    "a word": ("body", ChangeKind.EDITED, lambda a: _reworded(a, "Monday", "Friday")),
    "a figure": ("body", ChangeKind.EDITED, lambda a: _reworded(a, "12", "21")),
    "order of paragraphs": ("body", ChangeKind.REORDERED, lambda a: replace(a, body=a.body[::-1])),
    "caption": ("captions", ChangeKind.EDITED, lambda a: _pictured(a, caption="The pier.")),
    "credit": ("credits", ChangeKind.EDITED, lambda a: _pictured(a, credit_line="Photo: Bo Ek")),
    "correction": ("corrections", ChangeKind.REMOVED, lambda a: replace(a, corrections=())),
    "shape of quotes": ("headline", ChangeKind.TYPOGRAPHIC, lambda a: replace(a, headline="Quay\u2011reopens")),
}  # fmt: skip


@pytest.mark.parametrize("name", COUNTS)
def test_what_counts_is_told_by_field_and_kind(name: str) -> None:
    field, kind, edit = COUNTS[name]
    before = replace(PIECE, headline="Quay-reopens") if kind is ChangeKind.TYPOGRAPHIC else PIECE
    change = compare(before, edit(before))
    assert [(f.field, f.kind) for f in change.fields] == [(field, kind)]
    assert signature(before) != signature(edit(before))
    assert change.substantive == (kind is not ChangeKind.TYPOGRAPHIC)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("“Quay” – open…", "\"Quay\" - open..."),
        ("« Quay »", "\"Quay\""),
        ("the ﬁrst quay", "the first quay"),
        ("quay’s end", "quay's end"),
        ("ＡＢＣ １２", "ABC 12"),
    ],
)  # fmt: skip
def test_typography_is_the_shape_of_marks_only(before: str, after: str) -> None:
    change = compare(replace(PIECE, headline=before), replace(PIECE, headline=after))
    assert [f.kind for f in change.fields] == [ChangeKind.TYPOGRAPHIC]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("10² boats", "102 boats"),
        ("5½ boats", "51/2 boats"),
        ("CO₂ at 1", "CO2 at 1"),
        ("① boat", "1 boat"),
        ("1 2 boats", "12 boats"),
        ("1.5 boats", "15 boats"),
        ("-5 degrees", "5 degrees"),
        ("the rapist", "therapist"),
        ("now here", "nowhere"),
        ("Quay", "quay"),
    ],
)
def test_figures_and_words_are_never_typography(before: str, after: str) -> None:
    change = compare(replace(PIECE, headline=before), replace(PIECE, headline=after))
    assert [f.kind for f in change.fields] == [ChangeKind.EDITED]
    assert change.substantive


@given(st.data())
def test_where_figures_differ_the_change_is_substantive(texts: SearchStrategy[str], data: DataObject) -> None:
    words = data.draw(texts)
    before = replace(PIECE, body=_blocks(f"{words} 41 {words}"))
    after = replace(PIECE, body=_blocks(f"{words} 14 {words}"))
    assert compare(before, after).substantive


def test_the_modified_stamp_attends_but_makes_no_version() -> None:
    stamped = replace(PIECE, date_modified="2026-05-05")
    change = compare(PIECE, stamped)
    assert change.same and [f.field for f in change.attendant] == ["date_modified"]
    assert signature(PIECE) == signature(stamped)
    edited = compare(PIECE, replace(stamped, headline="Other"))
    assert [f.field for f in edited.fields] == ["headline"] and edited.attendant


def test_sizes_are_words() -> None:
    after = replace(PIECE, body=_blocks(PIECE.body[0].text, "Ferries and boats sail again from Tuesday."))
    (body,) = compare(PIECE, after).fields
    assert (body.words_added, body.words_removed, body.words_before) == (2, 0, 15)


def _by(role: str | None, post: str | None, organization: str = "Harbour Ledger") -> Article:
    return replace(PIECE, authors=(Author("Mara Quill", role, (Affiliation(organization, post),)),))


@pytest.mark.parametrize(
    ("before", "after", "counted"),
    [
        (_by("staff writer", "staff writer"), _by("senior editor", "senior editor"), (2, 2, 6)),
        (_by("staff writer", "staff writer"), _by("staff writer", "staff writer", "Quay Courier"), (2, 2, 6)),
        (_by("staff writer", "columnist"), _by("senior editor", "columnist"), (2, 2, 7)),
        (_by("staff writer", None), _by("senior editor", None), (2, 2, 6)),
        # what tells them apart is told, where nothing else does
        (_by(None, "staff writer"), _by("staff writer", "staff writer"), (2, 0, 6)),
    ],
)
def test_a_role_that_stands_with_a_post_too_is_counted_once(
    before: Article, after: Article, counted: tuple[int, int, int]
) -> None:
    (authors,) = compare(before, after).fields
    assert (authors.field, authors.words_added, authors.words_removed, authors.words_before) == ("authors", *counted)
    assert signature(before) != signature(after)


def test_what_a_role_and_a_post_add_up_to_is_the_same_as_ever() -> None:
    """Two ways of reading one line, which made one state before roles were said once."""
    once = replace(PIECE, authors=(Author("Mara Quill", "editor", (Affiliation("Ledger", "editor"),)),))
    twice = replace(PIECE, authors=(Author("Mara Quill", None, (Affiliation(role="editor"), Affiliation("Ledger", "editor"))),))
    assert compare(once, twice).same and signature(once) == signature(twice)


def test_the_same_piece_is_known_by_its_words_edited_or_not() -> None:
    words = [f"word{i}" for i in range(60)]
    one = Article(headline="A", body=_blocks(" ".join(words)))
    edited = Article(headline="B", body=_blocks(" ".join([*words[:20], "x", "y", *words[24:]])))
    other = Article(headline="A", body=_blocks(" ".join(f"other{i}" for i in range(60))))
    assert similar(one, edited) and similar(edited, one) and not similar(one, other)
    short, same_title = Article(headline="Quay Reopens"), Article(headline="quay reopens", body=_blocks("few words"))
    assert similar(short, same_title) and not similar(Article(), Article())
