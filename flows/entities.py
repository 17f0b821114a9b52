"""The entities flow. It is separate from the pipeline, so that it never slows down or breaks a run."""

from prefect import flow

from flows.recording import run_step
from tasks.entities.task import entities
from tasks.load.output import Output


@flow(name="entities", validate_parameters=True, persist_result=False)
def find_entities(output: str, model: str) -> dict[str, int]:
    """Write the people, organisations and places that the published articles name into `entities/`.

    Args:
        output: Folder of the dataset.
        model: Name or folder of an installed spaCy model, e.g. `en_core_web_sm`.
    """
    dataset = Output(output)
    return run_step(entities, dataset.files("articles"), str(dataset.root / "entities"), model)
