"""Articles in, the names in their texts out, by any spaCy pipeline that recognises entities."""

from collections.abc import Iterable, Iterator
from typing import Any

import pyarrow as pa

from tasks import schema
from tasks.errors import UsageError

# the entity types of spaCy's models (OntoNotes, WikiNER and their kin) that are kept, in three plain words
TYPES = {
    "PERSON": "person", "PER": "person", "persName": "person", "ORG": "organisation", "orgName": "organisation",
    "GPE": "place", "LOC": "place", "FAC": "place", "placeName": "place", "geogName": "place", "GPE_LOC": "place",
}  # fmt: skip
_BATCH_TEXTS = 32


class ModelError(UsageError):
    """A spaCy model that is missing or recognises no entities; the message is shown to the user."""


def load_model(name: str) -> Any:
    """The pipeline of an installed model's name or of a folder.

    Raises:
        ModelError: spaCy or the model is not installed, or the model recognises no entities.
    """
    try:
        import spacy  # noqa: PLC0415 - an extra, and seconds to import
    except ImportError as error:
        raise ModelError("spaCy is not installed; run: pip install 'copydesk[entities]'") from error
    try:
        model = spacy.load(name, exclude=["parser", "lemmatizer", "attribute_ruler"])
    except OSError as error:
        raise ModelError(
            f"{name}: no spaCy model of this name or folder; install one for your language and give its name"
        ) from error
    if not {"ner", "entity_ruler", "span_ruler"} & set(model.pipe_names):
        raise ModelError(
            f"{name}: this model recognises no entities (its parts: {', '.join(model.pipe_names) or 'none'})"
        )
    return model


def model_label(model: Any) -> str:
    """Name and version of a pipeline, as it is written beside what it found."""
    meta = model.meta
    return f"{meta.get('lang', '')}_{meta.get('name', '')} {meta.get('version', '')}".strip()


def find_entities(articles: Iterable[dict[str, Any]], model: Any) -> pa.Table:
    """The entities (`schema.ENTITIES`) of rows with `article_id`, `text`, `language`; offsets are of characters in
    `text`. Articles in another language than the model's are passed over.
    """
    rows: list[dict[str, Any]] = []
    label = model_label(model)
    own = model.meta.get("lang", "xx")
    texts = ((row["text"], row["article_id"]) for row in articles if own == "xx" or row["language"] == own)
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
