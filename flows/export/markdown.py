"""An article as Markdown: front matter in YAML, the headline, the paragraphs."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from tasks import schema

# usual fields of the front matter, in this order; those without a value are left out
FRONT_MATTER = """
    title publisher author authors published_date published_at modified_at url canonical_url image_url summary language
    section topics wire_credit dateline_place word_count confidence flags article_id source_uri
""".split()
_INLINE = re.compile(r"([\\`*_\[\]<])")  # what would become emphasis, code, a link or HTML
_LINE_START = re.compile(r"^(\s*)([#>+=~|-]|\d+(?=[.)]))", re.M)  # a heading, a quote, a list, a rule or a table


def front_matter(columns: Sequence[str]) -> tuple[str, ...]:
    """The columns that the front matter has: those that were chosen, or the usual ones if none was left out."""
    chosen = FRONT_MATTER if set(columns) >= set(schema.ARTICLES.names) else columns
    return tuple(name for name in chosen if name != "text")


def article_markdown(article: Mapping[str, Any], front_names: Sequence[str] = FRONT_MATTER) -> str:
    """A row of `schema.ARTICLES` as a Markdown document; `front_names` are the columns of its front matter."""
    values = {name: article[name] for name in front_names if name in article and article[name] not in (None, [], "")}
    front = yaml.safe_dump(values, allow_unicode=True, sort_keys=False, width=10_000)
    heading = f"# {literal(one_paragraph(article['title']))}\n\n" if article.get("title") else ""
    return f"---\n{front}---\n\n{heading}{literal(article.get('text') or '')}\n"


def one_paragraph(text: str) -> str:
    """The text with every run of white space as one space."""
    return " ".join(text.split())


def literal(text: str) -> str:
    """The text with what Markdown would take for markup escaped; paragraphs stay."""
    return _LINE_START.sub(_escaped_start, _INLINE.sub(r"\\\1", text))


def _escaped_start(found: re.Match[str]) -> str:
    space, mark = found.groups()
    return f"{space}{mark}\\" if mark[0].isdigit() else f"{space}\\{mark}"


_SLUG_CHARS = 60  # of the headline; four bytes each at most, and file systems allow 255


def file_name(article: Mapping[str, Any]) -> str:
    """`2026-04/2026-04-22-tram-drivers-to-walk-out-9fa16a44ad84fe9f.md`: safe on every system, and never twice."""
    day = article.get("published_date")
    words = re.findall(r"\w+", article.get("title") or "")
    slug = "-".join(words).lower().replace("_", "-")[:_SLUG_CHARS].strip("-")
    name = "-".join(part for part in (day.isoformat() if day else "", slug, article["article_id"]) if part)
    return f"{day:%Y-%m}/{name}.md" if day else f"undated/{name}.md"
