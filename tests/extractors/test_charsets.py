"""Pages that declare no character set, in the ones that old pages are in."""

from __future__ import annotations

import pytest

from extractors.decode import decode

# invented sentences of one local piece each
SAID = {
    "German": "Die Fähre über den Tarnsee fährt wieder, aber nur rückwärts. „Den Gästen wird übel“, hieß es im Büro.",
    "French": "La passerelle est fermée depuis février ; les élèves traversent à pied la rivière gelée, même s’il neige.",
    "Spanish": "El alcalde explicó que la niña más pequeña abrirá mañana la exposición del otoño en el jardín botánico.",
    "Portuguese": "A câmara não abriu a estação: as famílias vão à praça e ninguém lhes dá explicações há três meses.",
    "Italian": "La città ha già deciso: il ponte resterà chiuso finché il fiume non sarà più basso, perché così è sicuro.",
    "Danish": "Færgen på søen sejler igen på søndag, og børnene må ride på æslerne, når de står ved åen.",
    "Czech": "Na hrázi rybníka otevřeli v sobotu nejkratší trať v zemi; vláček postavili členové místního spolku a řídí ho děti.",
    "Polish": "Wójt ogłosił, że most będzie otwarty w środę, choć wciąż brakuje poręczy i światła. Mieszkańcy są źli.",
    "Hungarian": "A régi fürdőt újra megnyitották, a csőtörés után most először jött víz a nagy kőmedencékbe, s örült a gyűjtő.",
    "Romanian": "Primăria a hotărât că podul va fi închis până în toamnă, iar sătenii spun că barca îi costă mult şi apa creşte.",
    "Turkish": "Belediye köprüyü yarın açacak; çocuklar yağmurda ıslandığı için öğretmen şemsiye dağıttı.",
    "Lithuanian": "Miestelio žmonės vėl rinkosi prie šulinio, nes vanduo jame buvo šaltas ir skaidrus, o kaimynų išdžiūvęs.",
    "Vietnamese": "Thi trâ\u0301n đươ\u0323c mơ\u0309 lại bê\u0301n đò tư\u0300 tháng năm, nhưng nươ\u0301c vâ\u0303n cao.",
    "Russian": "Каланчу решили не сносить: её построили давно, и последние двадцать лет в ней хранили овёс для лошадей.",
    "Ukrainian": "Бібліотеку відкрили після ремонту, і її першою читачкою стала бабуся, яка принесла їжу й чотири книжки.",
    "Greek": "Ο δήμος άνοιξε ξανά την παλιά γέφυρα και οι κάτοικοι περπάτησαν πρώτοι, όπως είχαν ζητήσει. Άλλοι έμειναν έξω.",
    "Hebrew": "תושבי השכונה יוכלו מהקיץ לשוט בתעלה הישנה, אחרי שהעירייה אישרה את הפעלתן של שש סירות.",
    "Arabic": "قررت البلدية فتح الجسر القديم يوم الثلاثاء بعد أن أصلح العمال الدرج ورفعوا الماء من القبو.",
    "Thai": "เทศบาลเปิดสะพานเก่าอีกครั้งหลังจากปิดซ่อมมานานสองปี ชาวบ้านเดินข้ามไปตลาดได้ตั้งแต่เช้า",
    "Chinese": "昨天清晨，青石镇的渡口迎来了今年第一班渡船，镇上的居民不用再绕行了。",
    "Traditional": "昨天清晨，青石鎮的渡口來了今年第一班船，鎮上的居民不用再繞行了。",
    "Japanese": "白鳥村の棚田で十五日、県内の小学生が田植えを体験し、カメラの前で苗を植えた。",
    "Korean": "마을 주민들이 사십 년 만에 우물을 다시 열었다. 바닥에서는 두레박 열한 개가 나왔다.",
}
OLD = {
    "cp1252": ("German", "French", "Spanish", "Portuguese", "Italian", "Danish"),
    "mac-roman": ("German", "French", "Spanish"),
    "cp1250": ("Czech", "Polish", "Hungarian", "Romanian"),
    "iso8859-2": ("Czech", "Polish", "Hungarian", "Romanian"),
    "cp1254": ("Turkish",),
    "cp1257": ("Lithuanian",),
    "cp1258": ("Vietnamese",),
    "cp1251": ("Russian", "Ukrainian"),
    "koi8-u": ("Russian", "Ukrainian"),
    "iso8859-5": ("Russian",),
    "cp866": ("Russian",),
    "cp1253": ("Greek",),
    "iso8859-7": ("Greek",),
    "cp1255": ("Hebrew",),
    "cp1256": ("Arabic",),
    "iso8859-6": ("Arabic",),
    "cp874": ("Thai",),
    "gb18030": ("Chinese",),
    "big5hkscs": ("Traditional",),
    "cp932": ("Japanese",),
    "euc_jp": ("Japanese",),
    "cp949": ("Korean",),
}


@pytest.mark.parametrize(("charset", "language"), [(charset, language) for charset, some in OLD.items() for language in some])
def test_a_page_is_read_in_the_character_set_that_nobody_declared(charset: str, language: str) -> None:
    said = SAID[language].encode(charset, "xmlcharrefreplace")
    page = b"<HTML><HEAD><TITLE>News</TITLE></HEAD><BODY><TABLE><TR><TD CLASS=x>" + said + b"</TD></TR></TABLE></BODY></HTML>"
    assert said.decode(charset) in decode(page).text


def test_words_in_scripts_and_comments_do_not_decide() -> None:
    said = SAID["Czech"].encode("cp1250")
    page = b"<html><script>var a='" + SAID["Russian"].encode("koi8-r") + b"'</script><p>" + said + b"</p></html>"
    assert SAID["Czech"] in decode(page).text


def test_text_that_stands_in_attributes_alone_decides() -> None:
    said = SAID["Polish"].encode("iso8859-2")
    assert SAID["Polish"] in decode(b'<html><x-island props="' + said + b'"></x-island></html>').text


def test_a_lone_sign_is_read_as_browsers_read_it() -> None:
    assert "© 1999 Wrexton Courier" in decode(b"<html><p>Ferry waits</p><p>\xa9 1999 Wrexton Courier</p></html>").text
