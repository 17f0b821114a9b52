"""Where the pages of a run went, in numbers that add up, and in one sentence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flows.report.records import GateSummary
from flows.report.wording import count, gate_name, plural


@dataclass(frozen=True)
class Account:
    """Where the pages of a run went. Of a stopped run, what the gates did not quarantine reached no end."""

    received: int
    quarantined_after: tuple[tuple[str, int], ...]  # step -> pages that its gate quarantined
    duplicates: int
    articles: int
    known: int  # pages of earlier runs, skipped; not among those received
    is_published: bool
    stopped_after: str = ""  # the step whose gate stopped the run
    replaced: int = (
        0  # of the articles, those that replace an earlier text; the dataset has no more of them than before
    )
    quarantined_copies: int = 0  # pages with the bytes of a quarantined page, which no gate saw
    forgotten: int = 0  # pages with the bytes of a page that was forgotten

    @property
    def quarantined(self) -> int:
        """The pages that the gates quarantined, and their copies."""
        return sum(number for _, number in self.quarantined_after) + self.quarantined_copies

    @property
    def rest(self) -> int:
        """Pages that reached no end, since the run was stopped; below zero, pages were counted twice."""
        return self.received - self.quarantined - self.duplicates - self.forgotten - self.articles

    @property
    def is_cut_off(self) -> bool:
        """Whether the run ended before any page became an article or a duplicate."""
        return self.rest > 0 and not (self.is_published or self.articles or self.duplicates)

    def sentence(self) -> str:
        """The account in one sentence of plain text."""
        skipped = f"{count(self.known, 'page')} known from earlier runs {'was' if self.known == 1 else 'were'} skipped"
        if not self.received and self.is_published:
            return f"No new page came in; {skipped}." if self.known else "No page came in."
        if not self.is_published:
            stop = f"{gate_name(self.stopped_after)} stopped the run"
            reason = stop if self.stopped_after else "the run did not finish"
            quarantined = f"{self.quarantined:,} quarantined"
            return f"{count(self.received, 'page')} in, {quarantined}; then {reason}, and nothing was published."
        parts = [
            article_count(self),
            count(self.duplicates, "duplicate"),
            f"{self.quarantined:,} quarantined",
            *([f"{self.forgotten:,} forgotten"] if self.forgotten else []),
        ]
        text = f"{count(self.received, 'page')} in = {' + '.join(parts)}"
        return text + (f"; {skipped}." if self.known else ".")


def account_of(counts: Mapping[str, int], gates: Sequence[GateSummary], *, is_published: bool) -> Account:
    """The account from a run's counts and gates."""
    page_gates = [gate for gate in gates if gate.is_of_pages]
    by_gates = sum(gate.quarantined for gate in page_gates)
    return Account(
        received=max([counts.get("received", 0), *(gate.received for gate in page_gates)]),
        quarantined_after=tuple((gate.step, gate.quarantined) for gate in page_gates),
        duplicates=counts.get("duplicates", 0),
        articles=counts.get("articles", 0),
        known=counts.get("known", 0),
        is_published=is_published,
        stopped_after=next((gate.step for gate in gates if gate.stops), ""),
        replaced=counts.get("replaced", 0),
        quarantined_copies=max(counts.get("quarantined", 0) - by_gates, 0),  # a stopped run counts none
        forgotten=counts.get("forgotten", 0),
    )


@dataclass(frozen=True)
class AccountRow:
    """One number of the account."""

    words: str
    pages: int
    kind: str  # in: still on the way | out: left it here | end


def account_rows(account: Account) -> list[AccountRow]:
    """The account as a table, from the first step to the end."""
    rows, left = [AccountRow("pages received", account.received, "in")], account.received
    for step, number in account.quarantined_after:
        left -= number
        rows.append(AccountRow(f"quarantined after {step}", number, "out"))
        rows.append(AccountRow(f"passed {step}", left, "in"))
    if account.is_cut_off:
        return [*rows, AccountRow(rest_words(account), account.rest, "end")]
    if account.quarantined_copies:
        rows.append(AccountRow("copies of quarantined pages", account.quarantined_copies, "out"))
    if account.forgotten:
        rows.append(AccountRow("copies of forgotten pages", account.forgotten, "out"))
    rows.append(AccountRow("duplicates", account.duplicates, "out"))
    if account.rest:
        rows.append(AccountRow(rest_words(account), account.rest, "out"))
    return [*rows, AccountRow(article_words(account), account.articles, "end")]


def article_count(account: Account) -> str:
    """The number of articles, and how many of them are new versions: `6 articles (2 replace an earlier text)`."""
    text = count(account.articles, "article")
    if not account.replaced:
        return text
    return f"{text} ({account.replaced:,} {'replaces' if account.replaced == 1 else 'replace'} an earlier text)"


def article_words(account: Account) -> str:
    """What the pages that passed everything are."""
    return plural(account.articles, "article") + ("" if account.is_published else ", not published")


def rest_words(account: Account) -> str:
    """What became of the pages that reached no end."""
    if account.rest < 0:
        return "counted twice"
    return "not accounted for" if account.is_published else "not published"
