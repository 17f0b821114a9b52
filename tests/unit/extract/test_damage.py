"""Damage that a reader would see at once is a flag of the row, and real text has none."""

import json
from dataclasses import replace

import pytest
from support.damaged_words import DAMAGED_WORDS
from support.pages import page_table, process
from support.paths import EXPECTED

from tasks.extract.damage.evidence import Story
from tasks.extract.damage.notices import spellings
from tasks.extract.damage.table import DETECTORS, find_damage
from tasks.vocabulary import Doubt

PLAIN = [
    "The harbour trust agreed on Monday to spend two million on the old ferry pier, after a long debate.",
    "The cost of the pier rose by a third in the spring, and nobody in the town could say for certain why.",
    "A boat from the island brought timber, rope and four new lamps to the workers of the night shift.",
    "The judge gave both of the sides a month to answer the claims of the builders from the other shore.",
]
BESIDE_PLAIN = [
    "Two of the councillors asked for a second opinion, and the engineer promised to have it ready by Friday.",
    "Ferries have left from the old pier since 1911; before that, passengers climbed down a ladder at low tide.",
    "“We would rather wait a year than build it twice,” said the head of the trust, whose father was a pilot here.",
    "Shops on the quay will keep their doors open during the work, though deliveries move to the early morning.",
    "Money for the lamps comes from a legacy of a captain, who wanted the steps to be lit for those who come home.",
    "Last year a storm tore three planks from the landing stage, and a cyclist was lucky to get away with a bruise.",
    "Insurance paid for the planks but not for the rail; a blacksmith on the hill forged a new one without a bill.",
    "Anyone with old photographs of the place is asked to lend them, above all pictures from before the second war.",
    "Gulls nest under the roof each summer, so builders must stop from May until the young birds are able to fly.",
    "Of the eleven firms that were invited, four sent an offer, and the cheapest of them came from across the border.",
    "The next meeting is in March, when a model of the new waiting room will be shown in the library for a week.",
]
GERMAN = ["Die Gemeinde will das alte Haus am Markt noch vor dem Winter verkaufen und dann neu bauen lassen."] * 10


def story(paragraphs=PLAIN, **changes):
    text = "\n\n".join(paragraphs)
    values = {
        "tokens": text.split(),
        "word_count": len(text.split()),
        "language": "en",
        "title": "Trust spends two million",
        "authors": ["Ada Finch"],
        "publisher": "The Harbour Post",
        "host": "harbourpost.example",
    }
    return Story(paragraphs=paragraphs, text=text, tags=["p"] * len(paragraphs), **values | changes)


def each(change):
    return story([change(paragraph) for paragraph in PLAIN])


def among(*lines):
    return story([PLAIN[0], *lines, *PLAIN[1:]])


# paragraphs of three sentences
LONG = [
    f"{one} It was the {number} of four such evenings, and most went home early. Nobody minded rain {number}."
    for number, one in enumerate(PLAIN)
]
LOOKALIKES = str.maketrans("aeo", "аео")
DAMAGED = [
    (Doubt.CODE_IN_TEXT, among(".lead p { color: red; margin: 0 }")),
    (Doubt.CODE_IN_TEXT, among("window.dataLayer=window.dataLayer||[];gtag('js',new Date());")),
    (Doubt.CODE_IN_TEXT, among("adslot mid-3 size=[[300,250],[728,90]] targeting={pos:mid,cat:news}")),
    (Doubt.CODE_IN_TEXT, among('{"id": 7, "type": "paragraph", "data": {"level": 2}}')),
    (Doubt.MARKUP_IN_TEXT, each(lambda text: f"<p>{text}</p>")),
    (Doubt.MARKUP_IN_TEXT, each(lambda text: text.replace(" the ", "&lt;b&gt;the "))),
    (Doubt.MARKUP_IN_TEXT, among('[gallery ids="4,5"]')),
    (Doubt.MARKDOWN_IN_TEXT, each(lambda text: text.replace(" the ", " **the** ", 1))),
    (Doubt.MARKDOWN_IN_TEXT, each(lambda text: text.replace(" the ", " [the](https://ledger.example/a) ", 1))),
    (Doubt.TEMPLATE_IN_TEXT, each(lambda text: text.replace(" the ", " {{ article.field }} "))),
    (Doubt.TEMPLATE_IN_TEXT, among("Posted by ${author.name} in [object Object]")),
    (Doubt.ENCODED_TEXT, among("data:image/png;base64," + "aB3dE5fG7h" * 12)),
    (Doubt.ENCODED_TEXT, each(lambda text: text.replace(" ", "%20"))),
    (Doubt.ENCODED_TEXT, each(lambda text: text.replace(",", "\\u2019").replace(".", "\\u2019"))),
    (Doubt.SCRIPTS_MIXED, each(lambda text: text.translate(LOOKALIKES))),
    (Doubt.SCRIPTS_MIXED, among("".join(chr(0x1D5EE + n) for n in range(20)))),
    (Doubt.DIGITS_IN_WORDS, each(lambda text: text.replace("ol", "0l").replace("il", "i1").replace("or", "0r"))),
    (Doubt.SPACES_DAMAGED, each(lambda text: text.replace(" the ", "the ").replace("of the", "ofthe"))),
    (Doubt.SPACES_DAMAGED, each(lambda text: text.replace(". ", ".").replace(", ", ",") + "Then all went home ,")),
    (
        Doubt.SPACES_DAMAGED,
        each(lambda text: " ".join(text[:30].replace(" ", "")) + text[30:] + " " + " ".join("harbours")),
    ),
    (Doubt.CASE_LOST, each(str.upper)),
    (Doubt.CASE_LOST, story([text.lower() for text in PLAIN * 2])),
    (Doubt.MARKS_LOST, story(GERMAN, language="de")),
    (Doubt.MARKS_LOST, story([text.rstrip(".") for text in PLAIN * 3])),
    (
        Doubt.HYPHENS_LEFT,
        each(lambda text: text.replace("er ", "er- ing ")),
    ),
    (Doubt.TEXT_REPEATED, story([*PLAIN, " ".join(PLAIN)])),
    (Doubt.TEXT_REPEATED, story([LONG[0], *PLAIN, LONG[0]])),
    (
        Doubt.PARAGRAPHS_ALIKE,
        story([f"Ada Finch, {age}, of Overby, died on Sept. {age - 70}. Services private." for age in range(71, 79)]),
    ),
    (Doubt.PARAGRAPHS_ALIKE, among(*(part for n in range(1, 6) for part in (f"{n} of 5", f"A boat. Photo: {n}")))),
    (Doubt.PARAGRAPHS_ALIKE, among(*(f"{text[4:40]}. Photo: {n}" for n, text in enumerate(PLAIN + PLAIN)))),
    (
        Doubt.REST_FOR_PAYERS,
        story(PLAIN[:1], lines_after=["You have no free articles left this month.", "Subscribe for two a week."]),
    ),
    (Doubt.TITLE_DAMAGED, story(title="undefined")),
    (Doubt.TITLE_DAMAGED, story(title="{{ page.title }}")),
    (Doubt.TITLE_DAMAGED, story(title="Trust <b>spends</b> two million")),
    (Doubt.TITLE_DAMAGED, story(title="trust-spends-two-million")),
    (Doubt.TITLE_CUT_OFF, story(title="The harbour trust agreed on Mon...")),
    (Doubt.AUTHOR_DAMAGED, story(authors=["Photo: Ada Finch"])),
    (Doubt.AUTHOR_DAMAGED, story(declared_authors=["Photo: Ada Finch"])),
    (Doubt.DATE_DECLARED_INVALID, story(declared_dates=["0000-00-00 00:00:00"])),
    (Doubt.DATE_DECLARED_INVALID, story(declared_dates=["Invalid Date"])),
    (
        Doubt.CONSENT_WALL,
        story(
            [
                "We and our partners store and/or access information on a device, such as cookies and IP addresses.",
                "You may withdraw your consent or manage your preferences for personal data at any time.",
            ]
        ),
    ),
    (
        Doubt.CONSENT_WALL,
        story(
            [
                "Mit Ihrer Einwilligung verwenden wir und unsere Anbieter Cookies, um personenbezogene Daten zu lesen.",
                "Sie können in den Einstellungen jederzeit widersprechen, siehe Datenschutz.",
            ],
            language="de",
        ),
    ),
    (Doubt.ACCESS_REFUSED, story(["We noticed unusual traffic. Please show that you are not a robot and go on."])),
    (
        Doubt.ACCESS_REFUSED,
        story(["通常と異なるトラフィックを検出しました。ロボットではないことを確認してください。"], language="ja"),
    ),
    (
        Doubt.ACCESS_REFUSED,
        story(["This story is not available in your country for legal reasons. Visitors from abroad may write to us."]),
    ),
    (Doubt.STORY_GONE, story(["The article you were looking for is no longer part of our archive.", *PLAIN])),
    (Doubt.STORY_GONE, story(["La página que busca no se ha encontrado o ya no existe."], language="es")),
    (Doubt.MACHINE_REPLY, story(["Sure! Here is a rewritten version of your text:", *PLAIN])),
    (Doubt.MACHINE_REPLY, story(["Wrth gwrs! Dyma'r erthygl:", *PLAIN])),
    (Doubt.MACHINE_REPLY, story(["當然！改寫後的文章如下：", *PLAIN])),
    (Doubt.MACHINE_REPLY, story(["Natürlich! Hier ist eine neutrale Fassung des Artikels:", *PLAIN])),
    (Doubt.MACHINE_REPLY, story([*PLAIN, "I hope this helps! Let me know if you need anything else."])),
    (Doubt.REST_FOR_PAYERS, story([*PLAIN, "The rest of this piece is for subscribers. Chip in to carry on."])),
    (Doubt.REST_FOR_PAYERS, story([*PLAIN, "Weiterlesen können nur Abonnenten."])),
    (Doubt.REST_FOR_PAYERS, story(PLAIN, lines_after=["Share", "The full story is for members only."])),
    (Doubt.SPONSORED, story(["Sponsored content", *PLAIN])),
    *(
        (Doubt.PUBLISHER_DAMAGED, story(publisher=name))
        for name in (
            "Our paper is not responsible for what other sites may say",
            "WordPress",
            "Home",
            "Startseite",
            "Главная страница",
            "首页",
            "Your Site Name",
            "undefined",
            "{{ site }}",
        )
    ),
    (Doubt.TEXT_REPEATED, story([part for one in LONG for part in (one, one.split(". ")[0] + ".")])),
    (Doubt.SPONSORED, story(lines_before=["By Ada Finch", "Sponsored content"])),
    # what programs, templates and colleagues leave in a text
    (Doubt.CODE_IN_TEXT, among("Warning: fopen() expects a string, null given in /srv/site/top.php on line 12")),
    (Doubt.CODE_IN_TEXT, among('File "/srv/app/views.py", line 7, in render')),
    (Doubt.CODE_IN_TEXT, among("at org.press.Page.render(Page.java:41)")),
    (Doubt.CODE_IN_TEXT, among("2026-11-12 09:14:02,117 WARN [worker-3] cache miss for story 41")),
    (Doubt.CODE_IN_TEXT, among("<<<<<<< HEAD", PLAIN[1], ">>>>>>> copy-edit")),
    (Doubt.CODE_IN_TEXT, story(["--- title: The pier layout: post tags: [harbour] ---", *PLAIN])),
    (Doubt.MARKUP_IN_TEXT, among("The nbsp; pier isn#8217;t safe, the quot;oldquot; one least.")),
    (Doubt.MARKDOWN_IN_TEXT, among("The [[Harbour|harbour]] and the [[Pier|pier]].")),
    (Doubt.MARKDOWN_IN_TEXT, among("== The pier ==", "== The boat ==")),
    (Doubt.MARKDOWN_IN_TEXT, among("The \\emph{harbour} and the \\textbf{pier} of the town.")),
    (Doubt.MARKDOWN_IN_TEXT, each(lambda text: f"> {text}")),
    (Doubt.TEMPLATE_IN_TEXT, each(lambda text: text.replace(" the ", " %s ", 1))),
    (Doubt.TEMPLATE_IN_TEXT, each(lambda text: text.replace(" the ", " [Name] "))),
    (Doubt.TEMPLATE_IN_TEXT, story(["橋の修理にNaN万円。図書館はNaN人増やし、NaNメートル延ばす。"], language="ja")),
    (Doubt.TEMPLATE_IN_TEXT, among("Excepteur sint occaecat cupidatat non proident.")),
    (Doubt.TEMPLATE_IN_TEXT, among("article.labels.read_more", "common.share.button")),
    (Doubt.DESK_NOTES, among("The trust [TK] and the board [CHECK NAME] will meet.")),
    (Doubt.DESK_NOTES, among("Der Preis [bitte prüfen] stieg. Der Rat [einfügen: Name] tagt.")),
    (Doubt.DESK_NOTES, story(["From: desk Sent: Monday To: web Subject: the pier", *PLAIN])),
    (Doubt.DESK_NOTES, among("-----Ursprüngliche Nachricht-----")),
    (Doubt.NUMBERS_BETWEEN, each(lambda text: f"7 00:01:12,400 --> 00:01:15,000 {text}")),
    (Doubt.NUMBERS_BETWEEN, each(lambda text: f"SPEAKER 2 [00:14]: {text}")),
    (Doubt.NUMBERS_BETWEEN, story([" ".join(f"{n:02d} a boat came from the island" for n in range(1, 20))])),
    (Doubt.ADDRESSES_IN_TEXT, each(lambda text: f"{text} See https://lnk.example/a https://lnk.example/b")),
    (Doubt.ADDRESSES_IN_TEXT, among("DSC_0412.JPG", "harbour-1024x683.webp")),
    (Doubt.LETTERS_REPEATED, each(lambda text: text.replace("e", "eee").replace("n", "nnn").replace("t", "ttt"))),
    (Doubt.SCRIPTS_MIXED, each(lambda text: text.replace("e", "´e").replace("a", "`a"))),
    (Doubt.TEXT_REPEATED, story([*PLAIN, *[PLAIN[3]] * 8])),
    (
        Doubt.PARAGRAPHS_ALIKE,
        story([part for n in range(4) for part in (PLAIN[n], f"Yes {n}1% No {n}2% View the results")] + [PLAIN[0]]),
    ),
    (Doubt.CODE_IN_TEXT, among("M12.50 3.20c-1.10 0.00-2.00 .90-2.00 2.00v14.00 3.10 4.20h12.10 3.30 9.90z")),
    (Doubt.TEXT_REPEATED, story(lines_after=[PLAIN[3]] * 3)),
    (Doubt.TEMPLATE_IN_TEXT, story(lines_after=["Duis aute irure dolor in reprehenderit in voluptate."])),
    (Doubt.ADDRESSES_IN_TEXT, among("pic.twitter.com/aB3dE5fG", PLAIN[1], "https://lnk.example/a")),
    (Doubt.TITLE_DAMAGED, story(title="Trust spends two million » Local » Home")),
    (Doubt.TITLE_CUT_OFF, story(title=PLAIN[0][:26])),
    (Doubt.TEXT_REPEATED, story([f"Trust spends two million – {text}" for text in PLAIN * 2])),
    (Doubt.TEMPLATE_IN_TEXT, each(lambda text: text.replace(" the ", " #REF! ").replace(" a ", " #N/A "))),
    (Doubt.TEMPLATE_IN_TEXT, each(lambda text: text.replace(" the ", " **** ").replace(" a ", " ____ "))),
    (
        Doubt.DIGITS_IN_WORDS,
        each(lambda text: text.replace("e ", "e12 ").replace("r ", "r7 ").replace("d ", "d3 ")),
    ),
    (Doubt.PARAGRAPHS_CUT, each(lambda text: text.replace(" the ", " ... ").replace(" a ", " ... "))),
    (Doubt.NUMBERS_BETWEEN, each(lambda text: text.replace(" the ", " the ▪ ").replace(" a ", " a ▪ "))),
    (Doubt.NUMBERS_BETWEEN, each(lambda text: f"2026-11-12T09:14:02Z {text}")),
    (
        Doubt.PARAGRAPHS_ALIKE,
        story([part for text in PLAIN for part in (text, f"Read also: {text[4:40]}")] + [PLAIN[0]]),
    ),
    (Doubt.TITLE_DAMAGED, story(title="Trust spends two million (12 comments)")),
    (Doubt.COMMENTS_IN_TEXT, among(*(f"anna{n} {n} hours ago · Reply At last, well done!" for n in range(2, 6)))),
    (Doubt.PARAGRAPHS_CUT, story([f"{text[:70]}…" for text in PLAIN * 2])),
    (Doubt.PARAGRAPHS_CUT, story([text[6:] for text in LONG * 2])),
    (Doubt.TITLE_DAMAGED, story(title="Trust spends two million Trust spends two million")),
    (Doubt.TITLE_DAMAGED, story(title="Trust spends two million » Local » The Harbour Post")),
]
UNDAMAGED = {
    "plain text": story(),
    "a quote with an editor's words": among("“[I have] never [seen] such a thing [here],” the builder said."),
    "a formula and a footnote": among("The speed a = 4 m; the mass b = 3 kg; both as in note * below."),
    "names with capitals inside": each(lambda text: text.replace("boat", "iPhone").replace("judge", "McDonald")),
    "suspended hyphens": story(["Vor- und Nachteile, Hin- oder Rückweg, Ein- und Ausgang: alles."] * 2),
    "an agency's capitals": among("LONDON"),
    "headline that ends in dots": story(title="And then there were none ..."),
    "a headline that is a year": story(title="1984"),
    "an article about cookies": story(
        ["The ministry wants to forbid cookies that need no consent, a partner said.", *PLAIN]
    ),
    "an advert above the text": story(lines_before=["Anzeige"]),
    "a line for subscribers below a long text": story(
        [*PLAIN, *BESIDE_PLAIN],
        lines_after=["Keep reading: become a member."],
    ),
    "an offer below a short text": story(lines_after=["Become a member and support our work", "Tickets are free"]),
    "a writer's hope": story([*PLAIN, "I hope this helps you end the battles about bedtime."]),
    "scores": among("Overby 3 of 5", "1-0", "2/3", "The pier of 1904"),
    "a castle for sale": story(["The castle may be for sale, and the town's parking service wants the yard.", *PLAIN]),
    "an author named Null": story(authors=["Christopher Null"]),
    "the site of a program's maker": story(publisher="Shopify", host="www.shopify.example"),
    "a paper with a home in its name": story(publisher="Home & Harbour"),
    "one quote in large type": story([PLAIN[0], f"{PLAIN[1]} {PLAIN[2]}", PLAIN[2], PLAIN[3]]),
    "results with ranks": among(
        *(f"{n} {name} Finch 2:{n:02d}:14" for n, name in enumerate("Ada Ben Cora Dan Eve Fay".split(), 1))
    ),
    "a list with bullets": among(*(f"• {text[5:40]}" for text in PLAIN)),
    "no text": story([]),
    "no words": story(["…", "—"], title=""),
    "a paragraph twice in a row": story([PLAIN[0], *PLAIN]),
    "a call before a list": story(["Hurry! The harbour fair opens on Monday", *PLAIN]),
    "an office with a long name": story(publisher="Office of the Commissioner for Harbours and Ferries of the Coast"),
    "labels of a list": story([part for text in PLAIN for part in (text, f"Con: {text[4:40]}")] + [LONG[0]]),
    "topics of letters": story(title="Letters: The pier | The old boat | Taxes | Four lamps"),
    "an interview": story([part for text in PLAIN for part in ("The Post: Is it so?", f"Finch: {text}")]),
    "codes with digits": among("The A4, the B12, the covid19 ward, an mp3 and the g20 met on the f16 road."),
    "one note of an editor": among("The trust [check against delivery] said so."),
    "a message that is quoted": among("“To: the harbour trust. Subject: pier,” the letter began."),
    "two links": among("See https://ledger.example/a and https://ledger.example/b for both reports."),
    "a song's refrain": story([*PLAIN, *["Row the boat home, row the boat home to the shore."] * 3]),
    "a reply": among("“Reply by 5 May,” he wrote.", "Reply cards are free."),
    "a poem in small letters": among("row the boat home", "row it to the shore", "row the boat home", "and no more"),
    "a repeated first word": story(title="Boats, boats, boats: the trust counts them"),
    "a headline in three parts": story(title="Pier | Trust spends two million"),
    "zero in German": story(["Das Spiel endete null zu null, und null Tore sind null Punkte wert."], language="de"),
    "a story that shows code": replace(
        among("<b>bold</b> is one tag, <i>slanted</i> another, <u>underlined</u> a third.", "print('{{ name }}')"),
        tags=["p", "pre", *["p"] * len(PLAIN)],
    ),
    "a story about programs": among(
        "React and Angular are JavaScript, most developers say; HTML and CSS are not programming. The API sends JSON:",
        "const boat = document.getElementById('boat'); boat.append('{{ name }}');",
    ),
    "items of a list that go on with a sentence": replace(
        story([*PLAIN, *(text[0].lower() + text[1:] for text in BESIDE_PLAIN[3:7])]), tags=["p"] * 4 + ["li"] * 4
    ),
    "headings that start alike": replace(
        story([part for text in PLAIN for part in (f"The boats of {text[4:9]}", text)]), tags=["h3", "p"] * len(PLAIN)
    ),
    "Chinese with Latin names": story(
        ["相关法规二次征求意见，消费者可在30天内退换，SK集团表示欢迎。"] * 1, language="zh"
    ),
}


@pytest.mark.parametrize(("doubt", "damaged"), DAMAGED, ids=[f"{doubt}-{n}" for n, (doubt, _) in enumerate(DAMAGED)])
def test_damage_is_flagged(doubt, damaged):
    assert doubt in next(find_damage([damaged]))


@pytest.mark.parametrize("name", UNDAMAGED)
def test_text_without_damage_has_no_flag(name):
    assert next(find_damage([UNDAMAGED[name]])) == {}


def test_every_kind_has_a_case_and_a_measured_rate():
    assert {detector.doubt for detector in DETECTORS} == {doubt for doubt, _ in [*DAMAGED, *DAMAGED_WORDS]}
    assert all(0 <= detector.real_share <= 0.5 for detector in DETECTORS)


def test_the_evidence_names_the_line():
    html = "<html lang='en'><body><article><h1>Trust spends two million on pier</h1>"
    html += "".join(f"<p>{text}</p>" for text in PLAIN[:2]) + "<p>{{ banner.text }} for the harbour of the town.</p>"
    html += "".join(f"<p>{text}</p>" for text in PLAIN[2:]) + "</article></body></html>"
    _, lines, candidates = process(page_table(html, source_uri="s", url="https://ledger.example/a"))[:3]
    (row,) = candidates.to_pylist()
    assert "template_in_text" in row["flags"]
    (shown,) = [one for one in row["flag_evidence"] if one["flag"] == "template_in_text"]
    text_of = {line["line_no"]: line["text"] for line in lines.to_pylist()}
    assert "{{ banner.text }}" in text_of[shown["line_no"]]
    assert "{{ banner.text }}" in shown["shown"]


STORY = [f"{text} {more}" for text, more in zip(PLAIN, reversed(PLAIN), strict=True)]


@pytest.mark.parametrize(
    ("lines", "repairs"),
    [
        (STORY, []),
        ([*STORY, *STORY], ["doubled_text"]),
        ([*STORY, " ".join(STORY)], ["doubled_text"]),
        ([STORY[0], *STORY], []),
        ([*STORY, PLAIN[2]], []),
    ],
    ids=["once", "twice", "twice, then as one line", "the first paragraph twice", "a sentence twice"],
)
def test_doubled_text_is_named_among_the_repairs(lines, repairs):
    html = "<html lang='en'><body><article><h1>Trust spends two million on pier</h1>"
    html += "".join(f"<p>{text}</p>" for text in lines) + "</article></body></html>"
    (row,) = process(page_table(html, source_uri="s", url="https://ledger.example/a"))[2].to_pylist()
    assert row["repairs"] == repairs
    assert row["text"].count(STORY[1]) == 1


def test_a_page_of_which_only_the_standfirst_is_left_is_doubtful():
    lede = "The harbour trust wants to spend two million on the old ferry pier, and the town asks what for."
    head = f"<head><title>Trust spends two million</title><meta name='description' content='{lede}'></head>"
    html = f"<html lang='en'>{head}<body><main><h1>Trust spends two million</h1><p class='lead'>{lede}</p>"
    for body, is_doubtful in (("", True), ("".join(f"<p>{text}</p>" for text in STORY), False)):
        page = page_table(f"{html}{body}</main></body></html>", source_uri="s", url="https://ledger.example/a")
        (row,) = process(page)[2].to_pylist()
        assert row["text"].startswith(lede)
        assert ("body_doubtful" in row["flags"]) is is_doubtful


def test_phrases_are_spelled_out():
    assert sorted(spellings("recogni[sz]e (?:the )?page?")) == sorted(
        f"recogni{letter}e {article}pag{end}" for letter in "sz" for article in ("the ", "") for end in ("e", "")
    )


def test_golden_pages_have_no_damage():
    known = {detector.doubt.value for detector in DETECTORS}
    for path in EXPECTED.rglob("*.json"):
        expected = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(expected, dict):
            assert not known & set(expected.get("flags") or ()), path


def test_declared_fields_of_a_wrongly_decoded_page_are_repaired():
    node = {
        "@type": "NewsArticle",
        "headline": "Une allée à réparer",
        "author": {"@type": "Person", "name": "Éloïse Bréchard"},
    }
    line = "À la fin de l'été, la mairie a voté une dépense pour la vieille allée et ses arbres abîmés."
    html = (
        "<html lang='fr'><head><meta charset='utf-8'><script type='application/ld+json'>"
        f"{json.dumps(node, ensure_ascii=False)}</script></head><body><article><h1>Une allée à réparer</h1>"
        f"<p>{line}</p><p>Élu depuis six ans, le maire préfère parler de réparations légères.</p></article></body>"
    )
    damaged = html.encode().decode("cp1252", "replace")
    row = process(page_table(damaged, source_uri="s", url="https://journal.example/a"))[2].to_pylist()[0]
    assert (row["title"], row["authors"]) == ("Une allée à réparer", ["Éloïse Bréchard"])


@pytest.mark.parametrize(("entries", "kind"), [(3, "live"), (2, "article")])
def test_a_short_ticker_is_known_by_the_ages_of_its_entries(entries, kind):
    inner = "".join(
        f"<h3>Part {n}</h3><p>{text}</p><p>{3 + 7 * n} min ago</p>" for n, text in enumerate(PLAIN[:entries])
    )
    html = f"<html lang='en'><body><article><h1>Trust spends two million on pier</h1>{inner}</article></body></html>"
    documents = process(page_table(html, source_uri="s", url="https://ledger.example/a"))[0]
    assert documents.column("kind")[0].as_py() == kind
