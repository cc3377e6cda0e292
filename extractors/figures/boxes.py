"""Which images on a page are the article's, and the box of mark-up around each.

An image belongs to the article when it stands in the article's part of the page, in nothing
that is named as navigation, teaser, advertisement or portrait of an author, and does not lead
to another page. Its box is the largest element that holds this image and no other, and beside
it only words that are named or shaped as caption and credit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from lxml.etree import XPath, _Element

from extractors.dom import INLINE_TAGS, Element
from extractors.figures.named import hidden_label, is_named_words, marks, text_without
from extractors.figures.sources import best_address, is_image_file, is_picture, key
from extractors.figures.teasers import has_words, in_link_away, too_big
from extractors.figures.words import Words
from extractors.page import Page

MOST_IMAGES = 250  # a longer gallery is cut: hostile pages have thousands
MOST_LOOKED_AT = 4_000
SMALLEST = 100  # pixels; a picture smaller than that on both sides is furniture
_NOISE = re.compile(
    r"avatar|author(?!iz)|(?<![a-z])(?:writer|columnist|reporter)s?(?![a-z])|byline|headshot|contributor|profile-(?:pic|image|photo)|related|recommend|newsletter|most-?(?:read|popular|viewed)"
    r"|trending|outbrain|taboola|advert|navbar|breadcrumb|read-?more|recirc|site-?header|masthead|subscribe|cookie|affiliate|sponsor|up-?next"
    r"|(?:read|watch|play)-?next|next-?article|more-?(?:from|news|stories|on)|also-?(?:read|like)|follow-?us|whatsapp|googleplay"
    r"|(?<![a-z])(?:bio|comments?|logo|nav|menu|emoji|latest|app-?(?:store|promo))(?![a-z])",
    re.I,
)
_STYLED_SIZE = re.compile(r"(?<![\w-])(?:width|height)\s{0,3}:\s{0,3}(\d{1,5})px")
_FURNITURE = re.compile(r"avatar|author|logo|emoji|tracking|pixel|headshot|(?<![a-z])icon", re.I)
_NOISE_TAGS = frozenset({"nav", "footer", "form", "dialog", "menu"})
_PICTURE_BOX = re.compile(
    r"image|img|photo|picture|media|figure|gallery|galerie|slide|foto|bild|wp-caption|illustration|visual|thumbnail|poster|hero|lead",
    re.I,
)
_FONT_SIZE = re.compile(r"font-size\s*:\s*(\d{1,3}(?:\.\d{1,3})?)(px|pt|%|em|rem)", re.I)
_FULL_SIZE = {"px": 13.0, "pt": 10.0, "%": 95.0, "em": 0.95, "rem": 0.95}  # from which a line may be running text
_SMALLEST_FONTS = frozenset({"1", "-1", "-2"})
_FLOATS = re.compile(r"float\s*:\s*(?:left|right)", re.I)
_IMAGES = frozenset({"img", "amp-img"})
_HOLDERS = XPath(
    ".//img | .//amp-img | .//figure | .//picture[not(.//img)] | .//*[@data-src or @data-srcset or @data-url or @data-image"
    " or @data-original or @data-bg or @data-background-image or contains(@style, 'background-image')]"
)
_EMBEDS = ("video", "audio", "iframe", "table", "blockquote", "pre", "object", "embed", "figure", "ul", "ol", "svg")
_OF_FIGURES = frozenset({"figure", "figcaption", "picture", "source", "a", "button", "amp-img", "noscript"})
_ROOTS = frozenset({"html", "body", "main"})
_LAYOUT = frozenset({"tr", "tbody", "table"})  # of a picture with its caption in a cell below
LONGEST_LAYOUT = 350
LONGEST_WORDS = 1500


@dataclass(frozen=True, slots=True)
class Box:
    """One image of the article: its element (a figure whose image only a script would load has
    none of its own, and no address), and the element around it and its words."""

    image: Element
    address: str | None
    element: Element


def article_images(page: Page) -> list[Box]:
    """The article's images in reading order; one image shown in several sizes comes once for each."""
    root = _ground(page)
    found: dict[Element, str | None] = {}
    noise: dict[Element, bool] = {}
    for image in [*_above(root), *_holders(root)][:MOST_LOOKED_AT]:
        if len(found) >= MOST_IMAGES:
            break
        if image.tag not in _IMAGES and not _carries(image):
            continue
        if any(a in found for a in image.iterancestors("amp-img")):
            continue  # what it shows without scripts
        if _in_noise(page, image, noise):
            continue
        address = _usable(page, image)
        if address is not None or _is_empty_figure(page, image):
            found[image] = address
    keys = {image: key(address or page.css(image)) for image, address in found.items()}
    return [Box(image, address, _box(page, image, keys)) for image, address in found.items()]


def _ground(page: Page) -> Element:
    """Where pictures are looked for: around a mere ``font`` or paragraph that holds all of a text, its cell of the layout."""
    root = page.main if page.main is not None else page.tree
    while (root.tag in INLINE_TAGS or root.tag == "p") and (parent := root.getparent()) is not None:
        root = parent
    return root


def captions_without_image(page: Page, used: Iterable[Words]) -> list[Element]:
    """Elements named captions whose image only a script would have shown, outermost, each text once."""
    root = page.main if page.main is not None else page.tree
    taken = {
        e
        for words in used
        for at in (words.caption_at, words.credit_at)
        if at is not None
        for e in (at, *at.iterancestors(), *at.iter())
    }
    noise: dict[Element, bool] = {}
    texts: set[str] = set()
    found = []
    named = (e for e in root.iter() if (said := e.get("class")) and ("aption" in said or "credit" in said))
    for element in islice(named, MOST_IMAGES):
        if element in taken or too_big(element) or next(element.iter("img", "video"), None) is not None:
            continue
        text = page.text_of(element)
        if len(text) > LONGEST_WORDS or text in texts or _in_noise(page, element, noise):
            continue
        texts.add(text)
        taken.update(element.iter())
        found.append(element)
    return found


def _holders(root: Element) -> list[Element]:
    found = _HOLDERS(root)
    return [e for e in found if isinstance(e, _Element)] if isinstance(found, list) else []


def _carries(element: Element) -> bool:
    """Whether an element that is no image says where one is, or is a figure without any."""
    if element.tag == "picture":
        return next(element.iterancestors("figure"), None) is None
    if element.tag == "figure":
        shown = any(best_address(i, None) for i in element.iterdescendants("img", "amp-img"))
        return not shown and next(element.iterdescendants(*_EMBEDS), None) is None
    named = any(
        name in element.attrib
        for name in ("data-src", "data-url", "data-image", "data-original", "data-bg", "data-background-image")
    )
    return (named or "background" in (element.get("style") or "")) and next(element.iter("img", "amp-img"), None) is None


def _is_empty_figure(page: Page, element: Element) -> bool:
    """A figure with a caption whose image only a script would have loaded."""
    return element.tag == "figure" and next(element.iter("figcaption"), None) is not None and bool(page.text_of(element))


def _above(root: Element) -> list[Element]:
    """Images in figures right above the article's element: the lead that spans the page."""
    found: list[Element] = []
    item = root
    for _ in range(3):
        parent = item.getparent()
        if parent is None or item.tag in ("body", "html"):
            break
        for sibling in item.itersiblings(preceding=True):
            figures = (
                [sibling]
                if sibling.tag == "figure"
                else list(sibling.iter("figure"))
                if isinstance(sibling.tag, str) and not too_big(sibling)
                else []
            )
            found = [i for f in figures[:2] for i in f.iter("img", "amp-img")] + found
        item = parent
    return found


def _usable(page: Page, image: Element) -> str | None:
    """The image's address, or ``None`` where it is no image of the article."""
    address = best_address(image, page.url)
    if address is None or _is_small(image) or _FURNITURE.search(marks(image)):
        return None
    if image.tag not in _IMAGES and not is_image_file(address):
        return None
    if (not is_picture(address) or in_link_away(page, image)) and not has_words(image):
        return None
    return address


def _in_noise(page: Page, image: Element, known: dict[Element, bool]) -> bool:
    for ancestor in image.iterancestors():
        if ancestor is page.main or (ancestor in page.around_headline and ancestor is not page.h1):
            return False
        if ancestor not in known:
            known[ancestor] = _is_noise(page, ancestor)
        if known[ancestor]:
            return True
    return False


def _is_noise(page: Page, element: Element) -> bool:
    if element.tag in _NOISE_TAGS:
        return True
    if element.tag in ("article", "main", "body") or not _NOISE.search(marks(element)):
        return False
    # a class may say "paywall" or "related" around the whole article
    return page.main is None or len(page.text_of(element)) < 0.4 * len(page.text_of(page.main))


def _is_small(image: Element) -> bool:
    sizes = [
        int(v)
        for name in ("width", "height")
        if (v := (image.get(name) or "").strip().removesuffix("px")).isdecimal() and len(v) < 6
    ]
    styled = [int(v) for v in _STYLED_SIZE.findall(image.get("style") or "")]
    return (bool(sizes) and max(sizes) < SMALLEST) or (len(styled) > 1 and max(styled) < SMALLEST)


def _box(page: Page, image: Element, keys: dict[Element, str]) -> Element:
    box = image
    own = keys[image]
    while (parent := box.getparent()) is not None:
        if parent.tag in _ROOTS or parent.tag == "article" or too_big(parent):
            break
        if any(keys[i] != own for i in parent.iter() if i in keys):
            break
        inside = parent.tag in _OF_FIGURES
        if not inside and next(parent.iter("h1", "h2", "time"), None) is not None and next(box.iter("h2", "time"), None) is None:
            break
        text = page.text_of(parent)
        if len(text) > LONGEST_WORDS:
            break
        if not inside and text != page.text_of(box) and not _words_belong(page, parent, box):
            break
        box = parent
    return box


def _is_small_print(page: Page, around: Element, line: Element) -> bool:
    """Whether the one line below a picture is set smaller than text, in a box that holds nothing else or floats beside it."""
    text = page.text_of(line)
    if len(text) > LONGEST_LAYOUT or next(line.iter("a", "h1", "h2", "h3", "h4"), None) is not None:
        return False
    style = line.get("style") or ""
    size = _FONT_SIZE.search(style)
    small = line.tag == "small" or (size is not None and float(size[1]) < _FULL_SIZE[size[2].lower()])
    floats = _FLOATS.search(around.get("style") or "") is not None
    return small or (line.get("size") or "") in _SMALLEST_FONTS or floats


def _words_belong(page: Page, parent: Element, box: Element) -> bool:
    """Whether what a larger element adds to a box is named as caption, credit or picture."""
    if parent.tag == "p":
        return len(page.text_of(parent)) < 250
    if not (text_without(parent, {box})):
        return True  # nothing but buttons
    if parent.tag in _LAYOUT and box.tag in ("td", "tr", "tbody"):
        return len(page.text_of(parent)) <= LONGEST_LAYOUT and next(parent.iter("a"), None) is None
    if _PICTURE_BOX.search(marks(parent)):
        return not any(len(page.text_of(e)) > 300 for e in parent.iter("p"))
    added = [s for s in parent if s is not box and isinstance(s.tag, str) and page.text_of(s)]
    bare = any((t or "").strip() for t in (parent.text, *(s.tail for s in parent)))
    if not bare and len(added) == 1 and box.getnext() is not None and _is_small_print(page, parent, added[0]):
        return True
    return not bare and all(is_named_words(s) or (s.tag == "p" and hidden_label(s) is not None) for s in added)
