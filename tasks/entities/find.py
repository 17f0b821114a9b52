"""Articles in, the names in their texts out, by any spaCy pipeline that recognises entities."""

from collections.abc import Iterable, Iterator
from typing import Any

import pyarrow as pa

from tasks import schema
from tasks.errors import UsageError

# the types in the dataset, by the labels of spaCy's models (OntoNotes, WikiNER and others); other entities are dropped
TYPES = dict.fromkeys("PERSON PER persName".split(), "person")
TYPES |= dict.fromkeys("ORG orgName".split(), "organisation")
TYPES |= dict.fromkeys("GPE LOC FAC placeName geogName GPE_LOC".split(), "place")
_BATCH_TEXTS = 32


class ModelError(UsageError):
    """An unusable spaCy model; the message is shown to the user."""


def load_model(name: str) -> Any:
    """The spaCy pipeline of an installed model or a folder.

    Raises:
        ModelError: spaCy or the model is not installed, or the model recognises no entities.
    """
    try:
        import spacy  # noqa: PLC0415 - an extra that takes seconds to import
    except ImportError as error:
        raise ModelError("spaCy is not installed; run: pip install 'copydesk[entities]'") from error
    try:
        model = spacy.load(name, exclude=["parser", "lemmatizer", "attribute_ruler"])
    except OSError as error:
        raise ModelError(
            f"{name}: is neither an installed spaCy model nor a folder with one; install a model for your language"
        ) from error
    if not {"ner", "entity_ruler", "span_ruler"} & set(model.pipe_names):
        components = ", ".join(model.pipe_names) or "none"
        raise ModelError(f"{name}: this model does not recognise entities (its components: {components})")
    return model


def model_label(model: Any) -> str:
    """Name and version of a pipeline, for the column `model`."""
    meta = model.meta
    return f"{meta.get('lang', '')}_{meta.get('name', '')} {meta.get('version', '')}".strip()


def find_entities(articles: Iterable[dict[str, Any]], model: Any) -> pa.Table:
    """The entities (`schema.ENTITIES`) of rows with `article_id`, `text`, `language`; offsets count characters.

    Articles in another language than the model's are skipped.
    """
    rows: list[dict[str, Any]] = []
    label = model_label(model)
    language = model.meta.get("lang", "xx")
    texts = ((row["text"], row["article_id"]) for row in articles if language in ("xx", row["language"]))
    limited = ((text[: model.max_length], article) for text, article in texts)
    for document, article in model.pipe(limited, as_tuples=True, batch_size=_BATCH_TEXTS):
        rows.extend(_rows_of(document, article, label))
    return pa.Table.from_pylist(rows, schema=schema.ENTITIES)


def _rows_of(document: Any, article: str, label: str) -> Iterator[dict[str, Any]]:
    for entity in document.ents:
        kind = TYPES.get(entity.label_)
        text = entity.text.strip()
        if kind and any(char.isalpha() for char in text):
            start = entity.start_char + (len(entity.text) - len(entity.text.lstrip()))
            yield {
                "article_id": article,
                "text": text,
                "type": kind,
                "start": start,
                "end": start + len(text),
                "model": label,
            }
