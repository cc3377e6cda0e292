"""Who is named in a printed credit, and which kind of picture it is, over printed forms of many languages."""

from __future__ import annotations

import html
import json
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.fields import images
from extractors.fields.captions import is_credit, split_caption
from extractors.fields.credit_words import lexicon
from extractors.fields.credits import is_license_link, parse_credit
from extractors.page import Page

SEED = Path(__file__).parents[4] / "shared" / "seed" / "expected.json"

# printed, language, people, organizations, kind
FORMS: list[tuple[str, str | None, list[str], list[str], str | None]] = [
    ("Photo by Olive Tarrant/AFP via Getty Images", "en", ["Olive Tarrant"], ["AFP", "Getty Images"], None),
    ("File Photo by Ines Carvell/UPI | License Photo", "en", ["Ines Carvell"], ["UPI"], "file photo"),
    ("(Dorian Quell/Associated Press)", "en", ["Dorian Quell"], ["Associated Press"], None),
    ("AP Photo/Wren Halloran, File", "en", ["Wren Halloran"], ["AP"], "file photo"),
    ("— Picture by Abel bin Rusk", "en", ["Abel bin Rusk"], [], None),
    ("— AFP pic", "en", [], ["AFP"], None),
    ("(Image: Getty Images)", "en", [], ["Getty Images"], None),
    ("Image via Getty Images", "en", [], ["Getty Images"], None),
    ("Image copyright Reuters", "en", [], ["Reuters"], None),
    ("Credit: Getty Images/Abel Rusk", "en", ["Abel Rusk"], ["Getty Images"], None),
    ("Credit: Wren Halloran for Tern Bay Reader", "en", ["Wren Halloran"], ["Tern Bay Reader"], None),
    ("Courtesy of the Harrow Family", "en", [], [], "handout"),
    ("Photo: Screengrab/YouTube", "en", [], ["YouTube"], "screenshot"),
    ("Photo illustration by Quill Magazine. Photo by Abel Rusk.", "en", ["Abel Rusk"], ["Quill Magazine"], "illustration"),
    ("Olive Tarrant and Abel Rusk/The Canadian Press", "en", ["Olive Tarrant", "Abel Rusk"], ["The Canadian Press"], None),
    ("Tern Bay Police/Handout via REUTERS", "en", [], ["Tern Bay Police", "REUTERS"], "handout"),
    ("HO/AFP via Getty Images", "en", [], ["AFP", "Getty Images"], None),
    ("Bild: picture alliance / Runa Petzold", "de", ["Runa Petzold"], ["picture alliance"], None),
    ("U.S. National Archives via AP", "en", [], ["U.S. National Archives", "AP"], None),
    ("© NASA/ESA/K. Halloran/SWRI", "en", ["K. Halloran"], ["NASA", "ESA", "SWRI"], None),
    ("rusk_77 - stock.adobe.com", "en", ["rusk_77"], ["stock.adobe.com"], None),
    ("tarrantpix / iStock.com", "en", ["tarrantpix"], ["iStock.com"], None),
    ("© shutterstock: Olive Tarrant", "en", ["Olive Tarrant"], ["shutterstock"], None),
    ("© GETTY IMAGES NORTH AMERICA / OLIVE TARRANT", "en", ["OLIVE TARRANT"], ["GETTY IMAGES NORTH AMERICA"], None),
    ("OLIVE TARRANT / REUTERS", "en", ["OLIVE TARRANT"], ["REUTERS"], None),
    ("Photos by Olive Tarrant, left, and Abel Rusk/Invision/AP", "en", ["Olive Tarrant", "Abel Rusk"], ["Invision", "AP"], None),
    ("Photo by Abel Rusk on Unsplash", "en", ["Abel Rusk"], ["Unsplash"], None),
    ("Olive Tarrant / For The Tern Bay Reader", "en", ["Olive Tarrant"], ["The Tern Bay Reader"], None),
    ("Photo by Abel RUSK / AFP) (Photo by ABEL RUSK/AFP via Getty Images", "en", ["Abel RUSK"], ["AFP", "Getty Images"], None),
    ("Photo: Pell", "en", [], ["Pell"], None),  # a surname or a company: nobody is invented
    ("CBS San Lucas", "en", [], ["CBS San Lucas"], None),
    ("L: Harrow House / R: Tarrant & Rusk", "en", [], ["Harrow House", "Tarrant & Rusk"], None),
    ("Bettmann Archive/Getty", "en", [], ["Bettmann Archive", "Getty"], None),
    ("Bild © Jost Ahlers/hr", "de", ["Jost Ahlers"], ["hr"], None),
    ("Foto: A. Barner, dpa", "de", ["A. Barner"], ["dpa"], None),
    ("Bild: Runa Petzold, picture alliance", "de", ["Runa Petzold"], ["picture alliance"], None),
    ("© IMAGO / Pool / i-Images", "de", [], ["IMAGO", "i-Images"], None),
    ("Bildquelle: EU-Kommission", "de", [], ["EU-Kommission"], None),
    ("Foto: Jost Ahlers/dpa/Archivbild", "de", ["Jost Ahlers"], ["dpa"], "file photo"),
    ("Runa Petzold (Keystone)", "de", ["Runa Petzold"], ["Keystone"], None),
    ("APA/Vossmann", "de", ["Vossmann"], ["APA"], None),
    ("Symbolbild: Adobe Stock", "de", [], ["Adobe Stock"], "symbolic image"),
    ("© Foto: Henrike von Ahlen/auenberger-bote.example.de", "de", ["Henrike von Ahlen"], ["auenberger-bote.example.de"], None),
    ("BASTIEN ORLAVILLE / AFP", "fr", ["BASTIEN ORLAVILLE"], ["AFP"], None),
    ("Photo : Radio-Canada / Solène Marchadier", "fr", ["Solène Marchadier"], ["Radio-Canada"], None),
    ("Photo: Bastien Orlaville Archives Le Devoir", "fr", ["Bastien Orlaville"], ["Le Devoir"], "file photo"),
    ("Capture d'écran de Reddit", "fr", [], ["Reddit"], "screenshot"),
    ("Tous droits réservés Euronews", "fr", [], ["Euronews"], None),
    ("Foto Pedro L. Bermejo Gil", "es", ["Pedro L. Bermejo Gil"], [], None),
    ("Leocadia Bermejo | Agencia UNO", "es", ["Leocadia Bermejo"], ["Agencia UNO"], None),
    ("Crédito: Getty Images/Leocadia Bermejo", "pt", ["Leocadia Bermejo"], ["Getty Images"], None),
    ("Divulgação", "pt", [], [], "handout"),
    ("Foto di Ludovica Serranti/LaPresse", "it", ["Ludovica Serranti"], ["LaPresse"], None),
    ("Beeld Joost van Hallum / ANP", "nl", ["Joost van Hallum"], ["ANP"], None),
    ("Foto: Mikkel Anst/Ritzau Scanpix", "da", ["Mikkel Anst"], ["Ritzau Scanpix"], None),
    ("Foto: Tuva Ekholm / NTB", "no", ["Tuva Ekholm"], ["NTB"], None),
    ("Foto: Alma Ekberg och Nils Torv/TT", "sv", ["Alma Ekberg", "Nils Torv"], ["TT"], None),
    ("Kuva: Aino Virtasalo / Lehtikuva", "fi", ["Aino Virtasalo"], ["Lehtikuva"], None),
    ("fot. Zofia Wierzba/PAP", "pl", ["Zofia Wierzba"], ["PAP"], None),
    ("Foto: Radka Hlinková, ČTK", "cs", ["Radka Hlinková"], ["ČTK"], None),
    ("Fotó: Sebő Anikó / MTI", "hu", ["Sebő Anikó"], ["MTI"], None),
    ("Foto: Ilinca Brad / AFP", "ro", ["Ilinca Brad"], ["AFP"], None),
    ("Φωτογραφία: Μυρτώ Λαγού / Reuters", "el", ["Μυρτώ Λαγού"], ["Reuters"], None),
    ("Fotoğraf: Elvan Tuna/AA", "tr", ["Elvan Tuna"], ["AA"], None),
    ("Фото: Вера Листова, Коммерсантъ", "ru", ["Вера Листова"], ["Коммерсантъ"], None),
    ("Фото: Олена Криниця / УНІАН", "uk", ["Олена Криниця"], ["УНІАН"], None),
    ("צילום: תמר אלון", "he", ["תמר אלון"], [], None),
    ("تصوير: سمير حداد/رويترز", "ar", ["سمير حداد"], ["رويترز"], None),
    ("عکس: مینا صبوری / ایسنا", "fa", ["مینا صبوری"], ["ایسنا"], None),
    ("فائل فوٹو: اے ایف پی", "ur", [], ["اے ایف پی"], "file photo"),
    ("फाइल फोटो: पीटीआई", "hi", [], ["पीटीआई"], "file photo"),
    ("图/视觉中国", "zh", [], ["视觉中国"], None),
    ("新华社记者 林晓 摄", "zh", ["林晓"], ["新华社"], None),
    ("写真=共同通信", "ja", [], ["共同通信"], None),
    ("森山遥撮影", "ja", ["森山遥"], [], None),
    ("연합뉴스", "ko", [], ["연합뉴스"], None),
    ("도하람 기자", "ko", ["도하람"], [], None),
    ("Foto: Dok. Humas Kota Lindu", "id", [], ["Humas Kota Lindu"], "handout"),
    ("Ảnh: Bệnh viện cung cấp", "vi", [], ["Bệnh viện"], "handout"),
    ("Ảnh: Lâm Khê", "vi", ["Lâm Khê"], [], None),
    ("Isithombe: Sithunyelwe", "en", [], [], "handout"),
    ("大和田倫太郎撮影", "ja", ["大和田倫太郎"], [], None),
    ("撮影・大和田倫太", "ja", ["大和田倫太"], [], None),
    ("撮影=大和田倫太", "ja", ["大和田倫太"], [], None),
    ("大和田りこ撮影", "ja", ["大和田りこ"], [], None),
    ("潮見浦新聞社撮影", "ja", [], ["潮見浦新聞社"], None),
    ("Foto: Henner Stolt/westbild", "de", ["Henner Stolt"], ["westbild"], None),
    ("Foto: Henner Stolt/gestern", "de", ["Henner Stolt"], [], None),
    # who lent a picture and is not named as its maker is neither a photographer nor an agency
    ("Photo provided by the family", "en", [], [], "handout"),
    ("Family photo", "en", [], [], "handout"),
    ("Photo courtesy of his family", "en", [], [], "handout"),
    ("Picture: Family Handout/PA Wire", "en", [], ["PA Wire"], "handout"),
    ("Halloran family via AP", "en", [], ["AP"], "handout"),
    ("Reader photo", "en", [], [], "handout"),
    ("Courtesy of the artist and Gallery Halm", "en", [], ["Gallery Halm"], "handout"),
    ("Photo courtesy of the Halloran Family Foundation", "en", [], ["Halloran Family Foundation"], "handout"),
    ("Photo: Bay Reader", "en", ["Bay Reader"], [], None),
    ("Courtesy of Maren Halloran", "en", ["Maren Halloran"], [], "handout"),
    ("Submitted photo", "en", [], [], "handout"),
    ("Handout", "en", [], [], "handout"),
    ("File photo", "en", [], [], "file photo"),
    ("Screenshot", "en", [], [], "screenshot"),
    ("Photo: N/A", "en", [], [], None),
    ("Photo: Stock", "en", [], [], None),
    ("Foto: Familie Stolt", "de", [], [], "handout"),
    ("Foto: Familie Stolt/dpa", "de", [], ["dpa"], "handout"),
    ("Foto: Archiv der Familie Stolt", "de", [], [], "file photo"),
    ("Foto: Privatarchiv", "de", [], [], "handout"),
    ("Photo : famille Tarrant", "fr", [], [], "handout"),
    ("Photo : collection particulière", "fr", [], [], "handout"),
    ("© DR", "fr", [], [], "handout"),
    ("Foto: DR", "da", [], ["DR"], None),
    ("Cortesía de la familia Carvell", "es", [], [], "handout"),
    ("Foto: archivo familiar", "es", [], [], "file photo"),
    ("Foto: Arquivo da família", "pt", [], [], "file photo"),
    ("Foto: famiglia Serranti", "it", [], [], "handout"),
    ("Foto: familie Hallum", "nl", [], [], "handout"),
    ("Foto: Familien", "no", [], [], "handout"),
    ("Foto: archiv rodiny Hlinkovy", "cs", [], [], "file photo"),
    ("Фото: из личного архива", "ru", [], [], "handout"),
    ("Фото: надане родиною", "uk", [], [], "handout"),
    ("Fotoğraf: aile arşivi", "tr", [], [], "handout"),
    ("צילום: באדיבות המשפחה", "he", [], [], "handout"),
    ("遺族提供", "ja", [], [], "handout"),
    ("家属供图", "zh", [], [], "handout"),
    ("유족 제공", "ko", [], [], "handout"),
    # small letters behind an agency and a person are an editor's sign
    ("ANTARA FOTO/Rian Contoh/bay/nz", "id", ["Rian Contoh"], ["ANTARA"], None),
    ("EFE/Ana Carvell/rsa", "es", ["Ana Carvell"], ["EFE"], None),
    ("Foto: Henner Stolt/hr", "de", ["Henner Stolt"], ["hr"], None),
]


@pytest.mark.parametrize(("printed", "language", "people", "organizations", "kind"), FORMS, ids=[f[0] for f in FORMS])
def test_names_and_kind(
    printed: str, language: str | None, people: list[str], organizations: list[str], kind: str | None
) -> None:
    credit = parse_credit(printed, language)
    assert (list(credit.creators), list(credit.agencies), credit.kind) == (people, organizations, kind)


@pytest.mark.parametrize(
    ("printed", "line"),
    [
        ("File Photo by Ines Carvell/UPI | License Photo", "File Photo by Ines Carvell/UPI"),
        ("(Foto:  Jost\nAhlers)", "Foto: Jost Ahlers"),
        ("— Picture by Abel Rusk", "Picture by Abel Rusk"),
        ("| Bildquelle: EU-Kommission", "Bildquelle: EU-Kommission"),
        ("Runa Petzold (Keystone)", "Runa Petzold (Keystone)"),
    ],
)
def test_credit_line_as_printed(printed: str, line: str) -> None:
    assert parse_credit(printed).credit_line == line


def test_rights_and_licence() -> None:
    credit = parse_credit("Foto: Bundesarchiv, Bild 183-1/via Wikipedia CC-BY-SA 3.0", "de")
    assert (credit.license, credit.agencies, credit.copyright_notice) == ("CC-BY-SA 3.0", ("Bundesarchiv", "Wikipedia"), None)
    credit = parse_credit("Copyright 2023 Olive Tarrant/AP. All rights reserved", "en")
    assert credit.copyright_notice == "Copyright 2023 Olive Tarrant/AP. All rights reserved"
    assert (credit.creators, credit.agencies) == (("Olive Tarrant",), ("AP",))


def test_a_link_that_sells_states_no_licence() -> None:
    assert is_license_link("License Photo")
    credit = parse_credit("Photo by Ines Carvell/UPI | License Photo")
    assert (credit.license, credit.acquire_license_page) == (None, None)


def test_the_publisher_is_no_photographer() -> None:
    assert parse_credit("Tom Harbor", organizations=["Tom Harbor"]).creators == ()
    assert parse_credit("Tom Harbor").creators == ("Tom Harbor",)


# text, language, caption, credit line
CUT: list[tuple[str, str | None, str | None, str | None]] = [
    (
        "The pier on Sunday. File Photo by Ines Carvell/UPI | License Photo",
        "en",
        "The pier on Sunday.",
        "File Photo by Ines Carvell/UPI",
    ),
    (
        "A man stands at the pier. (Dorian Quell/Associated Press)",
        "en",
        "A man stands at the pier.",
        "Dorian Quell/Associated Press",
    ),
    (
        "The pier on Jan. 3, 2026, as Mr. Rusk watches. (AP Photo/Wren Halloran, File)",
        "en",
        "The pier on Jan. 3, 2026, as Mr. Rusk watches.",
        "AP Photo/Wren Halloran, File",
    ),
    ("Der Rat am Abend. © IMAGO / Pool / i-Images", "de", "Der Rat am Abend.", "© IMAGO / Pool / i-Images"),
    ("Die Fähre am Nordufer Foto: Jost Ahlers/dpa", "de", "Die Fähre am Nordufer", "Foto: Jost Ahlers/dpa"),
    ("Die Fähre am Nordufer | Bildquelle: EU-Kommission", "de", "Die Fähre am Nordufer", "Bildquelle: EU-Kommission"),
    ("»Wir fahren weiter« Runa Petzold / AP", "de", "»Wir fahren weiter«", "Runa Petzold / AP"),
    ("The ferry leaves — Picture by Abel Rusk", "en", "The ferry leaves", "Picture by Abel Rusk"),
    ("The final score was 5-4. (AP Photo/Wren Halloran) less", "en", "The final score was 5-4.", "AP Photo/Wren Halloran"),
    ("The council on Monday. Image copyright Reuters", "en", "The council on Monday.", "Image copyright Reuters"),
    ("주민들이 배를 기다리고 있다. 연합뉴스", "ko", "주민들이 배를 기다리고 있다.", "연합뉴스"),
    (
        "회의(KDL)에서 김하늘 전 총리, 도하람 의원이 자리하고 있다. 뉴시스",
        "ko",
        "회의(KDL)에서 김하늘 전 총리, 도하람 의원이 자리하고 있다.",
        "뉴시스",
    ),
    ("Graduado con título de oro/ Foto Pedro L. Bermejo Gil", "es", "Graduado con título de oro", "Foto Pedro L. Bermejo Gil"),
    ("Vita Stonytė / J. Stonis / LRT nuotr.", "lt", "Vita Stonytė", "J. Stonis / LRT nuotr."),
    ("Foto: Jost Ahlers/dpa", "de", None, "Foto: Jost Ahlers/dpa"),
    ("Reuters", "en", None, "Reuters"),
    # nothing announces a credit: the caption keeps every word
    ("Olive Tarrant (left) with the mayor (right).", "en", "Olive Tarrant (left) with the mayor (right).", None),
    ("The hero of the film (2019)", "en", "The hero of the film (2019)", None),
    ("The council of Brackenford", "en", "The council of Brackenford", None),
    (
        "A letter to the editor, and a photo of the pier by night.",
        "en",
        "A letter to the editor, and a photo of the pier by night.",
        None,
    ),
    ("Foto de familia de los ministros en la cumbre", "es", "Foto de familia de los ministros en la cumbre", None),
    ("Katalog 2: Helm | Brille | Schuhe | Socken", "de", "Katalog 2: Helm | Brille | Schuhe | Socken", None),
    ("Johnstown on Friday, Aug. 30, 2024, in Harrow, Pa.", "en", "Johnstown on Friday, Aug. 30, 2024, in Harrow, Pa.", None),
    ("Der Hafen. Aufnahme vom 3. Juli.", "de", "Der Hafen. Aufnahme vom 3. Juli.", None),
    ("Lesung in der Bücherei. Fotos von der Versteigerung", "de", "Lesung in der Bücherei. Fotos von der Versteigerung", None),
    ("2月17日，护士在献血时拍照留念。新华社记者 林晓 摄", "zh", "2月17日，护士在献血时拍照留念。", "新华社记者 林晓 摄"),
    ("Der Rat (CDU)", "de", "Der Rat (CDU)", None),
    ("The pier (photo: Olive Tarrant).", "en", "The pier", "photo: Olive Tarrant"),
    ("La barca (foto Terralba)", "it", "La barca", "foto Terralba"),
    ("La barca (foto di repertorio)", "it", "La barca (foto di repertorio)", None),
    ("川に並ぶ船（写真：東浜通信）", "ja", "川に並ぶ船", "写真：東浜通信"),
    ("Nets on the pier. Image courtesy of the Harrow Museum.", "en", "Nets on the pier.", "Image courtesy of the Harrow Museum."),
    ("Nets on the pier, 1910. Courtesy Harrow Museum", "en", "Nets on the pier, 1910.", "Courtesy Harrow Museum"),
    ("Nets on the pier. Handout via Reuters", "en", "Nets on the pier.", "Handout via Reuters"),
    (
        "She thanked the hosts. Courtesy was never her strength",
        "en",
        "She thanked the hosts. Courtesy was never her strength",
        None,
    ),
    ("Nets on the pier. Photos from the harbour", "en", "Nets on the pier. Photos from the harbour", None),
    ("", "en", None, None),
    ("再開した岸壁=8日午後、潮見浦港で、大和田倫太郎撮影", "ja", "再開した岸壁=8日午後、潮見浦港で", "大和田倫太郎撮影"),
    (
        "Un puesto de la lonja, este lunes. / NOA VILLASAL (AGENCIA GAVIOTA)",
        "es",
        "Un puesto de la lonja, este lunes.",
        "NOA VILLASAL (AGENCIA GAVIOTA)",
    ),
    (
        "Un puesto de la lonja, este lunes. / NOA VILLASAL (EL AÑO PASADO)",
        "es",
        "Un puesto de la lonja, este lunes. / NOA VILLASAL (EL AÑO PASADO)",
        None,
    ),
]


@pytest.mark.parametrize(("text", "language", "caption", "line"), CUT, ids=[c[0] or "empty" for c in CUT])
def test_caption_and_credit_apart(text: str, language: str | None, caption: str | None, line: str | None) -> None:
    found = split_caption(text, language)
    assert (found.caption, found.credit and found.credit.credit_line) == (caption, line)


@pytest.mark.parametrize(
    "text",
    [
        "The mayor said on Monday that the ferry would run through the winter.",
        "By Olive Tarrant, Brackenford Echo",
        "Facebook Twitter WhatsApp Email",
        "Media playback is unsupported on your device",
        "Business | By Metric News Service | Aug 26, 2020",
        "",
    ],
)
def test_no_credit(text: str) -> None:
    assert not is_credit(text, "en")


LANGUAGES = "en de fr es pt it nl da no sv fi pl cs hu ro el tr ru uk he ar fa ur hi zh ja ko id vi".split()  # noqa: SIM905


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_words(language: str) -> None:
    words = lexicon(language)
    assert words is not lexicon("en") or language == "en"
    assert words.kinds and words.lead.pattern and words.kind.pattern


@pytest.mark.skipif(not SEED.exists(), reason="the seed (../shared/seed) is not here")
def test_the_seed() -> None:
    wanted = json.loads(SEED.read_text("utf-8"))["images"][0]
    found = split_caption(f"{wanted['caption']} {wanted['credit_line']} | License Photo", "en")
    assert found.caption == wanted["caption"] and found.credit is not None
    credit = found.credit
    assert [
        credit.credit_line,
        list(credit.creators),
        list(credit.agencies),
        credit.kind,
        credit.license,
        credit.acquire_license_page,
    ] == [wanted[k] for k in ("credit_line", "creators", "agencies", "kind", "license", "acquire_license_page")]


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "filler", ["(", "Photo: ", "A/", "a. ", "© ", "| ", "Foto von ", "x" * 50 + " ", "연합 ", "Photo by A B/", "- ", "CC BY "]
)
def test_hostile_text_is_read_in_linear_time(filler: str) -> None:
    text = filler * (40_000 // len(filler))
    assert parse_credit(text).credit_line is not None or not text.strip(" (|-©/")
    split_caption(text)


_WORDS = st.sampled_from(
    ["Photo", "by", "Foto:", "©", "(", ")", "/", "|", "–", " ", "AFP", "via", "Getty Images", "Olive Tarrant", "写真：", "사진=",
     "фото", "courtesy of", "the", "file", "2024", "CC BY 4.0", "https://a.example/b", "\u200b", "\ufeff", "\ud800", "İ", "ß"]
)  # fmt: skip
PRINTED = st.one_of(st.text(max_size=120), st.lists(_WORDS, max_size=14).map(" ".join))


@settings(max_examples=250, deadline=None)
@given(PRINTED, st.sampled_from([None, "en", "de", "ja", "ar", "xx"]))
def test_nothing_is_invented(text: str, language: str | None) -> None:
    """Every name, and every word of caption and credit, stands in the text; nothing raises."""
    printed = _letters(text)
    credit = parse_credit(text, language)
    assert all(_letters(name) in printed for name in (*credit.creators, *credit.agencies))
    found = split_caption(text, language)
    assert _letters(found.caption or "") in printed
    if found.credit is not None:
        assert _letters(found.credit.credit_line or "") in printed


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(PRINTED, PRINTED, st.booleans()), min_size=1, max_size=4))
def test_any_words_around_pictures(figures: list[tuple[str, str, bool]]) -> None:
    """Whatever captions and attributes say, the page gives images and their evidence, and nothing raises."""
    parts = []
    for number, (caption, said, bare) in enumerate(figures):
        tag, inner = ("div", "p") if bare else ("figure", "figcaption")
        image = f'<img src="/photo-{number}.jpg" data-caption="{html.escape(said)}" title="{html.escape(said)}">'
        parts.append(f"<{tag}>{image}<{inner} class='caption'>{html.escape(caption)}</{inner}></{tag}>")
    text = "Words of the article. " * 20
    markup = f"<html lang='en'><body><main><h1>A headline</h1>{''.join(parts)}<p>{text}</p></main></body></html>"
    page = Page.parse(markup.encode("utf-8", "replace"), "https://paper.example/a", (), None)
    found = images.read(page).value or ()
    assert len(found) <= len(figures)
    assert all(image.url is None or image.url.startswith("https://paper.example/photo-") for image in found)


def _letters(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text).casefold() if c.isalnum())


@pytest.mark.parametrize(
    ("printed", "line"),
    [
        ("The old mill in 1931. Courtesy of the Halloran family", "Courtesy of the Halloran family"),
        ("The old mill in 1931 (Family photo)", "Family photo"),
        ("The old mill in 1931. Photo provided by the family.", "Photo provided by the family."),
        ("Bo Lund (son) and Ann Onder (mother)", None),
        ("Ann Onder and Bo Lund (son)", None),
    ],
)
def test_who_lent_a_picture_is_parted_from_its_caption(printed: str, line: str | None) -> None:
    split = split_caption(printed, "en")
    assert (split.credit.credit_line if split.credit else None) == line
