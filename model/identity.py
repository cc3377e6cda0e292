"""When two URLs name one published piece.

URLs are aliases of a record, never its identity. ``alias_key`` brings the spellings of one
address together; ``believable_canonical`` says whether a page's own canonical link may
name its record: within one registrable domain only, because sister papers declare each
other, and never a front page, because broken templates declare that for everything.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import quote, urlsplit

from tld import get_tld

from model.clean import clean_text

# parameters that say who sent the reader, never which piece it is
_TRACKING = re.compile(
    r"(?:utm_\w+|fbclid|gclid|dclid|msclkid|yclid|igshid|mc_[ce]id|_ga|_gl|ref_src|cmpid|icid|ncid|ocid|smid|xtor"
    r"|at_(?:medium|campaign|custom\d)|ns_\w+|wt_mc|__twitter_impression|outputtype)(?:=.*)?"
    # these may also name a piece; a word without a figure only says where the reader came from
    r"|(?:ref|referrer|share|partner|cmp|spm)(?:=[^\d]{0,40})?"
    # the same piece for a printer, a telephone or a cache
    r"|(?:amp|print(?:able|er|page|view|er_?friendly)?|mobile)(?:=(?:1|true|yes|y|on)?)?"
    r"|(?:view|output|format|mode|layout|version|display)=(?:amp|print(?:able|er|page|view|er_?friendly)?|mobile)",
    re.IGNORECASE,
)
_VARIANT_HOST = re.compile(r"^(?:www\d?|m|mobile|amp)\.(?=[^.]+\.)")
_BYTES = "surrogateescape"
# hosts of many publishers that the public suffix list does not name
_TENANTED = frozenset({"wordpress.com", "substack.com", "medium.com", "tumblr.com", "livejournal.com", "typepad.com", "ghost.io"})
_CREDENTIALS = re.compile(r"(\s*[a-z][a-z0-9+.-]*://)[^/?#]*@", re.IGNORECASE)
_ESCAPE = re.compile(r"%([0-9a-fA-F]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_VARIANT_PATH = re.compile(r"/amp(?:\.html)?/?$|^/amp(?=/.)", re.IGNORECASE)


def without_credentials(url: str) -> str:
    """An address without user name and password (RFC 3986, 3.2.1), which are nobody's business but their
    owner's and name no other piece. Never raises; a text without them, or that is no URL, is unchanged.
    """
    return _CREDENTIALS.sub(r"\1", url, count=1) if _CREDENTIALS.match(url) else url


@lru_cache(maxsize=4096)
def alias_key(url: str) -> str:
    """One text for all spellings of an address: scheme, ``www.``, mobile and AMP variants,
    default port, tracking parameters, their order, trailing slash and a fragment that is no path do
    not count.

    A projection, not an identity: it may be improved, and ``rebuild`` recomputes it. Never
    raises; a text that is no URL is its own key.
    """
    url = clean_text(url).strip()
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return url
    if not parts.hostname:
        return url
    host = _VARIANT_HOST.sub("", parts.hostname.rstrip(".").lower())
    if port not in {None, 80, 443}:
        host = f"{host}:{port}"
    path = _VARIANT_PATH.sub("", _normal(parts.path)).rstrip("/") or "/"
    pairs = [pair for pair in _normal(parts.query).split("&") if pair and not _TRACKING.fullmatch(pair)]
    query = "?" + "&".join(sorted(pairs)) if pairs else ""
    # a fragment that is a path is how some sites name their pieces
    fragment = "#" + _normal(parts.fragment) if parts.fragment[:1] in {"/", "!"} else ""
    return f"{host}{path}{query}{fragment}"


def _normal(text: str) -> str:
    """One spelling of percent-encoding: what needs none has none, reserved characters stay as they are written."""
    encoded = quote(text, safe="%/:@!$&'()*+,;=~-._?", errors=_BYTES)
    return _ESCAPE.sub(lambda m: c if (c := chr(int(m[1], 16))) in _UNRESERVED else m[0].upper(), encoded)


def registrable_domain(url: str) -> str | None:
    """The domain somebody registered (``bbc.co.uk``), or host and port where no public suffix applies."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return None
    if not host or parts.scheme not in {"http", "https"}:
        return None
    domain = _registered(parts.netloc)
    if domain is None:
        return parts.netloc.lower()
    return host.lower() if domain in _TENANTED else domain


@lru_cache(maxsize=4096)
def _registered(netloc: str) -> str | None:
    """By the public suffix list; one host's addresses are asked about again and again."""
    found = get_tld(f"https://{netloc}/", as_object=True, fail_silently=True, search_private=True)
    domain = getattr(found, "fld", None)
    return domain if isinstance(domain, str) and domain else None


def same_domain(a: str, b: str) -> bool:
    """True where both URLs lie under one registrable domain."""
    domain = registrable_domain(a)
    return domain is not None and domain == registrable_domain(b)


def is_front_page(url: str) -> bool:
    """True for a site's root (also ``/en/``, ``/index.html``), which names no piece."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return not parts.query and re.fullmatch(r"/?(?:[a-z]{2}(?:[-_][a-z]{2})?/?)?(?:index\.\w+)?", parts.path, re.I) is not None


def went_home(asked: str | None, final: str | None) -> bool:
    """True where a redirect led from a piece's address to a front page, which says that the piece is not there."""
    return asked is not None and final is not None and is_front_page(final) and not is_front_page(asked)


def believable_canonical(asked: str, canonical: str | None) -> bool:
    """Whether ``canonical``, declared by the page at ``asked``, may be an alias of its record.

    Similar content is a further condition where that alias already belongs to another
    record; see ``model.change.similar``.
    """
    if not canonical or not same_domain(asked, canonical):
        return False
    return is_front_page(asked) or not is_front_page(canonical)
