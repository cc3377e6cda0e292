"""Settings: the environment, then the file, and clear words about what is wrong with either."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.settings import Settings, exported, load
from model.errors import BadCall


def test_the_defaults_are_polite(tmp_path: Path) -> None:
    settings = load({}, tmp_path)
    assert settings == Settings()
    assert (settings.archive, settings.host_gap, settings.max_bytes) == ("./archive", 5.0, 20_000_000)
    assert settings.contact == "" and settings.allow_addresses == ()


def test_the_environment_outranks_the_file(tmp_path: Path) -> None:
    (tmp_path / "pressmark.toml").write_text('host_gap = 2\narchive = "from-file"\nallow_addresses = ["127.0.0.1"]\n')
    settings = load({"PRESSMARK_HOST_GAP": "0.5", "PRESSMARK_CONTACT": ""}, tmp_path)
    assert (settings.host_gap, settings.archive, settings.allow_addresses) == (0.5, "from-file", ("127.0.0.1/32",))


@pytest.mark.parametrize(("text", "size"), [("2000", 2000), ("20 MB", 20_000_000), ("1.5kB", 1500), ("1g", 1_000_000_000)])
def test_sizes_may_have_units(tmp_path: Path, text: str, size: int) -> None:
    assert load({"PRESSMARK_MAX_BYTES": text}, tmp_path).max_bytes == size


def test_networks_are_parted_by_commas_or_spaces(tmp_path: Path) -> None:
    settings = load({"PRESSMARK_ALLOW_ADDRESSES": "127.0.0.0/8, ::1/128 10.0.0.5"}, tmp_path)
    assert settings.allow_addresses == ("127.0.0.0/8", "::1/128", "10.0.0.5/32")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PRESSMARK_HOST_GAP", "soon"),
        ("PRESSMARK_HOST_GAP", "-1"),
        ("PRESSMARK_HOST_GAP", "nan"),
        ("PRESSMARK_MAX_BYTES", "big"),
        ("PRESSMARK_MAX_BYTES", "0"),
        ("PRESSMARK_MAX_BYTES", "1.1 GB"),
        ("PRESSMARK_MAX_BYTES", "9" * 400),
        ("PRESSMARK_ALLOW_ADDRESSES", "localhost"),
    ],
)
def test_a_wrong_value_is_named_with_its_variable(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(BadCall) as told:
        load({name: value}, tmp_path)
    assert str(told.value).startswith(f"{name} is {value!r}: ")
    assert "\n" not in str(told.value)


def test_a_misspelt_key_of_the_file_names_the_right_one(tmp_path: Path) -> None:
    (tmp_path / "pressmark.toml").write_text("host-gaps = 2\n")
    with pytest.raises(BadCall, match=r"pressmark\.toml: there is no setting 'host-gaps'; did you mean host_gap\?"):
        load({}, tmp_path)


def test_a_wrong_value_in_the_file_is_named_with_the_file(tmp_path: Path) -> None:
    (tmp_path / "pressmark.toml").write_text('host_gap = "soon"\n')
    with pytest.raises(BadCall, match=r"^pressmark\.toml: host_gap is 'soon': "):
        load({}, tmp_path)


@pytest.mark.parametrize("content", [b"host_gap = \n", b'contact = "\xff"\n'])
def test_a_file_that_is_no_toml_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "pressmark.toml").write_bytes(content)
    with pytest.raises(BadCall, match=r"^pressmark\.toml is not readable TOML: "):
        load({}, tmp_path)


def test_settings_are_frozen() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Settings().archive = "elsewhere"


@pytest.mark.parametrize("name", ["PRESSMARK_OPERATOR", "PRESSMARK_INSTITUTION", "PRESSMARK_CONTACT", "PRESSMARK_USER_AGENT"])
def test_words_that_are_no_utf_8_are_told(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadCall, match=f"^{name} is not valid UTF-8"):
        load({name: "a\udcff"}, tmp_path)


def test_http2_and_a_proxy_are_only_on_purpose(tmp_path: Path) -> None:
    settings = load({"http_proxy": "http://127.0.0.1:1", "HTTPS_PROXY": "http://127.0.0.1:1"}, tmp_path)
    assert (settings.http2, settings.proxy) == (False, None)
    settings = load({"PRESSMARK_HTTP2": "true", "PRESSMARK_PROXY": "http://me:pw@proxy.example:3128"}, tmp_path)
    assert (settings.http2, settings.proxy) == (True, "http://me:pw@proxy.example:3128")


@pytest.mark.parametrize(
    "value",
    [
        "proxy.example:3128",
        "socks5://me:secret@proxy.example",
        "http://me:secret@",
        "http://proxy.example:x",
        "http://proxy.example:0",
    ],
)
def test_a_proxy_that_is_none_is_told_without_its_password(tmp_path: Path, value: str) -> None:
    with pytest.raises(BadCall, match=r"^PRESSMARK_PROXY cannot be used: ") as told:
        load({"PRESSMARK_PROXY": value}, tmp_path)
    assert "secret" not in str(told.value)


def test_who_is_told_of_changes_is_found_from_every_folder(tmp_path: Path) -> None:
    (tmp_path / "pressmark.toml").write_text(
        'changes_feed = "out/changes.atom"\non_change_command = "./notify --desk \'city desk\'"\n'
        'on_change_webhook = "https://desk.example/hook?key=1"\non_change_kinds = "gone, changed"\n'
        'on_change_fields = ["headline"]\non_change_substantive = true\n'
    )
    settings = load({}, tmp_path)
    assert settings.changes_feed == str(tmp_path / "out/changes.atom")
    assert settings.on_change_command == f"{tmp_path / 'notify'} --desk 'city desk'"
    assert (settings.on_change_kinds, settings.on_change_fields) == (("gone", "changed"), ("headline",))
    assert load(exported(settings), tmp_path / "elsewhere") == settings
    assert load({"PRESSMARK_ON_CHANGE_COMMAND": "logger"}, tmp_path).on_change_command == "logger"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("ON_CHANGE_COMMAND", "notify 'desk", "give a command line"),
        ("ON_CHANGE_COMMAND", " ", "give a command line"),
        ("ON_CHANGE_KINDS", "vanished", "give some of new, changed, gone, restored"),
        ("ON_CHANGE_FIELDS", "title", "give some of headline, standfirst"),
        ("ON_CHANGE_SUBSTANTIVE", "perhaps", "boolean"),
    ],
)
def test_who_is_told_of_changes_is_looked_at_closely(tmp_path: Path, name: str, value: str, said: str) -> None:
    with pytest.raises(BadCall) as told:
        load({f"PRESSMARK_{name}": value}, tmp_path)
    assert str(told.value).startswith(f"PRESSMARK_{name} is {value!r}: ") and said in str(told.value)


def test_a_webhooks_address_is_not_repeated(tmp_path: Path) -> None:
    for value in ("ftp://desk.example/secret", "https://me:secret@desk.example/", "secret"):
        with pytest.raises(BadCall, match="PRESSMARK_ON_CHANGE_WEBHOOK cannot be used: give an address") as told:
            load({"PRESSMARK_ON_CHANGE_WEBHOOK": value}, tmp_path)
        assert "secret" not in str(told.value)
