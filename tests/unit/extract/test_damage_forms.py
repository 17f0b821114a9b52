"""Damage in forms that the other tables do not have: lost letters, marks and numbers, rows of links, replies, codes."""

from dataclasses import replace

import pytest
from support.damaged_words import PARAGRAPHS, between, each, every, story

from tasks.extract.damage.evidence import Story
from tasks.extract.damage.table import find_damage
from tasks.vocabulary import Doubt

ENGLISH, GERMAN, FRENCH = PARAGRAPHS["en"], PARAGRAPHS["de"], PARAGRAPHS["fr"]
LIGATURES = [
    "The of ce of the trust found the nal gures on Monday: a rst signi cant rise since the spring of last year.",
    "Of cials con rmed the con ict, and the eld by the river was ooded twice before anybody could nish the work.",
]
APOSTROPHES = [
    "They dont know why it wasnt said, and she isnt sure that the trust didnt ask for a second opinion in March.",
    "Theyre sure that the boats werent late, and nobody in the hall wouldnt wait for a year to see it built well.",
]
UMLAUTS = [
    "Der Buergermeister will die Bruecke fuer zwei Millionen Euro erneuern, und zwar frueher als im Plan steht.",
    "Waehrend der Arbeiten koennen die Laeden am Ufer oeffnen, doch spaeter wuerde es sehr teuer, sagte er.",
]
SONGS = [word.strip(".,“”") for word in " ".join(ENGLISH).split()] * 3
QUERY = "INSERT INTO `article_text` (`id`, `section`) VALUES (4711, 'local');"
LATER = "[Part 2 of 5 – more in the next answer]"
REFUSED = "I am afraid that as an AI language model I may not rewrite this part of the text."
UTILITY_CLASSES = "mt-4 flex md:w-1/2 text-gray-700 px-6 lg:grid-cols-3"
DAMAGED: dict[str, tuple[Doubt, Story]] = {
    "ligatures lost": (Doubt.WORDS_UNLIKELY, story([*LIGATURES, *ENGLISH])),
    "apostrophes lost": (Doubt.MARKS_LOST, story([*APOSTROPHES, *ENGLISH])),
    "umlauts written out": (Doubt.MARKS_LOST, story([*UMLAUTS, *GERMAN], "de")),
    "sentences in another language": (
        Doubt.WORDS_UNLIKELY,
        story([f"{one} {FRENCH[n]}" for n, one in enumerate(GERMAN)], "de"),
    ),
    "every second space lost before capitals": (
        Doubt.SPACES_DAMAGED,
        each(lambda text: "".join(f" {word}" if word[0].islower() else word for word in text.split()), "de"),
    ),
    "first letters apart": (Doubt.SPACES_DAMAGED, each(lambda text: f"{text[0]} {text[1:]}")),
    "dots between syllables": (Doubt.SIGNS_IN_WORDS, each(every(2, lambda word: f"{word[:2]}·{word[2:]}"))),
    "wide full stops": (Doubt.SIGNS_IN_WORDS, each(lambda text: text.replace(", ", "，").replace(".", "。"))),
    "names of icons": (Doubt.SIGNS_IN_WORDS, each(every(9, lambda word: f"{word} bookmark_border"))),
    "crosses for numbers": (
        Doubt.NUMBERS_DAMAGED,
        each(lambda text: text.replace("two", "XX").replace("1911", "XXXX").replace("a year", "XX years")),
    ),
    "zeros for numbers": (
        Doubt.NUMBERS_DAMAGED,
        each(lambda text: text.replace("two", "0").replace("1911", "0").replace("a year", "0 years")),
    ),
    "numbers lost": (
        Doubt.NUMBERS_DAMAGED,
        story([one.replace("1911", "then") for one in ENGLISH] + ["The fare rose by percent, from £ to more than £."]),
    ),
    "numbered sentences": (
        Doubt.NUMBERS_BETWEEN,
        story([f"({2 * n + 1}) {one} ({2 * n + 2}) {one[:40]}." for n, one in enumerate(ENGLISH)]),
    ),
    "times of a film": (Doubt.NUMBERS_BETWEEN, story([f"00:0{n}:21:14 {one}" for n, one in enumerate(ENGLISH)])),
    "how words are said": (Doubt.PHRASE_REPEATED, each(every(7, lambda word: f"{word} (KOWN-suhl)"))),
    "lists of headlines": (
        Doubt.PHRASE_REPEATED,
        story([part for one in ENGLISH[:3] for part in (one, f"Read: 1. {one[:30]} 2. {one[30:60]} 3. {one[60:80]}")]),
    ),
    "labels in capitals": (
        Doubt.PHRASE_REPEATED,
        story([*ENGLISH[:2], "READ ALSO > the pier", *ENGLISH[2:4], "READ ALSO > the boat", *ENGLISH[4:]]),
    ),
    "figures in one sentence": (
        Doubt.PHRASE_REPEATED,
        between(*(f"Switch on the player to see film {n}." for n in range(9))),
    ),
    "named sentences": (Doubt.NUMBERS_BETWEEN, each(lambda text: f"Sentence 1: {text} Sentence 2: {text[:30]}.")),
    "ties of a typesetting program": (Doubt.SIGNS_IN_WORDS, each(lambda text: text.replace(" the ", " the~"))),
    "capitals within words": (
        Doubt.SPACES_DAMAGED,
        each(every(3, lambda word: word[:2] + word[2:].upper()[:1] + word[3:]), "ru"),
    ),
    "a slug as headline": (Doubt.TITLE_DAMAGED, story(title="el-título-de-la-crónica")),
    "a slug without its accents": (Doubt.TITLE_DAMAGED, story(title="le-march--de-no-l-ferme-d-j-")),
    "no number of a date": (Doubt.DATE_DECLARED_INVALID, replace(story(), declared_dates=["NaN-NaN-NaNTNaN:NaN:NaN"])),
    "a headline without spaces": (Doubt.TITLE_DAMAGED, story(title="lafloridaelcafédelpuertodeSantaLucía")),
    "a headline with its author": (
        Doubt.TITLE_DAMAGED,
        replace(story(title="Pier opens after a year of work By Ada Thornwick"), authors=["Ada Thornwick"]),
    ),
    "two names in one": (Doubt.AUTHOR_DAMAGED, replace(story(), authors=["Ada ThornwickTom Orrin"])),
    "letters in numbers": (
        Doubt.NUMBERS_DAMAGED,
        story([f"{one} That was in l9{n}4, and it cost {n + 2}O7 crowns." for n, one in enumerate(ENGLISH)]),
    ),
    "a row of emoji": (Doubt.TITLE_DAMAGED, story(title="\U0001f525\U0001f525\U0001f525 Pier opens")),
    "a day that is not there": (Doubt.DATE_DECLARED_INVALID, replace(story(), declared_dates=["2025-02-29T10:00:00Z"])),
    "codes of a wire": (Doubt.DESK_NOTES, story(["ZCZC HBT0412 4 GEN 0231 /PIER/", *ENGLISH, "ENDS hbt/jk NNNN"])),
    "a query": (Doubt.CODE_IN_TEXT, between(QUERY)),
    "an error of a service": (Doubt.CODE_IN_TEXT, between("Error 429: Too Many Requests. Try again later.")),
    "classes of a style sheet": (Doubt.CODE_IN_TEXT, between(UTILITY_CLASSES)),
    "parts of an answer": (Doubt.CODE_IN_TEXT, story([*ENGLISH[:3], LATER, *ENGLISH[3:]])),
    "a reply inside": (Doubt.MACHINE_REPLY, story([*ENGLISH[:3], "Sure! Here is the next part:", *ENGLISH[3:]])),
    "a refusal inside": (Doubt.MACHINE_REPLY, story([*ENGLISH[:3], REFUSED, *ENGLISH[3:]])),
    "rows of topics": (Doubt.PHRASE_REPEATED, between("Topics: Town | Money | Sea", "Topics: Boats | Work | Winter")),
    "rows of buttons": (Doubt.PHRASE_REPEATED, between("4 min · Save · Share", "12 likes · Reply · Report")),
    "a pager": (Doubt.PHRASE_REPEATED, story([*ENGLISH[:3], "« Back 1 2 3 4 5 … 27 Next »", *ENGLISH[3:]])),
    "letters of two scripts": (
        Doubt.SCRIPTS_MIXED,
        each(every(3, lambda word: word.replace("e", "е").replace("o", "о"))),
    ),
    "an offer between sentences": (Doubt.ADS_IN_TEXT, between("Buy now at the Boat Shop")),
    "sentences in English": (
        Doubt.WORDS_UNLIKELY,
        story([f"{one} {ENGLISH[n]}" for n, one in enumerate(GERMAN)], "de"),
    ),
    "the author's name as headline": (Doubt.TITLE_DAMAGED, story(title="Ada Finch")),
    "question marks as headline": (Doubt.TITLE_DAMAGED, story(title="?? ?????? ??????? 272 ?????")),
    "a name twice": (Doubt.AUTHOR_DAMAGED, replace(story(), authors=["Ada FinchAda Finch"])),
    "a name of a test": (Doubt.AUTHOR_DAMAGED, replace(story(), authors=["Demo Author"])),
}
SOUND = {
    "one odd word": story([*ENGLISH, "“We dont know,” she wrote."]),
    "names with capitals inside": story([*ENGLISH, "YouTube, McDonald and eBay sent a boat each."]),
    "German women and men": each(lambda text: text.replace("Mitglieder", "BürgerInnen und BeamtInnen"), "de"),
    "French women and men": each(lambda text: text.replace("élus", "élu·e·s"), "fr"),
    "numbers in words": story([one.replace("1911", "the war") for one in ENGLISH]),
    "names of cities": story([*ENGLISH, "Los Angeles, Las Vegas, Den Haag and Les Halles sent mayors."]),
    "a quote about a model": story([*ENGLISH[:3], "“As an AI language model, I cannot sail,” it wrote.", *ENGLISH[3:]]),
    "an announced list": story([*ENGLISH[:3], "Here is a summary of the plan:", *ENGLISH[3:]]),
    "one row of links": story([*ENGLISH[:3], "Town | Money | Sea", *ENGLISH[3:]]),
    "a century": story([*ENGLISH, "XX was the number of the boat."]),
    "hyphens": story([*ENGLISH[:2], "well-to-do, up-to-date, so-called and twenty-one-year-old", *ENGLISH[2:]]),
    "a way to pay": story([*ENGLISH[:3], "Buy now, pay later purchases", *ENGLISH[3:]]),
    "sums": story([*ENGLISH, "The length is Σlength of all, the change is Δlength, and the shares are Πshare."]),
    "a row of asterisks": story([*ENGLISH[:3], "*" * 70, *ENGLISH[3:]]),
    "a list of songs": story(
        [*ENGLISH, *(f"{n:02} {' '.join(SONGS[7 * n : 7 * n + 5 + n % 3])}" for n in range(1, 14))]
    ),
    "a long word": story(title="Donaudampfschifffahrtsgesellschaft"[:31]),
    "a headline in Chinese": story(title="港口信托基金同意花费两百万修复旧渡轮码头" * 2),
    "names with capitals": replace(story(), authors=["Mary FitzGerald Orrin", "Ian MacArthur", "Ana DeLuca Reis"]),
    "litres and gases": story([*ENGLISH, "It holds 5l, 10l or 20l of O2, O3 and CO2, said O2."]),
    "the key of another keyboard": story(
        [
            "Eίναι γνωστό ότι το λιμάνι κλείνει. Oι βάρκες μένουν έξω και η πόλη περιμένει την απόφαση του ταμείου.",
            "Zητήθηκε μια δεύτερη γνώμη, και το συμβούλιο θα μιλήσει την Τρίτη για τα χρήματα της προβλήτας.",
        ],
        "el",
    ),
    "a Chinese site that prints spaces": story(
        [" ".join("港口信托基金同意花费两百万修复旧渡轮码头，市民表示欢迎。") for _ in range(2)],
        "zh",
        title=" ".join("港口信托基金修复码头"),
    ),
    "passages in English": story(
        [
            *GERMAN[:2],
            "Er sagte: „This is about the boats that have been there from the start, and they will be with us then.“",
            *GERMAN[2:],
            "Sie schrieb: “Before they left the harbour there was this letter, and it would have said what they want.”",
        ],
        "de",
    ),
    "offers in a guide": story([*ENGLISH, "Boat One", "Check price at the Boat Shop", "Boat Two"]),
    "sources at the ends of lines": story(
        [*ENGLISH, *(f"{word}: https://ledger.example/{word}" for word in "First Next Then Last Beside".split())]
    ),
    "one question": story(title="Will the pier be built at last??"),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_each_form_of_damage_is_a_flag(name):
    doubt, damaged = DAMAGED[name]
    assert doubt in next(find_damage([damaged]))


@pytest.mark.parametrize("name", SOUND)
def test_what_looks_alike_has_no_flag(name):
    assert next(find_damage([SOUND[name]])) == {}
