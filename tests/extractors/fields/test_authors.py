"""Who wrote it, shape by shape: the smallest page that shows where a byline stands and what stands around it."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from extractors import extract
from model.article import Article

TEXT = (
    "<p>The old quay opened again on Monday after two years of repairs that cost the town more than it had planned.</p>"
    "<p>Fishermen said that they would return to their berths before the end of the month, when the last crane is gone.</p>"
    "<p>The council had asked three firms for bids and chose the cheapest, which went bankrupt within a year.</p>"
)


@dataclass(frozen=True)
class Shape:
    """A page: what stands above the text, above the headline, below the text, outside the article, in the head; whom it names."""

    name: str
    who: tuple[str, ...]
    top: str = ""
    above: str = ""
    end: str = ""
    outside: str = ""
    head: str = ""
    language: str = "en"


def _ld(name: str) -> str:
    return (
        '<script type="application/ld+json">{"@context":"https://schema.org","@type":"NewsArticle","headline":"Quay opens",'
        f'"author":{{"@type":"Person","name":"{name}"}}}}</script>'
    )


SHAPES = [
    Shape(
        "a label and the full name in the column beside the headline, a first name declared",
        ("Ann Onder",),
        top='<section class="article-sidebar"><div><p><strong>By</strong></p></div><div><p class="full-name">Ann Onder</p></div>'
        "<p>Share</p></section>",
        head=_ld("Ann"),
    ),
    Shape(
        "authors as a list below their label",
        ("Ann Onder", "Bo T. Lund"),
        top='<aside><h6>Author(s)</h6><ul><li><a href="/a">Ann Onder</a></li><li><a href="/b">Bo T. Lund</a></li></ul></aside>',
    ),
    Shape(
        "the byline names one more than the data",
        ("Ann Onder", "Bo Lund"),
        top='<div class="author"><span class="fn">By Ann Onder, Bo Lund</span></div>',
        head=_ld("Ann Onder") + '<meta name="author" content="Ann Onder">',
    ),
    Shape(
        "the account that posted it, and the byline in the text",
        ("Ann Onder",),
        top='<div><a class="meta-author" href="?author=1">Quin Poster</a></div><p><em>By Ann Onder, MS, RD</em></p>',
        head='<meta name="author" content="Quin Poster">',
    ),
    Shape(
        "a byline above the headline, bylines of other pieces below the text",
        ("Ann Onder",),
        above='<div class="date-author"><span>Dec 17, 2025</span><span>Ann Onder</span></div>',
        outside='<div class="list"><div class="date-authors"><span>Nov 2, 2025</span><span>Bo Lund</span></div></div>',
    ),
    Shape(
        "on behalf of a group",
        ("Ann Onder",),
        top='<div class="publish-date-author">Dec. 19, 2025 · Ann Onder on behalf of <a href="/g">the Quay group</a></div>',
    ),
    Shape(
        "sections of the paper within the byline",
        ("quay.example Redaktion",),
        top='<div class="article-author vcard">von <a class="fn" rel="author" href="/us">quay.example Redaktion</a>'
        '<ul class="article-breadcrumbs"><li><span itemprop="name">Boote</span></li><li><span itemprop="name">Tests</span></li>'
        "</ul></div>",
        language="de",
    ),
    Shape(
        "a desk that calls itself the editors",
        ("The Quay editors",),
        top='<h4 class="author-name">By <a href="/editors">The Quay editors</a></h4>',
    ),
    Shape(
        "links to profiles in a line of their own name more than the data",
        ("Ann Onder", "Bo Lund"),
        top='<div><div><a href="/author/ann">Ann Onder</a><span> &amp; </span><a href="/author/bo">Bo Lund</a></div></div>',
        head='<meta name="author" content="Ann Onder">',
    ),
    Shape(
        "all pieces of an author are no name",
        (),
        top='<div><a href="/author/ann">Articles by Ann</a></div>',
    ),
    Shape(
        "a team with a profile",
        ("The Quay Team",),
        top='<div><a href="/authors/staff">The Quay Team</a><i>Oct 10, 2025</i></div>',
    ),
    Shape("contributors", ("Ann Onder",), top="<div><div><strong>Contributors:</strong> Ann Onder</div></div>"),
    Shape(
        "a box of its own beside the article",
        ("Ann Onder",),
        outside='<aside><div class="author mb"><h4>Author</h4><p class="author">Ann Onder</p><p>Head of nets</p></div></aside>',
    ),
    Shape(
        "bylines of other pieces beside the article",
        (),
        outside='<aside class="more-from"><div class="author mb"><b>By</b> <i>Ann Onder</i></div>'
        '<div class="author mb"><b>By</b> <i>Bo Lund</i></div></aside>',
    ),
    Shape(
        "who checked the facts stands in a row with who wrote",
        ("Ann Onder",),
        top='<div><p class="authors"><span>By</span> <a href="/author/ann">Ann Onder</a></p>'
        '<p class="authors"><span>Fact-checked by</span> <a href="/author/bo">Bo Lund</a></p></div>',
    ),
    Shape("a firm of two of one name", ("Onder & Onder",), head=_ld("Onder & Onder")),
    Shape("an account that ends in a figure", ("quay24",), head='<meta name="author" content="quay24">'),
    Shape("an account of the machine", (), head='<meta name="author" content="Quay Admin">'),
    Shape(
        "a name in plain paragraphs of an author's box",
        ("Ann Onder",),
        end='<div class="blog_author-wrapper"><img src="/p.jpg" alt=""><div>Ann Onder</div><p>| Author</p></div>',
    ),
    Shape(
        "a name alone in bold below lines without a full stop",
        ("Ann Onder",),
        end="<p>Quay Press, 120 pages</p><p><strong>Ann Onder</strong></p>",
    ),
    Shape("a closing byline", ("Ann Onder",), end="<p>By Ann Onder, Rome Bureau</p>"),
    Shape("a closing name behind a dash", ("Ann Onder",), end="<p>-- Ann Onder, Quay News Service</p>"),
    Shape("the speaker of a closing quote", (), end="<p>“The sea is patient and so are we.”</p><p>— Ann Onder</p>"),
    Shape("the speaker of a closing quote, with a job", (), end="<p>The sea is patient</p><p>-- Ann Onder, sailor</p>"),
    Shape(
        "makers: reporting",
        ("Ann Onder", "Cy Reed"),
        end="<p>(Reporting by Ann Onder and Cy Reed in Rome; Editing by Bo Lund)</p>",
    ),
    Shape("makers: writing alone", ("Ann Onder",), end="<p>(Writing by Ann Onder; Editing by Bo Lund)</p>"),
    Shape("makers: compiled", ("Ann Onder",), end="<p>Compiled by Ann Onder from wire reports</p>"),
    Shape("makers: who only helped", (), end="<p>(Additional reporting by Ann Onder; Editing by Bo Lund)</p>"),
    Shape(
        "a co-author in brackets",
        ("Anne Exemple", "Benoît Épreuve"),
        top='<p class="byline">Par Anne Exemple (avec Benoît Épreuve)</p>',
        language="fr",
    ),
    Shape("with an agency", ("Anne Exemple",), top='<p class="byline">Par Anne Exemple (avec AFP)</p>', language="fr"),
    Shape("an interview", ("Anna Muster",), top="<p>Ein Interview von Anna Muster</p>", language="de"),
    Shape("who led the talk", ("Anna Muster",), end="<p>Das Gespräch führte Anna Muster.</p>", language="de"),
    Shape(
        "a person's own site, called so in its name",
        ("Ann Onder",),
        head='<meta property="og:site_name" content="Ann Onder’s blog">',
    ),
    Shape(
        "a person's own site, named below its name",
        ("Bo Lund",),
        outside='<div class="site-description">by Bo Lund</div>',
    ),
    Shape(
        "a site called like a person is nobody's",
        (),
        head='<meta property="og:site_name" content="Morgan Harbour">',
        outside='<a href="/about">About Morgan Harbour</a>',
    ),
    Shape(
        "a headline about somebody's journal",
        (),
        head="<title>Ann Onder’s journal - The Quay</title><meta property='og:title' content='Ann Onder’s journal'>",
        outside='<div class="description">Ann Onder’s journal was found</div>',
    ),
    Shape(
        "a label that only screen readers say is no name",
        ("Ann Onder",),
        top='<section><strong id="article-byline" class="visually-hidden">Article Information</strong><ul><li><span '
        'class="visually-hidden">Author, </span><span>Ann Onder</span></li></ul></section>',
    ),
    Shape(
        "a surname that papers are called by, behind “and”",
        ("Ann Onder", "Emily Post"),
        top='<div class="byline">By Ann Onder and Emily Post</div>',
    ),
    Shape(
        "a paper behind “and” is the writer's house",
        ("Ann Onder",),
        top='<div class="byline">By Ann Onder and Daily Post</div>',
    ),
    Shape(
        "the place behind house and dash",
        ("Ann Onder",),
        top="<p>By <span>Ann Onder</span>, Quay News — Port Haven</p>",
    ),
    Shape(
        "two profiles with a dash between",
        ("Ann Onder", "Bo Lund"),
        top='<div><a class="author" href="/author/1">Ann Onder</a> – <a href="/author/2">Bo Lund</a></div>',
    ),
    Shape(
        "state that names a writer of another piece",
        (),
        head='<script type="application/json">{"items":[{"headline":"Another piece","author":{"name":"Ann Onder"}}]}</script>',
    ),
    Shape(
        "state that names the writer of this one",
        ("Ann Onder", "Bo Lund"),
        head='<script type="application/json">{"items":[{"headline":"Another piece","author":{"name":"Eve Dahl"}},'
        '{"headline":"Quay opens","authors":[{"name":"Ann Onder"},{"name":"Bo Lund"}]}]}</script>',
    ),
]


def _page(shape: Shape) -> Article:
    markup = (
        f'<html lang="{shape.language}"><head><title>Quay opens</title>{shape.head}</head><body><main>{shape.above}<article>'
        f"<h1>Quay opens</h1>{shape.top}{TEXT}{shape.end}</article>{shape.outside}</main></body></html>"
    )
    return extract(markup.encode(), "https://www.quay.example/news/quay-opens.html")


@pytest.mark.parametrize("shape", SHAPES, ids=[s.name for s in SHAPES])
def test_authors(shape: Shape) -> None:
    assert tuple(a.name for a in _page(shape).authors) == shape.who


def test_a_date_behind_a_job_is_no_organization() -> None:
    top = '<div class="byline"><p>By Ann Onder</p><p>Co-founder and Chief Architect</p> <p>Dec 17, 2025</p></div>'
    (author,) = _page(Shape("", (), top=top)).authors
    assert [(x.role, x.organization) for x in author.affiliations] == [("Co-founder and Chief Architect", None)]


def test_the_job_of_a_namesake_in_a_box_of_the_text_is_nobody_elses() -> None:
    beside = '<div class="who"><a href="/ann">Ann Onder</a><span>Harbour minister</span></div>'
    byline = '<p class="byline">By Ann Onder</p>'
    (author,) = _page(Shape("", (), top=byline, end=beside)).authors
    assert (author.role, author.affiliations) == (None, ())
    (author,) = _page(Shape("", (), top=beside.replace("Harbour minister", "Science editor"), head=_ld("Ann Onder"))).authors
    assert author.role == "Science editor"


@pytest.mark.parametrize("end", ["", "。"])
def test_a_paragraph_of_a_script_that_parts_no_words_is_no_job(end: str) -> None:
    behind = f"昨日外交部发言人在例行记者会上表示，有关港口的调查正在进行之中{end}"
    page = _page(Shape("", (), language="zh", top=f'<p class="byline">记者 林海生</p><p>{behind}</p>'))
    (author,) = page.authors
    assert (author.name, author.role, author.affiliations) == ("林海生", None, ())
    assert behind in page.text


def test_a_headline_that_is_no_heading() -> None:
    markup = (
        "<html lang='en'><head><title>Quay opens</title></head><body><div><div class='t'>Quay opens</div>"
        f"<div><p>By <!-- -->Ann Onder</p><p>6 min read</p></div></div><article>{TEXT}</article></body></html>"
    )
    assert [a.name for a in extract(markup.encode(), "https://www.quay.example/a").authors] == ["Ann Onder"]


def test_on_behalf_of_whom() -> None:
    shape = next(s for s in SHAPES if s.name == "on behalf of a group")
    assert [[x.organization for x in a.affiliations] for a in _page(shape).authors] == [["Quay group"]]


def test_an_agency_in_brackets_is_the_provider() -> None:
    article = _page(next(s for s in SHAPES if s.name == "with an agency"))
    assert article.provider == "AFP"


def test_a_joint_note_is_parted() -> None:
    note = (
        "<p><em>Ann Onder is a reporter at the Quay Post. She sails. Bo Lund is a professor of tides at Quay University.</em></p>"
    )
    found = _page(Shape("", (), top='<p class="byline">By Ann Onder and Bo Lund</p>', end=note)).authors
    assert [a.bio for a in found] == [
        "Ann Onder is a reporter at the Quay Post. She sails.",
        "Bo Lund is a professor of tides at Quay University.",
    ]


def test_a_note_that_says_one_thing_of_two_says_it_of_both() -> None:
    note = "<p><em>Ann Onder and Bo Lund are reporters at the Quay Post.</em></p>"
    found = _page(Shape("", (), top='<p class="byline">By Ann Onder and Bo Lund</p>', end=note)).authors
    assert [[(x.organization, x.role) for x in a.affiliations] for a in found] == [[("Quay Post", "reporters")]] * 2
