"""Supplied captures: files, folders, lists, standard input."""

from __future__ import annotations

import io
import os
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from pathlib import Path

import pytest

from model.capture import Basis, Capture
from model.errors import BadCall, TooLarge, Unreadable
from sources.files import Kind, folder_files, kind_of, list_entries, read_file, read_stream, supplied

NOW = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)
BODY = b"<html><p>The bridge is open again.</p></html>"


def take(body: bytes = BODY, **said: object) -> Capture:
    return supplied(body, received_at=NOW, **said)  # type: ignore[arg-type]


def test_a_file_becomes_a_capture(tmp_path: Path) -> None:
    path = tmp_path / "desk" / "bridge.html"
    path.parent.mkdir()
    path.write_bytes(BODY)
    os.utime(path, (0, 0))
    capture = read_file(path, clock=lambda: NOW)
    assert capture == Capture(
        basis=Basis.SUPPLIED,
        origin_key=f"file:sha256:{sha256(BODY).hexdigest()}||",
        received_at=NOW,
        supplied=BODY,
        media_type="text/html",
        filename="bridge.html",
    )
    assert capture.entity == BODY
    assert str(tmp_path) not in repr(capture)


def test_what_a_person_says_of_it_is_kept() -> None:
    at = datetime(2024, 5, 1, 12, 0, tzinfo=timezone(timedelta(hours=2)))
    capture = take(url="https://paper.test/bridge", captured_at=at)
    assert capture.at == datetime(2024, 5, 1, 10, 0, tzinfo=UTC)
    assert (capture.url, capture.final_url) == ("https://paper.test/bridge", "https://paper.test/bridge")
    assert capture.origin_key.endswith("|https://paper.test/bridge|2024-05-01T10:00:00.000000Z")


def test_origin_keys_tell_apart_what_differs_and_only_that() -> None:
    at = datetime(2024, 5, 1, tzinfo=UTC)
    keys = {
        take().origin_key,
        take(b"<p>other").origin_key,
        take(url="https://paper.test/").origin_key,
        take(captured_at=at).origin_key,
        take(url="https://paper.test/", captured_at=at).origin_key,
    }
    assert len(keys) == 5
    assert take(filename="a.html").origin_key == supplied(BODY, received_at=at, filename="b.html").origin_key


@pytest.mark.parametrize("body", [b"", b" \r\n\t "])
def test_empty_is_unreadable(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "empty.html"
    path.write_bytes(body)
    with pytest.raises(Unreadable, match=r"^empty\.html is empty$"):
        read_file(path)


def test_too_large_is_read_no_further(tmp_path: Path) -> None:
    path = tmp_path / "large.html"
    with path.open("wb") as stream:
        stream.truncate(10**12)
    with pytest.raises(TooLarge, match=r"large\.html is over 1,000 bytes; .* PRESSMARK_MAX_BYTES"):
        read_file(path, max_bytes=1000)


def test_exactly_the_limit_is_taken() -> None:
    assert read_stream(io.BytesIO(b"x" * 1000), max_bytes=1000).entity == b"x" * 1000


def test_standard_input_has_no_name() -> None:
    capture = read_stream(io.BytesIO(BODY), clock=lambda: NOW)
    assert (capture.filename, capture.received_at, capture.entity) == (None, NOW, BODY)
    with pytest.raises(Unreadable, match=r"^standard input is empty$"):
        read_stream(io.BytesIO(b""))


@pytest.mark.parametrize(
    "url", ["paper.test/a", "file:///etc/passwd", "https://", "http://a b/", "http://[::1", "http://paper.test/\x1b[31m", ""]
)
def test_a_url_must_be_one(url: str) -> None:
    with pytest.raises(BadCall, match="not a web address"):
        take(url=url)


def test_a_time_needs_an_offset() -> None:
    with pytest.raises(BadCall, match="needs an offset, such as"):
        take(captured_at=datetime(2024, 5, 1))  # noqa: DTZ001


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=r"gone\.html cannot be read \(No such file"):
        read_file(tmp_path / "gone.html")
    with pytest.raises(Unreadable, match="Is a directory"):
        read_file(tmp_path)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    outside = tmp_path / "outside.html"
    outside.write_bytes(BODY)
    root = tmp_path / "papers"
    for name in ("b.html", "a/z.TXT", "a/y.htm", "c.xhtml", "d.pdf", "e", ".hidden.html", ".git/f.html", "a/g.html~"):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(BODY)
    (root / "out.html").symlink_to(outside)
    (root / "in.html").symlink_to(root / "b.html")
    (root / "dangling.html").symlink_to(root / "nowhere.html")
    (root / "loop").symlink_to(root)
    (root / "folder.html").mkdir()
    return root


def test_a_folder_gives_its_articles_in_order(tree: Path) -> None:
    found = [str(path.relative_to(tree)) for path in folder_files(tree)]
    assert found == ["a/y.htm", "a/z.TXT", "b.html", "c.xhtml", "in.html"]


def test_a_folder_reached_by_a_link_is_read(tree: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(tree)
    assert len(folder_files(link)) == 5


def test_a_folder_without_articles_says_so(tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    (folder / "a.jpg").write_bytes(b"\xff\xd8\xff")
    with pytest.raises(Unreadable, match=r"no articles in photos: no file ends in \.htm, \.html, .*\.txt, .*\.xhtml"):
        folder_files(folder)


def test_a_folder_that_is_gone(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=r"the folder gone cannot be read \(No such file"):
        folder_files(tmp_path / "gone")


def test_a_list_gives_its_entries(tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    lines = ["\ufeff# morning", "https://paper.test/a#part", "", "  b.html  ", "/abs/c.html # an old one", "note: one.txt"]
    path.write_text("\n".join([*lines, "\thttps://paper.test/d\t# e"]), "utf-8")
    assert list_entries(f"@{path}") == (
        "https://paper.test/a#part",
        str(tmp_path / "b.html"),
        "/abs/c.html",
        str(tmp_path / "note: one.txt"),
        "https://paper.test/d",
    )


@pytest.mark.parametrize(
    ("text", "error", "why"),
    [
        (b"# nothing\n\n", Unreadable, "list.txt names nothing"),
        (b"\xff\xfe\x00x", Unreadable, "cannot be read .not UTF-8 text."),
        (b"a.html\n@other.txt\n", BadCall, "line 2 of list.txt: a list names addresses and paths only, not @other.txt"),
        (b"-\n", BadCall, "line 1"),
    ],
)
def test_lists_that_cannot_be_followed(tmp_path: Path, text: bytes, error: type[Exception], why: str) -> None:
    path = tmp_path / "list.txt"
    path.write_bytes(text)
    with pytest.raises(error, match=why):
        list_entries(f"@{path}")


def test_kinds(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_bytes(BODY)
    odd = tmp_path / "note: one.txt"
    odd.write_bytes(BODY)
    assert kind_of("-") is Kind.STDIN
    assert kind_of("https://paper.test/a") is Kind.URL
    assert kind_of("HTTP://paper.test") is Kind.URL
    assert kind_of(f"@{path}") is Kind.LIST
    assert kind_of(str(path)) is Kind.FILE
    assert kind_of(str(odd)) is Kind.FILE
    assert kind_of(str(tmp_path)) is Kind.FOLDER


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("ftp://paper.test/a", "ftp addresses are not read, only http and https"),
        ("file:///tmp/a.html", "file addresses are not read"),
        ("paper.test/a", "if it is a web address, write https://paper.test/a"),
        ("127.0.0.1:8931/news/harbor", "if it is a web address, write https://127.0.0.1:8931/news/harbor"),
        ("localhost:8931", "if it is a web address"),
        ("www.paper.test", "write https://www.paper.test"),
        ("gone.html", "no such file or folder: gone.html"),
        ("papers/gone.txt", "no such file or folder"),
        ("@gone.txt", "no such list: gone.txt"),
        ("@", "no such list"),
        ("", "an empty source"),
        (" ", "an empty source"),
        ("mailto:desk@paper.test", "no such file or folder"),
        ("x" * 5000, "cannot be looked at"),
        ("a\0b", "no such file or folder"),
    ],
)
def test_what_is_nothing_is_a_bad_call(source: str, why: str) -> None:
    with pytest.raises(BadCall, match=why):
        kind_of(source)


def test_an_address_with_a_password_is_refused_and_not_repeated() -> None:
    with pytest.raises(BadCall, match="user name or password") as caught:
        take(url="https://ada:word@paper.test/bridge")
    assert "word@" not in str(caught.value) + str(caught.value.facts)
