"""When two URLs name one published piece.

URLs are aliases of a record, never its identity. ``alias_key`` brings the spellings of one
address together; ``believable_canonical`` says whether a page's own canonical link may
name its record: within one registrable domain only, because sister papers declare each
other, and never a front page, because broken templates declare that for everything.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from tld import get_tld

from model.article import clean_text

# parameters that say who sent the reader, never which piece it is
_TRACKING = re.compile(
    r"utm_\w+|fbclid|gclid|dclid|msclkid|yclid|igshid|mc_[ce]id|_ga|_gl|ref|ref_src|referrer|cmp|cmpid|icid|ncid|ocid|smid|xtor"
    r"|at_(?:medium|campaign|custom\d)|ns_\w+|wt_mc|spm|share|partner|__twitter_impression|outputtype|amp",
    re.IGNORECASE,
)
_VARIANT_HOST = re.compile(r"^(?:www\d?|m|mobile|amp)\.(?=[^.]+\.)")
_BYTES = "surrogateescape"
_VARIANT_PATH = re.compile(r"/amp(?:\.html)?/?$|^/amp(?=/.)", re.IGNORECASE)


def alias_key(url: str) -> str:
    """One text for all spellings of an address: scheme, ``www.``, mobile and AMP variants,
    default port, tracking parameters, their order, trailing slash and fragment do not count.

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
    # addresses in an old code page are no UTF-8: read as such, all their letters would be one
    path = quote(unquote(parts.path, errors=_BYTES), safe="/:@!$&'()*+,;=~-._", errors=_BYTES)
    path = _VARIANT_PATH.sub("", path).rstrip("/") or "/"
    given = parse_qsl(parts.query, keep_blank_values=True, errors=_BYTES)
    pairs = [(k, v) for k, v in given if not _TRACKING.fullmatch(k)]
    query = "?" + urlencode(sorted(pairs), errors=_BYTES) if pairs else ""
    return f"{host}{path}{query}"


def registrable_domain(url: str) -> str | None:
    """The domain somebody registered (``bbc.co.uk``), or host and port where no public suffix applies."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return None
    if not host or parts.scheme not in {"http", "https"}:
        return None
    found = get_tld(url, as_object=True, fail_silently=True)
    domain = getattr(found, "fld", None)
    return domain if isinstance(domain, str) and domain else parts.netloc.lower()


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


def believable_canonical(asked: str, canonical: str | None) -> bool:
    """Whether ``canonical``, declared by the page at ``asked``, may be an alias of its record.

    Similar content is a further condition where that alias already belongs to another
    record; see ``model.change.similar``.
    """
    if not canonical or not same_domain(asked, canonical):
        return False
    return is_front_page(asked) or not is_front_page(canonical)
