"""The file of corrections by site: what is valid, and the line that is named where it is not."""

import time

import pytest
from support.paths import ROOT

from tasks.site_rules.file import SiteRulesError, load_site_rules

HEAD = '# corrections\n[[site]]\nmatch = ["ledger.example"]\n'
WHOLE = """\
[[site]]
match = ["ledger.example", "*.ledger.example", "*/live/*"]
sources = ["scrapes/ledger/*"]
publisher = "The Harbor Ledger"
language = "en"
timezone = "America/New_York"
never_a_story = false
body = "div.text > p"
title = "h1"
author = ".byline a"
date = "time[datetime]"
drop = [{ text = "Sign up" }, { pattern = '^\\(?read more' }, { css = ".promo, aside" }]
[[site.keep]]
pattern = "Correction"
"""


def written(folder, text):
    path = folder / "sites.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_whole_file_is_valid(tmp_path):
    rules = load_site_rules(written(tmp_path, WHOLE))
    assert rules.rule_count == 11
    assert [rule.shown for rule in rules.site[0].drop] == [
        "text Sign up",
        r"pattern ^\(?read more",
        "css .promo, aside",
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "has no entry; expected [[site]]"),
        ("[[site]]\nmatch = [", "is not TOML: "),
        ('name = "x"\n', "line 1: name: unknown key; expected one of site"),
        ('site = "x"\n', "line 1: site: expected entries that begin with [[site]], with two brackets, not 'x'"),
        (HEAD, "line 2: site: has no rule"),
        ('[[site]]\nbody = "p"\n', "line 1: site: names no pages; expected match or sources"),
        (HEAD + 'bdy = "p"\n', "line 4: site.bdy: unknown key; expected one of match, sources"),
        (HEAD + 'body = "p["\n', "line 4: site.body: 'p[' is not a CSS selector"),
        (
            HEAD + 'body = "div:HAS(p, :not(a:has(b)))"\n',
            "line 4: site.body: 'div:HAS(p, :not(a:has(b)))' has :has() within",
        ),
        (HEAD + 'body = "p::before"\n', "line 4: site.body: 'p::before' is not a CSS selector"),
        (HEAD + 'timezone = "Mars"\n', "line 4: site.timezone: 'Mars' is not a time zone"),
        (HEAD + 'language = "English"\n', "line 4: site.language: 'English' is not a language code"),
        (HEAD + 'never_a_story = "yes"\n', "line 4: site.never_a_story: expected true or false, not 'yes'"),
        (HEAD + 'drop = "p"\n', "line 4: site.drop: expected a list in square brackets, not 'p'"),
        (HEAD + 'drop = [{ tex = "p" }]\n', "line 4: site.drop.tex: unknown key; expected one of text, pattern, css"),
        (HEAD + 'drop = [{ text = "a", css = "p" }]\n', "line 4: site.drop: expected one of text, pattern and css"),
        (HEAD + 'drop = [{ text = " " }]\n', "line 4: site.drop: the text has no words"),
        (
            HEAD + 'drop = [\n  { text = "a" },  # first\n\n  { pattern = "(" },\n  { css = "p[" },\n]\n',
            "line 7: site.drop.pattern: '(' is not a regular expression in the syntax of RE2: missing )",
        ),
        (HEAD + "drop = [{ pattern = '(a)\\1' }]\n", "line 4: site.drop.pattern: '(a)\\\\1' is not a regular"),
        (
            HEAD + 'body = """a\nb"""\n[[site.keep]]\ntext = "a"\n[[site.keep]]\ncss = "a["\n',
            "line 9: site.keep.css: 'a[' is not a CSS selector",
        ),
        (HEAD + 'body = "p"\n\n[[site]]\nmatch = ["https://a.example/x"]\nbody = "p"\n', "line 7: site.match: "),
        ('[[site]]\nmatch = ["a b"]\nbody = "p"\n', "line 2: site.match: 'a b' is not a host or a pattern"),
        (HEAD + f'publisher = "{"x" * 1001}"\n', "line 4: site.publisher: is longer than 1,000 characters"),
        (HEAD + 'publisher = ""\n', "line 4: site.publisher: is empty"),
        (HEAD + 'publisher = "a\\nb"\n', "line 4: site.publisher: 'a\\nb' is not a name in one line"),
        (HEAD + 'publisher = " - "\n', "line 4: site.publisher: ' - ' is not a name in one line"),
        (HEAD + "publisher = 5\n", "line 4: site.publisher: expected a text in quotes, not 5"),
        (HEAD + "never_a_story = false\n", "line 2: site: has no rule"),
        ("[site]\nmatch = ['a.example']\n", "line 1: site: expected entries that begin with [[site]]"),
        ('[[site]]\nmatch = "a.example"\n', "line 2: site.match: expected a list in square brackets, not 'a.example'"),
        (
            HEAD + 'drop = ["a"]\n',
            "line 4: site.drop: expected { text = ... }, { pattern = ... } or { css = ... }, not",
        ),
        (HEAD + 'drop = [{ pattern = ".*" }]\n', "line 4: site.drop.pattern: '.*' matches every line"),
        (HEAD + 'drop = [{ pattern = "(ad)?" }]\n', "line 4: site.drop.pattern: '(ad)?' matches every line"),
        (HEAD + 'language = "jp"\n', "line 4: site.language: 'jp' is not a language in ISO 639"),
        (HEAD + 'language = "pt-BR"\n', "line 4: site.language: 'pt-BR' is not a language code"),
        ('[[site]]\nmatch = ["a.example:80"]\nbody = "p"\n', "line 2: site.match: 'a.example:80' has a port"),
        (
            HEAD + 'title = "//h1"\n',
            "line 4: site.title: '//h1' is not a CSS selector that can be used; expected e.g. h1",
        ),
        (
            HEAD + 'language = "xx"\ntitle = "p["\ndate = 5\n',
            "line 4: site.language: 'xx' is not a language in ISO 639",
        ),
    ],
)
def test_an_error_names_the_line(tmp_path, text, problem):
    path = written(tmp_path, text)
    with pytest.raises(SiteRulesError) as error:
        load_site_rules(path)
    assert str(error.value).startswith(f"{path}: {problem}")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("content", [b"\xff\xfe", None], ids=["not text", "missing"])
def test_a_file_that_cannot_be_read_is_an_error(tmp_path, content):
    path = tmp_path / "sites.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SiteRulesError):
        load_site_rules(path)


def test_the_line_of_an_error_in_a_long_file_is_found_in_seconds(tmp_path):
    text = "".join(f'[[site]]\nmatch = ["s{n}.example"]\nbody = "p"\n' for n in range(2_000)) + 'title = "p["\n'
    start = time.process_time()
    with pytest.raises(SiteRulesError, match=r"line 6001: site\.title"):
        load_site_rules(written(tmp_path, text))
    assert time.process_time() - start < 20


def test_the_example_in_the_manual_is_valid(tmp_path):
    manual = (ROOT / "flows" / "README.md").read_text(encoding="utf-8")
    example = manual.split("```toml\n# sites.toml\n")[1].split("```")[0]
    assert len(load_site_rules(written(tmp_path, example)).site) == 3


def test_the_fingerprint_changes_with_the_rules_and_not_with_comments(tmp_path):
    first = load_site_rules(written(tmp_path, WHOLE)).fingerprint
    assert load_site_rules(written(tmp_path, "# note\n\n" + WHOLE)).fingerprint == first
    assert load_site_rules(written(tmp_path, WHOLE.replace("Sign up", "Sign in"))).fingerprint != first
    assert len(first) == 8


def test_an_error_says_how_many_follow(tmp_path):
    with pytest.raises(SiteRulesError, match=r"line 4: .* \(2 more after it\)$"):
        load_site_rules(written(tmp_path, HEAD + 'language = "xx"\ntitle = "p["\ndate = 5\n'))


@pytest.mark.parametrize("code", ["ja", "zh", "nb", "sr", "yue", "pih"])
def test_codes_of_two_and_three_letters_are_languages(tmp_path, code):
    assert load_site_rules(written(tmp_path, f'{HEAD}language = "{code}"\n')).site[0].language == code


@pytest.mark.parametrize(
    ("second", "repeated"),
    [
        (
            'match = ["ledger.example"]\npublisher = "B"',
            ["ledger.example: publisher is in 2 entries; the last one counts"],
        ),
        ('match = ["ledger.example"]\nlanguage = "de"', []),
        ('match = ["ledger.example/news/*"]\npublisher = "B"', []),
        ('match = ["ledger.example"]\ndrop = [{ text = "a" }]', []),
    ],
    ids=["twice", "another key", "another pattern", "lines"],
)
def test_what_two_entries_say_about_the_same_pages_is_reported(tmp_path, second, repeated):
    text = HEAD + f'publisher = "A"\ndrop = [{{ text = "b" }}]\n[[site]]\n{second}\n'
    assert load_site_rules(written(tmp_path, text)).repeated == repeated


@pytest.mark.parametrize(
    "selector", ["div:has(p)", "div:has(p) a:has(b)", ":not(:has(a)) > p:is(.b)", "[title=':has(']"]
)
def test_other_selectors_with_has_are_valid(tmp_path, selector):
    assert load_site_rules(written(tmp_path, f'{HEAD}body = "{selector}"\n')).site[0].body == selector
