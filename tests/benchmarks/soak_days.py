"""A source folder that grows by a day at a time: new, refetched, edited and broken pages, all of them invented."""

import csv
import random
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import newsroom
from newsroom import Page

_LAST_DAYS = 60  # pages of so many days are fetched again or edited
_BROKEN = (
    b"",
    b"\x89PNG\r\n\x1a\n" + bytes(200),
    b"<html><head><title>Oops</title></head><body><p>404 not found</p></body></html>",
)
_EDIT = (
    "A day later the office put the sum at {number} thousand, and said that {other} people had written to ask for it."
)


class Days:
    """The folder and what is in it."""

    def __init__(self, folder: Path, seed: int, pages: int, first) -> None:
        self.folder, self.seed, self.pages, self.first = folder, seed, pages, first
        self.number = self.files = 0
        self.days: list[list[Page]] = []

    def next(self) -> int:
        """Write one more day, whole at once; returns how many pages it has."""
        self.number += 1
        dice = random.Random(f"{self.seed} {self.number}")
        fetched = self.first + timedelta(days=self.number)
        fresh = newsroom.batch(self.seed * 100_000 + self.number, fetched, self.pages)
        earlier = [page for day in self.days[-_LAST_DAYS:] for page in day]
        again = dice.sample(earlier, min(len(earlier), max(self.pages // 10, 1)))
        edited = [self._edit(page, dice) for page in dice.sample(earlier, min(len(earlier), max(self.pages // 10, 1)))]
        broken = [replace(page, raw=raw) for page, raw in zip(fresh[:3], dice.sample(_BROKEN, 3), strict=False)]
        whole = fresh[3:]
        pages = [*whole, *again, *edited, *(broken if dice.random() < 0.6 else broken[:1])]
        aside, place = self.folder / f".day-{self.number:05d}", self.folder / f"day-{self.number:05d}"
        aside.mkdir(parents=True)
        with (aside / "urls.csv").open("w", newline="") as table:
            writer = csv.writer(table)
            writer.writerow(["file", "url", "fetched_at"])
            for number, page in enumerate(pages):
                name = f"page-{number:04d}.html"
                (aside / name).write_bytes(page.render())
                at = fetched + timedelta(hours=8, seconds=number)
                writer.writerow([name, page.url, at.isoformat()])
        aside.rename(place)
        self.days.append(whole)
        self.days[:-_LAST_DAYS] = [[]] * len(self.days[:-_LAST_DAYS])
        self.files += len(pages)
        return len(pages)

    @staticmethod
    def _edit(page: Page, dice: random.Random) -> Page:
        """The page with a paragraph more, at the same address."""
        more = _EDIT.format(number=dice.randrange(20, 90), other=dice.randrange(100, 900))
        return replace(page, story=replace(page.story, paragraphs=(*page.story.paragraphs, more)))
