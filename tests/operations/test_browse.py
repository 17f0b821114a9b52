"""`copydesk browse` in a real browser: every view is clicked through, at three widths, light and dark."""

import signal
import subprocess
import sys

import pytest
from support.browser import CHROMIUM, WIDTHS, Browser, layout_faults
from support.browsing import ARTICLES, RUN_ID, SCRIPT, make_dataset
from support.paths import ROOT


@pytest.fixture
def address(tmp_path):
    """The address of a dataset that is shown."""
    root = make_dataset(tmp_path / "out")
    process = subprocess.Popen(
        [sys.executable, "-m", "flows", "browse", "--output", str(root), "--port", "0"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process.stdout.readline().split(" is shown at ")[1].split()[0]
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 130, "Ctrl-C ends it like every other command"


@pytest.mark.skipif(not CHROMIUM, reason="no browser is installed")
def test_every_view_can_be_reached_and_read(address, tmp_path):
    seen = []

    def look(browser, *words):
        text = browser.run("document.querySelector('main').innerText")
        for one in words:
            assert one in text, (one, text)
        here = browser.run("location.pathname + location.search")
        for width in WIDTHS:
            for is_dark in (False, True):
                browser.resize(width, is_dark=is_dark)
                assert layout_faults(browser) == [], (here, width, is_dark)
        seen.append(here)

    with Browser(tmp_path / "browser") as browser:
        browser.open(address)
        look(browser, "65 articles of 2 publishers", "Last runs")
        browser.click("a[href='/articles?flag=any']")
        look(browser, "1 article.", "text_cut_off")
        browser.click(".results a")
        look(browser, SCRIPT, "Subscribe now", "dropped: promo", "Fields", "og:title")
        page = browser.run("location.pathname")
        browser.click("a[href$='/correction']")
        look(browser, "A correction of", "[[site]]", "copydesk preview sites.toml")
        browser.open(f"{address}{page}")
        browser.click("a[href$='/source']")
        look(browser, "nothing of it is run", SCRIPT)
        browser.click("header a[href='/articles']")
        look(browser, "65 articles, 50 of them here")
        browser.click("a[rel=next]")
        look(browser, "(no headline)")
        browser.run("document.querySelector('#q').value = 'noon'")
        browser.click("form button")
        look(browser, "1 article, the newest month first", "The ferry left at noon.")
        browser.click(".results a")
        look(browser, "Earlier versions", "The ferry left at dawn.", "=HYPERLINK(1)")
        browser.click("header a[href='/pages']")
        look(browser, "69 pages received, 50 of them here", "Story number 10")
        browser.run("document.querySelector('#q').value = 'https://www.paper.example/7/'")
        browser.click("form button")
        look(browser, "1 page received", "Story number 7")
        browser.click("header a[href='/quarantine']")
        look(browser, "clean.too_short")
        browser.click(".results a")
        look(browser, "Quarantined after clean")
        browser.click("header a[href='/sites']")
        look(browser, "paper.example", "1 open problem")
        browser.click("td.site a")
        look(browser, "Open problems", "The pages have changed.", "Last runs", RUN_ID)
        browser.click("header a[href='/runs']")
        look(browser, "Completed")
        browser.click("main a[href^='/runs/']")
        assert "the report of the run" in browser.run("document.body.innerText")
        browser.open(f"{address}/articles?sort=wrong")
        look(browser, "This address cannot be shown")
        browser.open(f"{address}/page/{ARTICLES[0]['article_id']}")
        assert browser.run("document.title") != "run by a page"
        browser.send("Input.dispatchKeyEvent", type="keyDown", key="Tab", code="Tab", windowsVirtualKeyCode=9)
        assert browser.run("document.activeElement.innerText") == "Skip to content"
        assert [one for one in browser.messages if "400 (Bad Request)" not in one] == []
        elsewhere = [one for one in browser.requested if not one.startswith((f"{address}/", "data:"))]
        assert elsewhere == []
    assert len(seen) == 17
