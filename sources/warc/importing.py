"""Archive files of other software as captures, one file after another, revisits across all of them."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from model.capture import Capture
from model.errors import PressmarkError, TooLarge, Unreadable
from model.identity import without_credentials
from sources.warc.captures import SUPPLIED, Payload, capture_of, name_of, proven
from sources.warc.containers import Container, Part, pages_of, parts_of, plain_address
from sources.warc.digests import agrees
from sources.warc.maker import Maker, maker_of
from sources.warc.message import Message, Sort, message_of, sort_of_record, target_of
from sources.warc.originals import Original, Originals, Waiting, Wanted, wanted_of
from sources.warc.pairing import FACTS, Hop, Pairing, with_facts
from sources.warc.records import HEAD_BYTES, Flaw, Reader, Record
from sources.warc.summary import Passed
from sources.warc.tape import Address, Tape

Held = Callable[[Wanted], Iterable[Capture]]
"""Copies that the archive already holds and that may be the payload a revisit refers to, likeliest first."""

_REDIRECTS = 256
_FOLLOWED_WITHIN = timedelta(hours=1)
_LONGEST_CHAIN = 10
_NOT_MODIFIED = 304
_LOST = "redirects to what is not in the file"


@dataclass(slots=True)
class _File:
    """One record file being read."""

    number: int
    path: Path
    pages: frozenset[str]
    passed: Passed
    maker: Maker = field(default_factory=Maker)
    redirects: OrderedDict[str, tuple[Hop, ...]] = field(default_factory=OrderedDict)


class Archives:
    """Reads the archive files of one call. ``held`` finds payloads that are in no file of the call;
    ``max_bytes`` bounds a record, ``clock`` tells aware UTC time.

    Close it after ``rest``, which gives the revisits that had to wait for other files.
    """

    def __init__(self, clock: Callable[[], datetime], max_bytes: int, held: Held = lambda _wanted: ()) -> None:
        self._clock = clock
        self._max_bytes = max_bytes
        self._held = held
        self._originals = Originals()
        self._files: list[tuple[str, Part]] = []

    def close(self) -> None:
        """Lets the temporary file go."""
        self._originals.close()

    def read(self, path: Path, kind: Container) -> Iterator[Capture | PressmarkError | Passed]:
        """Every page of an archive file as a capture, what cannot be taken as an error, and at the end what was passed over."""
        passed = Passed()
        told = False
        try:
            pages = pages_of(path) if kind is Container.WACZ else frozenset()
            for part in parts_of(path, kind):
                file = _File(len(self._files), path, pages, passed)
                self._files.append((str(path), part))
                for item in self._part(part, file):
                    told = True
                    yield item
        except OSError as error:
            yield Unreadable(f"{path.name} cannot be read ({error.strerror or error})", path=str(path))
        except PressmarkError as error:
            yield error
        else:
            if not told and not passed.waiting:
                yield Unreadable(f"{path.name} holds no page among its {passed.records} records; {passed}", path=str(path))
            else:
                yield passed

    def rest(self) -> Iterator[tuple[str, Capture | PressmarkError | Passed]]:
        """The revisits of all files, with the path of the file that each is in."""
        passed: dict[str, Passed] = {}
        for item in self._originals.waiting():
            path = self._files[item.file][0]
            try:
                found = self._resolved(item)
            except PressmarkError as error:
                yield path, error
            except OSError as error:
                yield path, Unreadable(f"{path} cannot be read again ({error.strerror or error})", path=path)
            else:
                if found is None:
                    passed.setdefault(path, Passed()).count("revisits of what is no page")
                else:
                    yield path, found
        yield from passed.items()

    def _part(self, part: Part, file: _File) -> Iterator[Capture | PressmarkError]:
        """What one WARC of a file gives; one that cannot be read costs the others nothing."""
        try:
            with part.open() as stream:
                yield from self._records(Reader(Tape(stream), _wanted, self._max_bytes), file)
        except Unreadable as error:
            yield error

    def _records(self, reader: Reader, file: _File) -> Iterator[Capture | PressmarkError]:
        pairing = Pairing()
        for record in reader:
            if isinstance(record, Flaw):
                yield _flaw(record)
                continue
            file.passed.records += 1
            if record.kind == "warcinfo":
                file.maker = maker_of(record)
            elif record.url.startswith("urn:pressmark:") and record.kind != "resource" and not record.url.startswith(FACTS):
                file.passed.count("entries of another Pressmark's own ledger")
            hop = pairing.feed(record)
            if hop is not None:
                yield from self._hop(hop, file)
        hop = pairing.end()
        if hop is not None:
            yield from self._hop(hop, file)
        for _ in file.redirects:
            file.passed.count(_LOST)

    def _hop(self, hop: Hop, file: _File) -> Iterator[Capture | PressmarkError]:
        answer = hop.answer
        sort = sort_of_record(answer)
        if answer.kind == "resource" and answer.url.startswith(SUPPLIED):
            sort = Sort.PAGE if proven(hop).facts is not None else Sort.OTHER
        if answer.kind != "revisit":
            self._originals.add(file.number, answer, sort)
        chain = self._chain(answer, file)
        message = message_of(answer.block)
        if message is not None and message.status == _NOT_MODIFIED:
            file.passed.count("answers that nothing had changed (304)")
        elif sort is Sort.REDIRECT:
            self._await(chain, hop, file)
        elif sort is Sort.OTHER:
            file.passed.count_type(answer)
        elif file.pages and not {plain_address(h.answer.url) for h in (*chain, hop)} & file.pages:
            file.passed.count("pages that it does not list as its pages")
        elif answer.kind == "revisit":
            self._originals.wait(_waiting((*chain, hop), file))
            file.passed.waiting += 1
        else:
            try:
                yield capture_of((*chain, hop), file.maker, self._clock())
            except PressmarkError as error:
                yield error

    def _chain(self, answer: Record, file: _File) -> tuple[Hop, ...]:
        """The redirects that led here a short time before."""
        chain = file.redirects.pop(answer.url.partition("#")[0], ())
        return chain if chain and _soon_after(chain[-1].answer, answer) else ()

    def _await(self, chain: tuple[Hop, ...], hop: Hop, file: _File) -> None:
        message = message_of(hop.answer.block)
        target = target_of(hop.answer.url, message) if message is not None else None
        if target is None or not hop.answer.whole or hop.answer.length > HEAD_BYTES or len(chain) >= _LONGEST_CHAIN:
            file.passed.count(_LOST)
            return
        if file.redirects.pop(target, None) is not None:
            file.passed.count(_LOST)
        elif len(file.redirects) >= _REDIRECTS:
            file.redirects.popitem(last=False)
            file.passed.count(_LOST)
        file.redirects[target] = (*chain, hop)

    def _resolved(self, item: Waiting) -> Capture | None:
        """The capture that a revisit is; ``None`` where it revisits what is no page."""
        hops = self._hops(item)
        revisit = hops[-1].answer
        wanted = wanted_of(revisit)
        found = self._originals.find(wanted)
        if found is not None and found.sort is not Sort.PAGE:
            return None
        payload = self._in_files(found) if found is not None else self._in_archive(wanted)
        if payload is None:
            raise Unreadable(
                "a revisit whose first copy is neither in the files given nor in the archive: give the file that holds it, too",
                member=name_of(revisit),
            )
        return capture_of(hops, Maker(**json.loads(item.maker)), self._clock(), payload)

    def _hops(self, item: Waiting) -> tuple[Hop, ...]:
        with self._files[item.file][1].open() as stream:
            reader = Reader(Tape(stream), lambda _record: True, self._max_bytes)

            def again(where: Address) -> Record:
                record = reader.one(where)
                if isinstance(record, Flaw):
                    raise _flaw(record)
                return record

            hops = [Hop(again(answer), again(request) if request else None) for answer, request in item.hops]
            if item.facts is not None:
                hops[-1] = with_facts(hops[-1], again(item.facts))
        return tuple(hops)

    def _in_files(self, found: Original) -> Payload:
        with self._files[found.file][1].open() as stream:
            record = Reader(Tape(stream), lambda _record: True, self._max_bytes).one(found.where)
        if isinstance(record, Flaw):
            raise _flaw(record)
        message = message_of(record.block) or Message(b"", record.block, 200)
        return Payload(message.entity, message.framed, message.head)

    def _in_archive(self, wanted: Wanted) -> Payload | None:
        for capture in self._held(wanted):
            framed = capture.exchanges[-1].framed if capture.exchanges else None
            bodies = [b for b in (capture.entity, framed) if b is not None]
            if wanted.digest is None or any(agrees(wanted.digest, body) for body in bodies):
                return Payload(capture.entity, framed, capture.exchanges[-1].head if capture.exchanges else b"")
        return None


def _wanted(record: Record) -> bool:
    if record.kind in {"response", "arc", "resource", "revisit"}:
        return record.url.startswith(SUPPLIED) or sort_of_record(record) is Sort.PAGE
    return record.url.startswith(FACTS)


def _waiting(hops: tuple[Hop, ...], file: _File) -> Waiting:
    places = tuple((hop.answer.where, hop.request.where if hop.request else None) for hop in hops)
    noted = hops[-1].facts_record
    maker = {"name": file.maker.name, "by_browser": file.maker.by_browser, "by_hand": file.maker.by_hand}
    return Waiting(file.number, json.dumps(maker), places, noted.where if noted else None)


def _flaw(flaw: Flaw) -> PressmarkError:
    said = f", {without_credentials(flaw.record.url)}" if flaw.record is not None and flaw.record.url else ""
    member = (flaw.record.id if flaw.record else None) or str(flaw.where)
    kind = TooLarge if flaw.too_large else Unreadable
    return kind(f"at byte {flaw.where}{said}: {flaw.reason}", member=member)


def _soon_after(redirect: Record, answer: Record) -> bool:
    try:
        first, then = (datetime.fromisoformat((r.get("warc-date") or "").replace("Z", "+00:00")) for r in (redirect, answer))
        return timedelta(0) <= then - first <= _FOLLOWED_WITHIN
    except (ValueError, TypeError):
        return False
