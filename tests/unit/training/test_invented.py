"""Invented training pages: the same on every machine, labelled as they were made, and of every kind."""

from collections import Counter

import pytest

from tasks.training import align, corpus
from tasks.training.invented import THEMES, invented, main
from tasks.training.invented_kinds import OTHERS
from tasks.training.invented_text import languages


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("corpus") / "invented"
    assert main([str(path), "--pages", "130", "--seed", "3"]) == 0
    return path


def test_the_same_seed_gives_the_same_bytes(folder, tmp_path):
    main([str(tmp_path / "again"), "--pages", "130", "--seed", "3"])
    main([str(tmp_path / "other"), "--pages", "130", "--seed", "4"])
    files = [path.relative_to(folder) for path in sorted(folder.rglob("*.gz"))]
    assert len(files) == 131
    assert all((folder / one).read_bytes() == (tmp_path / "again" / one).read_bytes() for one in files)
    assert all((folder / one).read_bytes() != (tmp_path / "other" / one).read_bytes() for one in files)


def test_every_page_type_and_language_is_there(folder):
    pages = corpus.read_corpus(folder, None)
    assert {page.page_type for page in pages} == {"article", "live", *OTHERS}
    assert {page.language for page in pages} == set(languages())
    assert all(page.body for page in pages if page.is_story)
    assert all(not page.body for page in pages if page.page_type in ("cookie_wall", "login", "error_page", "empty"))


def test_labels_are_the_storys_own_blocks(folder):
    """Of the first pages: the words labelled as story against the paragraphs that were written as such."""
    pages = corpus.read_corpus(folder, None)[:60]
    lines = [[] for _ in pages]
    for part in corpus.prepare_pages(pages, "html"):
        for page, text in zip(part.blocks.page, part.blocks.text, strict=True):
            lines[page + part.rows[0]].append(text)
    gold = found = right = 0
    for page, texts in zip(pages, lines, strict=True):
        # without spaces: a cut of the page may join or split paragraphs whose lines are wrapped
        written = "".join((page.body or "").split())
        labels = align.label_lines(texts, page.body) if page.body else [False] * len(texts)
        for text, is_story in zip(texts, labels, strict=True):
            size = len(align.tokens_of(text)) * is_story
            found += size
            right += size * ("".join(text.split()) in written)
        gold += len(align.tokens_of(page.body or ""))
    assert gold > 5_000
    assert right / gold > 0.995
    assert right / found > 0.995


def test_what_it_is_for_is_on_the_pages():
    """Much more around a story than in it, dialogs, very long and very short stories."""
    pages = invented(300, 5)
    longest = Counter(
        len(html) // max(1, len(row["body"])) >= 8 for row, html in pages if row["page_type"] == "article"
    )
    assert longest[True] > 60
    assert sum('role="' in html for _, html in pages) > 20
    assert sum(len(row["body"].split("\n\n")) > 190 for row, _ in pages) >= 2
    assert sum(len(row["body"].split("\n\n")) <= 2 for row, _ in pages if row["page_type"] == "article") > 15
    assert set(OTHERS) < set(THEMES)
