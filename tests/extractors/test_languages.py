"""Every language on the list, in its commonest form: byline, role, credit, printed date, dateline and correction."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import pytest

from extractors import extract
from model.article import Article

DAY = "2024-03-05"


@dataclass(frozen=True)
class Printed:
    """What a page in one language prints, and what is to be read in it.

    ``byline`` names ``who``; ``post`` is a name with the job ``role`` behind it; ``credit`` names
    ``photographer`` and ``agency``; ``date`` is 5 March 2024; ``lead`` begins with a dateline of
    ``place``; ``correction`` begins a note below the text.
    """

    language: str
    byline: str
    who: str
    post: str
    role: str
    credit: str
    photographer: str
    date: str
    lead: str
    place: str
    correction: str
    agency: str = "AFP"


LATER = "Second of three paragraphs here, of which nobody shall say that they are too short to be the text of an article."

PRINTED = [
    Printed("en", "By Ann Onder", "Ann Onder", "Ann Onder, Science Editor", "Science Editor", "Photo: Bo Lund/AFP", "Bo Lund",
            "March 5, 2024",
            "ROME (AFP) - The old quay opened again on Monday after two years of repairs that cost the town a lot.", "Rome",
            "Correction: An earlier version of this article gave the wrong name of the quay."),
    Printed("de", "Von Anna Muster", "Anna Muster", "Anna Muster, Redakteurin", "Redakteurin", "Foto: Bernd Beispiel/AFP",
            "Bernd Beispiel", "5. März 2024",
            "Rom (AFP) - Die alte Mole ist am Montag nach zwei Jahren Bauzeit wieder für alle Boote geöffnet worden.", "Rom",
            "Korrektur: In einer früheren Version dieses Artikels stand ein falscher Name der Mole."),
    Printed("fr", "Par Anne Exemple", "Anne Exemple", "Anne Exemple, journaliste", "journaliste", "Photo : Benoît Épreuve/AFP",
            "Benoît Épreuve", "5 mars 2024",
            "ROME (AFP) - Le vieux quai a rouvert lundi après deux ans de travaux qui ont coûté très cher à la ville.", "Rome",
            "Correction : une version antérieure de cet article donnait un faux nom au quai."),
    Printed("es", "Por Marta Prueba", "Marta Prueba", "Marta Prueba, corresponsal", "corresponsal", "Foto: Daniel Ensayo/AFP",
            "Daniel Ensayo", "5 de marzo de 2024",
            "ROMA (AFP) - El viejo muelle volvió a abrir el lunes tras dos años de obras que costaron mucho al pueblo.", "Roma",
            "Corrección: una versión anterior de este artículo daba un nombre equivocado al muelle."),
    Printed("pt", "Por Marta Prova", "Marta Prova", "Marta Prova, repórter", "repórter", "Foto: Daniel Ensaio/AFP",
            "Daniel Ensaio", "5 de março de 2024",
            "ROMA (AFP) - O velho cais voltou a abrir na segunda-feira após dois anos de obras que custaram muito.", "Roma",
            "Correção: uma versão anterior deste texto dava um nome errado ao cais."),
    Printed("it", "di Marta Prova", "Marta Prova", "Marta Prova, inviata", "inviata", "Foto: Daniele Saggio/AFP",
            "Daniele Saggio", "5 marzo 2024",
            "ROMA (AFP) - Il vecchio molo ha riaperto lunedì dopo due anni di lavori che sono costati molto alla città.",
            "Roma", "Correzione: una versione precedente di questo articolo dava un nome sbagliato al molo."),
    Printed("nl", "Door Anna Voorbeeld", "Anna Voorbeeld", "Anna Voorbeeld, redacteur", "redacteur", "Foto: Bram Proef/AFP",
            "Bram Proef", "5 maart 2024",
            "ROME (AFP) - De oude kade is maandag na twee jaar werk weer opengegaan voor alle boten van de stad.", "Rome",
            "Correctie: in een eerdere versie van dit artikel stond een verkeerde naam van de kade."),
    Printed("da", "Af Trine Prøve", "Trine Prøve", "Trine Prøve, journalist", "journalist", "Foto: Ole Eksempel/AFP",
            "Ole Eksempel", "5. marts 2024",
            "ROM (AFP) - Den gamle kaj åbnede igen mandag efter to års arbejde, der kostede byen mange penge.", "Rom",
            "Rettelse: I en tidligere version af denne artikel stod et forkert navn på kajen."),
    Printed("no", "Av Trine Prøve", "Trine Prøve", "Trine Prøve, journalist", "journalist", "Foto: Ole Eksempel/AFP",
            "Ole Eksempel", "5. mars 2024",
            "ROMA (AFP) - Den gamle kaia åpnet igjen mandag etter to års arbeid som kostet byen mye penger.", "Roma",
            "Rettelse: I en tidligere versjon av denne artikkelen sto det feil navn på kaia."),
    Printed("sv", "Av Maja Exempel", "Maja Exempel", "Maja Exempel, reporter", "reporter", "Foto: Olle Prov/AFP", "Olle Prov",
            "5 mars 2024",
            "ROM (AFP) - Den gamla kajen öppnade igen på måndagen efter två års arbete som kostade staden mycket.", "Rom",
            "Rättelse: I en tidigare version av artikeln angavs fel namn på kajen."),
    Printed("fi", "Teksti: Maija Esimerkki", "Maija Esimerkki", "Maija Esimerkki, toimittaja", "toimittaja",
            "Kuva: Olli Koe/AFP", "Olli Koe", "5.3.2024",
            "ROOMA (AFP) - Vanha laituri avattiin maanantaina kahden vuoden remontin jälkeen kaikille veneille.", "Rooma",
            "Oikaisu: Jutun aiemmassa versiossa laiturin nimi oli väärin."),
    Printed("pl", "Autor: Anna Przykład", "Anna Przykład", "Anna Przykład, dziennikarka", "dziennikarka", "Fot. Jan Wzór/AFP",
            "Jan Wzór", "5 marca 2024",
            "RZYM (AFP) - Stare nabrzeże otwarto ponownie w poniedziałek po dwóch latach remontu, który dużo kosztował.",
            "Rzym", "Sprostowanie: we wcześniejszej wersji artykułu podano błędną nazwę nabrzeża."),
    Printed("cs", "Autor: Anna Příkladová", "Anna Příkladová", "Anna Příkladová, redaktorka", "redaktorka",
            "Foto: Jan Vzor/AFP", "Jan Vzor", "5. března 2024",
            "ŘÍM (AFP) - Staré nábřeží se v pondělí po dvou letech oprav znovu otevřelo pro všechny lodě ve městě.", "Řím",
            "Oprava: V dřívější verzi článku bylo uvedeno chybné jméno nábřeží."),
    Printed("hu", "Szerző: Példa Anna", "Példa Anna", "Példa Anna, újságíró", "újságíró", "Fotó: Minta János/AFP",
            "Minta János", "2024. március 5.",
            "RÓMA (AFP) - A régi rakpart hétfőn két év felújítás után újra megnyílt a város minden hajója előtt.", "Róma",
            "Helyesbítés: A cikk korábbi változatában a rakpart neve tévesen szerepelt."),
    Printed("ro", "De Ana Exemplu", "Ana Exemplu", "Ana Exemplu, reporter", "reporter", "Foto: Ion Proba/AFP", "Ion Proba",
            "5 martie 2024", "ROMA (AFP) - Vechiul chei s-a redeschis luni după doi ani de lucrări care au costat mult orașul.",
            "Roma", "Corecție: o versiune anterioară a acestui articol dădea un nume greșit cheiului."),
    Printed("el", "Της Άννας Δοκιμής", "Άννας Δοκιμής", "Άννα Δοκιμή, δημοσιογράφος", "δημοσιογράφος",
            "Φωτογραφία: Γιώργος Δείγμας/AFP", "Γιώργος Δείγμας", "5 Μαρτίου 2024",
            "Ρώμη (AFP) - Η παλιά προβλήτα άνοιξε ξανά τη Δευτέρα έπειτα από δύο χρόνια έργων που κόστισαν πολύ.", "Ρώμη",
            "Διόρθωση: Σε προηγούμενη εκδοχή του άρθρου δόθηκε λάθος όνομα της προβλήτας."),
    Printed("tr", "Yazan: Ayşe Örnek", "Ayşe Örnek", "Ayşe Örnek, muhabir", "muhabir", "Fotoğraf: Ali Deneme/AFP", "Ali Deneme",
            "5 Mart 2024",
            "ROMA (AFP) - Eski rıhtım iki yıl süren onarımın ardından pazartesi günü bütün teknelere yeniden açıldı.", "Roma",
            "Düzeltme: Bu haberin önceki sürümünde rıhtımın adı yanlış verilmiştir."),
    Printed("ru", "Автор: Анна Примерова", "Анна Примерова", "Анна Примерова, корреспондент", "корреспондент",
            "Фото: Иван Образцов/AFP", "Иван Образцов", "5 марта 2024",
            "РИМ (AFP) - Старая набережная вновь открылась в понедельник после двух лет ремонта, дорогого для города.", "Рим",
            "Исправление: в предыдущей версии статьи было указано неверное название набережной."),
    Printed("uk", "Автор: Олена Приклад", "Олена Приклад", "Олена Приклад, кореспондентка", "кореспондентка",
            "Фото: Іван Зразок/AFP", "Іван Зразок", "5 березня 2024",
            "РИМ (AFP) - Стара набережна знову відкрилася в понеділок після двох років ремонту, дорогого для міста.", "Рим",
            "Виправлення: у попередній версії статті було вказано неправильну назву набережної."),
    Printed("he", "מאת דנה דוגמה", "דנה דוגמה", "דנה דוגמה, כתבת", "כתבת", "צילום: יואב ניסיון/AFP", "יואב ניסיון",
            "5 במרץ 2024", "רומא (AFP) - הרציף הישן נפתח מחדש ביום שני אחרי שנתיים של עבודות שעלו לעיר הרבה כסף וזמן.", "רומא",
            "תיקון: בגרסה קודמת של הכתבה הופיע שם שגוי של הרציף."),
    Printed("ar", "بقلم: محمد المثال", "محمد المثال", "محمد المثال، مراسل", "مراسل", "تصوير: أحمد النموذج/AFP", "أحمد النموذج",
            "5 مارس 2024",
            "روما (AFP) - أعيد فتح الرصيف القديم يوم الاثنين بعد عامين من الأعمال التي كلفت المدينة الكثير من المال.", "روما",
            "تصحيح: ورد في نسخة سابقة من هذا المقال اسم خاطئ للرصيف."),
    Printed("fa", "نویسنده: مریم نمونه", "مریم نمونه", "مریم نمونه، خبرنگار", "خبرنگار", "عکس: علی آزمون/AFP", "علی آزمون",
            "۱۵ اسفند ۱۴۰۲", "رم (AFP) - اسکله قدیمی روز دوشنبه پس از دو سال کار که برای شهر بسیار گران تمام شد دوباره باز شد.",
            "رم", "اصلاحیه: در نسخه پیشین این گزارش نام اسکله اشتباه آمده بود."),
    Printed("ur", "تحریر: احمد مثال", "احمد مثال", "احمد مثال، نامہ نگار", "نامہ نگار", "تصویر: علی نمونہ/AFP", "علی نمونہ",
            "5 مارچ 2024",
            "روم (AFP) - پرانی گودی پیر کے روز دو سال کی مرمت کے بعد شہر کی تمام کشتیوں کے لیے دوبارہ کھول دی گئی۔", "روم",
            "تصحیح: اس خبر کے پہلے متن میں گودی کا نام غلط لکھا گیا تھا۔"),
    Printed("hi", "लेखक: अनिल उदाहरण", "अनिल उदाहरण", "अनिल उदाहरण, संवाददाता", "संवाददाता", "फोटो: राज नमूना/AFP", "राज नमूना",
            "5 मार्च 2024",
            "रोम (AFP) - पुराना घाट सोमवार को दो साल की मरम्मत के बाद शहर की सभी नावों के लिए फिर से खोल दिया गया।", "रोम",
            "सुधार: इस लेख के पहले संस्करण में घाट का नाम गलत दिया गया था।"),
    Printed("zh", "记者 王小明", "王小明", "王小明 记者", "记者", "图片来源：法新社", "", "2024年3月5日",
            "法新社罗马3月5日电 旧码头经过两年的维修，于周一重新向全城的船只开放，市政府为此花费了很多钱，渔民们表示欢迎。",
            "罗马", "更正：本文早前版本中码头的名称有误。", "法新社"),
    Printed("ja", "文・山田花子", "山田花子", "山田花子 記者", "記者", "写真：東浜太郎", "東浜太郎", "2024年3月5日",
            "【ローマ共同】古い岸壁が月曜日、二年間の修理を終えて、町のすべての船のために再び開かれ、漁師たちは喜んでいる。",
            "ローマ", "訂正：以前の記事で岸壁の名前に誤りがありました。", ""),
    Printed("ko", "홍가람 기자", "홍가람", "홍가람 기자", "기자", "사진=김보기 기자", "김보기", "2024년 3월 5일",
            "(로마=연합뉴스) 홍가람 기자 = 오래된 부두가 두 해의 수리를 마치고 월요일 모든 배에 다시 문을 열었다고 시가 밝혔다.",
            "로마", "정정: 이 기사의 이전 판에서 부두 이름이 잘못 적혔습니다.", ""),
    Printed("id", "Oleh Siti Contoh", "Siti Contoh", "Siti Contoh, wartawan", "wartawan", "Foto: Budi Coba/AFP", "Budi Coba",
            "5 Maret 2024",
            "ROMA (AFP) - Dermaga tua dibuka kembali pada hari Senin setelah dua tahun perbaikan yang mahal bagi kota.", "Roma",
            "Ralat: versi sebelumnya dari artikel ini memuat nama dermaga yang salah."),
    Printed("vi", "Tác giả: Nguyễn Văn Mẫu", "Nguyễn Văn Mẫu", "Nguyễn Văn Mẫu, phóng viên", "phóng viên", "Ảnh: Trần Thử/AFP",
            "Trần Thử", "5/3/2024",
            "ROMA (AFP) - Bến tàu cũ đã mở cửa trở lại hôm thứ Hai sau hai năm sửa chữa tốn kém cho thành phố này.", "Roma",
            "Đính chính: Phiên bản trước của bài viết này ghi sai tên bến tàu."),
]  # fmt: skip

IDS = [p.language for p in PRINTED]


@cache
def _article(printed: Printed, *, post: bool = False) -> Article:
    markup = (
        f'<html lang="{printed.language}"><head><title>Quay</title></head><body><main><article><h1>Quay 24</h1>'
        f'<p class="byline">{printed.post if post else printed.byline}</p><p>{printed.date}</p>'
        f'<figure><img src="/quay.jpg" width="900" height="600"><figcaption>Quay 24. {printed.credit}</figcaption></figure>'
        f"<p>{printed.lead}</p><p>{LATER}</p><p>{LATER[::-1]}</p><p><em>{printed.correction}</em></p></article></main></body></html>"
    )
    return extract(markup.encode(), f"https://www.quay.example/{printed.language}/quay")


@pytest.mark.parametrize("printed", PRINTED, ids=IDS)
def test_byline(printed: Printed) -> None:
    assert [a.name for a in _article(printed).authors] == [printed.who]


@pytest.mark.parametrize("printed", PRINTED, ids=IDS)
def test_role(printed: Printed) -> None:
    assert [a.role for a in _article(printed, post=True).authors] == [printed.role]


@pytest.mark.parametrize("printed", PRINTED, ids=IDS)
def test_credit(printed: Printed) -> None:
    (image,) = _article(printed).images
    assert image.credit_line == printed.credit
    assert image.creators == ((printed.photographer,) if printed.photographer else ())
    assert image.agencies == ((printed.agency,) if printed.agency else ())


@pytest.mark.parametrize("printed", PRINTED, ids=IDS)
def test_date(printed: Printed) -> None:
    assert _article(printed).date_published == DAY


@pytest.mark.parametrize("printed", PRINTED, ids=IDS)
def test_dateline(printed: Printed) -> None:
    dateline = _article(printed).dateline
    assert dateline is not None
    assert dateline.place == printed.place
    assert dateline.agency


@pytest.mark.parametrize("printed", PRINTED, ids=IDS)
def test_correction(printed: Printed) -> None:
    assert [c.text for c in _article(printed).corrections] == [printed.correction]


def test_all_are_there() -> None:
    assert len(set(IDS)) == len(PRINTED) == 29
