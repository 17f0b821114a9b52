"""The entities flow: apart from the line, so that it never slows or breaks it."""

from prefect import flow

from tasks.entities.task import entities
from tasks.load.output import Output


@flow(name="entities", validate_parameters=True, persist_result=False)
def find_entities(output: str, model: str) -> dict[str, int]:
    """Write the people, organisations and places that the published articles name into `entities/`.

    Args:
        output: Folder of the dataset.
        model: Name or folder of an installed spaCy model, as `en_core_web_sm`.
    """
    place = Output(output)
    counts: dict[str, int] = entities(place.files("articles"), str(place.root / "entities"), model)
    return counts
