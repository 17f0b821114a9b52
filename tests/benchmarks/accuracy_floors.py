"""Figures that a change may not fall below, in a file in git: by corpus, style and language."""

import json
import math
import tomllib

from accuracy_report import OURS

FOLDS, SHIPPED = "folds", "shipped"  # which models the figures are of
_LEAST_SLACK = 0.002
_HEAD = """# What `accuracy.py --floors` compares with; written by `--write-floors`.
# Lowering one needs a reason in the commit message.
# Each is a figure less half of the half-width of its 95 % interval (about what another seed of training moves it by),
# and of `let_through_max` as much above.
"""


def floors_of(found):
    """(table, key) -> floor of every figure that has one; a table is a tuple of names."""
    floors = {}
    for style, report in found["styles"].items():
        for name, own in report["corpora"].items():
            table = ("corpora", name, style)
            if own["kept"] is not None:
                floors[table, "kept_min"] = _floored(own["kept"] - _share_slack(own["kept"], own["stories"]))
            if own["let_through"] is not None:
                value = own["let_through"] + _share_slack(own["let_through"], own["others"])
                floors[table, "let_through_max"] = math.ceil(value * 1000) / 1000
            if own["text"][OURS]:
                floors[table, "f1_min"] = _floored(_f1_floor(own["text"][OURS]))
        for code, own in report["languages"].items():
            floors[("languages", code, style), "f1_min"] = _floored(_f1_floor(own[OURS]))
    return floors


def _share_slack(share, pages):
    return max(0.98 * math.sqrt(share * (1 - share) / pages), _LEAST_SLACK)


def _f1_floor(text):
    return text["f1"] - max((text["f1_high"] - text["f1_low"]) / 4, _LEAST_SLACK)


def _floored(value):
    return max(math.floor(value * 1000) / 1000, 0.0)


def values_of(found):
    """(table, key) -> the figure that the floor of this key is compared with."""
    values = {}
    for style, report in found["styles"].items():
        for name, own in report["corpora"].items():
            f1 = own["text"][OURS] and own["text"][OURS]["f1"]
            for key, value in (("kept_min", own["kept"]), ("let_through_max", own["let_through"]), ("f1_min", f1)):
                values[("corpora", name, style), key] = value
        for code, own in report["languages"].items():
            values[("languages", code, style), "f1_min"] = own[OURS]["f1"]
    return values


def written(found):
    """The floors file for a report."""
    names = sorted({name for report in found["styles"].values() for name in report["corpora"]})
    lines = [_HEAD, f'models = "{found["models"]}"', f"corpora_of_languages = {json.dumps(names)}"]
    table = None
    for (own, key), floor in floors_of(found).items():
        if own != table:
            lines += ["", "[" + ".".join(json.dumps(name) for name in own) + "]"]
            table = own
        lines.append(f"{key} = {floor:.3f}")
    return "\n".join(lines) + "\n"


def check(found, path):
    """Print every floor that is not kept; returns 1 where there is one, else 0.

    Floors of corpora and styles that this run did not measure are passed over, and those of languages unless it
    measured the same corpora.
    """
    said = tomllib.loads(path.read_text(encoding="utf-8"))
    if said["models"] != found["models"]:
        print(
            f"FLOORS: those of {path.name} are of the {said['models']} models, these figures of the "
            f"{found['models']} ones"
        )
        return 1
    values, fallen, compared = values_of(found), 0, 0
    for table, key, floor in _entries(said, found):
        value = values.get((table, key))
        is_kept = value is not None and (value <= floor if key.endswith("_max") else value >= floor)
        compared += 1
        if not is_kept:
            fallen += 1
            shown = "not measured" if value is None else f"{value:.4f}"
            print(f"FLOOR: {' '.join(table[1:])}: {key.rpartition('_')[0]} is {shown}, floor {floor:.3f}")
    print(f"{compared - fallen} of {compared} floors are kept")
    return int(fallen > 0)


def _entries(said, found):
    names = {name for report in found["styles"].values() for name in report["corpora"]}
    wanted = {
        "corpora": names,
        "languages": set(said.get("languages", ())) if names == set(said["corpora_of_languages"]) else set(),
    }
    for kind, chosen in wanted.items():
        for name, styles in said.get(kind, {}).items():
            for style, floors in styles.items():
                if name in chosen and style in found["styles"]:
                    yield from (((kind, name, style), key, floor) for key, floor in floors.items())
