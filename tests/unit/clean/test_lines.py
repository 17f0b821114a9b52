"""Every line is accounted for, whatever the page."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.ids import case_id
from support.pages import page_table, process

from tasks.vocabulary import Action, Label, Reason

SENTENCE = (
    "The council of the small town voted on Tuesday to keep the old ferry running for another year, said the mayor."
)


def labels(lines):
    return {row["text"]: (row["label"], row["action"]) for row in lines.to_pylist()}


@settings(max_examples=60)
@given(
    st.lists(
        st.one_of(st.text(max_size=60), st.just(SENTENCE), st.just("Share this"), st.just("© 2026 The Harbor Ledger")),
        max_size=25,
    )
)
def test_every_line_that_is_not_blank_has_one_row(texts):
    from tasks.clean.parse.decode import repair
    from tasks.clean.parse.wrapped import without_quotes

    page = "\n".join(texts)
    _, lines, candidates = process(page_table(page, "text/plain"))
    written = repair(page.encode("utf-8", "replace").decode(), set()).split("\n")
    repaired = [" ".join(text.split()) for text in without_quotes(written)]  # ">" in all lines is a mark of mail
    assert [row["text"] for row in lines.to_pylist()] == [text for text in repaired if text]
    for row in lines.to_pylist():
        Label(row["label"]), Action(row["action"]), Reason(row["reason"])
        assert 0 <= row["confidence"] <= 1
    kept = [row["text"] for row in lines.to_pylist() if row["action"] == "keep"]
    assert candidates.column("paragraph_count").to_pylist() == [len(kept)]


def test_a_caption_with_an_agency_glued_under_it_leaves_the_text():
    paragraphs = [SENTENCE.replace("ferry", f"ferry number {n}") for n in range(6)]
    page = (
        "Old ferry gets another year\n\n"
        + "\n\n".join(paragraphs[:3])
        + (
            "\n\nThe ferry at its berth in the harbour on a grey morning last week, seen from the mole.\n"
            "Anadolu Agency\n\n"
        )
        + "\n\n".join(paragraphs[3:])
    )
    _, _, candidates = process(page_table(page, "text/plain"))
    row = candidates.to_pylist()[0]
    assert row["captions"] == ["The ferry at its berth in the harbour on a grey morning last week, seen from the mole."]
    assert row["image_credits"] == ["Anadolu Agency"]
    assert row["text"] == "\n\n".join(paragraphs)


def test_weak_evidence_keeps_the_paragraph_and_records_the_doubt():
    """Where paragraphs are not parted by blank lines, a glued name says little."""
    paragraphs = [SENTENCE.replace("ferry", f"ferry number {n}") for n in range(6)]
    page = (
        "Old ferry gets another year\n" + "\n".join(paragraphs[:3]) + "\nAnadolu Agency\n" + "\n".join(paragraphs[3:])
    )
    _, _, candidates = process(page_table(page, "text/plain"))
    assert paragraphs[2] in candidates.column("text").to_pylist()[0]


def test_a_name_glued_under_a_paragraph_is_a_credit_and_a_doubt():
    """A person's name says less than an agency's: the line above stays, and the doubt is recorded."""
    paragraphs = [SENTENCE.replace("ferry", f"ferry number {n}") for n in range(6)]
    page = (
        "Old ferry gets another year\n\n"
        + "\n\n".join(paragraphs[:3])
        + "\nMarta Reuss\n\n"
        + "\n\n".join(paragraphs[3:])
    )
    _, lines, candidates = process(page_table(page, "text/plain"))
    row = candidates.to_pylist()[0]
    assert row["text"] == "\n\n".join(paragraphs)
    assert row["image_credits"] == ["Marta Reuss"]
    assert [row["text"] for row in lines.to_pylist() if row["doubt"] == "caption"] == [paragraphs[2]]


@pytest.mark.parametrize("text", ["", "\n\n\n", "|", "a", "x" * 5000, "\x00\x01", "{" * 300], ids=case_id)
def test_odd_pages_give_lines_not_errors(text):
    _, lines, candidates = process(page_table(text, "text/plain"))
    assert candidates.num_rows == 1
    assert lines.num_rows <= 1


def test_deep_nesting_and_unclosed_elements_are_read():
    page = "<html><body>" + "<div>" * 5000 + f"<p>{SENTENCE}"
    _, lines, _ = process(page_table(page))
    assert SENTENCE in [row["text"] for row in lines.to_pylist()]


def test_a_line_of_a_million_characters_is_read_in_bounded_time():
    _, lines, _ = process(page_table("word " * 200_000, "text/plain"))
    assert lines.num_rows == 1


def test_lines_beyond_the_limit_are_counted_not_lost():
    from tasks.clean.parse.blocks import MAX_BLOCKS

    documents, lines, _ = process(page_table("line\n" * (MAX_BLOCKS + 50), "text/plain"))
    assert lines.num_rows == MAX_BLOCKS + 1
    assert lines.to_pylist()[-1]["reason"] == Reason.BEYOND_LIMIT
    assert "50" in lines.to_pylist()[-1]["text"]
    assert documents.column("line_count").to_pylist() == [MAX_BLOCKS + 1]


# a headline, a date and six paragraphs
SHORT_STORIES = {
    "Hebrew": """
הספרייה העירונית תיפתח מחדש ביום ראשון

2025-03-04 09:15

הספרייה העירונית ברחוב הזית תיפתח מחדש ביום ראשון, אחרי חמישה חודשים שבהם הוחלפו הגג והחלונות של הבניין הישן.

עובדי העירייה העבירו שמונת אלפים ספרים למחסן בקומת המרתף, לאחר שגשמי החורף חדרו לאולם הקריאה ופגעו במדפים.

מנהלת הספרייה נועה כרמון אמרה כי המבקרים ימצאו אולם רחב יותר, תאורה חדשה ופינת ישיבה לילדים ליד הכניסה.

העבודות עלו שני מיליון שקלים, ומחצית מהסכום שילמה קרן של תושבים שנאספה במשך שלוש שנים בשוק השבועי.

הסופר אורי טל, שגר מעבר לרחוב, סיפר שכתב בחורף בבית קפה רועש ושהוא מחכה לחזור לשולחן שליד החלון.

בשבוע הראשון יוארכו שעות הפתיחה עד תשע בערב. כל מי שיחזיר ספר באיחור לא ישלם קנס, וגם הקפה בחינם.
""",
    "Thai": """
ห้องสมุดเมืองกลับมาเปิดหลังซ่อมหลังคาเสร็จ

2025-03-04 09:15

ห้องสมุดประจำเมืองบนถนนมะกอกจะกลับมาเปิดในวันอาทิตย์ หลังจากปิดนานห้าเดือนเพื่อเปลี่ยนหลังคาและหน้าต่างของอาคารเก่า

คนงานของเทศบาลย้ายหนังสือแปดพันเล่มไปเก็บที่ชั้นใต้ดิน หลังจากฝนรั่วเข้าห้องอ่านหนังสือและทำให้ชั้นวางเสียหายหลายแถว

นางสาวนภา แสงดี ผู้จัดการห้องสมุด กล่าวว่าผู้อ่านจะพบห้องที่กว้างกว่าเดิม ไฟใหม่ และมุมสำหรับเด็กใกล้ทางเข้า

ค่าซ่อมสองล้านบาท ครึ่งหนึ่งมาจากกองทุนที่ชาวเมืองเก็บกันสามปีจากตลาดนัดทุกวันเสาร์ ส่วนที่เหลือเทศบาลจ่ายเอง

นายอรุณ ใจดี นักเขียนที่อยู่ฝั่งตรงข้าม บอกว่าเขาต้องเขียนหนังสือในร้านกาแฟที่เสียงดังและรอที่จะกลับมานั่งริมหน้าต่าง

สัปดาห์แรกห้องสมุดเปิดถึงสามทุ่ม ผู้ที่คืนหนังสือช้าไม่ต้องเสียค่าปรับและดื่มกาแฟได้ฟรี
""",
}


@pytest.mark.parametrize("language", SHORT_STORIES)
def test_a_short_text_page_in_a_script_that_the_models_hardly_know_is_kept_to_its_end(language):
    text = SHORT_STORIES[language].strip()
    headline, _, *paragraphs = text.split("\n\n")
    row = process(page_table(text, "text/plain"))[2].to_pylist()[0]
    assert (row["title"], row["text"].split("\n\n")) == (headline, paragraphs)
