"""Copies of an address in another web archive, one after the other (RFC 7089).

What is kept is what the archive answered, under the copy's own address there and the time of
asking; that it is a copy of something else, and of when, stands in the capture. Redirects are
followed inside the archive only: a raw copy's ``Location`` leads out into today's web.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import quote, urlsplit

from model.capture import Basis, Capture, Fidelity, Import, header
from model.errors import BadCall, PressmarkError, Unreadable
from model.identity import alias_key, without_credentials
from sources.http.coding import unpacked
from sources.memento.addresses import copy_of_target, original_of, plain_form, raw_form, whole
from sources.memento.links import links_of
from sources.memento.timemap import Memento, TimeMap, http_date, timemap_of

Fetch = Callable[[str], Awaitable[Capture]]
"""Asks for one address, without following where it leads."""

Found = tuple[str, Capture | PressmarkError]
"""A copy's address, and the copy or why there is none."""

LIMIT = 1000
_PAGES = 500
_HOPS = 6
_CLOCKS_APART = timedelta(days=1)
_TIMEMAP_BYTES = 64_000_000
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class Wish:
    """Where to look and what for: ``where`` is a TimeGate or TimeMap, with the address in it, ``{url}`` for it,
    or neither, and then it is put at the end. Copies of before ``since``, of after ``until``, and over
    ``limit`` are left.
    """

    where: str
    since: datetime | None = None
    until: datetime | None = None
    limit: int = LIMIT


async def mementos(
    fetch: Fetch,
    url: str,
    wish: Wish,
    held: Callable[[str], Awaitable[bool]],
    now: Callable[[], datetime],
    tell: Callable[[str], None],
) -> AsyncIterator[Found]:
    """The copies of ``url`` that the wish is for, oldest first.

    ``held`` says whether a capture with this origin key need not be asked for; ``tell`` is
    told in a line what was left out. Nothing is raised for one copy; raises what ``fetch``
    raises for the list of them, and ``Unreadable`` where there is none.
    """
    wanted = [m for m in await _listed(fetch, url, wish) if _is_within(m.at, wish)]
    had = 0
    for memento in wanted[: wish.limit]:
        key = f"memento:{plain_form(memento.uri)}"
        if await held(key):
            had += 1
            continue
        try:
            copy = await _copy(fetch, memento, url)
        except PressmarkError as error:
            yield memento.uri, error
        else:
            yield memento.uri, replace(copy, origin_key=key, url=url, final_url=copy.final_url or url, received_at=now())
    host = urlsplit(wish.where).hostname or wish.where
    if had:
        tell(f"{url}: {had} of {len(wanted)} copies at {host} are held already and were not asked for again")
    if len(wanted) > wish.limit:
        tell(f"{url}: {len(wanted) - wish.limit} later copies at {host} were left: --limit says how many are taken")


def asked_at(where: str, url: str) -> str:
    """The address to ask for ``url``. Raises ``BadCall`` for what is no web address."""
    if whole(where, "") is None or urlsplit(where).scheme not in {"http", "https"}:
        raise BadCall(f"--memento takes the address of a TimeGate or TimeMap, not {where!r}")
    if "{url}" in where:
        return where.replace("{url}", quote(url, safe="") if "?" in where.partition("{url}")[0] else url)
    if url in where or quote(url, safe="") in where:
        return where
    return where + (quote(url, safe="") if where.endswith("=") else url if where.endswith("/") else f"/{url}")


async def _listed(fetch: Fetch, url: str, wish: Wish) -> list[Memento]:
    """Every copy that the archive lists, each once."""
    found: dict[str, Memento] = {}
    first = await _timemap(fetch, asked_at(wish.where, url), url)
    seen: set[str] = set()
    waiting = [first]
    while waiting:
        timemap = waiting.pop()
        found |= {plain_form(m.uri): m for m in timemap.mementos}
        for page in timemap.pages:
            if page not in seen and len(seen) < _PAGES:
                seen.add(page)
                waiting.append(_read(await fetch(page)))
    if not found:
        raise Unreadable(f"{urlsplit(wish.where).hostname} holds no copy of {url}", url=url)
    return sorted(found.values(), key=lambda m: (m.at, m.uri))


async def _timemap(fetch: Fetch, uri: str, url: str) -> TimeMap:
    """The TimeMap at an address, or the one that the TimeGate there names."""
    for _ in range(_HOPS):
        answer = await fetch(uri)
        kind = answer.media_type or ""
        if answer.status == 200 and (
            kind == "application/link-format" or "json" in kind or kind in {"text/plain", "text/x-ndjson"}
        ):
            return _read(answer)
        links = [link for name, value in answer.headers if name.lower() == "link" for link in links_of(value)]
        named = next((whole(uri, link.target) for link in links if "timemap" in link.rels), None)
        if named is not None and named != uri:
            return _read(await fetch(named))
        location = header(answer.headers, "location")
        target = whole(uri, location) if location and answer.status in _REDIRECTS else None
        if target is None:
            break
        uri = target
    said = f"answered {answer.status}" if answer.status != 200 else "names no TimeMap"
    raise Unreadable(f"{urlsplit(uri).hostname} {said}: it holds no copy of {url}, or is no TimeGate or TimeMap", url=uri)


def _read(answer: Capture) -> TimeMap:
    uri = answer.final_url or answer.url or ""
    if answer.status != 200 or answer.truncated is not None:
        said = f"answered {answer.status}" if answer.truncated is None else "is too long or broke off"
        raise Unreadable(f"the TimeMap {uri} {said}", url=uri)
    return timemap_of(_plain(answer).decode("utf-8", "replace"), uri)


def _plain(answer: Capture) -> bytes:
    return unpacked(answer.entity, header(answer.headers, "content-encoding"), _TIMEMAP_BYTES)


async def _copy(fetch: Fetch, memento: Memento, url: str) -> Capture:
    """One copy, as it was kept where the archive gives that. Raises ``Unreadable`` where it gives none,
    or one of another address than ``url``.
    """
    raw = raw_form(memento.uri)
    if raw is not None:
        hops = await _walk(fetch, raw)
        if http_date(header(hops[-1].headers, "memento-datetime")) is not None:
            _check_originals(hops, memento, url)
            return _capture(hops, memento, Fidelity.RAW)
    hops = await _walk(fetch, memento.uri)
    if hops[-1].status != 200 and header(hops[-1].headers, "memento-datetime") is None:
        host = urlsplit(memento.uri).hostname
        raise Unreadable(f"{host} lists this copy and answered {hops[-1].status} for it; try again later", member=memento.uri)
    _check_originals(hops, memento, url)
    return _capture(hops, memento, Fidelity.REWRITTEN)


def _check_originals(hops: Sequence[Capture], memento: Memento, url: str) -> None:
    """A copy is of what was asked for, and after a redirect of where that led: else it would make a record of another address."""
    wanted: str | None = url
    for hop in hops:
        said = _original(hop)
        if said and wanted and alias_key(said) != alias_key(wanted):
            host = urlsplit(memento.uri).hostname
            plain = without_credentials(said)
            raise Unreadable(
                f"{host} lists this as a copy of {wanted} and says that it is one of {plain}; it is not taken", member=memento.uri
            )
        location = header(hop.headers, "location") if hop.status in _REDIRECTS else None
        target = copy_of_target(hop.url or "", location) if location else None
        wanted = original_of(target) if target else None


def _original(hop: Capture) -> str | None:
    """What a copy is of: as its header says (RFC 7089, 2.2.1), else as its address does."""
    where = hop.final_url or hop.url or ""
    links = [link for name, value in hop.headers if name.lower() == "link" for link in links_of(value)]
    named = next((whole(where, link.target) for link in links if "original" in link.rels), None)
    return named or original_of(where)


async def _walk(fetch: Fetch, uri: str) -> Sequence[Capture]:
    """A copy and, where it is a redirect, the copies it leads to."""
    hops: list[Capture] = []
    seen: set[str] = set()
    target: str | None = uri
    while target is not None and target not in seen and len(hops) < _HOPS:
        seen.add(target)
        answer = await fetch(target)
        hops.append(answer)
        location = header(answer.headers, "location") if answer.status in _REDIRECTS else None
        target = copy_of_target(target, location) if location else None
    return hops


def _capture(hops: Sequence[Capture], memento: Memento, fidelity: Fidelity) -> Capture:
    last = hops[-1]
    where = last.final_url or memento.uri
    original = _original(last)
    at = http_date(header(last.headers, "memento-datetime")) or memento.at
    if at > last.received_at + _CLOCKS_APART:
        raise Unreadable(f"the copy is dated in the future ({at:%Y-%m-%d})", member=memento.uri)
    made = Import(urlsplit(memento.uri).hostname or memento.uri, fidelity, plain_form(where), kind="memento")
    return replace(
        last,
        basis=Basis.IMPORTED,
        at=at,
        final_url=without_credentials(original) if original else None,
        exchanges=tuple(exchange for hop in hops for exchange in hop.exchanges),
        imported=made,
    )


def _is_within(at: datetime, wish: Wish) -> bool:
    return (wish.since is None or at >= wish.since) and (wish.until is None or at <= wish.until)
