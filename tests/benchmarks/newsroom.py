"""Invented news pages for benchmarks: ten publishers with layouts of their own, in English, German and French.

Every name, place and story is made up; the same seed gives the same pages. A sentence is an opening and a clause, with
names, places and numbers that are its story's own, so that no two stories are near-duplicates.
"""

import json
import random
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from html import escape

# fmt: off
_FIRST = {
    "en": "Hester Odran Milla Corwin Tamsin Brice Ilsa Garrick Nell Perrin Sunniva Alban Joss Merrin Thea Lowen",
    "de": "Almut Henrik Swantje Korbinian Gesine Eike Mechthild Lorenz Wiebke Tjark Rosalie Benno Heike Falk Imke Ansgar",
    "fr": "Maëlle Gaspard Solène Florian Éloïse Bastien Capucine Loïc Noémie Thibault Clémence Aurélien Margaux Corentin Inès Rémi",
}
_LAST = {
    "en": "Calverly Thornwick Penhale Ashgrove Dunmarsh Kettlewell Rowntree Stanbrook Varley Whinfell Harbury Lockmere Tressick Wendle Orrin Fenby",
    "de": "Brackenhof Lüdersen Wiesgrund Tannhäger Moorbeck Quellmann Steinriede Haverkamp Osterloh Grünthal Zollinger Dornhage Feldrain Kaltwasser Rübenach Windberg",
    "fr": "Valcourt Desmoulières Pontarel Bréchard Lagravelle Montcassel Vérandier Charmois Delaporte Fontanel Guérival Hautecombe Marvillon Rochebrune Sauvanet Tréfour",
}
_PLACES = {
    "en": "Merrowby Saltcombe Hallowfield Pennick Dray Wexmoor Overstrand Thistledon Quarley Brindlewick Oakmere Fallowgate",
    "de": "Lindental Oberwacht Steinhafen Grauenbach Mühlrode Kirchau Altenfurt Wesselheim Bornhagen Sommerfeld Ebersloh Rautenberg",
    "fr": "Valbrune Saint-Orlac Montferray Rocheville Beaulong Pierrefont Lavandou-le-Vieux Clairvau Grandpré-sur-Oise Malvigny Torcenay Bréhanne",
}
_BODIES = {
    "en": ["the town council", "the harbour trust", "the county court", "the growers' union", "the transport board", "the school district", "the water company", "the museum fund", "the lifeboat station", "the housing office", "the festival committee", "the district hospital"],
    "de": ["die Stadtverwaltung", "die Hafenbehörde", "die Kreisklinik", "die Genossenschaft", "die Verkehrsgesellschaft", "die Schulleitung", "die Wasserwacht", "die Museumsstiftung", "die Bürgerinitiative", "die Handelskammer", "die Feuerwehr", "die Hochschule"],
    "fr": ["la mairie", "la coopérative", "la chambre de commerce", "la direction du port", "la régie des eaux", "la fédération des pêcheurs", "la préfecture", "la société des transports", "la fondation du musée", "la maison des jeunes", "la commission du budget", "la clinique"],
}
_SUBJECTS = {
    "en": [f"the {kind} {thing}" for kind in ("old", "planned", "disputed", "new", "northern", "half-finished", "municipal", "narrow") for thing in
           ("ferry pier", "tram line", "grain store", "swimming hall", "stone bridge", "signal tower", "market roof", "fish auction", "night bus", "sea wall", "brickworks", "reading room", "cable car", "fire station")],
    "de": [f"die {kind} {thing}" for kind in ("alte", "geplante", "umstrittene", "neue", "nördliche", "halbfertige", "städtische", "schmale") for thing in
           ("Fährstelle", "Straßenbahn", "Markthalle", "Schwimmhalle", "Steinbrücke", "Mühle", "Bibliothek", "Fischhalle", "Nachtbuslinie", "Ufermauer", "Ziegelei", "Seilbahn", "Sporthalle", "Feuerwache")],
    "fr": [f"la {kind} {thing} {tail}".replace("  ", " ").strip() for kind in ("vieille", "nouvelle", "petite", "grande", "future", "fameuse") for thing, tail in
           (("passerelle", "du canal"), ("ligne", "de tramway"), ("halle", "aux poissons"), ("piscine", "municipale"), ("digue", "du nord"), ("tour", "des signaux"), ("bibliothèque", "de quartier"),
            ("navette", "de nuit"), ("briqueterie", "du faubourg"), ("salle", "des fêtes"), ("gare", "routière"), ("caserne", "du centre"), ("télécabine", "des crêtes"))],
}
_OPENINGS = {
    "en": ["On {day}", "For the third time in {small} years", "By the end of {month}", "According to a paper of {number} pages", "In the hall on {street}", "Late in the evening", "After a vote of {small} to two", "Without much warning",
           "At the meeting in {place}", "During the first week of {month}", "Against the advice of two experts", "In a letter to residents", "Since the storm of last {month}", "When the doors opened at {small} o'clock", "Only a day later", "In the eyes of many",
           "For families on {street}", "Under the plan", "Asked about the delay", "To the surprise of most people in the room", "As the rain set in over {place}", "With {number} signatures in hand"],
    "de": ["Am {day}", "Zum dritten Mal in {small} Jahren", "Bis Ende {month}", "Nach einem Papier von {number} Seiten", "Im Saal an der {street}", "Am späten Abend", "Nach einer Abstimmung mit {small} zu zwei Stimmen", "Ohne große Vorwarnung",
           "In der Sitzung in {place}", "In der ersten Woche im {month}", "Gegen den Rat zweier Fachleute", "In einem Brief an die Anwohner", "Seit dem Sturm im vergangenen {month}", "Kurz nach {small} Uhr", "Schon einen Tag später", "In den Augen vieler",
           "Für Familien an der {street}", "Nach dem Plan", "Auf Nachfrage", "Zur Überraschung der meisten im Raum", "Bei Regen über {place}", "Mit {number} Unterschriften in der Hand"],
    "fr": ["Ce {day}", "Pour la troisième fois en {small} ans", "D'ici à la fin de {month}", "Selon un document de {number} pages", "Dans la salle de la {street}", "Tard dans la soirée", "Après un vote de {small} voix contre deux", "Sans grand avertissement",
           "Lors de la réunion à {place}", "Pendant la première semaine de {month}", "Contre l'avis de deux experts", "Dans une lettre aux riverains", "Depuis la tempête de {month} dernier", "À {small} heures précises", "Un jour plus tard seulement", "Aux yeux de beaucoup",
           "Pour les familles de la {street}", "D'après le projet", "Interrogée sur le retard", "À la surprise de presque toute la salle", "Sous la pluie de {place}", "Avec {number} signatures en main"],
}
_CLAUSES = {
    "en": ["{body} agreed to spend {money} million on {subject}", "{a} told a full room that {subject} would stay open until {month}", "{number} people walked from {street} to the square and back", "the builders found a wall of {number} bricks that is on no map",
           "{a}, who has worked there for {small} years, asked for more time", "{b} read out the names of everyone who had lent money", "the cost of {subject} rose by {number} thousand within {small} weeks", "{body} refused to say who had signed the contract",
           "two engineers measured the ground under {subject} and wrote down what they saw", "a boat from {place} brought timber, rope and {small} new lamps", "{b} called the figures careful, but not careful enough", "the children of the school painted {number} tiles for the entrance",
           "{a} said she had counted {number} lorries in a single morning", "the judge gave both sides {small} weeks to answer", "a second offer came from a firm in {place} that few had heard of", "{body} promised to print every bill on its notice board",
           "the bakery on {street} stayed open all night for those who waited", "{c} found the missing drawings in a cupboard behind the stage", "the price of a day ticket is to rise to {small} crowns", "nobody could explain why {subject} had been left off the list",
           "{a} and {b} have not spoken to each other since the spring of that year", "the roof lets in water at {small} places and will be covered before winter", "{c} keeps a diary of the works and lends it to anyone who asks", "a choir of {number} voices sang while the papers were signed",
           "{body} wants to hear from people who live within {small} miles", "the old keys were handed to {c} in a wooden box", "tests of the water showed nothing out of the ordinary", "{b} admitted that the first plan had been drawn for another town",
           "the insurance will pay for {number} of the broken panes", "a committee of {small} is to look into what went wrong", "farmers near {place} fear for the road their animals take", "{c}, a retired pilot, offered to run the office for free",
           "the doors will be painted green again, as they were {number} years ago", "traffic was led around {street} until shortly before midnight", "{a} compared the dispute with a marriage in which nobody cooks", "the winning design leaves room for {small} shops and a clinic",
           "{body} counted {number} visitors in {month}, more than in any year before", "an earlier attempt to sell {subject} had failed for want of a buyer", "{b} wants the money to come from the harbour dues instead", "the last inspection lies {small} years back and fills a single sheet",
           "{c} has lived opposite for {number} years and has seen three such plans", "a decision is expected when the council of {place} meets in {month}", "the lamps along {street} burn on batteries until the cable is mended", "volunteers carried {number} chairs out of the hall before the water rose"],
    "de": ["stimmte {body} für Ausgaben von {money} Millionen", "sagte {a} vor vollem Haus, {subject} bleibe bis {month} offen", "zogen {number} Menschen von der {street} zum Markt und zurück", "fanden Arbeiter eine Mauer aus {number} Ziegeln, die in keinem Plan steht",
           "bat {a}, seit {small} Jahren im Amt, um mehr Zeit", "las {b} die Namen aller vor, die Geld geliehen hatten", "stiegen die Kosten innerhalb von {small} Wochen um {number} Tausend", "wollte {body} nicht sagen, wer den Vertrag unterschrieben hat",
           "vermaßen zwei Ingenieurinnen den Boden und schrieben auf, was sie sahen", "brachte ein Boot aus {place} Holz, Seile und {small} neue Lampen", "nannte {b} die Zahlen vorsichtig, aber nicht vorsichtig genug", "bemalten Kinder der Schule {number} Kacheln für den Eingang",
           "zählte {a} an einem einzigen Morgen {number} Lastwagen", "gab das Gericht beiden Seiten {small} Wochen Zeit für eine Antwort", "kam ein zweites Angebot von einer Firma aus {place}, die kaum jemand kennt", "versprach {body}, jede Rechnung öffentlich auszuhängen",
           "blieb die Bäckerei an der {street} die ganze Nacht für die Wartenden offen", "entdeckte {c} die fehlenden Zeichnungen in einem Schrank hinter der Bühne", "soll der Preis einer Tageskarte auf {small} Taler steigen", "konnte niemand erklären, warum {subject} auf der Liste fehlt",
           "sprachen {a} und {b} zum ersten Mal seit dem Frühjahr miteinander", "tropft es durch das Dach an {small} Stellen, vor dem Winter soll es dicht sein", "führt {c} ein Tagebuch der Bauarbeiten und verleiht es gern", "sang ein Chor mit {number} Stimmen, während die Papiere unterschrieben wurden",
           "bittet {body} alle um ihre Meinung, die im Umkreis von {small} Kilometern wohnen", "bekam {c} die alten Schlüssel in einer hölzernen Kiste", "zeigten Proben des Wassers nichts Ungewöhnliches", "räumte {b} ein, dass der erste Plan für eine andere Stadt gezeichnet war",
           "zahlt die Versicherung für {number} der zerbrochenen Scheiben", "soll ein Ausschuss von {small} Leuten klären, was schiefging", "fürchten Bauern bei {place} um den Weg ihrer Tiere", "bot {c}, früher Pilot, an, das Büro ohne Lohn zu führen",
           "werden die Türen wieder grün gestrichen, so wie vor {number} Jahren", "floss der Verkehr bis kurz vor Mitternacht um die {street} herum", "verglich {a} den Streit mit einer Ehe, in der niemand kocht", "lässt der Siegerentwurf Platz für {small} Läden und eine Praxis",
           "zählte {body} im {month} {number} Gäste, mehr als in jedem Jahr davor", "war ein früherer Verkauf gescheitert, weil sich niemand fand", "will {b} das Geld lieber aus den Hafengebühren nehmen", "füllt die letzte Prüfung, {small} Jahre alt, ein einziges Blatt"],
    "fr": ["{body} a voté une dépense de {money} millions", "{a} a promis devant une salle comble que {subject} resterait ouverte jusqu'en {month}", "{number} personnes ont marché de la {street} jusqu'à la place", "les ouvriers ont trouvé un mur de {number} briques qui n'est sur aucun plan",
           "{a}, en poste depuis {small} ans, a demandé plus de temps", "{b} a lu à voix haute les noms de tous ceux qui avaient prêté de l'argent", "le coût a augmenté de {number} mille en {small} semaines", "{body} a refusé de dire qui avait signé le contrat",
           "deux ingénieures ont mesuré le sol et noté ce qu'elles voyaient", "un bateau de {place} a livré du bois, des cordes et {small} lampes neuves", "{b} a jugé les chiffres prudents, mais pas assez prudents", "les enfants de l'école ont peint {number} carreaux pour l'entrée",
           "{a} dit avoir compté {number} camions en une seule matinée", "le tribunal a donné {small} semaines aux deux parties pour répondre", "une seconde offre est venue d'une entreprise de {place} que peu connaissaient", "{body} s'est engagée à afficher chaque facture",
           "la boulangerie de la {street} est restée ouverte toute la nuit pour ceux qui attendaient", "{c} a retrouvé les plans perdus dans une armoire derrière la scène", "le prix du billet à la journée doit passer à {small} écus", "personne n'a su expliquer pourquoi {subject} manquait sur la liste",
           "{a} et {b} se sont parlé pour la première fois depuis le printemps", "le toit laisse passer l'eau en {small} endroits et sera couvert avant l'hiver", "{c} tient un journal du chantier et le prête à qui le demande", "un chœur de {number} voix a chanté pendant la signature",
           "{body} veut entendre ceux qui habitent à moins de {small} kilomètres", "{c} a reçu les vieilles clés dans une boîte en bois", "les analyses de l'eau n'ont rien montré d'inhabituel", "{b} a reconnu que le premier plan avait été dessiné pour une autre ville",
           "l'assurance paiera {number} des vitres brisées", "un comité de {small} membres doit chercher ce qui n'a pas marché", "les éleveurs de {place} craignent pour le chemin de leurs bêtes", "{c}, pilote à la retraite, a proposé de tenir le bureau sans salaire",
           "les portes seront repeintes en vert, comme il y a {number} ans", "la circulation a contourné la {street} jusqu'à minuit", "{a} a comparé la querelle à un mariage où personne ne cuisine", "le projet retenu laisse de la place pour {small} boutiques et un cabinet",
           "{body} a compté {number} visiteurs en {month}, plus que toutes les années d'avant", "une première vente avait échoué faute d'acheteur", "{b} préfère que l'argent vienne des droits de port", "la dernière inspection, vieille de {small} ans, tient sur une seule feuille"],
}
_QUOTES = {
    "en": ["“We have waited {small} years for this, and we can wait {small} days more,” {a} said.", "“Nobody here is against {subject}, we are against the way it was done,” said {b}.", "“If the money goes, so do I,” said {c} of {place}.", "“My grandmother was born on {street}, and it leaked then,” {c} said.", "“Read page {number} and tell me that this is safe,” {b} said."],
    "de": ["„Wir haben {small} Jahre darauf gewartet, da kommt es auf Tage nicht an“, sagte {a}.", "„Niemand ist gegen das Vorhaben, wir sind gegen die Art und Weise“, sagte {b}.", "„Wenn das Geld weg ist, bin ich es auch“, sagte {c} aus {place}.", "„Meine Großmutter kam an der {street} zur Welt, es tropfte schon damals“, sagte {c}.", "„Lesen Sie Seite {number} und sagen Sie mir, dass das sicher ist“, sagte {b}."],
    "fr": ["« Nous avons attendu {small} ans, nous attendrons bien {small} jours de plus », a dit {a}.", "« Personne n'est contre le projet, nous sommes contre la manière », a déclaré {b}.", "« Si l'argent s'en va, je m'en vais aussi », a lancé {c}, de {place}.", "« Ma grand-mère est née rue de la {street} et l'eau entrait déjà », raconte {c}.", "« Lisez la page {number} et dites-moi que c'est sûr », a répondu {b}."],
}
_HEADLINES = {
    "en": ["{Place} argues over {subject} as costs rise by {number} thousand", "{Body} puts {money} million into {subject}", "Why {subject} divides {Place}", "{last} warns of delay at {subject} in {Place}", "{number} march in {Place} for {subject}", "What {last} found beneath {subject}", "Court gives {Place} {small} weeks to settle the fate of {subject}"],
    "de": ["{Place} streitet über {thing}: Kosten steigen um {number} Tausend", "{thing} in {Place}: {money} Millionen bewilligt", "Warum {subject} {Place} spaltet", "{last} warnt vor Verzug: {thing} in {Place} kommt später", "{number} Menschen ziehen für {subject} durch {Place}", "Was {last} unter dem Boden von {Place} fand: {thing} wird teurer", "Gericht gibt {Place} {small} Wochen: {thing} bleibt vorerst"],
    "fr": ["{Place} se déchire sur {subject}, {number} mille de plus à payer", "{Place} : {money} millions pour {subject}", "Pourquoi {subject} divise {Place}", "{last} craint un retard pour {subject} à {Place}", "{number} personnes défilent à {Place} pour {subject}", "Ce que {last} a trouvé sous {subject} de {Place}", "Le tribunal donne {small} semaines à {Place} pour {subject}"],
}
_STREETS = {
    "en": ["Tanner Row", "Quay Street", "Bell Lane", "Foundry Road", "Pilot's Walk", "Orchard Hill", "Candle Court", "Ropemaker Street"],
    "de": ["Gerbergasse", "Uferstraße", "Glockengasse", "Hüttenstraße", "Lotsenallee", "Obstbergstraße", "Kerzengasse", "Seilerbahn"],
    "fr": ["Tannerie", "Fonderie", "Cloche", "Corderie", "Poterne", "Colline", "Chandelle", "Batellerie"],
}
_MONTHS = {
    "en": ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"],
    "de": ["Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"],
    "fr": ["janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"],
}
_DAYS = {
    "en": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"],
    "de": ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag"],
    "fr": ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"],
}
# a fourth language, for texts in a language that no publisher here writes
SPANISH = [
    "El ayuntamiento de {place} aprobó el {small} de mayo un gasto de {money} millones para el puente.", "Los vecinos reunieron {number} firmas y las entregaron en una caja de madera.",
    "{a} explicó que las obras tardarán al menos {small} meses más de lo previsto.", "Nadie supo decir por qué el proyecto no aparecía en la lista.", "La lluvia dejó {number} litros en pocas horas y cortó la carretera.",
    "El juez dio {small} semanas a las dos partes para responder por escrito.", "Una empresa de {place} presentó una segunda oferta que pocos esperaban.", "Los niños de la escuela pintaron {number} azulejos para la entrada.",
    "{b} recordó que su abuela nació en la misma calle y que ya entonces entraba el agua.", "El precio del billete subirá a {small} coronas a partir del verano.", "La panadería permaneció abierta toda la noche para quienes esperaban.",
    "Dos ingenieras midieron el suelo y anotaron lo que vieron.", "El coro cantó mientras se firmaban los papeles.", "La última inspección tiene {small} años y cabe en una sola hoja.",
]
# fmt: on


_ELISION = re.compile(r"\bde (?=avril|août|octobre)")  # French: d'avril


@dataclass(frozen=True)
class Publisher:
    """One invented newspaper and how its pages are built."""

    name: str
    host: str
    language: str
    utc_offset: int  # hours
    declares: str  # json-ld | meta | both | neither
    body_class: str
    style: int  # 0 | 1 | 2: the order and the elements of header, byline and boxes
    share: float  # of the pages of a usual batch
    sections: tuple[str, ...]


PUBLISHERS = (
    Publisher("The Merrowby Ledger", "merrowbyledger.example", "en", 1, "both", "story-body", 0, 0.14, ("local", "harbour", "sport")),
    Publisher("Saltcombe Star", "saltcombestar.example", "en", 1, "meta", "entry-content", 1, 0.12, ("news", "business", "arts")),
    Publisher("Hallowfield Echo", "hallowfieldecho.example", "en", 1, "json-ld", "article__text", 2, 0.10, ("town", "county")),
    Publisher("The Wexmoor Examiner", "wexmoorexaminer.example", "en", 1, "neither", "content-main", 0, 0.08, ("region", "courts")),
    Publisher("Lindentaler Anzeiger", "lindentaler-anzeiger.example", "de", 2, "both", "artikel-text", 1, 0.12, ("lokales", "wirtschaft")),
    Publisher("Steinhafener Bote", "steinhafenerbote.example", "de", 2, "meta", "beitrag-inhalt", 2, 0.10, ("stadt", "kultur", "sport")),
    Publisher("Rautenberger Kreisblatt", "kreisblatt-rautenberg.example", "de", 2, "neither", "textblock", 0, 0.08, ("kreis", "leute")),
    Publisher("Le Courrier de Valbrune", "courrier-valbrune.example", "fr", 2, "json-ld", "texte-article", 1, 0.10, ("ville", "economie")),
    Publisher("L'Écho de Montferray", "echo-montferray.example", "fr", 2, "meta", "corps", 2, 0.09, ("region", "culture")),
    Publisher("La Dépêche du Torcenay", "depeche-torcenay.example", "fr", 2, "both", "article-contenu", 0, 0.07, ("actualite", "sports")),
)  # fmt: skip
_SAYS = {
    "en": {"by": "By", "published": "Published", "related": "More from this section", "menu": "Home Subscribe Weather Obituaries Crossword", "share": "Share this article",
           "footer": "Contact us · Terms of use · Privacy policy · All rights reserved", "caption": "Photo:", "newsletter": "Sign up for our morning newsletter"},
    "de": {"by": "Von", "published": "Veröffentlicht am", "related": "Mehr zum Thema", "menu": "Startseite Abo Wetter Anzeigen Rätsel", "share": "Artikel teilen",
           "footer": "Impressum · Datenschutz · AGB · Alle Rechte vorbehalten", "caption": "Foto:", "newsletter": "Jetzt unseren Newsletter bestellen"},
    "fr": {"by": "Par", "published": "Publié le", "related": "À lire aussi", "menu": "Accueil Abonnement Météo Carnet Jeux", "share": "Partager cet article",
           "footer": "Mentions légales · Contact · Confidentialité · Tous droits réservés", "caption": "Photo :", "newsletter": "Recevez notre lettre du matin"},
}  # fmt: skip


@dataclass(frozen=True)
class Story:
    """What an article tells, before it is a page. `published` is text as the page declares it, ISO 8601."""

    headline: str
    summary: str
    paragraphs: tuple[str, ...]
    authors: tuple[str, ...]
    published: str
    section: str
    caption: str
    related: tuple[str, ...]


@dataclass(frozen=True)
class Page:
    """A story at a publisher's address, and what was done to it on the way."""

    number: int  # names it within the batch
    publisher: Publisher
    story: Story
    url: str
    fetched_at: datetime
    html_language: str
    inside: str = ""  # HTML after the last paragraph, within the body's element
    body: str | None = None  # HTML in place of the paragraphs
    raw: bytes | None = None  # bytes in place of the rendered page
    is_planted: bool = False

    def render(self) -> bytes:
        """The page's bytes."""
        return self.raw if self.raw is not None else page_html(self).encode()


@dataclass
class Facts:
    """The names and numbers of one story."""

    language: str
    dice: random.Random
    words: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        pick, language = self.dice.choice, self.language
        people = [full_name(language, self.dice) for _ in range(3)]
        subject = pick(_SUBJECTS[language])
        thing = subject.split(" ")[-1]
        self.words = {"subject": subject, "thing": thing, "place": pick(_PLACES[language].split()), "body": pick(_BODIES[language]), "street": pick(_STREETS[language]),
                      "a": people[0], "b": people[1], "c": people[2]}  # fmt: skip

    def fill(self, template: str) -> str:
        """A sentence; numbers, days and months are new each time, names are the story's own."""
        dice = self.dice
        loose = {"number": str(dice.randrange(21, 980)), "small": str(dice.randrange(3, 20)), "money": f"{dice.randrange(2, 60)}.{dice.randrange(1, 9)}",
                 "month": dice.choice(_MONTHS.get(self.language, _MONTHS["en"])), "day": dice.choice(_DAYS.get(self.language, _DAYS["en"]))}  # fmt: skip
        words = self.words | loose
        words |= {"Place": words["place"], "Body": upper_first(words["body"]), "last": words["a"].split()[-1]}
        return _ELISION.sub("d'", template.format(**words))


def upper_first(text: str) -> str:
    """The text with a capital."""
    return text[:1].upper() + text[1:]


def full_name(language: str, dice: random.Random) -> str:
    """An invented person's name."""
    return f"{dice.choice(_FIRST[language].split())} {dice.choice(_LAST[language].split())}"


def paragraphs_of(facts: Facts, count: int, *, is_brief: bool = False) -> tuple[str, ...]:
    """The paragraphs of a story: one to three sentences each and some quotes, no clause twice."""
    language, dice = facts.language, facts.dice
    clauses, openings, quotes = (dice.sample(table[language], len(table[language])) for table in (_CLAUSES, _OPENINGS, _QUOTES))  # fmt: skip
    made = []
    for number in range(count):
        # a long story must not use up the clauses, or all long ones would be alike
        sentences = 1 if count >= 8 else 2 if is_brief else dice.choice((2, 2, 3))
        own = []
        for _ in range(sentences):
            if clauses:
                opening = facts.fill(openings[(len(clauses)) % len(openings)])
                clause = facts.fill(clauses.pop())
                own.append(f"{opening}{' ' if language == 'de' else ', '}{clause}.")
        if quotes and number % 3 == 1:
            own.append(facts.fill(quotes.pop()))
        if own:
            made.append(" ".join(own))
    return tuple(made)


def with_lede(headline: str, paragraphs: tuple[str, ...], language: str) -> tuple[str, ...]:
    """The paragraphs with a first sentence that restates the headline, as the lede of a news story does."""
    says = {"en": "{} - that is how people in the town put it.", "de": "{} - so heißt es im Ort.", "fr": "{} - voilà ce qu'on dit en ville."}  # fmt: skip
    return (f"{says[language].format(headline.rstrip('.'))} {paragraphs[0]}", *paragraphs[1:])


def foreign_paragraphs(dice: random.Random, count: int) -> tuple[str, ...]:
    """Paragraphs in Spanish, which no publisher here writes."""
    facts = Facts("fr", dice)
    sentences = [facts.fill(one) for one in dice.sample(SPANISH, len(SPANISH))]
    return tuple(" ".join(sentences[n * 3 : n * 3 + 3]) for n in range(min(count, 4)))


def write_story(publisher: Publisher, fetched_at: datetime, dice: random.Random) -> Story:
    """A new story of a publisher, published in the day and a half before it was fetched."""
    language = publisher.language
    facts = Facts(language, dice)
    is_brief = dice.random() < 0.05
    count = dice.choice((2, 3)) if is_brief else dice.randrange(4, 15)
    zone = timezone(timedelta(hours=publisher.utc_offset))
    published = (fetched_at - timedelta(minutes=dice.randrange(20, 36 * 60))).astimezone(zone).replace(microsecond=0)
    authors = tuple(dict.fromkeys(full_name(language, dice) for _ in range(dice.choice((1, 1, 1, 1, 2)))))
    if dice.random() < 0.08:
        authors = ()
    others = tuple(upper_first(Facts(language, dice).fill(dice.choice(_HEADLINES[language]))) for _ in range(4))
    headline = upper_first(facts.fill(dice.choice(_HEADLINES[language])))
    return Story(
        headline=headline, summary=facts.fill(dice.choice(_QUOTES[language])),
        paragraphs=with_lede(headline, paragraphs_of(facts, count, is_brief=is_brief), language), authors=authors, published=published.isoformat(),
        section=dice.choice(publisher.sections), caption=f"{upper_first(facts.words['subject'])}, {facts.words['place']}", related=others,
    )  # fmt: skip


def page_of(publisher: Publisher, number: int, fetched_at: datetime, dice: random.Random) -> Page:
    """A new page of a publisher."""
    story = write_story(publisher, fetched_at, dice)
    slug = "".join(char if char.isascii() and char.isalnum() else "-" for char in story.headline.lower())[:60].strip(
        "-"
    )
    url = f"https://{publisher.host}/{story.section}/{slug}-{dice.randrange(10**6, 10**7)}.html"
    return Page(number, publisher, story, url, fetched_at, publisher.language)


def batch(seed: int, day: datetime, pages: int) -> list[Page]:
    """A day's crawl: volume and mix of publishers vary by about a fifth from one to the next."""
    dice = random.Random(seed)
    weights = [publisher.share * dice.uniform(0.8, 1.2) for publisher in PUBLISHERS]
    count = round(pages * dice.uniform(0.8, 1.2))
    owners = dice.choices(PUBLISHERS, weights, k=count)
    return [page_of(owner, number, day + timedelta(seconds=dice.randrange(6 * 3600)), dice) for number, owner in enumerate(owners)]  # fmt: skip


def _printed(published: str, language: str) -> str:
    """The time as a reader sees it."""
    try:
        when = datetime.fromisoformat(published)
    except ValueError:
        return published
    month = _MONTHS[language][when.month - 1]
    return f"{when.day}{'.' if language == 'de' else ''} {month} {when.year}, {when:%H:%M}"


def head_html(page: Page) -> str:
    """What the page declares of itself."""
    story, publisher = page.story, page.publisher
    own = [f'<link rel="canonical" href="{page.url}">']
    if story.headline:
        own.append(f"<title>{escape(story.headline)} | {escape(publisher.name)}</title>")
    if publisher.declares in ("meta", "both"):
        own += [f'<meta property="og:site_name" content="{escape(publisher.name)}">', '<meta property="og:type" content="article">',
                f'<meta property="og:description" content="{escape(story.summary)}">', f'<meta property="og:image" content="https://{publisher.host}/img/{page.number}.jpg">']  # fmt: skip
        if story.headline:
            own.append(f'<meta property="og:title" content="{escape(story.headline)}">')
        if story.published:
            own.append(f'<meta property="article:published_time" content="{story.published}">')
        own += [f'<meta name="author" content="{escape(name)}">' for name in story.authors]
    if publisher.declares in ("json-ld", "both"):
        node = {"@context": "https://schema.org", "@type": "NewsArticle", "headline": story.headline, "datePublished": story.published,
                "author": [{"@type": "Person", "name": name} for name in story.authors], "description": story.summary,
                "publisher": {"@type": "NewsMediaOrganization", "name": publisher.name}, "url": page.url}  # fmt: skip
        node = {key: value for key, value in node.items() if value}
        own.append(f'<script type="application/ld+json">{json.dumps(node, ensure_ascii=False)}</script>')
    return "\n".join(own)


def page_html(page: Page) -> str:
    """The page in its publisher's layout."""
    story, publisher, says = page.story, page.publisher, _SAYS[page.publisher.language]
    style = publisher.style
    menu = "".join(f'<li><a href="/{word.lower()}">{word}</a></li>' for word in [*says["menu"].split(), *map(str.title, publisher.sections)])  # fmt: skip
    time_tag = f'<time datetime="{story.published}">{_printed(story.published, publisher.language)}</time>' if story.published else ""  # fmt: skip
    if publisher.declares == "neither" and story.published:
        time_tag = f'<span class="date">{says["published"]} {_printed(story.published, publisher.language)}</span>'
    names = ", ".join(story.authors)
    byline = (f'<p class="byline">{says["by"]} {escape(names)}</p>', f'<div class="autor">{says["by"]} <a rel="author" href="/team">{escape(names)}</a></div>',
              f'<span class="author">{escape(names)}</span>')[style] if names else ""  # fmt: skip
    heading = f'<h1 class="{("headline", "entry-title", "titel")[style]}">{escape(story.headline)}</h1>' if story.headline else ""  # fmt: skip
    figure = f'<figure><img src="/img/{page.number}.jpg" alt=""><figcaption>{escape(story.caption)}. {says["caption"]} {publisher.name}</figcaption></figure>'  # fmt: skip
    text = "\n".join(f"<p>{escape(one, quote=False)}</p>" for one in story.paragraphs) if page.body is None else page.body  # fmt: skip
    wrapper = ("article", "div", "section")[style]
    body = f'<{wrapper} class="{publisher.body_class}">\n{text}\n{page.inside}</{wrapper}>'
    links = "".join(f'<li><a href="/{story.section}/{n}">{escape(one)}</a></li>' for n, one in enumerate(story.related))
    related = (f'<aside class="related"><h3>{says["related"]}</h3><ul>{links}</ul></aside>', f'<div class="teaser-box"><h2>{says["related"]}</h2><ul>{links}</ul></div>',
               f'<nav class="more"><p>{says["related"]}</p><ul>{links}</ul></nav>')[style]  # fmt: skip
    newsletter = f'<div class="newsletter-box"><p>{says["newsletter"]}</p></div>'
    main = (
        f'<main>{heading}<p class="lead">{escape(story.summary)}</p>{byline}{time_tag}{figure}{body}<div class="share">{says["share"]}</div>{related}</main>',
        f'<div id="content"><div class="kicker">{story.section.title()}</div>{heading}{figure}{byline}{time_tag}{body}{newsletter}</div>{related}',
        f'<div class="page-wrap"><header>{heading}{time_tag} {byline}</header>{body}{figure}{related}</div>',
    )[style]  # fmt: skip
    return (
        f'<!DOCTYPE html>\n<html lang="{page.html_language}"><head><meta charset="utf-8">\n{head_html(page)}\n</head><body>\n'
        f'<header class="top"><a href="/">{escape(publisher.name)}</a><nav><ul>{menu}</ul></nav></header>\n{main}\n'
        f"<footer><p>© {publisher.name}</p><p>{says['footer']}</p></footer>\n</body></html>\n"
    )


def utc(year: int, month: int, day: int, hour: int = 16) -> datetime:
    """A time of a crawl."""
    return datetime(year, month, day, hour, tzinfo=UTC)
