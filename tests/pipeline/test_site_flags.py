"""What shows only beside the other pages of a site is a flag of the published rows, and of the run's metrics."""

import json

from support.datasets import query

from flows.cli.main import main

WHO = ("The harbour trust", "The town council", "The county court", "The ferry company")
WHAT = (
    "agreed to spend {n} million on the old pier, and the work is to begin before the end of the year",
    "heard from {n} people of the north shore who want the night bus to run through the winter",
    "counted {n} lorries on the narrow road by the brickworks and promised the neighbours a wall",
    "found that the roof of the market hall lets in water at {n} places and must be covered soon",
    "asked for {n} more weeks, since nobody had measured the ground under the signal tower so far",
)


def paragraphs(number):
    return [f"{WHO[(number + part) % 4]} {what.format(n=number * 10 + part)}." for part, what in enumerate(WHAT)]


def page(number, lines):
    node = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": f"{WHO[number % 4]} on pier, bus and wall, part {number}",
        "datePublished": "2026-09-03T05:14:27+02:00",
        "author": {"@type": "Person", "name": "Ada Thornwick"},
        "publisher": {"@type": "NewsMediaOrganization", "name": "The Northshore Post"},
    }
    inner = "".join(f"<p>{line}</p>" for line in lines)
    return (
        f"<html lang='en'><head><title>{node['headline']}</title><script type='application/ld+json'>{json.dumps(node)}"
        f"</script></head><body><article><h1>{node['headline']}</h1>{inner}</article></body></html>"
    )


def test_rows_are_flagged_beside_the_other_pages_of_their_site(tmp_path, capsys):
    rows = []
    for number in range(12):
        lines = paragraphs(number) + (paragraphs(number - 1) if number == 7 else [])
        rows.append({"url": f"https://northshore.example/news/{number}-story", "html": page(number, lines)})
    source = tmp_path / "pages.jsonl"
    source.write_text("\n".join(map(json.dumps, rows)))
    assert main(["run", str(source), "--output", str(tmp_path / "out")]) == 0
    flags = dict(query(tmp_path / "out", "articles", "url, flags"))
    assert len(flags) == 12
    assert all("published_together" in own for own in flags.values())
    assert [url for url, own in flags.items() if "text_shared" in own] == ["https://northshore.example/news/7-story"]
    shown = dict(query(tmp_path / "out", "articles", "url, flag_evidence"))
    (together,) = [
        one for one in shown["https://northshore.example/news/3-story"] if one["flag"] == "published_together"
    ]
    assert together["shown"] == "12 articles have this instant"
    metrics = dict(query(tmp_path / "out", "quality/metrics", "site || metric, value"))
    assert metrics["flag_published_together_share"] == 1.0
    capsys.readouterr()
    assert main(["explain", "https://northshore.example/news/7-story", "--output", str(tmp_path / "out")]) == 0
    assert "text_shared" in capsys.readouterr().out
