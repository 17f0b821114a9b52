"""Bytes become text in the right encoding, and repair changes nothing that a reader sees."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.ids import case_id

from tasks.clean.parse.decode import decode, is_utf8, repair
from tasks.text import mojibake

JAPANESE = "港の夜景が変わった。市は新しい照明を設置した。" * 4
FRENCH = "L’été dernier, le maire a déclaré : « c’est fini ». " * 4


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        *((JAPANESE, encoding) for encoding in "shift_jis euc_jp iso2022_jp utf-8 utf-16 gb18030".split()),
        *((FRENCH, encoding) for encoding in "windows-1252 utf-8-sig utf-16-le utf-32".split()),
    ],
    ids=lambda value: value if len(value) < 20 else "japanese" if value is JAPANESE else "french",
)
def test_the_encoding_is_found(text, encoding):
    assert decode(text.encode(encoding)).text == text


def test_the_pages_own_charset_is_believed_before_a_guess():
    page = '<meta charset="windows-1251"><p>' + "Мэр города сообщил" * 3
    assert decode(page.encode("windows-1251")).text == page


GREEK = "Το πλοίο επιστρέφει τη Δευτέρα, τρεις εβδομάδες νωρίτερα. «Άνοιξε ο δρόμος», είπε ο λιμενάρχης. " * 8
TURKISH = "İskele onarımı erken bitti; vapur pazartesi günü yeniden sefere çıkıyor, dedi liman başkanı Ayşe Işık. " * 8
RUSSIAN = "Паром вернётся в понедельник, на три недели раньше срока, сообщила начальница порта. " * 8
HEBREW = "המעבורת תחזור ביום שני, שלושה שבועות לפני המועד, אמרה מנהלת הנמל בעיר. " * 8
ARABIC = "تعود العبارة يوم الاثنين قبل الموعد بثلاثة أسابيع، قالت مديرة الميناء. " * 8
KOREAN = "나룻배가 다음 주 월요일에 다시 오간다. 항만 사무소장은 예정보다 세 주 빠르다고 말했다. " * 8
CHINESE = "渡轮将于星期一恢复航行，比原定时间提前三个星期，港务局局长说。" * 8
POLISH = "Prom wróci w poniedziałek, trzy tygodnie wcześniej; „zdążyliśmy”, powiedziała kierowniczka przystani. " * 8
THAI = "เรือข้ามฟากจะกลับมาให้บริการในวันจันทร์ เร็วกว่ากำหนดสามสัปดาห์ หัวหน้าท่าเรือกล่าว " * 8
ICELANDIC = (
    "Ferjan kemur aftur á mánudaginn, þremur vikum fyrr en áætlað var, sagði hafnarstjórinn og þakkaði öllum. " * 8
)
SPANISH = "El transbordador volverá el lunes; «acabamos antes», dijo la señora Muñoz, jefa del puerto de Cádiz. " * 8
FRENCH_CAPITALS = "À ÉVÉNEMENT EXCEPTIONNEL, L’ÉTÉ DÉMARRE À L’ÎLE-D’AIX : LE MAIRE A ÉTÉ RÉÉLU À ÉVRY. " * 8
WRITTEN = [
    *((GREEK, encoding) for encoding in ("cp1253", "iso8859-7")),
    (TURKISH, "iso8859-9"),
    *((RUSSIAN, encoding) for encoding in ("cp1251", "koi8-r")),
    (HEBREW, "cp1255"),
    (ARABIC, "cp1256"),
    (KOREAN, "euc_kr"),
    *((CHINESE, encoding) for encoding in ("gb18030", "big5")),
    *((POLISH, encoding) for encoding in ("cp1250", "iso8859-2")),
    (THAI, "cp874"),
]


def written(text, encoding, declared=None):
    head = f'<html><head><meta charset="{declared}"></head>' if declared else "<html>"
    page = f'{head}<body><nav><a href="/">Home</a> <a href="/sport">Sport</a></nav><p>{text}</p></body></html>'
    if encoding in ("big5", "iso8859-2", "koi8-r"):
        page = page.translate(str.maketrans("将复时间个长轮说务„”", '將復時間個長輪說務""'))
    return page.encode(encoding, "replace"), page.encode(encoding, "replace").decode(encoding)


@pytest.mark.parametrize(("text", "encoding"), WRITTEN, ids=[encoding for _, encoding in WRITTEN])
@pytest.mark.parametrize("declared", ["windows-1252", "iso-8859-1", None])
def test_a_western_charset_that_the_letters_contradict_is_not_believed(text, encoding, declared):
    raw, page = written(text, encoding, declared)
    assert decode(raw).text == page
    assert decode(raw, "ISO-8859-1").text == page  # servers add it to all pages


def test_the_pages_own_charset_is_tried_first_where_the_servers_is_contradicted():
    raw, page = written(RUSSIAN, "koi8-r", "koi8-r")
    found = decode(raw, "iso-8859-1")
    assert (found.text, found.encoding_from) == (page, "meta")


@pytest.mark.parametrize("text", [FRENCH, SPANISH, ICELANDIC, FRENCH_CAPITALS, "Caf\xe9 in Espa\xf1a"])
@pytest.mark.parametrize("declared", ["windows-1252", "iso-8859-1", "iso-8859-15"])
def test_a_western_charset_is_believed_over_western_text(text, declared):
    raw, page = written(text, declared, declared)
    assert decode(raw).text == page
    assert decode(raw).encoding_from == "meta"


def test_a_few_foreign_letters_do_not_change_the_charset():
    page = f'<meta charset="iso-8859-1"><p>{SPANISH}'.encode("cp1252") + "Жуковский".encode("cp1251")
    assert decode(page).encoding == "cp1252"


def test_valid_utf8_is_utf8_whatever_the_page_says():
    assert decode('<meta charset="iso-8859-1"><p>déjà'.encode()).text.endswith("déjà")


WRONGLY_READ = {
    "windows-1251": "Мост через реку закрыли в понедельник, и жители ходят на работу в обход, через старую плотину. ",
    "koi8-r": "Мост через реку закрыли в понедельник, и жители ходят на работу в обход, через старую плотину. ",
    "gb2312": "周一，河上的桥被关闭，居民只好绕过旧水坝去上班。市政府说，修理要到五月才能完成。",
    "big5": "週一，河上的橋被關閉，居民只好繞過舊水壩去上班。市政府說，修理要到五月才能完成。",
    "shift_jis": "月曜日に川の橋が閉鎖され、住民は古い堤防を回って通勤している。修理は五月までかかる。",
    "euc-kr": "월요일에 강의 다리가 폐쇄되어 주민들은 낡은 둑을 돌아 출근하고 있다. 수리는 오월까지 걸린다. ",
    "iso-8859-7": "Η γέφυρα έκλεισε τη Δευτέρα και οι κάτοικοι πηγαίνουν στη δουλειά από το παλιό φράγμα. ",
    "windows-1256": "أغلق الجسر فوق النهر يوم الاثنين، ويذهب السكان إلى العمل عبر السد القديم حتى شهر مايو. ",
    "windows-1255": "הגשר מעל הנהר נסגר ביום שני, והתושבים הולכים לעבודה דרך הסכר הישן עד חודש מאי. ",
    "tis-620": "สะพานข้ามแม่น้ำปิดเมื่อวันจันทร์ และชาวบ้านต้องเดินอ้อมไปทำงานทางเขื่อนเก่าจนถึงเดือนพฤษภาคม ",
    "utf-8": "月曜日に川の橋が閉鎖され、住民は古い堤防を回って通勤している。修理は五月までかかる。",
    "iso-8859-2": (
        "Zamknięto most na rzece i mieszkańcy idą do pracy przez starą tamę; naprawa potrwa aż do maja, mówi wójt. "
    ),
    "windows-1254": "Köprü pazartesi günü kapatıldı ve köylüler işe eski yoldan gidiyor; onarım mayısa dek sürer. ",
}


@pytest.mark.parametrize("wrong", ["latin-1", "iso8859_15", "latin-1 twice"])
@pytest.mark.parametrize("own", WRONGLY_READ)
def test_a_page_that_was_read_as_western_and_saved_in_utf8_is_read_in_its_own_charset(own, wrong):
    page = f'<html><head><meta charset="{own}"></head><body>' + f"<p>{WRONGLY_READ[own]}</p>" * 5 + "</body></html>"
    codec, _, twice = wrong.partition(" ")
    raw = page.encode(own).decode(codec).encode()
    decoded = decode(raw.decode(codec).encode() if twice else raw)
    assert decoded.text == page
    assert decoded.is_transcoded


@pytest.mark.parametrize("own", [name for name in WRONGLY_READ if not name.startswith(("iso-8859-2", "windows-1254"))])
def test_its_letters_tell_the_charset_where_nothing_names_it(own):
    text = WRONGLY_READ[own] * 5
    assert decode(text.encode(own).decode("latin-1").encode()).text == text


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        *((WRONGLY_READ["windows-1251"], wrong) for wrong in "koi8_r cp866 mac_roman".split()),
        ("Мост через реку закрыли в понедельник, идут в обход, через старую плотину. ", "cp1251"),
        (WRONGLY_READ["windows-1256"], "cp1256"),
        (WRONGLY_READ["iso-8859-2"], "iso8859_2"),
        (WRONGLY_READ["iso-8859-2"], "cp1250"),
        (FRENCH, "cp850"),
        (FRENCH, "mac_roman"),
        (JAPANESE, "cp437"),
    ],
    ids=case_id,
)
def test_utf8_that_was_read_in_another_charset_of_one_byte_is_utf8_again(text, wrong):
    raw = (text * 4).encode().decode(wrong).encode()
    decoded = decode(raw)
    assert (decoded.text, decoded.is_transcoded) == (text * 4, True)


@pytest.mark.parametrize(
    "text",
    [
        FRENCH * 5,
        "Dürre, Übermut und Öl: Die Straße nach Gößl bleibt gesperrt, weil große Äste fehlen. " * 20,
        "ÁÉÍÓÚ ÀÈÌÒÙ ÄÖÜ " * 3 + FRENCH,
        WRONGLY_READ["windows-1251"] * 5 + "Ìîñò ÷åðåç ðåêó çàêðûëè â ïîíåäåëüíèê " * 3,
        "·\xa0·\xa0·\xa0·\xa0" * 100,
        *(text * 5 for text in WRONGLY_READ.values()),
        JAPANESE,
    ],
    ids=case_id,
)
@pytest.mark.parametrize("declared", [None, "windows-1250", "windows-1251", "gb2312"])
def test_sound_pages_in_utf8_stay_as_they_are(text, declared):
    decoded = decode(text.encode(), declared)
    assert decoded.text == text
    assert not decoded.is_transcoded


def test_what_a_program_has_added_in_the_right_charset_stays():
    text = WRONGLY_READ["windows-1251"] * 5
    raw = (text.encode("windows-1251").decode("latin-1") + "<i>中文</i>").encode()
    assert decode(raw).text == text + "<i>&#20013;&#25991;</i>"


def test_a_damaged_page_keeps_its_readable_part():
    found = decode(("Der Bürgermeister hat gesprochen. " * 20).encode() + b"\xff\xfe" + "Schön.".encode())
    assert found.encoding == "utf-8"
    assert found.damaged_char_count == 2
    assert found.text.count("Bürgermeister") == 20


def test_every_repair_is_named():
    done = set()
    assert repair("Itâ€™s a cafe\u0301\xa0now\u200b\r\nyes\x07", done) == "It’s a café now\nyes"
    assert done == {"mojibake", "unicode_nfc", "spaces", "invisible_characters", "line_breaks"}


def test_hyphenation_quotes_and_dashes_stay():
    text = "a well-\nknown “quote” – and – «another»"
    assert repair(text, set()) == text


def test_sound_text_has_no_signs_of_mojibake():
    assert mojibake.count_signs("Élysée – “crise” für Ägypten, naïve Übung, à côté") == 0
    assert not mojibake.PATTERN.search("Élysée – “crise” für Ägypten, naïve Übung, à côté")
    assert mojibake.count_signs("Itâ€™s a rÃ©sumÃ©") >= 3
    assert len(mojibake.PATTERN.findall("Itâ€™s a rÃ©sumÃ©")) >= 3


@given(st.binary(max_size=400))
def test_no_bytes_break_it(raw):
    decode(raw).text.encode("utf-8", "surrogatepass")


@given(
    st.binary(max_size=40)
    | st.text(st.characters(exclude_categories=()), max_size=9).map(lambda t: t.encode("utf-8", "surrogatepass"))
)
@example(b"\xc0\x80")
@example(b"\xf4\x90\x80\x80")
def test_utf8_is_what_python_takes_for_it(raw):
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        assert not is_utf8(raw)
    else:
        assert is_utf8(raw)


@given(st.text(max_size=300))
@example("Ð\x1b¡")  # a control within a damaged sequence
@example("Ã\u200bÂ©")
def test_repairing_twice_is_repairing_once(text):
    once = repair(text, set())
    assert repair(once, set()) == once


@pytest.mark.parametrize(
    "text",
    [
        "It\u2019s \u201cfine\u201d \u2013 he said\u2026",
        "a café, a naïve plan",
        "It cost £5 or €7",
        "El niño llegó mañana a España",
        "A decisão não será fácil",
        "Överlåtelsen på Åland är klar",
    ],
)
@pytest.mark.parametrize("declared", [None, "utf-8"])
def test_a_page_that_declares_utf8_and_has_none_is_read_as_windows_1252(text, declared):
    """One in a hundred bytes is no damage where each is a letter or a sign and none is of a sequence of UTF-8."""
    page = "<html><meta charset=utf-8><p>" + "The council voted on Tuesday to keep the old ferry. " * 40 + text + "</p>"
    found = decode(page.encode("windows-1252"), declared)
    assert (found.text, found.damaged_char_count) == (page, 0)


@pytest.mark.parametrize("damage", [b"\xe2\x80", b"\xc3", b"\xe2", b"\xff\xfe", b"\x81", b"na\xc3\xafve \x93"])
def test_cut_sequences_of_utf8_stay_damage(damage):
    page = (
        b"<html><meta charset=utf-8><p>" + b"The council voted on Tuesday to keep the ferry. " * 40 + damage + b"</p>"
    )
    found = decode(page)
    assert (found.encoding, found.damaged_char_count > 0) == ("utf-8", True)
