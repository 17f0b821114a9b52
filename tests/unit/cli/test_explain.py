"""Origins of the fields that are read off lines: the lines that hold the value, looked up and never assumed."""

import pytest
from support.ids import case_id

from flows.cli.explain import _line_origin


def line(line_no, label, text, action="field"):
    return {"line_no": line_no, "label": label, "text": text, "action": action}


LINES = [
    line(1, "wire", "Ledger Wires", "drop"),
    line(2, "caption", "The pier in March (Photo by Dana Wirth)"),
    line(3, "paragraph", "CASS BAY (AP) — The ferry runs again. The pier is open.", "keep"),
    line(4, "caption", "The ferry at noon"),
    line(5, "credit", "Foto: Ann Pohl"),
    line(6, "wire", "Correction: the ferry runs daily, not weekly."),
    line(7, "wire", "With Ledger Wires"),
]


@pytest.mark.parametrize(
    ("field", "value", "origin"),
    [
        ("captions", ["The pier in March", "The ferry at noon"], "caption lines 2, 4"),
        ("image_credits", ["Photo by Dana Wirth", "Ann Pohl"], "caption line 2; credit line 5"),
        ("corrections", ["Correction: the ferry runs daily, not weekly."], "wire line 6"),
        ("wire_credit", "With Ledger Wires", "wire line 7"),
        ("wire_credit", "AP", "dateline in line 3"),
        ("dateline_place", "Cass Bay", "dateline in line 3"),
        ("wire_credit", "Reuters", ""),
        ("captions", [], ""),
        ("wire_credit", None, ""),
        ("confidence", 0.9, ""),
    ],
    ids=case_id,
)
def test_the_origin_of_a_value_is_the_line_that_holds_it(field, value, origin):
    assert _line_origin(field, value, LINES) == origin
