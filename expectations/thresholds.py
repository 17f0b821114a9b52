"""The thresholds of the gates, read from YAML and validated: an error names the line of a wrong key or value."""

import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import cast

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tasks.errors import UsageError
from tasks.quality.thresholds import Count, HistoryThresholds, Share

DEFAULT_FILE = Path(__file__).parent / "thresholds.yml"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class _StepThresholds(_Frozen):
    """The thresholds that every step has."""

    quarantined_share_max: Share = Field(description="Share of quarantined rows above which the run stops.")
    quarantined_share_from_rows: Count = Field(description="Rows below which that share is not checked.")


class IngestThresholds(_StepThresholds):
    """The thresholds of the pages as read."""

    fetched_after_now_days_max: float = Field(ge=0, le=3650, description="Days by which a fetch may be in the future.")


class CleanThresholds(_StepThresholds):
    """The thresholds of the pages with labelled lines."""

    words_min: Count = Field(description="Kept words of a story.")
    stub_words_min: Count = Field(description="Kept words of a text that is visibly truncated.")
    link_share_max: Share = Field(description="Share of the kept words that are links.")
    damaged_share_max: Share = Field(description="Undecodable characters per byte of the page.")
    # a page that is certainly no article has a probability of 0
    story_probability_min: float = Field(ge=0.01, le=1, description="Probability that the page contains a story.")
    body_confidence_min: Share = Field(description="Confidence of the choice of lines; 0 switches the rule off.")
    suspect_line_share_max: Share = Field(description="Share of kept lines with boilerplate wording (a warning).")


class ExtractThresholds(_StepThresholds):
    """The thresholds of the articles."""

    title_chars_max: Count = Field(description="Characters of a headline.")
    text_chars_min: Count = Field(description="Characters of a text, lower limit.")
    text_chars_max: Count = Field(description="Characters of a text, upper limit.")
    damage_share_max: Share = Field(description="Signs of encoding damage per character.")
    confidence_min: Share = Field(description="Confidence of text and fields; 0 switches the rule off.")
    mean_paragraph_words_min: float = Field(ge=0, le=1000, description="Words per paragraph.")
    title_present_share: Share = Field(description="Share of articles with a headline (a warning).")
    date_present_share: Share = Field(description="Share of articles with a date (a warning).")
    publisher_present_share: Share = Field(description="Share of articles with a publisher (a warning).")
    language_present_share: Share = Field(description="Share of articles with a language (a warning).")
    authors_max: Count = Field(description="Authors from which the list is taken for a list of staff (a warning).")
    title_repeats_max: Count = Field(description="Texts of a site with the same headline (a warning).")
    instant_repeats_max: Count = Field(description="Texts of a site with one instant of publication (a warning).")
    disordered_share_max: Share = Field(description="Share of texts whose words are out of order (a warning).")
    mixed_share_max: Share = Field(description="Share of texts partly in another language (a warning).")
    languages: list[str] = Field(description="Two-letter codes of the languages to accept; empty accepts all.")


class LoadThresholds(_StepThresholds):
    """The thresholds of the dataset before it is published."""

    articles_min: Count = Field(description="Articles without which nothing is published.")


class Thresholds(_Frozen):
    """The thresholds of all gates, by step; `dataset` compares a run with earlier ones."""

    ingest: IngestThresholds
    clean: CleanThresholds
    extract: ExtractThresholds
    load: LoadThresholds
    dataset: HistoryThresholds

    @property
    def count(self) -> int:
        """How many thresholds there are."""
        return sum(len(keys) for keys in self.model_dump().values())


class ThresholdError(UsageError):
    """An unusable threshold file; the message is shown to the user and names the line."""


@cache
def load_thresholds(path: Path = DEFAULT_FILE) -> Thresholds:
    """The thresholds in a YAML file.

    Raises:
        ThresholdError: an unknown, missing or duplicate key, a wrong type or range; the message names file and line.
    """
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
        content = yaml.constructor.SafeConstructor().construct_document(root) if root else None
    except OSError as error:
        raise ThresholdError(f"{path}: cannot be read ({error.strerror})") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        problem = str(error).replace('in "<unicode string>", ', "")
        raise ThresholdError(f"{path}: is not YAML: {problem}") from error
    if not isinstance(root, yaml.MappingNode):
        raise ThresholdError(f"{path}: line 1: expected the steps {', '.join(Thresholds.model_fields)}")
    lines: dict[str, int] = {}
    for name, line in _keys(root):
        if name in lines:
            raise ThresholdError(f"{path}: line {line}: {name}: duplicate key")
        lines[name] = line
    try:
        return Thresholds.model_validate(content)
    except ValidationError as error:
        raise ThresholdError(f"{path}: {_first_problem(error, lines)}") from error


def _keys(root: yaml.MappingNode) -> Iterator[tuple[str, int]]:
    """The keys of a document as `step` and `step.key`, with their line numbers."""
    for step, node in root.value:
        yield step.value, step.start_mark.line + 1
        for key, _ in node.value if isinstance(node, yaml.MappingNode) else ():
            yield f"{step.value}.{key.value}", key.start_mark.line + 1


def _first_problem(error: ValidationError, lines: dict[str, int]) -> str:
    """The problem that is first in the file, in words; what is missing comes last."""
    problems = [(".".join(str(part) for part in problem["loc"][:2]), problem) for problem in error.errors()]
    name, problem = min(problems, key=lambda item: lines.get(item[0], sys.maxsize))
    if problem["type"] == "missing":
        missing = [name for name, problem in problems if problem["type"] == "missing"]
        return f"missing: {', '.join(missing)}"
    where = f"line {lines[name]}: {name}" if name in lines else name
    if problem["type"] == "extra_forbidden":
        step, _, key = name.partition(".")
        model = cast(type[BaseModel], Thresholds.model_fields[step].annotation if key else Thresholds)
        return f"{where}: unknown {'threshold' if key else 'step'}; expected one of {', '.join(model.model_fields)}"
    if problem["type"] == "model_type":
        return f"{where}: expected keys and values, not {problem['input']!r}"
    return f"{where}: {problem['msg'].replace('Input should be', 'must be')}, not {problem['input']!r}"
