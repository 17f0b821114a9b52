"""What becomes of the rows of one site when all its pages are damaged in one way."""

import random
from collections import Counter
from dataclasses import dataclass, field, replace

import newsroom
from defect_open import OPEN_KINDS, UNSEEN
from defect_pages import Scene
from defect_pipeline import Run

SITE = newsroom.PUBLISHERS[0]
CAUGHT_SHARE = 0.9  # of the damaged rows: a kind counts as caught from there on


@dataclass
class SiteFinding:
    """What became of the rows of the damaged site."""

    kind: str
    planted: int
    aside: int = 0  # quarantined or known as duplicates
    flagged: int = 0
    repaired: int = 0
    reasons: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    error: str = ""

    @property
    def caught_share(self) -> float:
        """The share of the rows that are quarantined, flagged or repaired."""
        return (self.aside + self.flagged + self.repaired) / max(self.planted, 1)

    @property
    def is_caught(self) -> bool:
        """Whether the rows themselves show the damage."""
        return self.caught_share >= CAUGHT_SHARE

    @property
    def is_seen(self) -> bool:
        """Whether the rows, a warning or a stop show the damage."""
        return self.is_caught or bool(self.warnings)


def plant(code: str, pages: list[newsroom.Page], before: list[newsroom.Page]) -> list[newsroom.Page]:
    """The batch with one kind of damage on all pages of the site."""
    scene = Scene(random.Random(code), pages, before)
    damage = OPEN_KINDS[code]
    return [
        replace(damage(page, scene), is_planted=True, number=page.number) if page.publisher == SITE else page
        for page in pages
    ]


def judge(code: str, run: Run, control: Run, usual: Counter, planted: set[int], same, marked) -> SiteFinding:
    """Count the rows by what became of them. `same` and `marked` compare a row with the undamaged one."""
    found = SiteFinding(code, len(planted), error=run.error)
    reasons: Counter = Counter()
    for number in planted:
        row, undamaged = run.rows.get(number), control.rows.get(number)
        if number in run.set_aside and number not in control.set_aside:
            found.aside += 1
            reasons.update(run.set_aside[number])
        elif same(row, undamaged) and row["publisher"] == undamaged["publisher"]:
            found.repaired += 1
            reasons.update(f"repair {name}" for name in row["repairs"] or ())
        elif marked(row, undamaged) or number in run.near - control.near:
            found.flagged += 1
            new = set(row["flags"]) - set(undamaged["flags"])
            reasons.update(new or ["near_duplicate" if number in run.near else f"kind {row['kind']}"])
    found.reasons = [name for name, _ in reasons.most_common(4)]
    found.warnings = [f"stop {stop.split(':')[0]}" for stop in run.stops[:1]]
    found.warnings += sorted(
        code for code, rows in run.warnings.items() if rows > max(control.warnings[code], usual[code])
    )
    return found


def show(findings: list[SiteFinding]) -> None:
    """Print the table."""
    print(
        f"\nAll pages of {SITE.name} damaged\n{'kind':24}{'rows':>5}{'aside':>6}{'flag':>5}{'fixed':>6}{'silent':>7}"
        "  by; warnings"
    )
    for one in findings:
        silent = one.planted - one.aside - one.flagged - one.repaired
        mark = "" if one.is_caught else "warned " if one.is_seen else "SILENT "
        crash = f" [{one.error}]" if one.error else ""
        warned = f"; {', '.join(one.warnings[:3])}" if one.warnings else ""
        hidden = " (cannot be seen in the data)" if one.kind in UNSEEN else ""
        print(
            f"{one.kind:24}{one.planted:5}{one.aside:6}{one.flagged:5}{one.repaired:6}{silent:7}"
            f"  {mark}{', '.join(one.reasons)}{warned}{crash}{hidden}"
        )
    caught = sum(one.is_caught for one in findings)
    seen = sum(one.is_seen for one in findings)
    print(
        f"\n{caught} of {len(findings)} kinds are quarantined, flagged or repaired on {CAUGHT_SHARE:.0%} of the "
        f"damaged rows; {seen - caught} more only warn"
    )
