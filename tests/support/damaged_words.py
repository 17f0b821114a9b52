"""Texts with damage to words, signs and lines between paragraphs, each with the flag that it must have."""

from tasks.extract.damage.evidence import Story
from tasks.vocabulary import Doubt

TEXTS = {
    "ru": """
        Городской совет решил в понедельник потратить два миллиона на ремонт старого моста после долгого обсуждения.
        Никто в зале не мог сказать, почему за лето стоимость работ выросла почти на треть по сравнению с весной.
        «Мы лучше подождём один год, чем будем строить дважды», — заявила после голосования глава комитета.
        Двое депутатов попросили второе заключение, и инженер обещал подготовить его до конца недели.
        Магазины на набережной останутся открыты, но товары теперь будут привозить рано утром, до начала движения.
    """,
    "en": """
        The harbour trust agreed on Monday to spend two million on the old ferry pier, after a long debate in the hall.
        Nobody in the town could say for certain why the cost of the work had risen by a third since the spring.
        “We would rather wait a year than build it twice,” said the head of the trust, whose father was a pilot here.
        Two of the councillors asked for a second opinion, and the engineer promised to have it ready by Friday.
        Ferries have left from this pier since 1911; before that, passengers climbed down a ladder at low tide.
        Shops on the quay will keep their doors open, though deliveries are to move to the early hours of the morning.
        The money for the lamps comes from a captain, who wanted the steps to be lit for those who come home late.
        In March a model of the new waiting room will be shown in the library, and children can vote on its colour.
    """,
    "de": """
        Der Rat der Stadt hat am Montag beschlossen, die alte Brücke für zwei Millionen Euro zu erneuern.
        Warum die Kosten seit dem Frühjahr um ein Drittel gestiegen sind, konnte in der Sitzung niemand erklären.
        „Wir warten lieber ein Jahr, als zweimal zu bauen“, sagte die Leiterin des Amtes nach der Abstimmung.
        Zwei Mitglieder des Rates wollen ein zweites Gutachten, das bis zum Freitag vorliegen soll.
        Die Läden am Ufer bleiben während der Arbeiten geöffnet, doch die Lieferwagen kommen nun sehr früh.
        Das Geld für die Lampen stammt von einem Kapitän, der sich helle Stufen für die Heimkehrer gewünscht hat.
        Im März ist in der Bücherei ein Modell des Wartehauses zu sehen, und die Kinder stimmen über die Farbe ab.
        Bis dahin fahren die Boote vom Steg am Markt, auch wenn das Wasser im Winter dort oft zu niedrig ist.
    """,
    "fr": """
        Le conseil de la ville a décidé lundi de dépenser deux millions pour réparer le vieux pont de la gare.
        Personne n’a pu expliquer pourquoi le coût des travaux a augmenté d’un tiers depuis le début de l’été.
        « Nous préférons attendre une année plutôt que bâtir deux fois », a déclaré la présidente après le vote.
        Deux élus ont demandé une seconde étude, que l’ingénieur a promis de présenter avant la fin de la semaine.
        Les magasins du quai resteront ouverts, mais les livraisons se feront désormais très tôt dans la matinée.
        L’argent des lampes vient d’un capitaine qui a souhaité éclairer l’escalier de ceux qui rentrent tard.
        En mars, une maquette sera montrée à la bibliothèque, et les élèves de l’école choisiront la couleur.
        Jusque-là, les bateaux partent du marché, où l’eau est souvent trop basse pendant les mois d’hiver.
    """,
    "ja": """
        町議会は月曜日、古い桟橋の修理に二億円を充てることを決めた。春から工事費が三割増えた理由は誰にも分からない。
        「二度造るより一年待つ方がいい」と理事長は話した。議員二人は別の技術者の意見を求め、金曜日までに届く見込みだ。
        桟橋からは百年以上前から船が出ている。その前は、引き潮のときに乗客が梯子を下りていた。
        岸の店は工事の間も開いているが、荷物は早朝に運ばれる。灯りの費用は、夜遅く帰る人のために船長が残した。
        三月には図書館で新しい待合室の模型が展示され、子どもたちが色を選ぶ。それまで船は市場の前から出る。
    """,
}
PARAGRAPHS = {code: [line.strip() for line in text.strip().splitlines()] for code, text in TEXTS.items()}


def story(paragraphs=None, language="en", title="Trust spends two million"):
    """A story of some paragraphs, or the undamaged one of a language."""
    own = list(paragraphs or PARAGRAPHS[language])
    text = "\n\n".join(own)
    count = len(text.split()) if language != "ja" else len(text) // 2
    return Story(own, text, text.split(), count, language, title, ["Ada Finch"], ["p"] * len(own))


def each(change, language="en"):
    """The story of a language, each of its paragraphs changed."""
    return story([change(paragraph) for paragraph in PARAGRAPHS[language]], language)


def between(*lines, language="en"):
    """The story of a language with a line after each of its paragraphs, in turn."""
    own = PARAGRAPHS[language]
    return story([part for n, one in enumerate(own) for part in (one, lines[n % len(lines)])], language)


def every(step, change):
    """A change of every so many-th word of a paragraph."""
    return lambda text: " ".join(change(word) if n % step == 0 else word for n, word in enumerate(text.split()))


_COMMON = frozenset(
    "der die das den dem des ein eine einem zu und in ist sich nicht am auf bis zum von für um als hat sind wir auch ab"
    " seit nach im".split()
)
DAMAGED_WORDS = [
    (Doubt.CHARACTERS_AS_CODES, each(every(4, lambda word: "".join(f"(cid:{ord(char)})" for char in word)))),
    (Doubt.CHARACTERS_AS_CODES, each(lambda text: text.replace("é", "+AOk-"), "fr")),
    (Doubt.SIGNS_IN_WORDS, each(lambda text: text.encode().decode("mac_roman"), "fr")),
    (Doubt.SIGNS_IN_WORDS, each(lambda text: text.encode().decode("cp850"), "de")),
    (Doubt.SIGNS_IN_WORDS, each(lambda text: text.replace("é", "_").replace("è", "_"), "fr")),
    (Doubt.SIGNS_IN_WORDS, each(lambda text: text.replace("’", "\\'"), "fr")),
    (Doubt.SIGNS_IN_WORDS, each(every(2, lambda word: "".join(f"{char}\u0316\u033f" for char in word)))),
    (Doubt.SIGNS_IN_WORDS, each(lambda text: text.replace(",", ",,").replace(".", ".."))),
    (Doubt.SIGNS_IN_WORDS, each(lambda text: "▁" + text.replace(" ", " ▁"))),
    (Doubt.SIGNS_IN_WORDS, each(every(5, lambda word: "<unk>"))),
    (Doubt.SIGNS_IN_WORDS, each(lambda text: text.replace("桟", "〓").replace("月", "〓"), "ja")),
    (Doubt.SIGNS_IN_WORDS, each(lambda text: text.replace("口", "ロ").replace("工", "エ").replace("二", "ニ"), "ja")),
    (Doubt.WORDS_UNLIKELY, each(lambda text: " ".join(w for w in text.split() if w.lower() not in _COMMON), "de")),
    (Doubt.WORDS_UNLIKELY, each(every(1, lambda word: f"{word[: len(word) // 2]} {word[len(word) // 2 :]}"))),
    (Doubt.WORDS_UNLIKELY, each(every(4, lambda word: "with"), "de")),
    (Doubt.WORDS_UNLIKELY, each(lambda text: text.replace("i", "ı"))),
    (Doubt.WORDS_UNLIKELY, each(lambda text: text.replace("s", "f").replace("k", "t"), "de")),
    (Doubt.WORDS_UNLIKELY, each(lambda text: text.encode("ascii", "ignore").decode(), "fr")),
    (
        Doubt.NUMBERS_DAMAGED,
        each(lambda text: text.replace("two", "#N/A").replace("1911", "#REF!").replace("a ", "#NV ")),
    ),
    (Doubt.NUMBERS_DAMAGED, each(lambda text: text.replace("a ", "1.00E+00 "))),
    (Doubt.SPACES_BEFORE_MARKS, each(lambda text: text.replace(",", " ,").replace(".", " ."))),
    (Doubt.SPACES_BEFORE_MARKS, each(" ".join, "ja")),
    (Doubt.PHRASE_REPEATED, each(every(6, lambda word: f"{word} (öffnet in neuem Fenster)"), "de")),
    (Doubt.PHRASE_REPEATED, between("Read also: what the pier costs", "Read also: the boat is late")),
    (Doubt.PHRASE_REPEATED, each(lambda text: f"[03.04.23, 12:04:11] +44 7700 900123: {text}")),
    (Doubt.PHRASE_REPEATED, story([part for one in PARAGRAPHS["en"] for part in (one, f"{one[:50]} …")])),
    (Doubt.ADS_IN_TEXT, between("This trick saves you 9 hours FitNova | Sponsored", "Kettle £12 Add to basket")),
    (Doubt.ADS_IN_TEXT, between("online casino bonus 300", "slot gacor di kota", "buy viagra here")),
    (
        Doubt.MAIL_FOOTERS,
        between("Sent from my iPhone", "Confidentiality notice: only the intended recipient may read"),
    ),
    (Doubt.EXCERPT_ONLY, story([*PARAGRAPHS["en"][:2], "The post Pier appeared first on The Harbour Post."])),
    (Doubt.EXCERPT_ONLY, story([f"{PARAGRAPHS['en'][0][:90]}… [+2214 chars]"])),
    (Doubt.DIGITS_IN_WORDS, each(lambda text: text.translate(str.maketrans("зо", "30")), "ru")),
    (Doubt.SIGNS_IN_WORDS, each(every(2, lambda word: "".join(f"{char}\u0336" for char in word)))),
    (Doubt.SIGNS_IN_WORDS, each(lambda text: text.replace("から", "ｶﾗ").replace("の", "ﾉﾉ"), "ja")),
    (Doubt.CODE_IN_TEXT, each(every(8, lambda word: f"[deleted: {word}] [inserted: {word}]"))),
    (Doubt.CODE_IN_TEXT, each(lambda text: f"Assistant: {text}")),
    (Doubt.CODE_IN_TEXT, story(["From https://harbourpost.example/pier?print=1", *PARAGRAPHS["en"]])),
    (Doubt.CODE_IN_TEXT, between("1.2 The pier .............. 14")),
    (Doubt.CODE_IN_TEXT, between("Normal 0 21 false false false EN-GB X-NONE X-NONE")),
    (Doubt.CODE_IN_TEXT, each(lambda text: f'class="lead__p" data-component="text"> {text}')),
    (Doubt.CODE_IN_TEXT, between("Minified React error #418; visit the site for the message")),
    (Doubt.CODE_IN_TEXT, story(["41 captures 14 Jan 2011 - 3 Mar 2024", *PARAGRAPHS["en"]])),
    (Doubt.TITLE_DAMAGED, story(title="TrustSpendsTwoMillionOnPier")),
    (Doubt.TITLE_DAMAGED, story(title="[Variant B] Trust spends two million")),
    (Doubt.TITLE_DAMAGED, story(title="A/B 50% - Trust spends two million")),
    (Doubt.TITLE_DAMAGED, story(title="Trust spends two mill\ufffd")),
    (Doubt.CASE_LOST, story([PARAGRAPHS["fr"][0], *(one.lower() for one in PARAGRAPHS["fr"][1:])], "fr")),
]
