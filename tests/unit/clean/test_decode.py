"""Bytes become text in the right encoding, and repair changes nothing that a reader sees."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

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


def test_valid_utf8_is_utf8_whatever_the_page_says():
    assert decode('<meta charset="iso-8859-1"><p>déjà'.encode()).text.endswith("déjà")


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
