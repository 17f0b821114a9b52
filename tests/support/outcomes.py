"""A dataset with every outcome that a page can have: each kind of duplicate, versions, quarantine, a forgotten page."""

import os
import shutil

from flows.cli.main import main
from support.paths import PAGES

SOURCE = PAGES / "copperline" / "food-bank.html"
_DAY = 86_400


def make_dataset(root):
    """Three runs over copies and changes of one page: the pages are in `pages/`, the dataset in `out/`."""
    pages = root / "pages"
    pages.mkdir()
    text = SOURCE.read_text(encoding="utf-8")
    other_address = text.replace("/2025/12/food-bank/", "/2025/12/food-bank-again/")

    def write(name, content, days):
        (pages / name).write_text(content, encoding="utf-8")
        when = SOURCE.stat().st_mtime + days * _DAY
        os.utime(pages / name, (when, when))

    def run():
        assert main(["run", str(pages), "--output", str(root / "out"), "--quiet"]) == 0

    write("first.html", text, 0)
    write("elsewhere.html", other_address, 3)  # same text, other address
    write("older.html", text.replace(" the ", " that same ", 9), -9)  # an older text of the address
    write("error.html", next(PAGES.rglob("mayor-resigns.html")).read_text(encoding="utf-8"), 0)
    shutil.copy(next(PAGES.rglob("quarry-lake.txt")), pages / "gone.txt")
    run()
    write("bytes.html", text, 1)
    shutil.copy(pages / "error.html", pages / "error-copy.html")  # identical bytes: quarantined like the first
    write("again.html", text.replace("</body>", "<!-- later --></body>"), 2)  # same text, same address
    run()
    write("second.html", text.replace(" the ", " this very ", 9), 20)  # a newer text of the address
    write("similar.html", other_address.replace("food-bank-again", "copied").replace("lights are", "lamps were"), 4)
    run()
    assert main(["forget", str(pages / "gone.txt"), "--output", str(root / "out"), "--yes"]) == 0
