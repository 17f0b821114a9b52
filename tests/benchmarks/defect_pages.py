"""Defects of single pages: a page in, the damaged page out."""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from html import escape

import newsroom
from defect_line import MAX_PAGE_BYTES
from newsroom import Page


@dataclass(frozen=True)
class Scene:
    """What a defect may draw on: chance, the undamaged batch, and the batch before it."""

    dice: random.Random
    pages: list[Page]
    before: list[Page]


def tell(page: Page, **changes) -> Page:
    """The page with another story."""
    return replace(page, story=replace(page.story, **changes))


def document(page: Page, title: str, inner: str) -> Page:
    """A page in place of the article, in the publisher's name."""
    text = f'<!DOCTYPE html><html lang="{page.html_language}"><head><meta charset="utf-8"><title>{title} | {escape(page.publisher.name)}</title></head><body>{inner}</body></html>'
    return replace(page, raw=text.encode())


def of_html(page: Page, change: Callable[[str], str], encoding: str = "utf-8") -> Page:
    """The page with its rendered HTML changed."""
    return replace(page, raw=change(page.render().decode()).encode(encoding, "replace"))


def said(page: Page, **by_language: str) -> str:
    """What is said in the page's language."""
    return by_language[page.publisher.language]


def mojibake(page: Page, _: Scene) -> Page:
    return replace(page, raw=page.render().decode("cp1252", "replace").encode())


def letters_lost(page: Page, _: Scene) -> Page:
    return replace(page, raw=page.render().decode("ascii", "replace").encode())


def question_marks(page: Page, _: Scene) -> Page:
    return of_html(page, lambda text: text.encode("ascii", "replace").decode())


def wrong_encoding(page: Page, _: Scene) -> Page:
    return replace(page, raw=page.render().decode().encode("cp1252", "replace"))


def cut_third(page: Page, _: Scene) -> Page:
    story = page.story.paragraphs
    keep = "\n\n".join(story)[: len("\n\n".join(story)) // 3]
    return tell(page, paragraphs=tuple(keep.split("\n\n")))


def boilerplate(page: Page, _: Scene) -> Page:
    lines = said(
        page,
        en="Follow us on social media and never miss a story|Subscribe now for unlimited access to all our articles|Download our app for breaking news alerts|This website uses cookies to improve your experience|All rights reserved. No part may be reproduced without permission|Read our terms of use and privacy policy",
        de="Folgen Sie uns in den sozialen Medien und verpassen Sie nichts|Jetzt abonnieren und alle Artikel unbegrenzt lesen|Laden Sie unsere App für Eilmeldungen herunter|Diese Website verwendet Cookies, um Ihr Erlebnis zu verbessern|Alle Rechte vorbehalten. Nachdruck nur mit Genehmigung|Lesen Sie unsere Nutzungsbedingungen und den Datenschutz",
        fr="Suivez-nous sur les réseaux sociaux pour ne rien manquer|Abonnez-vous pour un accès illimité à tous nos articles|Téléchargez notre application pour les alertes info|Ce site utilise des cookies pour améliorer votre expérience|Tous droits réservés. Reproduction interdite sans autorisation|Lisez nos conditions d'utilisation et notre politique de confidentialité",
    )
    return replace(page, inside="".join(f"<p>{line}.</p>" for line in lines.split("|")))


def cookie_wall(page: Page, _: Scene) -> Page:
    return document(page, said(page, en="Your privacy", de="Ihre Privatsphäre", fr="Votre vie privée"), said(
        page,
        en="<h1>We value your privacy</h1><p>We and our 214 partners use cookies to store and access information on your device.</p><p>With your consent we may use precise location data.</p><button>Accept all cookies</button><button>Manage cookie settings</button>",
        de="<h1>Wir schätzen Ihre Privatsphäre</h1><p>Wir und unsere 214 Partner verwenden Cookies, um Informationen auf Ihrem Gerät zu speichern.</p><p>Mit Ihrer Einwilligung verwenden wir genaue Standortdaten.</p><button>Alle Cookies akzeptieren</button><button>Cookie-Einstellungen</button>",
        fr="<h1>Votre vie privée nous importe</h1><p>Nous et nos 214 partenaires utilisons des cookies pour stocker des informations sur votre appareil.</p><p>Avec votre consentement, nous utilisons des données de localisation.</p><button>Accepter tous les cookies</button><button>Paramétrer les cookies</button>",
    ))  # fmt: skip


def login_wall(page: Page, _: Scene) -> Page:
    return document(page, said(page, en="Log in", de="Anmelden", fr="Connexion"), said(
        page,
        en="<h1>Log in</h1><p>Please log in to continue reading.</p><form><label>E-mail address</label><label>Password</label><button>Log in</button></form><p>Forgot your password?</p><p>No account yet? Register now</p>",
        de="<h1>Anmelden</h1><p>Bitte melden Sie sich an, um weiterzulesen.</p><form><label>E-Mail-Adresse</label><label>Passwort</label><button>Anmelden</button></form><p>Passwort vergessen?</p><p>Noch kein Konto? Jetzt registrieren</p>",
        fr="<h1>Connexion</h1><p>Connectez-vous pour continuer votre lecture.</p><form><label>Adresse e-mail</label><label>Mot de passe</label><button>Se connecter</button></form><p>Mot de passe oublié ?</p><p>Pas encore de compte ? Inscrivez-vous</p>",
    ))  # fmt: skip


def error_page(page: Page, _: Scene) -> Page:
    return document(page, "404", said(
        page,
        en="<h1>404 Page not found</h1><p>Sorry, the page you are looking for does not exist or has been moved.</p><a href='/'>Back to the homepage</a>",
        de="<h1>404 Seite nicht gefunden</h1><p>Die gesuchte Seite existiert leider nicht oder wurde verschoben.</p><a href='/'>Zur Startseite</a>",
        fr="<h1>404 Page introuvable</h1><p>Désolé, la page que vous cherchez n'existe pas ou a été déplacée.</p><a href='/'>Retour à l'accueil</a>",
    ))  # fmt: skip


def empty_shell(page: Page, _: Scene) -> Page:
    return document(page, escape(page.story.headline), '<div id="root"></div><script src="/app.js"></script><noscript>Please enable JavaScript</noscript>')  # fmt: skip


def link_list(page: Page, scene: Scene) -> Page:
    others = scene.dice.sample(scene.pages, 25)
    return replace(page, body="<ul>" + "".join(f'<li><a href="{other.url}">{escape(other.story.headline)}</a></li>' for other in others) + "</ul>")  # fmt: skip


def _neighbour(page: Page, scene: Scene) -> Page:
    """The page of the same publisher that came before."""
    own = [other for other in scene.pages if other.publisher is page.publisher]
    return own[[other.number for other in own].index(page.number) - 1]


def previous_body(page: Page, scene: Scene) -> Page:
    return tell(
        page, paragraphs=_neighbour(page, scene).story.paragraphs, summary=_neighbour(page, scene).story.summary
    )


def site_as_title(page: Page, _: Scene) -> Page:
    return tell(page, headline=page.publisher.name)


def section_as_title(page: Page, _: Scene) -> Page:
    return tell(page, headline=said(page, en="Latest local news", de="Aktuelle Nachrichten", fr="Toute l'actualité"))


def no_title(page: Page, _: Scene) -> Page:
    return tell(page, headline="")


def dated(page: Page, day: datetime) -> Page:
    return tell(page, published=day.isoformat())


def published_at(page: Page) -> datetime:
    return datetime.fromisoformat(page.story.published)


def crawl_date(page: Page, _: Scene) -> Page:
    return dated(page, page.fetched_at)


def swapped(page: Page, _: Scene) -> Page:
    day = published_at(page)
    return dated(page, day.replace(month=day.day, day=day.month) if day.day <= 12 else day)


def year_off(page: Page, _: Scene) -> Page:
    return dated(page, published_at(page) - timedelta(days=365))


def day_off(page: Page, _: Scene) -> Page:
    return dated(page, published_at(page) - timedelta(days=1))


def in_future(page: Page, _: Scene) -> Page:
    return dated(page, published_at(page) + timedelta(days=30))


def long_ago(page: Page, _: Scene) -> Page:
    return dated(page, datetime(1970, 1, 1, tzinfo=UTC))


def no_date(page: Page, _: Scene) -> Page:
    return tell(page, published="")


def no_zone(page: Page, _: Scene) -> Page:
    return tell(page, published=page.story.published[:19])


def organisation(page: Page, _: Scene) -> Page:
    return tell(page, authors=(page.publisher.name,))


def no_authors(page: Page, _: Scene) -> Page:
    return tell(page, authors=())


def wrong_author(page: Page, scene: Scene) -> Page:
    return tell(page, authors=(newsroom.full_name(page.publisher.language, scene.dice),))


def staff_list(page: Page, scene: Scene) -> Page:
    names = {newsroom.full_name(page.publisher.language, scene.dice) for _ in range(40)}
    return tell(page, authors=tuple(sorted(names)[:30]))


def wrong_lang(page: Page, _: Scene) -> Page:
    return replace(page, html_language={"en": "de", "de": "fr", "fr": "en"}[page.html_language])


def foreign_text(page: Page, scene: Scene) -> Page:
    story = newsroom.foreign_paragraphs(scene.dice, 4)
    return tell(page, paragraphs=story, summary=story[0].split(". ")[0] + ".")


def mixed_languages(page: Page, scene: Scene) -> Page:
    own = page.story.paragraphs
    return tell(page, paragraphs=(*own[: len(own) // 2], *newsroom.foreign_paragraphs(scene.dice, 4)))


def machine_look(page: Page, _: Scene) -> Page:
    """Neighbouring words change places, as where each word was translated by itself."""

    def turned(sentence: str) -> str:
        words = sentence.split()
        for n in range(0, len(words) - 1, 2):
            words[n], words[n + 1] = words[n + 1], words[n]
        return " ".join(words)

    return tell(page, paragraphs=tuple(". ".join(map(turned, text.rstrip(".").split(". "))) + "." for text in page.story.paragraphs))  # fmt: skip


def word_salad(page: Page, scene: Scene) -> Page:
    def stir(sentence: str) -> str:
        words = sentence.split()
        scene.dice.shuffle(words)
        return newsroom.upper_first(" ".join(words).replace(",", "").lower())

    return tell(page, paragraphs=tuple(". ".join(stir(one) for one in text.rstrip(".").split(". ")) + "." for text in page.story.paragraphs))  # fmt: skip


def word_lines(page: Page, _: Scene) -> Page:
    words = " ".join(page.story.paragraphs).split()
    return replace(page, body="".join(f"<p>{escape(word)}</p>" for word in words))


def gibberish(page: Page, scene: Scene) -> Page:
    def word() -> str:
        return "".join(scene.dice.choice("bcdfghjklmnpqrstvwxzaeiou") for _ in range(scene.dice.randrange(3, 10)))

    return tell(page, paragraphs=tuple(newsroom.upper_first(" ".join(word() for _ in text.split())) + "." for text in page.story.paragraphs))  # fmt: skip


def altered_numbers(page: Page, _: Scene) -> Page:
    return tell(page, paragraphs=tuple(text.translate(str.maketrans("12345678", "87654321")) for text in page.story.paragraphs))  # fmt: skip


def other_site(page: Page, scene: Scene) -> Page:
    others = [other for other in scene.before if other.publisher is not page.publisher and other.publisher.language == page.publisher.language]  # fmt: skip
    other = scene.dice.choice(others)
    return replace(page, raw=replace(other, story=newsroom.write_story(other.publisher, page.fetched_at, scene.dice)).render())  # fmt: skip


def binary(page: Page, scene: Scene) -> Page:
    return replace(page, raw=b"\x89PNG\r\n\x1a\n" + scene.dice.randbytes(4000))


def oversized(page: Page, _: Scene) -> Page:
    return replace(page, raw=page.render() + b"<!-- " + b"x" * MAX_PAGE_BYTES + b" -->")


def nul_bytes(page: Page, _: Scene) -> Page:
    raw = page.render()
    return replace(page, raw=b"\x00".join(raw[n : n + 200] for n in range(0, len(raw), 200)))


def comments(page: Page, scene: Scene) -> Page:
    texts = said(
        page,
        en="I have lived here for years and nobody ever asked me.|This is a disgrace, they should all resign!!|Well said, I agree with every word of it.|lol who pays for this again? us of course|Thank you for reporting on this, nobody else does.|Typical. My cousin could have built it for half the money.",
        de="Ich wohne hier seit Jahren und mich hat niemand gefragt.|Eine Schande, die sollten alle zurücktreten!!|Gut gesagt, dem stimme ich in jedem Wort zu.|haha und wer zahlt das wieder? wir natürlich|Danke für den Bericht, sonst schreibt ja keiner darüber.|Typisch. Mein Vetter hätte es für die Hälfte gebaut.",
        fr="J'habite ici depuis des années et personne ne m'a rien demandé.|C'est une honte, qu'ils démissionnent tous !!|Bien dit, je suis d'accord avec chaque mot.|mdr et qui paie encore ? nous bien sûr|Merci pour cet article, personne d'autre n'en parle.|Typique. Mon cousin l'aurait construite pour la moitié.",
    ).split("|")
    shown = "".join(
        f"<p>{newsroom.full_name(page.publisher.language, scene.dice)}, {scene.dice.randrange(2, 23)} h</p><p>{text}</p>" for text in scene.dice.sample(texts * 2, 9)
    )  # fmt: skip
    return replace(page, inside=shown)


def live_ticker(page: Page, scene: Scene) -> Page:
    shown = "".join(f"<p>{8 + n}:{scene.dice.randrange(10, 60)}</p><p>{escape(text)}</p>" if n > 1 else f"<p>0{8 + n}:{scene.dice.randrange(10, 60)}</p><p>{escape(text)}</p>"
                    for n, text in enumerate((*page.story.paragraphs, *newsroom.paragraphs_of(newsroom.Facts(page.publisher.language, scene.dice), 8))))  # fmt: skip
    return replace(page, body=shown)


def paywall_stub(page: Page, _: Scene) -> Page:
    gate = said(page, en="Subscribe to continue reading this article", de="Weiterlesen mit Abo: Jetzt abonnieren", fr="La suite est réservée aux abonnés. Abonnez-vous pour lire la suite")  # fmt: skip
    return replace(tell(page, paragraphs=page.story.paragraphs[:1]), inside=f'<div class="paywall"><p>{gate}</p></div>')


def captions_only(page: Page, scene: Scene) -> Page:
    shown = "".join(f'<figure><img src="/{n}.jpg"><figcaption>{escape(other.story.caption)}. Photo: {scene.dice.randrange(10, 99)}</figcaption></figure>'
                    for n, other in enumerate(scene.dice.sample(scene.pages, 8)))  # fmt: skip
    return replace(page, body=shown)


def body_twice(page: Page, _: Scene) -> Page:
    return tell(page, paragraphs=page.story.paragraphs * 2)


def fetched_future(page: Page, _: Scene) -> Page:
    return replace(page, fetched_at=datetime.now(UTC) + timedelta(days=30))


def fetched_long_ago(page: Page, _: Scene) -> Page:
    return replace(page, fetched_at=page.fetched_at - timedelta(days=120))


def one_title(page: Page, scene: Scene) -> Page:
    return tell(page, headline=_neighbour(page, scene).story.headline)


def teaser(page: Page, _: Scene) -> Page:
    return tell(page, paragraphs=(page.story.paragraphs[0].split(". ")[0] + " …",))
