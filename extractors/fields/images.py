"""The article's images, each with caption and credit (schema.org ``ImageObject``, IPTC).

Found in the page's own mark-up; where that has none, as its structured data declares them; and
as a last resort the image for social networks. Lists of different strategies are not poured
together, but what one says about an image that another found is looked up by its address.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from extractors.dom import Element, collapse
from extractors.field import Candidate, Field, Resolved, resolve, shorten
from extractors.fields.image_boxes import article_images
from extractors.fields.image_sources import absolute, key
from extractors.fields.image_text import Words, read_words
from extractors.page import Page
from model.article import Evidence, How, Image


def read(page: Page) -> Resolved[tuple[Image, ...]]:
    """The images of the article in reading order, the lead first. Never raises for a page."""
    return resolve(IMAGES, page)


def in_markup(page: Page) -> Iterator[Candidate[tuple[Image, ...]]]:
    """Images in the article's part of the page."""
    organizations = _names_of_site(page)
    found: dict[str, _Found] = {}
    for box in article_images(page):
        words = read_words(page, box.element, box.image, organizations)
        item = _Found(box.image, box.address, words)
        if box.address is None and words.credit is None:
            continue
        name = key(box.address) if box.address else page.css(box.image)
        found[name] = item if name not in found else found[name].richer(item)
    items = list(found.values())
    if not items:
        return
    images = tuple(_image(i) for i in items)
    detail: dict[str, Evidence] = {}
    for number, item in enumerate(items):
        detail |= _evidence(page, number, item)
    first = items[0]
    yield Candidate(images, How.MARKED, f"css:{page.css(first.image)}", first.alt or first.address or "", detail)


def social(page: Page) -> Iterator[Candidate[tuple[Image, ...]]]:
    """The image for social networks: the lead, where the page shows none that we found."""
    meta = page.meta_first("og:image:secure_url", "og:image", "twitter:image")
    address = absolute(meta.content, page.url) if meta else None
    if meta and address:
        yield Candidate((Image(url=address),), How.DECLARED, meta.where, meta.content)


@dataclass(frozen=True, slots=True)
class _Found:
    image: Element
    address: str | None
    words: Words

    @property
    def alt(self) -> str | None:
        return collapse(self.image.get("alt") or "") or None

    def richer(self, other: _Found) -> _Found:
        """The one of two copies of an image that says more, keeping what only the other says."""
        mine, theirs = self.words, other.words
        words = mine
        if mine.caption is None and theirs.caption:
            words = replace(words, caption=theirs.caption, caption_at=theirs.caption_at)
        if mine.credit is None and theirs.credit:
            words = replace(words, credit=theirs.credit, credit_at=theirs.credit_at, credit_quote=theirs.credit_quote)
        return replace(self, words=words)


def _image(item: _Found) -> Image:
    credit = item.words.credit
    image = Image(url=item.address, caption=item.words.caption, alt=item.alt)
    if credit is None:
        return image
    return replace(
        image,
        credit_line=credit.credit_line,
        creators=credit.creators,
        agencies=credit.agencies,
        kind=credit.kind,
        copyright_notice=credit.copyright_notice,
        license=credit.license,
        acquire_license_page=credit.acquire_license_page,
    )


def _evidence(page: Page, number: int, item: _Found) -> dict[str, Evidence]:
    found = {}
    words = item.words
    if words.caption and words.caption_at is not None:
        where = f"css:{page.css(words.caption_at)}"
        found[f"/{number}/caption"] = Evidence("images.caption", How.MARKED, where, shorten(page.text_of(words.caption_at)))
    if words.credit and words.credit_at is not None:
        where = f"css:{page.css(words.credit_at)}"
        found[f"/{number}/credit_line"] = Evidence("images.credit", How.MARKED, where, shorten(words.credit_quote))
    return found


def _names_of_site(page: Page) -> tuple[str, ...]:
    """Names that are the publisher's: no photographers."""
    metas = (page.meta_first("og:site_name"), page.meta_first("application-name"))
    return tuple(m.content for m in metas if m)


IMAGES: Field[tuple[Image, ...]] = Field("images", (in_markup,), fallbacks=(social,))
