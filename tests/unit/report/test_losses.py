"""A run that loses the pages of one language or one site says so, by its name, in its first screen."""

import json

import pytest
from support.datasets import query
from support.ids import case_id
from support.paths import THRESHOLDS

from expectations.thresholds import load_thresholds
from flows.cli.main import main
from flows.report.alerts import body
from flows.report.model import RunReport
from tasks.quality.losses import find_losses
from tasks.text.language import language_name, language_of_page

LIMIT = load_thresholds().dataset


def reported(groups, history=(), limit=LIMIT):
    """The names that are reported of pages given as (language, site, how many, how many quarantined, reason)."""
    documents, quarantined = [], {}
    for language, site, pages, lost, reason in groups:
        for n in range(pages):
            doc_id = f"{language}-{site}-{n}-{reason}"
            documents.append(
                {
                    "doc_id": doc_id,
                    "language": language,
                    "url": f"https://{site}/{n}",
                    "source_uri": f"in/{doc_id}.html",
                }
            )
            if n < lost:
                quarantined[doc_id] = reason
    return find_losses(documents, quarantined, history, limit)


LISTING = "clean.listing"
USUAL = [("en", f"{letter}.example", 20, 1, LISTING) for letter in "abc"]


def before(site, share, pages):
    return [{"site": site, "metric": "quarantined_share", "value": share, "rows": pages}]


@pytest.mark.parametrize(
    ("groups", "history", "names"),
    [
        pytest.param(USUAL, (), set(), id="a usual run"),
        pytest.param(
            [*USUAL, ("ko", "k.example", 12, 12, LISTING)], (), {"ko", "k.example"}, id="all of a language and site"
        ),
        pytest.param(
            [*USUAL, *[("ko", f"{n}.example", 2, 1, LISTING) for n in range(6)]],
            (),
            {"ko"},
            id="half of a language, over many sites",
        ),
        pytest.param([*USUAL, ("en", "d.example", 10, 4, LISTING)], (), {"d.example"}, id="four of ten of a site"),
        pytest.param([*USUAL, ("ko", "k.example", 4, 4, LISTING)], (), set(), id="too few pages to say"),
        pytest.param([*USUAL, ("ko", "k.example", 6, 2, LISTING)], (), set(), id="two pages are chance"),
        pytest.param([*USUAL, ("ko", "k.example", 20, 6, LISTING)], (), set(), id="not over the share"),
        pytest.param(
            [("en", "a.example", 20, 9, LISTING), ("ko", "k.example", 20, 11, LISTING)],
            (),
            set(),
            id="the rest loses as many",
        ),
        pytest.param(
            [("ko", "k.example", 12, 12, LISTING)], (), {"ko"}, id="nothing is left of the run's only language"
        ),
        pytest.param(
            [("ko", "k.example", 12, 6, LISTING)], (), set(), id="half of the only language has nothing to compare with"
        ),
        pytest.param([*USUAL, (None, "k.example", 12, 12, LISTING)], (), {"k.example"}, id="no language is known"),
        pytest.param(
            [*USUAL, ("en", "k.example", 12, 12, "clean.error_page")], (), set(), id="error pages are no loss"
        ),
        pytest.param([*USUAL, ("en", "k.example", 12, 12, "clean.empty_shell")], (), set(), id="nor are empty ones"),
        pytest.param(
            [*USUAL, ("en", "k.example", 12, 12, "clean.cookie_wall")],
            (),
            {"k.example"},
            id="walls are: the crawl is to be put right",
        ),
        pytest.param(
            [*USUAL, ("en", "d.example", 10, 4, LISTING)],
            before("d.example", 0.4, 100),
            set(),
            id="a site that always loses as many",
        ),
        pytest.param(
            [*USUAL, ("en", "d.example", 10, 4, LISTING)],
            before("d.example", 0.02, 100),
            {"d.example"},
            id="a site that lost few before",
        ),
        pytest.param(
            [*USUAL, ("en", "d.example", 10, 4, LISTING)],
            before("d.example", 0.4, 10),
            {"d.example"},
            id="too little history",
        ),
    ],
)
def test_which_groups_are_reported(groups, history, names):
    assert {loss.name for loss in reported(groups, history)} == names


def test_the_sentence_names_the_language_the_rules_and_a_page():
    korean = [("ko", "k.example", 1200, 1200, LISTING), ("ko", "l.example", 9, 3, "clean.forum")]
    first = reported([*USUAL * 40, *korean])[0]
    assert first.code == "language_quarantined"
    assert first.sentence == (
        "1,203 of 1,209 pages in Korean (ko) were quarantined (clean.listing 1,200, clean.forum 3), e.g. "
        "ko-k.example-0-clean.listing.html"
    )


@pytest.mark.parametrize(
    ("text", "declared", "code"),
    [
        ("시장 항구 다리 축제 새로운 계획 발표 주민 회의", "en", "ko"),  # the template's language is not the page's
        ("市场 港口 桥梁 节日 新的计划 公布 居民会议 学校 图书馆 开放", None, "zh"),
        ("みなとの橋を直す計画を市が発表した、住民は歓迎している", None, "ja"),
        ("တံတားဟောင်းကို ပြုပြင်ရန် ဆုံးဖြတ်ခဲ့သည်", None, "my"),
        ("ក្រុមប្រឹក្សាក្រុងបានសម្រេចជួសជុលស្ពានចាស់", None, "km"),
        ("Rada miasta ogłosiła dzisiaj nowy program naprawy mostów i dróg w całym mieście", None, "pl"),
        ("Short", "pl-PL", "pl"),
        ("Short", None, None),
    ],
    ids=case_id,
)
def test_the_language_of_a_page_without_a_story(text, declared, code):
    assert language_of_page([text], declared, is_thorough=True) == code


def test_a_language_without_a_name_is_reported_by_its_code():
    assert (language_name("ko"), language_name("qq")) == ("Korean (ko)", "qq")


KOREAN = "시장 항구 다리 축제 계획 발표 주민 회의 도로 공사 예산 학교 도서관 개관 날씨 경보".split()
SUBJECTS = ["harbour", "bridge", "festival", "library", "school", "market", "railway", "theatre", "hospital", "museum"]


@pytest.fixture(scope="module")
def lost_korean(tmp_path_factory):
    """Twelve fronts in Korean and ten stories in English, run; the folder of the output."""
    root = tmp_path_factory.mktemp("losses")
    pages = root / "pages"
    (pages / "news").mkdir(parents=True)
    for n in range(12):
        links = "".join(
            f'<li><a href="/{n}/{i}">{KOREAN[i % 16]} {KOREAN[(n + i * 3) % 16]} {KOREAN[(n * 5 + i) % 16]}</a></li>'
            for i in range(40)
        )
        (pages / "news" / f"front-{n}.html").write_text(
            f'<html lang="ko"><head><title>목록 {n}</title></head><body><ul>{links}</ul></body></html>',
            encoding="utf-8",
        )
    for n, subject in enumerate(SUBJECTS):
        story = "".join(
            (
                f"<p>The council said on {day} that the {subject} will be repaired before the winter, and that the "
                f"work on the {subject} will cost {n + 2} million.</p>"
            )
            for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
        )
        (pages / "news" / f"{subject}.html").write_text(
            (
                '<html lang="en"><head><title>Council repairs the '
                f"{subject}</title></head><body><article><h1>Council repairs the "
                f"{subject}</h1>{story}</article></body></html>"
            ),
            encoding="utf-8",
        )
    story = "".join(
        (
            f"<p>The island council said on {day} that the ferry will sail twice in the morning, and that nobody on "
            "the island has asked for more.</p>"
        )
        for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
    )
    (pages / "news" / "untitled.html").write_text(
        f'<html lang="en"><head></head><body><article>{story}</article></body></html>', encoding="utf-8"
    )
    return root


def test_a_run_that_loses_a_language_says_so_first(lost_korean, capsys):
    out = lost_korean / "out"
    assert main(["run", str(lost_korean / "pages"), "--output", str(out)]) == 0
    screen = capsys.readouterr().out
    assert "CompletedWithWarnings" in screen
    sentence = "12 of 12 pages in Korean (ko) were quarantined (clean.listing), e.g. front-0.html"
    assert f"warning: {sentence}\n" in screen
    # a flat folder is the site of all, so only the language tells
    assert screen.count("warning: ") == 1
    assert "dataset.language_quarantined" not in screen  # it is reported above, with its name
    (path,) = (out / "runs").glob("*.json")
    report = json.loads(path.read_text())
    assert [row["sentence"] for row in report["losses"]] == [sentence]
    assert sentence in (out / "report" / f"{report['run_id']}.html").read_text()
    outcomes = query(out, "quality/outcomes", "state, observed", "where code = 'dataset.language_quarantined'")
    assert outcomes == [("fail", sentence)]


def test_an_article_without_a_headline_goes_all_the_way(lost_korean, tmp_path, capsys):
    page, out = lost_korean / "pages" / "news" / "untitled.html", tmp_path / "out"
    assert main(["run", str(page), "--output", str(out)]) == 0
    assert query(out, "articles", "title, list_contains(flags, 'title_missing')") == [(None, True)]
    warning = (
        "warning extract.title_missing: Too many articles have no headline. 1 of 1 failed, e.g. untitled.html: no "
        "headline"
    )
    assert warning in capsys.readouterr().out
    for command in (["show"], ["explain", str(page)], ["mirror", str(tmp_path / "mirror")], ["rebuild-index"]):
        assert main([*command, "--output", str(out)]) == 0, command


def test_a_run_that_is_stopped_for_it_says_so_too(lost_korean, tmp_path, capsys):
    strict = tmp_path / "strict.yml"
    text = THRESHOLDS.read_text()
    assert "quarantined_share_max: 0.6" in text
    strict.write_text(text.replace("quarantined_share_max: 0.6", "quarantined_share_max: 0.3"))
    out = tmp_path / "out"
    assert main(["run", str(lost_korean / "pages"), "--output", str(out), "--thresholds", str(strict)]) == 3
    sentence = "12 of 12 pages in Korean (ko) were quarantined (clean.listing)"
    assert f"warning: {sentence}" in capsys.readouterr().out
    (path,) = (out / "runs").glob("*.json")
    assert sentence in body(RunReport.from_json(json.loads(path.read_text())))
