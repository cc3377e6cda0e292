"""Where the bytes of an image are: the best address an element gives, and when two are one image.

Lazy loading puts a placeholder into ``src`` and the address into an attribute of its own
making; responsive images list several sizes; proxies carry the address inside another one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote, urljoin, urlsplit

from extractors.dom import Element

_SRCSET = ("data-src-set", "data-original-set")  # and whatever ends in "srcset"
_LAZY = (
    "data-src",
    "data-original",
    "data-lazy-src",
    "data-lazy",
    "data-url",
    "data-image",
    "data-full-src",
    "data-large",
    "data-hi-res-src",
    "lazy-src",
)
_PLACEHOLDER = re.compile(
    r"^data:|^about:|^javascript:|(?:^|[/_.-])(?:placeholder|blank|spacer|transparent|pixel|1x1|loading|loader|lazy(?:load)?|empty|dummy|trans"
    r"|default[-_]?image|no[-_]?image|fallback|grey|gray)"
    # and nothing after it that tells of a scene: grey-16x9.png is none, grey-wolf.jpg is a picture
    r"(?>[-_.]?(?>image|img|photo|picture|bg|background|small|large|[0-9a-f]{6,32}|\d{1,4}(?:x\d{1,4})?))*+"
    r"\.(?:gif|png|svg|jpe?g|webp)(?:[?#]|$)",
    re.I,
)
_ADDRESS = re.compile(r"^(?:https?:)?//\S+$|^/[^/\s]\S*$|^\S+\.(?:jpe?g|png|webp|gif|avif)(?:[?#]\S*)?$", re.I)
_FILE = re.compile(r"\.(?:jpe?g|png|webp|gif|avif|bmp|tiff?)(?=$|[?#/&!:])", re.I)
_SRCSET_ITEM = re.compile(r"([^\s,][^\s]*[^\s,]|[^\s,])(?:\s+([\d.]+)([wx]))?\s*(?:,|$)")
_LISTED = re.compile(r"https?://[^\s\]\[,\"'<>]*(?:imag|img|photo|foto|media|\.(?:jpe?g|png|webp))[^\s\]\[,\"'<>]*", re.I)
_STYLE_URL = re.compile(r"background(?:-image)?\s*:\s*url\(\s*['\"]?([^'\")\s]+)", re.I)
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.I)
_SIZE = re.compile(r"(?:[-_.@,](?:\d{2,5}x\d{2,5}|w_?\d{2,4}|h_?\d{2,4}|\d{3,4}w?|scaled|\dx|s\d{3,4}|c\d{2}))+$", re.I)
_SURE_SIZE = re.compile(r"(?:[-_.@](?:\d{2,5}x\d{2,5}|scaled|\dx))+$", re.I)
_NOT_PICTURES = re.compile(
    r"\.svg(?:[?#]|$)|/(?:icons?|logos?|sprites?|emojis?|flags|avatars?|badges?|buttons?)/|gravatar\.com|[/_-](?:icon|logo|avatar|sprite|favicon)s?[-_.\d]"
    # a picture of an article lies in no theme, and in no folder of banners
    r"|[/_-]ico[_-]|captcha|/banners?/|/themes/[^/]{1,60}/(?:[^?#]{0,80}/)?(?:images?|img|assets|dist)/",
    re.I,
)


def best_address(image: Element, base: str | None) -> str | None:
    """The absolute address of the largest form an ``img`` (or its ``picture``) gives, or ``None``.

    Any other element that carries an image's address for a script to load is asked the same.
    """
    written = _best_written(image)
    link = _link_to_itself(image, written)
    return absolute(link.get("href") or "" if link is not None else written, base)


def where_written(image: Element) -> tuple[Element, str, str] | None:
    """The element and attribute in which the best address is written, and its value."""
    written = _best_written(image)
    if not written:
        return None
    link = _link_to_itself(image, written)
    if link is not None:
        return link, "href", link.get("href") or ""
    places = ((e, n, v) for e in _with_sources(image) for n, v in _attributes(e) if written in v)
    return next(places, None)


def _link_to_itself(image: Element, written: str) -> Element | None:
    """The link around an image that leads to the same picture in its largest form."""
    link = next(image.iterancestors("a"), None) if written else None
    href = (link.get("href") or "").strip() if link is not None else ""
    if not href or not is_image_file(href) or _SURE_SIZE.search(_FILE.split(href)[0]):
        return None
    return link if key(urljoin(written, href)) == key(written) else None


def _best_written(image: Element) -> str:
    own, lazy = (image.get("src") or "").strip(), _lazy(image)
    real = own if own and not _PLACEHOLDER.search(own) else ""
    listed = [item for element in _with_sources(image) for item in _listed(element)]
    largest = max(listed, key=lambda item: item[1], default=("", 0.0))[0]
    return largest or lazy or real or background(image) or ""


def absolute(address: str, base: str | None) -> str | None:
    """The address made absolute; ``None`` where it is not one."""
    address = address.strip()
    if not address or _PLACEHOLDER.search(address):
        return None
    try:
        joined = urljoin(base or "", address)
        urlsplit(joined)
    except ValueError:
        return None
    return joined


def background(element: Element) -> str | None:
    """The address in an element's inline ``background-image``."""
    found = _STYLE_URL.search(element.get("style") or "")
    return found.group(1) if found else None


def is_image_file(address: str) -> bool:
    return bool(_FILE.search(address))


def is_picture(address: str) -> bool:
    """Not a logo, an icon or a drawing of the page's own furniture, as far as the address tells."""
    return not _NOT_PICTURES.search(unquote(address))


def key(address: str) -> str:
    """What stays the same in the addresses of one image in several sizes."""
    plain = unquote(unquote(address))
    inner = plain.rfind("http")
    if inner > 8:  # a proxy: the real address is inside
        plain = plain[inner:]
    try:
        parts = urlsplit(plain)
    except ValueError:
        return plain
    path = parts.path.rstrip("/")
    base = path.rsplit("/", 1)[-1].lower()
    stem = _SIZE.sub("", _FILE.split(base)[0])
    own_number = re.search(r"\d{6}", stem) and not _UUID.search(base)
    if not own_number and (unique := _UUID.search(path)):  # in the file's name, or its folder's where the file has none
        return unique.group().lower()
    long_tokens = re.findall(r"[A-Za-z0-9-]{20,}|\d{6,}", path)
    if len(stem) >= 8 and (any(c.isdigit() for c in stem) or len(stem) >= 16):
        return stem
    if long_tokens:
        return str(max(long_tokens, key=len)).lower()
    if not is_image_file(base):
        return f"{parts.netloc}{path}?{parts.query}".lower()
    return f"{parts.netloc}{_SURE_SIZE.sub('', _FILE.split(path)[0])}".lower()


def _with_sources(image: Element) -> Iterator[Element]:
    """The image and the ``source`` elements of its ``picture`` (the parser nests these)."""
    yield image
    picture = image if image.tag in ("figure", "picture") else next(image.iterancestors("picture"), None)
    if picture is not None:
        yield from picture.iter("source")


def _listed(element: Element) -> Iterator[tuple[str, float]]:
    for name, value in _attributes(element):
        if name.endswith("srcset") or name in _SRCSET:
            for found in _SRCSET_ITEM.finditer(value[:8000]):
                address, number, unit = found.groups()
                if address.startswith("data:") or _PLACEHOLDER.search(address):
                    continue
                size = float(number) if number and number.count(".") < 2 and number != "." else 1.0
                yield address, size if unit == "w" else size * 300


def _attributes(element: Element) -> list[tuple[str, str]]:
    return [(str(name), str(value)) for name, value in element.attrib.items()]


def _lazy(element: Element) -> str:
    for name in _LAZY:
        value = (element.get(name) or "").strip()
        if value and _ADDRESS.match(value) and not _PLACEHOLDER.search(value):
            return value
    for name, raw in _attributes(element):
        if name.startswith("data-") and name not in _SRCSET and len(raw) < 4000:
            value = raw.strip()
            if _FILE.search(value) and _ADDRESS.match(value) and not _PLACEHOLDER.search(value):
                return value
            listed = [a for a in _LISTED.findall(value) if not _PLACEHOLDER.search(a)]
            if listed:
                return str(listed[-1])
    return ""
