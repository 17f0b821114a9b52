"""Direct quotes and who says them, phenomenon by phenomenon and on the hand-written gold sets."""

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.paths import TESTS

from tasks.extract.quotes.find import find_quotes
from tasks.extract.quotes.marks import MAX_QUOTE_CHARS

GOLD = TESTS / "quotes"

# phenomenon, language, paragraphs, quotes with their speakers
CASES = [
    (
        "split quote, surname later",
        "en",
        ["“We saw it coming,” said Mayor Orla Finch. “Nobody else did.”", "“So we left,” Finch said."],
        [("We saw it coming,", "Orla Finch"), ("Nobody else did.", "Orla Finch"), ("So we left,", "Orla Finch")],
    ),
    (
        "a full name that comes after the title alone",
        "en",
        ["“It rained all night,” Dr. Quill said.", "Agnes Quill has run the clinic since May."],
        [("It rained all night,", "Agnes Quill")],
    ),
    (
        "pronoun of the person named last",
        "en",
        ["Tom Barrow closed the shop. He was tired.", "“Thirty years is enough for anyone,” he said."],
        [("Thirty years is enough for anyone,", "Tom Barrow")],
    ),
    (
        "pronoun that could mean two",
        "en",
        ["Mrs Ida Stone and Ms Vera Lund met for tea.", "“It was a good talk,” she said."],
        [("It was a good talk,", None)],
    ),
    (
        "pronoun decided by gender",
        "en",
        [
            "Ida Stone and her brother, Mr Karl Stone, met.",
            "Miss Ida Stone waited for Mr Karl Stone. “I was late,” he said.",
        ],
        [("I was late,", "Karl Stone")],
    ),
    (
        "two people of one surname",
        "en",
        ["“It leaks,” said Ned Bray.", "“It does not,” said Ivy Bray.", "“It really does leak,” Ned Bray said."],
        [("It leaks,", "Ned Bray"), ("It does not,", "Ivy Bray"), ("It really does leak,", "Ned Bray")],
    ),
    (
        "titles are not names",
        "en",
        ["“Come in, all of you,” said Miss Jean Harrow.", "“They came in the end,” Mrs Bella Moor said."],
        [("Come in, all of you,", "Jean Harrow"), ("They came in the end,", "Bella Moor")],
    ),
    (
        "an organisation is not a person",
        "en",
        ["Nora Pike rang City Hall.", "“We are looking into the matter,” City Hall said in a statement."],
        [("We are looking into the matter,", None)],
    ),
    (
        "somebody without a name",
        "en",
        ["Nora Pike left early. A neighbor, who gave no name, stayed.", "“I heard the glass break,” she said."],
        [("I heard the glass break,", None)],
    ),
    (
        "a role that one person has",
        "en",
        ["Mayor Orla Finch spoke on Monday.", "“We will rebuild the pier,” the mayor said."],
        [("We will rebuild the pier,", "Orla Finch")],
    ),
    (
        "X told Y is X",
        "en",
        ["“The vote is on Friday,” Ada Crane told Bob Heath."],
        [("The vote is on Friday,", "Ada Crane")],
    ),
    (
        "terms, titles, nicknames and scare quotes are not quotes",
        "en",
        [
            "The “green” plan, known as “the Old Lady,” drew on “The Long Road to the Sea,” a novel.",
            "He blamed the “Iron Fence.”",
        ],
        [],
    ),
    (
        "fragments from four words on",
        "en",
        [
            "Councillor Rolf Ames called it “a wish with a spreadsheet attached” and left.",
            "Ames called the vote “absurd” later.",
        ],
        [("a wish with a spreadsheet attached", "Rolf Ames")],
    ),
    (
        "one speech over several paragraphs",
        "en",
        ["“The steel was gone,” Ana Cole said. “You could see through it.", "“Then the wind came, and that was that.”"],
        [
            ("The steel was gone,", "Ana Cole"),
            ("You could see through it.", "Ana Cole"),
            ("Then the wind came, and that was that.", "Ana Cole"),
        ],
    ),
    (
        "British marks with apostrophes inside",
        "en",
        ["‘It’s the passengers’ choice, and they’ve made it,’ said Hugh Vale. ‘That’s that.’"],
        [("It’s the passengers’ choice, and they’ve made it,", "Hugh Vale"), ("That’s that.", "Hugh Vale")],
    ),
    (
        "straight single marks",
        "en",
        ["'It wasn't cold,' said Hugh Vale. 'I left at once.'"],
        [("It wasn't cold,", "Hugh Vale"), ("I left at once.", "Hugh Vale")],
    ),
    (
        "a quote within a quote",
        "en",
        ["“He said, ‘Mind the step,’ and fell,” said Cal Dent."],
        [("He said, ‘Mind the step,’ and fell,", "Cal Dent")],
    ),
    (
        "a verb we do not know",
        "en",
        ["“Get off my pier,” boomed Captain Rex Moran."],
        [("Get off my pier,", "Rex Moran")],
    ),
    (
        "the next sentence is not the attribution",
        "en",
        ["“This is the end of the line.” Ada Crane said she would leave."],
        [("This is the end of the line.", None)],
    ),
    (
        "German role nouns",
        "de",
        [
            "„Das Holz wird nicht leichter“, sagte die Leiterin des Straßenbauamts, Petra Kranz. „Gar nicht.“",
            "Der Sägewerksbesitzer Egon Brandl rechnet mit Verlusten. „Wir warten ab“, sagt er.",
        ],
        [
            ("Das Holz wird nicht leichter", "Petra Kranz"),
            ("Gar nicht.", "Petra Kranz"),
            ("Wir warten ab", "Egon Brandl"),
        ],
    ),
    (
        "German marks that point inward",
        "de",
        ["»Der Wald ist krank«, sagt Försterin Lena Graf. »Er braucht Ruhe.«"],
        [("Der Wald ist krank", "Lena Graf"), ("Er braucht Ruhe.", "Lena Graf")],
    ),
    (
        "French inversion",
        "fr",
        [
            "L'adjoint, Yvan Morel, hésite. « Ce sera long », admet-il.",
            "« Nous sommes prêts », a déclaré Inès Le Goff. « Et vous ? », a-t-elle demandé.",
        ],
        [("Ce sera long", "Yvan Morel"), ("Nous sommes prêts", "Inès Le Goff"), ("Et vous ?", "Inès Le Goff")],
    ),
    (
        "French attribution within the marks",
        "fr",
        ["« C'est trop tard, a expliqué l'ingénieure Luce Arnal, mais nous restons. »"],
        [("C'est trop tard, a expliqué l'ingénieure Luce Arnal, mais nous restons.", "Luce Arnal")],
    ),
    (
        "Spanish verb without a pronoun",
        "es",
        [
            "Tomás Urbina teme lo peor.",
            "«El mar se lo llevará todo», protestó.",
            "«Ya veremos», dijo la alcaldesa, Rosa Peña.",
        ],
        [("El mar se lo llevará todo", "Tomás Urbina"), ("Ya veremos", "Rosa Peña")],
    ),
    (
        "Polish titles and cases",
        "pl",
        [
            "„Most jest zamknięty” – mówi sołtys Jan Śliwa. – „Czekamy.”",
            "Zdaniem Jana Śliwy to potrwa. „Długo poczekamy”, dodał.",
        ],
        [("Most jest zamknięty", "Jan Śliwa"), ("Czekamy.", "Jan Śliwa"), ("Długo poczekamy", "Jan Śliwa")],
    ),
    (
        "Russian",
        "ru",
        ["«Река не ждёт никого», — сказала глава города Анна Белова.", "«Мы подождём её», — добавила она."],
        [("Река не ждёт никого", "Анна Белова"), ("Мы подождём её", "Анна Белова")],
    ),
    (
        "Japanese names before honorifics and offices",
        "ja",
        [
            "「町の宝を守りたいと思っている」と会長の山田太郎さん（61）は話す。「本当に楽しみです」",
            "祭りは「火の夜」と呼ばれる。森一郎町長は「来年もぜひ続けたい」と述べた。「みんなの祭りです」と山田さんは笑った。",
        ],
        [
            ("町の宝を守りたいと思っている", "山田太郎"),
            ("本当に楽しみです", "山田太郎"),
            ("来年もぜひ続けたい", "森一郎"),
            ("みんなの祭りです", "山田太郎"),
        ],
    ),
    (
        "Dutch particles",
        "nl",
        ["“Het is een slecht besluit”, zei schipper Piet van den Berg.", "“Heel slecht zelfs”, aldus Van den Berg."],
        [("Het is een slecht besluit", "Piet van den Berg"), ("Heel slecht zelfs", "Piet van den Berg")],
    ),
    ("nothing to quote", "en", ["No marks here, it's the dogs' day.", ""], []),
]


@pytest.mark.parametrize(("language", "paragraphs", "quotes"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_phenomenon(language, paragraphs, quotes):
    assert [(quote.text, quote.speaker) for quote in find_quotes(paragraphs, language)] == quotes


# marks, names, verbs and the rest that the rules look at, so that random texts reach them
_PIECES = st.sampled_from(
    [
        *"“”„«»「」『』\"'‘’‚‹›,.!?:;—-()。は   \n",
        *"said| he |she said|Anna Roth|Mr Roth|told|sagte |a dit |the mayor|and |’s |J. |van der ".split("|"),
        *"four words or more|según|Ś|İ|さん|山田|と話した".split("|"),
    ]
)
_TEXTS = st.one_of(st.text(max_size=200), st.lists(_PIECES, max_size=40).map("".join))


@settings(max_examples=300)
@given(st.lists(_TEXTS, max_size=6), st.sampled_from([None, "en", "de", "fr", "es", "ru", "ja", "xx", ""]))
def test_quotes_of_any_text_are_in_it(paragraphs, language):
    for quote in find_quotes(paragraphs, language):
        assert quote.text
        assert any(quote.text in paragraph for paragraph in paragraphs)


@pytest.mark.parametrize(
    "paragraphs",
    [
        ["“" * 100_000],
        [" 'a" * 100_000],
        ["«a" * 50_000 + "»"],
        ["Ab " * 333_333 + "“we are all here,” said Anna Roth."],
        ["“We are all here now,” said Anna Roth. "] * 20_000,
        [f"A{number:b} Roth “We are all here now,” he said." for number in range(5_000)],
        ["「" * 100_000, "山" * 1_000_000],
    ],
    ids=["marks", "apostrophes", "nested", "long paragraph", "many quotes", "namesakes", "japanese"],
)
def test_hostile_text_takes_bounded_time(paragraphs):
    begun = time.process_time()
    quotes = find_quotes(paragraphs, "en")
    # each takes some 0.1 s; what grows with the square of the input would take minutes
    assert time.process_time() - begun < 3
    assert all(len(quote.text) <= MAX_QUOTE_CHARS for quote in quotes)


def _score(half):
    """Precision and recall of quotes and the share of right speakers on matched quotes, over a half of the gold set."""
    expected = reported = matched = right = 0
    for path in sorted(GOLD.glob(f"{half}_*.json")):
        gold = json.loads(path.read_text("utf-8"))
        quotes = find_quotes(gold["paragraphs"], gold["language"])
        unmatched = [(" ".join(quote.text.split()), quote.speaker) for quote in quotes]
        expected += len(gold["quotes"])
        reported += len(quotes)
        for quote in gold["quotes"]:
            match = next((pair for pair in unmatched if pair[0] == " ".join(quote["text"].split())), None)
            if match:
                unmatched.remove(match)
                matched += 1
                right += match[1] == quote["speaker"]
    return matched / reported, matched / expected, right / matched


# 0.02 below the scores reached (dev 1.00, 1.00, 1.00; test 1.00, 0.983, 0.863), so that a rule may lose a quote or two
# for a gain elsewhere, while a broken rule fails. The rules were written on the dev half; the test half was scored
# once, when they were finished, and predicts the scores on other texts.
FLOORS = {"dev": (0.98, 0.98, 0.98), "test": (0.98, 0.963, 0.843)}


@pytest.mark.parametrize("half", FLOORS)
def test_gold_floor(half):
    reached = _score(half)
    assert all(value >= floor for value, floor in zip(reached, FLOORS[half], strict=True)), reached
