"""Which gate catches which defect: known defects planted in clean batches of invented pages, one kind at a time.

    python tests/benchmarks/defects.py [--kinds a,b] [--json FILE] [--pages N] [--clean-runs N] [--one-dose] [--workers N]

The real line runs without Prefect: ingest, clean, extract, merge, metrics and drift, and the gate after each; rows that
break a critical rule are left out of what follows, as in `flows/news.py`. Twelve clean runs before it are the history.
A planted page is mended if it gives the row that it gives undamaged. A defect is caught if half or more of the planted
pages that are not mended are set aside (quarantined, or known as a duplicate), if the run stops, or if a warning about
this defect appears on more rows than in any clean run; it is mended if 19 of 20 planted pages are, and marked if most
rows only say what is odd about them, in `kind`, `flags` or `near_duplicate_of`. Precision and recall are those of the
pages set aside, as pages planted. Beside it stands a plain suite of Great Expectations on the final table of a line
without gates.
"""

import argparse
import json
import logging
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from html import escape
from multiprocessing import get_context
from pathlib import Path

import newsroom
import pyarrow as pa
import pyarrow.compute as pc
from newsroom import Page

from expectations import clean as clean_rules
from expectations import dataset as dataset_rules
from expectations import extract as extract_rules
from expectations import ingest as ingest_rules
from expectations import load as load_rules
from expectations.gate import Verdict, check
from expectations.limits import limits
from expectations.rule import CRITICAL, Rule, Suite
from tasks import schema
from tasks.batch import digest, without, write_table
from tasks.clean.batch import clean_pages
from tasks.clean.site_memory import learn_files, recall
from tasks.extract.batch import extract_documents
from tasks.ingest.reading import find_problem, media_type
from tasks.load.merge import Known, Merge, merge
from tasks.load.stories import Signed, Story, find_stories, read_signatures
from tasks.quality.drift import compare
from tasks.quality.metrics import COLUMNS, of_run

HISTORY_RUNS = 12
DAY = newsroom.utc(2026, 9, 5)  # of the batch that is damaged; in the first twelve days, so that day and month can swap
MAX_PAGE_BYTES = 1 << 20  # smaller than a user's limit, to keep the oversized pages small
DOSES = (0.001, 0.01, 0.1, 0.5, 1.0)  # the lowest is one page
_FIELDS = ("title", "authors", "published_date", "published_at", "language")  # with the text, what a mended row has


# --- the line -------------------------------------------------------------------------------------------------------


@dataclass
class Run:
    """What the gates said of one batch, by number of page."""

    pages: int = 0
    set_aside: dict[int, list[str]] = field(default_factory=dict)  # page -> rules, or merge's reason
    stops: list[str] = field(default_factory=list)
    warnings: Counter = field(default_factory=Counter)  # rule (drift: rule:metric) -> rows
    rows: dict[int, dict] = field(default_factory=dict)  # page -> its candidate, as far as it got
    near: set[int] = field(default_factory=set)  # pages that load names near-duplicates
    error: str = ""  # an exception in place of a verdict
    plain: dict[str, list[int]] = field(default_factory=dict)  # expectation of the plain suite -> pages, [] for all


@dataclass
class Past:
    """What earlier runs left behind."""

    sites: dict[str, Path] = field(default_factory=dict)
    known: list[Known] = field(default_factory=list)
    signed: list[Signed] = field(default_factory=list)
    history: list[dict] = field(default_factory=list)


def page_row(page: Page) -> dict:
    """A row of `schema.PAGES`, with ingest's own judgement of the bytes."""
    raw = page.render()
    problem = find_problem(raw)
    if len(raw) > MAX_PAGE_BYTES:
        problem = "ingest.too_large", f"{len(raw):,} bytes"
    return {
        "doc_id": digest(page.url, str(page.number)), "source_uri": page.url, "url": page.url, "media_type": media_type(raw, page.url),
        "fetched_at": page.fetched_at, "page_digest": digest(raw), "byte_count": len(raw), "problem": problem[0] if problem else None,
        "problem_detail": problem[1] if problem else None, "raw": None if len(raw) > MAX_PAGE_BYTES else raw,
    }  # fmt: skip


_VERDICTS: dict[str, Verdict] = {}
_UNCHECKED = ("byte_count", "fetched_days_ahead")  # no check reads the one, and the other moves with the clock


def judged(suite: Suite, table: pa.Table, found: pa.Schema | None = None, declared: pa.Schema | None = None) -> Verdict:
    """The verdict of a gate, asked once for equal tables: most defects leave the early gates' tables as they were."""
    slim = table.drop_columns([name for name in _UNCHECKED if name in table.column_names])
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, slim.schema) as writer:
        writer.write_table(slim.combine_chunks())
    key = digest(suite.step, sink.getvalue().to_pybytes(), str(found))
    if key not in _VERDICTS:
        _VERDICTS[key] = check(suite, table, found, declared)
    return _VERDICTS[key]


class Line:
    """The steps and gates of `flows/news.py` over one batch."""

    def __init__(self, past: Past) -> None:
        self.past = past
        self.numbers = limits()
        self.folder = ""  # where the memory of sites is kept while the benchmark runs
        self.extracted: dict[str, tuple[pa.Table, pa.Table, pa.Table]] = {}

    def run(self, pages: pa.Table, numbers: list[int], change: Callable[[pa.Table], pa.Table] | None = None, *, name: str = "", is_kept: bool = False) -> Run:  # fmt: skip
        """Run a table of pages; `numbers` name its rows. `change` damages the candidates. `is_kept`: becomes past."""
        run = Run(pages.num_rows)
        by_id: dict[str, list[int]] = {}
        for doc_id, number in zip(pages.column("doc_id").to_pylist(), numbers, strict=True):
            by_id.setdefault(doc_id, []).append(number)
        try:
            self._run(run, pages, by_id, change, name, is_kept=is_kept)
        except Exception as error:  # what no gate foresaw is a finding
            run.error = f"{type(error).__name__}: {str(error)[:120]}"
        return run

    def _run(self, run: Run, pages: pa.Table, by_id: dict, change, name: str, *, is_kept: bool) -> None:
        index = {row["doc_id"]: row for row in pages.select(["doc_id", "source_uri", "url"]).to_pylist()}
        quarantined: list[dict] = []
        out = self._gate(run, "ingest", ingest_rules, schema.PAGES, pages, index, by_id, quarantined)
        unread = pages.filter(pc.invert(pc.is_in(pages.column("doc_id"), pa.array(sorted(set(index) - out - {None})))))
        documents, candidates, evidence = self._extracted(without(pages, out), is_kept=name == "control")
        final = candidates  # of a line without gates
        if unread.num_rows:
            final = pa.concat_tables([candidates, extract_documents(*clean_pages(unread)[:2])])
        if change:
            candidates, final = change(candidates), change(final)
        run.plain = self._plain(final, by_id)
        if run.stops:
            return
        out |= self._gate(run, "clean", clean_rules, schema.DOCUMENTS, documents, index, by_id, quarantined)
        if run.stops:
            return
        candidates = without(candidates, out)
        out |= self._gate(run, "extract", extract_rules, schema.CANDIDATES, candidates, index, by_id, quarantined)
        for row in candidates.to_pylist():
            for number in by_id.get(row.get("doc_id"), ()):
                run.rows[number] = row
        if run.stops:
            return
        articles, counts, passed = self._merge(run, without(candidates, out), pages.num_rows, by_id, len(quarantined))
        self._load(run, articles, counts)
        if run.stops:
            return
        metrics = of_run([{column: row[column] for column in COLUMNS} for row in passed], quarantined, counts)
        self._compare(run, metrics)
        if is_kept:
            self._keep(name, evidence, articles, metrics)
            signed = [row for row in passed if row["signature"]]
            ids = [row["article_id"] for row in signed]
            self.past.signed.append(Signed(ids, ids, read_signatures(row["signature"] for row in signed)))

    def _extracted(self, pages: pa.Table, *, is_kept: bool) -> tuple[pa.Table, pa.Table, pa.Table]:
        """Documents, candidates and evidence of pages; the undamaged batch's are kept, for defects of tables."""
        key = digest(*(f"{row['doc_id']} {row['page_digest']} {row['fetched_at']}" for row in pages.select(["doc_id", "page_digest", "fetched_at"]).to_pylist()))  # fmt: skip
        if key in self.extracted:
            return self.extracted[key]
        documents, lines, evidence = clean_pages(pages, partial(recall, self.past.sites))
        found = documents, extract_documents(documents, lines), evidence
        if is_kept:
            self.extracted[key] = found
        return found

    def _merge(self, run: Run, candidates: pa.Table, received: int, by_id: dict, quarantined: int) -> tuple[pa.Table, dict, list]:  # fmt: skip
        """The articles, the run's account and the candidates as rows."""
        passed = candidates.to_pylist()
        merged = merge(passed, self.past.known)
        for doc_id, decision in merged.decisions.items():
            if decision.outcome == "duplicate":
                for number in by_id[doc_id]:
                    run.set_aside.setdefault(number, []).append(f"merge.{decision.reason}")
        near = {article_id for article_id, story in self._stories(passed, merged).items() if story.near_duplicate_of}
        run.near = {number for row in passed if row["article_id"] in near for number in by_id[row["doc_id"]]}
        chosen = [merged.decisions[row["doc_id"]].outcome == "article" for row in passed]
        articles = schema.conform(candidates.filter(pa.array(chosen, pa.bool_())), schema.ARTICLES)
        outcomes = Counter(decision.outcome for decision in merged.decisions.values())
        counts = {"received": received, "articles": outcomes["article"], "duplicates": outcomes["duplicate"], "quarantined": quarantined}  # fmt: skip
        return articles, counts, passed

    def _stories(self, passed: list[dict], merged: Merge) -> dict[str, Story]:
        """The story of each new article that is long enough to tell, as load finds them."""
        rows = {row["doc_id"]: row for row in passed}
        new = [one for one in merged.decisions.values() if one.outcome == "article" and rows[one.doc_id]["signature"]]
        values = read_signatures(rows[one.doc_id]["signature"] for one in new)
        ids = [one.article_id for one in new]
        return find_stories(Signed(ids, [""] * len(ids), values), self.past.signed)

    def _compare(self, run: Run, metrics: list[dict]) -> None:
        """The gate that compares with the runs before."""
        compared = compare(metrics, self.past.history, self.numbers["dataset"])
        verdict = judged(dataset_rules.suite(self.numbers["dataset"]), dataset_rules.table(compared))
        run.stops += verdict.stops
        told = {outcome.code for outcome in verdict.warnings}
        run.warnings.update(
            f"dataset.{row['code']}:{row['metric']}"
            for row in compared
            if row["code"] and f"dataset.{row['code']}" in told
        )

    def _gate(self, run: Run, step: str, rules, declared, table: pa.Table, index: dict, by_id: dict, quarantined: list) -> set[str]:  # fmt: skip
        """Check one step; returns the ids it sets aside."""
        suite = rules.suite(self.numbers[step])
        table = table.select([column for column in suite.columns if column in table.column_names])
        slim = rules.slim(table)
        verdict = judged(suite, slim, table.schema, declared)
        out = set()
        for row, codes in verdict.reasons.items():
            doc_id = str(slim.column("doc_id")[row].as_py())
            quarantined.append(index[doc_id])
            out.add(doc_id)
            for number in by_id[doc_id]:
                run.set_aside.setdefault(number, codes)
        run.stops += verdict.stops
        run.warnings.update({outcome.code: outcome.failed for outcome in verdict.warnings})
        return out

    def _load(self, run: Run, articles: pa.Table, counts: dict) -> None:
        """The gates before publication: what fails there stops the run."""
        suite = load_rules.suite(self.numbers["load"])
        accounted = counts["articles"] + counts["duplicates"] + counts["quarantined"]
        ledger = pa.Table.from_pylist([{"received": counts["received"], "accounted": accounted, "articles": counts["articles"], "staged_articles": articles.num_rows}])  # fmt: skip
        own = judged(suite, articles.select(list(suite.columns)), articles.schema, schema.ARTICLES)
        for verdict in (own, judged(load_rules.ledger_suite(self.numbers["load"]), ledger)):
            run.stops += verdict.stops
            run.stops += [f"{code}: {verdict.details.get(row, '')}" for row, codes in verdict.reasons.items() for code in codes][:5]  # fmt: skip

    def _plain(self, final: pa.Table, by_id: dict) -> dict[str, list[int]]:
        verdict = judged(PLAIN, final.select([column for column in PLAIN.columns if column in final.column_names]))
        found: dict[str, list[int]] = {stop.split(":")[0]: [] for stop in verdict.stops}
        ids = final.column("doc_id").to_pylist() if "doc_id" in final.column_names else [None] * final.num_rows
        for row, codes in verdict.reasons.items():
            for code in codes:
                found.setdefault(code, []).extend(by_id.get(ids[row], [-1]))
        return found

    def _keep(self, name: str, evidence: pa.Table, articles: pa.Table, metrics: list[dict]) -> None:
        """What the next run knows of this one."""
        folder = Path(self.folder) / name
        for place, table in learn_files([evidence], self.past.sites):
            write_table(table, folder / place)
            self.past.sites[place] = folder / place
        slim = articles.select(["article_id", "text_digest", "fetched_at", "version"]).to_pylist()
        self.past.known += [Known(place="", **row) for row in slim]
        self.past.history += [row | {"run_id": name} for row in metrics]


# what most projects write: presence, lengths, uniqueness, the form of addresses, a set of values, a number of rows
PLAIN = Suite("plain", ("doc_id", "article_id", "url", "title", "text", "language", "published_date"), (
    *(Rule(f"not_null({name})", CRITICAL, "", "column_values_to_not_be_null", {"column": name}) for name in ("article_id", "url", "title", "text", "language", "published_date")),
    *(Rule(f"unique({name})", CRITICAL, "", "column_values_to_be_unique", {"column": name}) for name in ("article_id", "url")),
    Rule("length(title)", CRITICAL, "", "column_value_lengths_to_be_between", {"column": "title", "min_value": 10, "max_value": 250}),
    Rule("length(text)", CRITICAL, "", "column_value_lengths_to_be_between", {"column": "text", "min_value": 200, "max_value": 50_000}),
    Rule("regex(url)", CRITICAL, "", "column_values_to_match_regex", {"column": "url", "regex": r"^https?://[\w.-]+/\S+$"}),
    Rule("set(language)", CRITICAL, "", "column_values_to_be_in_set", {"column": "language", "value_set": ["en", "de", "fr"]}),
    Rule("rows", CRITICAL, "", "table_row_count_to_be_between", {"min_value": 1}),
), 1.0, 1)  # fmt: skip


# --- the defects ----------------------------------------------------------------------------------------------------


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


def _dated(page: Page, day: datetime) -> Page:
    return tell(page, published=day.isoformat())


def _published(page: Page) -> datetime:
    return datetime.fromisoformat(page.story.published)


def crawl_date(page: Page, _: Scene) -> Page:
    return _dated(page, page.fetched_at)


def swapped(page: Page, _: Scene) -> Page:
    day = _published(page)
    return _dated(page, day.replace(month=day.day, day=day.month) if day.day <= 12 else day)


def year_off(page: Page, _: Scene) -> Page:
    return _dated(page, _published(page) - timedelta(days=365))


def day_off(page: Page, _: Scene) -> Page:
    return _dated(page, _published(page) - timedelta(days=1))


def in_future(page: Page, _: Scene) -> Page:
    return _dated(page, _published(page) + timedelta(days=30))


def long_ago(page: Page, _: Scene) -> Page:
    return _dated(page, datetime(1970, 1, 1, tzinfo=UTC))


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


# batches: the whole list of pages in and out


def _as_new(page: Page, number: int) -> Page:
    return replace(page, number=number, is_planted=True)


def copies(pages: list[Page], scene: Scene, share: float) -> list[Page]:
    chosen = scene.dice.sample(pages, max(1, round(share * len(pages))))
    return pages + [_as_new(replace(page, url=page.url.replace(".html", "-2.html"), fetched_at=page.fetched_at + timedelta(hours=1)), len(pages) + n) for n, page in enumerate(chosen)]  # fmt: skip


def near_copies(pages: list[Page], scene: Scene, share: float) -> list[Page]:
    made = copies(pages, scene, share)
    return [tell(page, paragraphs=(*page.story.paragraphs[:-1], newsroom.paragraphs_of(newsroom.Facts(page.publisher.language, scene.dice), 1)[0])) if page.is_planted else page
            for page in made]  # fmt: skip


def known_texts(pages: list[Page], scene: Scene, share: float) -> list[Page]:
    chosen = scene.dice.sample(scene.before, min(len(scene.before), max(1, round(share * len(pages)))))
    return pages + [_as_new(replace(page, url=page.url.replace(".html", "-2.html"), fetched_at=page.fetched_at + timedelta(days=1)), len(pages) + n) for n, page in enumerate(chosen)]  # fmt: skip


def few(pages: list[Page], scene: Scene, _: float) -> list[Page]:
    return scene.dice.sample(pages, len(pages) // 10)


def many(pages: list[Page], scene: Scene, _: float) -> list[Page]:
    more = [
        newsroom.page_of(page.publisher, len(pages) + n, page.fetched_at, scene.dice)
        for n, page in enumerate(pages * 9)
    ]
    return pages + more


def nothing(pages: list[Page], scene: Scene, _: float) -> list[Page]:
    return []


BROKEN = newsroom.PUBLISHERS[4]  # the site that breaks


def site_gone(pages: list[Page], _: Scene, __: float) -> list[Page]:
    return [page for page in pages if page.publisher != BROKEN]


def _of_site(pages: list[Page], change: Callable[[Page], Page]) -> list[Page]:
    return [replace(change(page), is_planted=True) if page.publisher == BROKEN else page for page in pages]


def site_body_hidden(pages: list[Page], _: Scene, __: float) -> list[Page]:
    return _of_site(pages, lambda page: replace(page, body=f"<script>load({page.number})</script>"))


def site_half_hidden(pages: list[Page], _: Scene, __: float) -> list[Page]:
    return _of_site(pages, lambda page: replace(page, body=f"<p>{escape(page.story.paragraphs[0])}</p><script>load({page.number})</script>"))  # fmt: skip


def site_fields_gone(pages: list[Page], _: Scene, __: float) -> list[Page]:
    return _of_site(pages, lambda page: tell(page, published="", authors=()))


def site_one_title(pages: list[Page], _: Scene, __: float) -> list[Page]:
    return _of_site(pages, lambda page: tell(page, headline="Nachrichten aus der Region"))


def _moved(page: Page, days: int, *, is_story_too: bool) -> Page:
    moved = replace(page, fetched_at=page.fetched_at - timedelta(days=days), is_planted=True)
    return _dated(moved, _published(page) - timedelta(days=days)) if is_story_too else moved


def stale(pages: list[Page], scene: Scene, share: float) -> list[Page]:
    chosen = {page.number for page in scene.dice.sample(pages, round(share * len(pages)))}
    return [_moved(page, 120, is_story_too=True) if page.number in chosen else page for page in pages]


def out_of_order(pages: list[Page], _: Scene, __: float) -> list[Page]:
    return [_moved(page, 4, is_story_too=True) for page in pages]


def old_stories(pages: list[Page], scene: Scene, share: float) -> list[Page]:
    """Fetched now, written long ago: an archive came in with the crawl."""
    chosen = {page.number for page in scene.dice.sample(pages, max(1, round(share * len(pages))))}
    return [replace(_dated(page, _published(page) - timedelta(days=400)), is_planted=True) if page.number in chosen else page for page in pages]  # fmt: skip


def other_mix(pages: list[Page], scene: Scene, _: float) -> list[Page]:
    """One language takes the place of the others."""
    own = [publisher for publisher in newsroom.PUBLISHERS if publisher.language == "fr"]
    return [page if page.publisher.language == "fr" else _as_new(newsroom.page_of(own[page.number % 3], page.number, page.fetched_at, scene.dice), page.number) for page in pages]  # fmt: skip


# tables: columns of the pages or of the candidates


def nulls(column: str, table: pa.Table, chosen: set[str]) -> pa.Table:
    """The column null in the chosen rows."""
    at = table.schema.get_field_index(column)
    mask = pa.array([doc_id in chosen for doc_id in table.column("doc_id").to_pylist()])
    values = pc.if_else(mask, pa.nulls(table.num_rows, table.schema.field(at).type), table.column(at))
    return table.set_column(at, pa.field(column, table.schema.field(at).type), values)


def same_ids(table: pa.Table, chosen: set[str]) -> pa.Table:
    """The chosen rows carry the id of the row before them."""
    ids = table.column("doc_id").to_pylist()
    own = [ids[n - 1] if doc_id in chosen else doc_id for n, doc_id in enumerate(ids)]
    return table.set_column(table.schema.get_field_index("doc_id"), table.schema.field("doc_id"), pa.array(own))


def lost(column: str, table: pa.Table, _: set[str]) -> pa.Table:
    return table.drop_columns([column])


def renamed(column: str, table: pa.Table, _: set[str]) -> pa.Table:
    return table.rename_columns({column: f"{column}_new"})


def as_text(column: str, table: pa.Table, _: set[str]) -> pa.Table:
    at = table.schema.get_field_index(column)
    return table.set_column(at, column, pa.array([None if value is None else str(value) for value in table.column(at).to_pylist()], pa.string()))  # fmt: skip


@dataclass(frozen=True)
class Kind:
    """A kind of defect."""

    code: str
    plant: Callable
    matters: float  # the dose from which it matters
    why: str  # it matters from there
    about: tuple[str, ...] = ()  # warnings that tell of this defect
    where: str = "page"  # page | batch | pages | candidates: what is damaged
    doses: tuple[float, ...] = DOSES
    unseen: str = ""  # why no rule can see it in the data


ONE, FEW, SOME, HALF, ALL = DOSES
WHOLE = (1.0,)
LENGTH = (
    "dataset.length",
    "dataset.site_layout:words",
    "dataset.site_layout:paragraphs",
    "dataset.cut_off_share",
    "dataset.site_layout:cut_off",
)
CONFIDENCE = ("dataset.confidence", "dataset.site_layout:confidence")
AUTHORS = ("dataset.null_share:authors", "dataset.site_layout:authors")
DATES = ("extract.date_missing", "dataset.null_share:date", "dataset.site_layout:date")
LANGUAGE = ("dataset.language_mix", "dataset.site_layout:language", "extract.language_missing")
REPEATED = ("dataset.duplicate_share",)
TITLES = ("extract.title",)
_JUNK = "one is already no article"
KINDS = (
    Kind("mojibake", mojibake, FEW, "every word with an accent is lost to searches", ("dataset.confidence",)),
    Kind("letters_lost", letters_lost, FEW, "cannot be repaired later"),
    Kind("question_marks", question_marks, SOME, "accents became ?, which stays readable"),
    Kind("wrong_encoding", wrong_encoding, FEW, "as mojibake"),
    Kind("cut_third", cut_third, SOME, "lengths and word counts are off by then", LENGTH),
    Kind("teaser_only", teaser, FEW, "a sentence is no text", LENGTH),
    Kind("boilerplate_appended", boilerplate, SOME, "pollutes counts of words", ("clean.boilerplate", *LENGTH)),
    Kind("cookie_wall", cookie_wall, ONE, _JUNK),
    Kind("login_wall", login_wall, ONE, _JUNK),
    Kind("error_page", error_page, ONE, _JUNK),
    Kind("empty_shell", empty_shell, ONE, _JUNK),
    Kind("link_list", link_list, ONE, _JUNK),
    Kind("captions_only", captions_only, FEW, "few words, but of the page's subject", LENGTH),
    Kind("previous_body", previous_body, FEW, "headline and text do not belong together", REPEATED),
    Kind("site_as_title", site_as_title, SOME, "headlines cannot be told apart", TITLES),
    Kind("section_as_title", section_as_title, SOME, "headlines cannot be told apart", TITLES),
    Kind("title_of_neighbour", one_title, SOME, "headline and text do not belong together", TITLES),
    Kind("title_missing", no_title, FEW, "an article without headline cannot be shown", TITLES),
    Kind("date_is_crawl_date", crawl_date, SOME, "hours off; time lines shift by a day at most"),
    Kind("day_month_swapped", swapped, SOME, "time series get false months"),
    Kind("year_off", year_off, SOME, "time series get a false year"),
    Kind("day_off", day_off, HALF, "a day is within what analysts allow", unseen="a day earlier is as plausible"),
    Kind("date_in_future", in_future, FEW, "surely wrong", ("extract.published_in_future",)),
    Kind("date_before_1990", long_ago, FEW, "surely wrong", ("extract.published_long_ago",)),
    Kind("date_missing", no_date, SOME, "such rows drop out of time series", DATES),
    Kind("zone_dropped", no_zone, HALF, "an hour or two; matters where hours are compared"),
    Kind("author_is_site", organisation, SOME, "counts of authors are off", AUTHORS),
    Kind("authors_missing", no_authors, SOME, "counts of authors are off", AUTHORS),
    Kind("author_wrong", wrong_author, FEW, "credits the wrong person", unseen="another name is as plausible"),
    Kind("staff_list", staff_list, FEW, "30 authors outweigh 30 articles", ("extract.author_crowd",)),
    Kind("lang_mislabelled", wrong_lang, FEW, "the wrong stop words are used", LANGUAGE),
    Kind("foreign_text", foreign_text, SOME, "one is news from abroad", LANGUAGE),
    Kind("word_salad", word_salad, FEW, "no sentence means anything", CONFIDENCE),
    Kind("word_a_line", word_lines, FEW, "no sentence is left", CONFIDENCE),
    Kind("gibberish", gibberish, ONE, _JUNK, (*LANGUAGE, *CONFIDENCE)),
    Kind("numbers_altered", altered_numbers, FEW, "facts are wrong", unseen="another number is as plausible"),
    Kind("exact_copies", copies, SOME, "counts of stories are off", REPEATED, "batch"),
    Kind("known_texts", known_texts, SOME, "counts of stories are off", REPEATED, "batch"),
    Kind("near_copies", near_copies, SOME, "counts of stories are off", REPEATED, "batch"),
    Kind("other_site", other_site, FEW, "credited to the wrong site", ("dataset.site_layout",)),
    Kind("binary", binary, ONE, _JUNK),
    Kind("oversized", oversized, ONE, "one can fill the memory"),
    Kind("nul_bytes", nul_bytes, FEW, "breaks databases that load the table"),
    Kind("comments_as_body", comments, SOME, "readers' words count as the paper's", ("clean.boilerplate", *LENGTH)),
    Kind("live_ticker", live_ticker, SOME, "many stories in one text", LENGTH),
    Kind("paywall_stub", paywall_stub, FEW, "a paragraph is no text", LENGTH),
    Kind("body_twice", body_twice, SOME, "counts of words double", LENGTH),
    Kind("fetched_in_future", fetched_future, ONE, "one makes every later run look stale", ("ingest.fetched_not_in_future",)),
    Kind("fetched_long_ago", fetched_long_ago, SOME, "published after fetched", ("extract.published_in_future", "dataset.stale")),
    Kind("same_ids", same_ids, ONE, "rows overwrite each other", where="pages"),
    Kind("null_page_id", partial(nulls, "doc_id"), ONE, "cannot be traced", where="pages"),
    *(Kind(f"null_{column}", partial(nulls, column), dose, why, about, "candidates", tuple(sorted({ONE, dose, ALL})))
      for column, dose, why, about in (
          ("article_id", ONE, "cannot be joined", ()), ("source_uri", ONE, "cannot be traced", ()), ("text", ONE, _JUNK, ()), ("title", FEW, "an article without headline", TITLES),
          ("text_digest", ONE, "copies pass unseen", ()), ("confidence", FEW, "cannot be filtered", ()), ("word_count", FEW, "sums fail", ()), ("url", SOME, "cannot be linked", ("dataset.null_share:url",)),
          ("title_char_count", FEW, "its rule sees nothing", ()), ("text_char_count", FEW, "its rule sees nothing", ()), ("language", SOME, "drops out of counts by language", LANGUAGE),
      )),
    *(Kind(f"{name}_{column}", partial(do, column), ALL, "every later run is spoilt", about, "candidates", WHOLE)
      for name, do, column, about in (
          ("lost", lost, "title_char_count", ()), ("lost", lost, "flags", ()), ("lost", lost, "section", ("dataset.null_share:section",)), ("lost", lost, "published_at", ()),
          ("renamed", renamed, "publisher", ()), ("renamed", renamed, "summary", ("dataset.null_share:summary",)), ("renamed", renamed, "url", ()),
          ("text_of", as_text, "published_date", ()), ("text_of", as_text, "published_at", ()), ("text_of", as_text, "word_count", ()),
      )),
    Kind("volume_tenth", few, ALL, "a source has failed", ("dataset.volume",), "batch", WHOLE),
    Kind("volume_tenfold", many, ALL, "something was crawled twice or too wide", ("dataset.volume",), "batch", WHOLE),
    Kind("site_missing", site_gone, ALL, "its share of the news is gone", ("dataset.site_missing",), "batch", WHOLE),
    Kind("site_body_hidden", site_body_hidden, ALL, "its texts are gone", ("dataset.site_layout",), "batch", WHOLE),
    Kind("site_first_paragraph", site_half_hidden, ALL, "its texts are stubs", LENGTH, "batch", WHOLE),
    Kind("site_fields_gone", site_fields_gone, ALL, "its rows drop out of time series", (*DATES, *AUTHORS), "batch", WHOLE),
    Kind("site_one_title", site_one_title, ALL, "its headlines cannot be told apart", ("dataset.site_layout:title", *TITLES), "batch", WHOLE),
    Kind("empty_batch", nothing, ALL, "a crawl has failed", ("dataset.volume",), "batch", WHOLE),
    Kind("stale_batch", stale, ALL, "an old crawl is sent again", ("dataset.stale",), "batch", (SOME, HALF, ALL)),
    Kind("out_of_order", out_of_order, ALL, "older texts must not replace newer ones", ("dataset.stale",), "batch", WHOLE),
    Kind("old_stories", old_stories, HALF, "an archive is taken for news", (), "batch", DOSES),
    Kind("one_language", other_mix, ALL, "a source has changed", LANGUAGE, "batch", WHOLE),
)  # fmt: skip


# --- the measurement ------------------------------------------------------------------------------------------------


@dataclass
class Finding:
    """What became of one dose of a kind."""

    kind: str
    dose: float
    planted: int
    mended: int = 0  # planted pages that give the rows they give undamaged
    state: str = "missed"  # caught | mended | marked | missed
    rules: list[str] = field(default_factory=list)
    precision: float | None = None
    recall: float | None = None
    stops: list[str] = field(default_factory=list)
    error: str = ""
    plain_rules: list[str] = field(default_factory=list)
    other_warnings: list[str] = field(default_factory=list)
    seconds: float = 0.0


@dataclass
class Bench:
    """The batches and runs that every defect is measured against."""

    line: Line
    pages: list[Page]
    before: list[Page]
    control: Run
    usual: Counter  # warning -> rows, at most, in the clean runs
    plain_usual: Counter


def table_of(pages: list[Page]) -> pa.Table:
    """The pages as ingest would give them."""
    return pa.Table.from_pylist([page_row(page) for page in pages], schema=schema.PAGES)


def measure(bench: Bench, code: str, dose: float) -> Finding:
    """Plant one dose of one kind, run the line and compare with the undamaged run."""
    start = time.perf_counter()
    kind = next(kind for kind in KINDS if kind.code == code)
    dice = random.Random(f"{code} {dose}")
    scene = Scene(dice, bench.pages, bench.before)
    pages, change = list(bench.pages), None
    chosen = set(dice.sample(range(len(pages)), min(len(pages), max(1, round(dose * len(pages))))))
    if kind.where == "batch":
        pages = kind.plant(pages, scene, dose)
    else:
        pages = [replace(page, is_planted=page.number in chosen) for page in pages]
    if kind.where == "page":
        pages = [kind.plant(page, scene) if page.is_planted else page for page in pages]
        pages = [replace(page, is_planted=page.number in chosen) for page in pages]
    table = table_of(pages)
    planted = {page.number for page in pages if page.is_planted}
    ids = {digest(page.url, str(page.number)) for page in pages if page.is_planted}
    if kind.where == "pages":
        table = kind.plant(table, ids)
    elif kind.where == "candidates":
        change = partial(_damaged, kind.plant, ids)
    run = bench.line.run(table, [page.number for page in pages], change)
    found = judge(kind, dose, run, planted, bench)
    found.seconds = round(time.perf_counter() - start, 2)
    return found


def _damaged(plant: Callable, ids: set[str], table: pa.Table) -> pa.Table:
    return plant(table, ids)


def judge(kind: Kind, dose: float, run: Run, planted: set[int], bench: Bench) -> Finding:
    """Whether the run shows the defect."""
    found = Finding(kind.code, dose, len(planted), stops=run.stops[:3], error=run.error)
    named = {number: codes for number, codes in run.set_aside.items() if number not in bench.control.set_aside}
    right = planted & set(named)
    if named:
        found.precision = len(right) / len(named)
    if planted:
        found.recall = len(right) / len(planted)
    told = {code for code, rows in run.warnings.items() if rows > max(bench.control.warnings[code], bench.usual[code])}
    about = {code for code in told if code.startswith(kind.about)} if kind.about else set()
    found.other_warnings = sorted(told - about)
    rest = planted - set(named)
    mended = marked = 0
    if kind.where == "page" and not run.error:
        mended = sum(_is_same(run.rows.get(number), bench.control.rows.get(number)) for number in rest)
        marked = sum(_is_marked(run.rows.get(number), bench.control.rows.get(number)) for number in rest)
    elif kind.where == "batch":
        marked = len(rest & run.near)
    found.mended = mended
    is_named = bool(right) and len(right) >= 0.5 * (len(planted) - mended)
    is_refused = run.error.startswith("ValueError: column ")  # the declared schema refuses the table
    rules = Counter(code for number in right for code in named[number])
    found.rules = [code for code, _ in rules.most_common(3)] + sorted(about)[:3]
    found.rules += [f"stop {stop.split(':')[0]}" for stop in run.stops[:1]] + (
        ["stop schema.conform"] if is_refused else []
    )
    if is_named or run.stops or about or is_refused:
        found.state = "caught"
    elif planted and mended >= 0.95 * len(planted):
        found.state = "mended"
    elif marked and marked >= 0.5 * len(planted):
        found.state = "marked"
    plain = {code for code, rows in run.plain.items() if max(len(rows), 1) > bench.plain_usual[code]}
    found.plain_rules = sorted(plain)
    return found


def _is_same(row: dict | None, undamaged: dict | None) -> bool:
    """Whether the row is as without the defect: the same fields, and nearly the same words."""
    if not row or not undamaged or any(row[name] != undamaged[name] for name in _FIELDS):
        return False
    a, b = Counter(row["text"].split()), Counter(undamaged["text"].split())
    return (a & b).total() >= 0.98 * max(a.total(), b.total())


def _is_marked(row: dict | None, undamaged: dict | None) -> bool:
    """Whether the row says itself what is odd about it, in its kind or its flags."""
    return bool(row and undamaged and (row["kind"] != undamaged["kind"] or set(row["flags"]) - set(undamaged["flags"])))


def prepare(folder: Path, pages: int, clean_runs: int) -> tuple[Bench, dict]:
    """The history, the undamaged run, and what clean runs get wrong."""
    line = Line(Past())
    line.folder = str(folder)
    before: list[Page] = []
    for number in range(HISTORY_RUNS):
        before = newsroom.batch(number, DAY - timedelta(days=HISTORY_RUNS - number), pages)
        line.run(table_of(before), [page.number for page in before], name=f"run-{number:02d}", is_kept=True)
    usual: Counter = Counter()
    plain_usual: Counter = Counter()
    tally: dict = {"pages": 0, "set_aside": 0, "near": 0, "reasons": Counter(), "stops": [], "errors": [], "warnings": Counter(), "plain_runs": 0, "plain": Counter(), "plain_rows": 0}  # fmt: skip
    for number in range(clean_runs):
        own = newsroom.batch(1000 + number, DAY, pages)
        run = line.run(table_of(own), [page.number for page in own])
        usual |= run.warnings
        plain_usual |= Counter({code: max(len(rows), 1) for code, rows in run.plain.items()})
        tally["pages"] += run.pages
        tally["set_aside"] += len(run.set_aside)
        tally["near"] += len(run.near)
        tally["reasons"].update(code for codes in run.set_aside.values() for code in codes)
        tally["stops"] += run.stops
        tally["errors"] += [run.error] if run.error else []
        tally["warnings"].update(run.warnings.keys())
        tally["plain_runs"] += bool(run.plain)
        tally["plain"].update(run.plain.keys())
        tally["plain_rows"] += len({row for rows in run.plain.values() for row in rows})
    own = newsroom.batch(2000, DAY, pages)
    control = line.run(table_of(own), [page.number for page in own], name="control")
    return Bench(line, own, before, control, usual, plain_usual), tally


_BENCH: list[Bench] = []  # a worker's own copy


def _receive(bench: Bench) -> None:
    logging.disable(logging.WARNING)
    _BENCH[:] = [bench]


def _measure(job: tuple[str, float]) -> Finding:
    return measure(_BENCH[0], *job)


# --- the tables -----------------------------------------------------------------------------------------------------


def by_kind(findings: list[Finding]) -> dict[str, list[Finding]]:
    """The findings of each kind, the lowest dose first."""
    found: dict[str, list[Finding]] = {}
    for finding in sorted(findings, key=lambda finding: finding.dose):
        found.setdefault(finding.kind, []).append(finding)
    return found


def at_dose(kind: Kind, doses: list[Finding]) -> Finding:
    """The finding at the dose where the kind matters."""
    return next((finding for finding in doses if finding.dose == kind.matters), doses[-1])


def shown(dose: float | None) -> str:
    """A dose for the table."""
    return "-" if dose is None else "1 page" if dose == ONE else f"{dose:.0%}"


def share(value: float | None) -> str:
    """A share for the table."""
    return "-" if value is None else f"{value:.2f}"


def show_ours(findings: list[Finding]) -> tuple[int, int, int]:
    """Print the table of our gates. Returns how many kinds are caught, mended, and could be seen."""
    print(
        f"\nOur gates\n{'kind':24}{'matters':>8} {'there':7}{'from':>7}{'prec':>6}{'rec':>6}  by, and why it matters from there"
    )
    caught = mended = seen = 0
    for kind in KINDS:
        doses = by_kind(findings).get(kind.code)
        if not doses:
            continue
        own = at_dose(kind, doses)
        first = next((finding.dose for finding in doses if finding.state == "caught"), None)
        seen += not kind.unseen
        caught += own.state == "caught" and not kind.unseen
        mended += own.state == "mended" and not kind.unseen
        how = ", ".join(own.rules if own.state == "caught" else [])
        note = f"cannot be seen: {kind.unseen}" if kind.unseen else kind.why
        crash = f" [{own.error}]" if own.error and own.state != "caught" else ""
        print(f"{kind.code:24}{shown(kind.matters):>8} {own.state:7}{shown(first):>7}{share(own.precision):>6}{share(own.recall):>6}  {how}{crash} ({note})")  # fmt: skip
    return caught, mended, seen


def show_plain(findings: list[Finding]) -> int:
    """Print the table of the plain suite; returns how many kinds it catches."""
    print(f"\nA plain suite on the final table\n{'kind':24}{'matters':>8} {'there':7}{'from':>7}  by")
    caught = 0
    for kind in KINDS:
        doses = by_kind(findings).get(kind.code)
        if not doses:
            continue
        own = at_dose(kind, doses)
        first = next((finding.dose for finding in doses if finding.plain_rules), None)
        caught += bool(own.plain_rules) and not kind.unseen
        print(f"{kind.code:24}{shown(kind.matters):>8} {'caught' if own.plain_rules else 'missed':7}{shown(first):>7}  {', '.join(own.plain_rules)}")  # fmt: skip
    return caught


def show_clean(tally: dict, runs: int) -> None:
    """Print what clean runs get wrong."""
    print(f"\n{runs} clean runs, {tally['pages']:,} pages: {tally['set_aside']} set aside {dict(tally['reasons'])}, {tally['near']} named near-duplicates, stops: {tally['stops'] or 'none'}, errors: {tally['errors'] or 'none'}")  # fmt: skip
    for code, count in tally["warnings"].most_common():
        print(f"  warning {code}: in {count} of {runs} runs")
    print(
        f"  plain suite: fails in {tally['plain_runs']} of {runs} runs, {tally['plain_rows']} rows {dict(tally['plain'])}"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kinds", help="codes, parted by commas; all without it")
    parser.add_argument("--json", type=Path, help="write the findings here")
    parser.add_argument("--pages", type=int, default=300, help="of a usual batch")
    parser.add_argument("--clean-runs", type=int, default=30)
    parser.add_argument("--one-dose", action="store_true", help="only the dose from which a kind matters")
    parser.add_argument("--workers", type=int, default=1)
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    codes = options.kinds.split(",") if options.kinds else [kind.code for kind in KINDS]
    unknown = set(codes) - {kind.code for kind in KINDS}
    if unknown:
        parser.error(f"no such kinds: {', '.join(sorted(unknown))}; there are {', '.join(kind.code for kind in KINDS)}")
    start = time.perf_counter()
    folder = Path(tempfile.mkdtemp(prefix="defects-"))
    findings: list[Finding] = []
    try:
        bench, tally = prepare(folder, options.pages, options.clean_runs)
        print(f"history and clean runs: {time.perf_counter() - start:.0f} s", file=sys.stderr)
        jobs = [(kind.code, dose) for kind in KINDS if kind.code in codes
                for dose in ((kind.matters,) if options.one_dose else kind.doses)]  # fmt: skip
        with ProcessPoolExecutor(options.workers, get_context("spawn"), _receive, (bench,)) as pool:
            for finding in pool.map(_measure, jobs):
                findings.append(finding)
                print(f"  {finding.kind} {finding.dose:g}: {finding.state} {finding.seconds} s", file=sys.stderr)
    except KeyboardInterrupt:  # what was measured until then is shown
        print("stopped", file=sys.stderr)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    show_clean(tally, options.clean_runs)
    caught, mended, seen = show_ours(findings)
    plain = show_plain(findings)
    false = tally["set_aside"] / max(tally["pages"], 1)
    seconds = time.perf_counter() - start
    print(f"\nour gates: {caught} of {seen} kinds caught at the dose where they matter, {mended} more mended; {false:.2%} of clean rows set aside, {len(tally['stops'])} false stops in {options.clean_runs} runs")  # fmt: skip
    print(f"plain suite: {plain} of {seen} kinds caught; {tally['plain_rows'] / max(tally['pages'], 1):.2%} of clean rows fail, {tally['plain_runs']} of {options.clean_runs} clean runs fail")  # fmt: skip
    print(f"{seconds:.0f} s", file=sys.stderr)
    if options.json:
        summary = {"caught": caught, "mended": mended, "seen": seen, "plain_caught": plain, "clean": tally, "seconds": round(seconds)}  # fmt: skip
        options.json.write_text(
            json.dumps(summary | {"findings": [asdict(one) for one in findings]}, indent=1, default=str)
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
