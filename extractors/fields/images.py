"""The article's images, each with caption and credit (schema.org ``ImageObject``, IPTC).

Found in the page's own mark-up; where that has none, as its structured data declares them; and
as a last resort the image for social networks. Lists of different strategies are not poured
together, but what one says about an image that another found is looked up by its address.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from extractors.dom import Element, collapse
from extractors.field import Candidate, Field, Resolved, resolve, shorten
from extractors.fields.credit_names import is_known
from extractors.fields.credit_words import lexicon
from extractors.fields.credits import Credit
from extractors.figures.around import read_words
from extractors.figures.boxes import Box, article_images, captions_without_image
from extractors.figures.data import Declared, declared, markup_in_states
from extractors.figures.named import letters
from extractors.figures.shared import Figure, spread
from extractors.figures.sources import absolute, is_picture, key, where_written
from extractors.figures.teasers import after_text, in_link_away, is_teaser, leads_away
from extractors.figures.words import Words
from extractors.page import Page
from model.article import Evidence, How, Image
from model.errors import TooLarge, Unreadable

_SOCIAL = ("og:image:secure_url", "og:image", "twitter:image")
MANY_BEHIND = 3  # images without words behind the last paragraph: a list of teasers


def read(page: Page) -> Resolved[tuple[Image, ...]]:
    """The images of the article in reading order, the lead first. Never raises for a page."""
    return resolve(IMAGES, page)


def in_markup(page: Page) -> Iterator[Candidate[tuple[Image, ...]]]:
    """Images in the article's part of the page."""
    items = _shown(page)
    if not items:
        return
    detail: dict[str, Evidence] = {}
    for number, item in enumerate(items):
        detail |= _evidence(page, number, item)
    where, quote = _whole(page, items[0])
    images = list(map(_image, items))
    meta = page.meta_first(*_SOCIAL) if all(i.address is None for i in items) else None
    if meta and (address := absolute(meta.content, page.url)) and is_picture(address):
        images[0] = replace(images[0], url=address)  # the lead that only a script shows
        detail["/0/url"] = Evidence("images.social", How.DECLARED, meta.where, shorten(meta.content))
    yield Candidate(tuple(images), How.MARKED, where, quote, detail)


def in_state(page: Page) -> Iterator[Candidate[tuple[Image, ...]]]:
    """Images in the mark-up that a script would have put into the page."""
    carried = markup_in_states(page)
    if carried is None:
        return
    markup, where = carried
    markup = f'<html lang="{page.language or ""}"><body><article>{markup}</article></body></html>'
    try:
        inner = Page.parse(b"", page.url, page.headers, page.captured_at, markup=markup)
    except (TooLarge, Unreadable):
        return
    items = _shown(inner)
    if items:
        words = next((i.words.caption for i in items if i.words.caption), None)
        yield Candidate(tuple(map(_image, items)), How.DECLARED, where, words or items[0].alt or "")


def json_ld(page: Page) -> Iterator[Candidate[tuple[Image, ...]]]:
    """The images that the article's JSON-LD names, one for each in however many croppings."""
    for node in page.articles[:1]:
        value = page.deref(node.data.get("image"))
        found: dict[str, tuple[str, str, str]] = {}
        for number, item in enumerate(value if isinstance(value, list) else [value]):
            item = page.deref(item)
            written = item.get("contentUrl") or item.get("url") if isinstance(item, dict) else item
            address = absolute(written, page.url) if isinstance(written, str) else None
            if address is not None and isinstance(written, str):
                pointer = f"/image/{number}" if isinstance(value, list) else "/image"
                found.setdefault(key(address), (address, node.where(pointer), written))
        if not found:
            return
        data = declared(page, list(found), _names_of_site(page))
        if not any(d.credit or d.caption for d in data.values()):
            found = dict([next(iter(found.items()))])  # croppings of the lead
        images = [_declared_image(address, data.get(name)) for name, (address, _, _) in found.items()]
        _, where, written = next(iter(found.values()))
        yield Candidate(tuple(images), How.DECLARED, where, written)


def _is_headline(page: Page, caption: Element) -> bool:
    """Whether a caption is, or holds nothing but, the text of a link to another page."""
    if in_link_away(page, caption):
        return True
    whole = page.text_of(caption)
    return any(page.text_of(a) == whole and leads_away(page, a) for a in caption.iter("a"))


def social(page: Page) -> Iterator[Candidate[tuple[Image, ...]]]:
    """The image for social networks: the lead, where the page shows none that we found."""
    meta = page.meta_first(*_SOCIAL)
    address = absolute(meta.content, page.url) if meta else None
    if meta and address and is_picture(address):
        said = declared(page, [key(address)], _names_of_site(page)).get(key(address))
        image = _declared_image(address, said if said and said.credit else None)
        yield Candidate((image,), How.DECLARED, meta.where, meta.content)


def _shown(page: Page) -> list[_Found]:
    organizations = _names_of_site(page)
    found: dict[str, _Found] = {}
    behind = after_text(page, page.main if page.main is not None else page.tree)
    for box in article_images(page):
        words = read_words(page, box.element, box.image, organizations)
        if (box.address is None and words.credit is None) or _is_furniture(page, box, words, behind):
            continue
        item = _Found(box.image, box.address, words, box.element)
        name = key(box.address) if box.address else page.css(box.image)
        if name in found and words.credit is not None and item.differs(found[name]):
            name = f"{name} {item.words.caption}"  # the same picture once more, with other words
        found[name] = item if name not in found else found[name].richer(item)
    captions = {letters(t) for i in found.values() for t in (i.words.caption, i.words.credit_quote) if t}
    for element in captions_without_image(page, [i.words for i in found.values()]):
        words = read_words(page, element, element, organizations)
        if _is_orphan(page, words) and letters(words.caption or words.credit_quote) not in captions:
            name = next((n for n, item in found.items() if item.lacks_caption_of(words)), page.css(element))
            orphan = _Found(element, None, words, element)
            found[name] = found[name].richer(orphan) if name in found else orphan
    shared = spread(page, [Figure(i.box, i.words) for i in found.values()], organizations)
    found = {name: replace(item, words=words) for (name, item), words in zip(found.items(), shared, strict=True)}
    silent = [name for name, item in found.items() if item.words.credit is None]
    if silent:
        for name, data in declared(page, silent, organizations).items():
            found[name] = found[name].with_data(data)
    return list(found.values())


def _is_orphan(page: Page, words: Words) -> bool:
    """Words of an image that is not there: they name a person, with an agency or behind a label."""
    credit = words.credit
    if credit is None or not credit.creators:
        return False
    labelled = lexicon(page.language).lead.match(credit.credit_line or "") is not None
    return labelled or (words.caption is not None and any(map(is_known, credit.agencies)))


def _declared_image(address: str, data: Declared | None) -> Image:
    image = Image(url=address, caption=data.caption if data else None)
    return _credited(image, data.credit) if data and data.credit else image


def _is_furniture(page: Page, box: Box, words: Words, behind: Collection[Element]) -> bool:
    """An image that nothing says belongs to the article: in a card that leads elsewhere, or one of
    several behind the text."""
    figured = box.element.tag == "figure" and next(box.element.iter("figcaption"), None) is not None
    if figured and words.caption is not None:
        return False
    if words.caption_at is not None and words.credit is None and _is_headline(page, words.caption_at):
        return True
    if words.caption is None and is_teaser(page, box.image, words.credit.credit_line if words.credit else None):
        return True
    figure = next(box.image.iterancestors("figure"), None)
    return words.credit is None and figure is None and len(behind) >= MANY_BEHIND and box.image in behind


@dataclass(frozen=True, slots=True)
class _Found:
    image: Element
    address: str | None
    words: Words
    box: Element
    data: Declared | None = None

    @property
    def alt(self) -> str | None:
        return collapse(self.image.get("alt") or "") or None

    def differs(self, other: _Found) -> bool:
        mine, theirs = self.words.caption or "", other.words.caption or ""
        return bool(mine and theirs) and mine not in theirs and theirs not in mine

    def lacks_caption_of(self, words: Words) -> bool:
        """Whether the words repeat this image's credit and have the caption that it lacks."""
        mine, theirs = self.words.credit, words.credit
        same = mine is not None and theirs is not None and letters(mine.credit_line or "") == letters(theirs.credit_line or "")
        return self.words.caption is None and same

    def with_data(self, data: Declared) -> _Found:
        """What the page's data adds: a credit, and a caption where the mark-up shows none."""
        words = replace(self.words, credit=data.credit) if data.credit else self.words
        if words.caption is None and data.caption and data.credit:
            words = replace(words, caption=data.caption)
        return replace(self, words=words, data=data if data.credit else None)

    def richer(self, other: _Found) -> _Found:
        """The one of two copies of an image that says more, keeping what only the other says."""
        mine, theirs = self.words, other.words
        words = mine
        if mine.caption is None and theirs.caption:
            words = replace(words, caption=theirs.caption, caption_at=theirs.caption_at, caption_in=theirs.caption_in)
        if mine.credit is None and theirs.credit:
            words = replace(
                words,
                credit=theirs.credit,
                credit_at=theirs.credit_at,
                credit_in=theirs.credit_in,
                credit_quote=theirs.credit_quote,
            )
        return replace(self, words=words)


def _image(item: _Found) -> Image:
    image = Image(url=item.address, caption=item.words.caption, alt=item.alt)
    return _credited(image, item.words.credit) if item.words.credit else image


def _credited(image: Image, credit: Credit) -> Image:
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


def _whole(page: Page, item: _Found) -> tuple[str, str]:
    """Where the first image stands: its address as written, or the figure's words."""
    written = where_written(item.image)
    if written is None:
        return f"css:{page.css(item.image)}", page.text_of(item.image)
    element, name, value = written
    return f"css:{page.css(element)}@{name}", value


def _evidence(page: Page, number: int, item: _Found) -> dict[str, Evidence]:
    found = {}
    words = item.words
    if words.caption and words.caption_at is not None:
        where, quote = f"css:{page.css(words.caption_at)}", page.text_of(words.caption_at)
        if words.caption_in:
            where, quote = f"{where}@{words.caption_in}", words.caption_at.get(words.caption_in) or ""
        found[f"/{number}/caption"] = Evidence("images.caption", How.MARKED, where, shorten(quote))
    if item.data is not None:
        found[f"/{number}/credit_line"] = Evidence(
            "images.credit_in_data", How.DECLARED, item.data.where, shorten(item.data.quote)
        )
    elif words.credit and words.credit_at is not None:
        where = f"css:{page.css(words.credit_at)}" + (f"@{words.credit_in}" if words.credit_in else "")
        found[f"/{number}/credit_line"] = Evidence("images.credit", How.MARKED, where, shorten(words.credit_quote))
    return found


def _names_of_site(page: Page) -> tuple[str, ...]:
    """Names that are the publisher's: no photographers."""
    metas = (page.meta_first("og:site_name"), page.meta_first("application-name"))
    publishers = (page.deref(node.data.get("publisher")) for node in page.articles[:1])
    declared_names = (p.get("name") for p in publishers if isinstance(p, dict))
    return tuple(m.content for m in metas if m) + tuple(n for n in declared_names if isinstance(n, str))


IMAGES: Field[tuple[Image, ...]] = Field("images", (in_markup,), fallbacks=(in_state, json_ld, social))
