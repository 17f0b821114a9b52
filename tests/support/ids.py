"""Readable ids of parametrised cases."""

MAX_ID_CHARS = 48


def case_id(value):
    """The id of one argument of a case, for `ids=` of `pytest.mark.parametrize`; pytest's own where that reads well."""
    if isinstance(value, dict):
        text = " ".join(f"{name}={content}" for name, content in value.items()) or "{}"
    elif isinstance(value, (list, tuple, set)):
        text = ", ".join(map(str, value)) or "[]"
    elif isinstance(value, str):
        text = value
    else:
        return None
    return text if len(text) <= MAX_ID_CHARS else text[: MAX_ID_CHARS - 1] + "…"
