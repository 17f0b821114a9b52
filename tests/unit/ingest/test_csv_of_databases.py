"""Tables as databases, R and spreadsheets export them: escapes, quotes and names of rows of their own."""

import pytest
from support.source_files import URL, rows_of

PAGE = '<p class="a">C:\\new\\table\tand\r\n“été”</p>'
TEXT_ESCAPES = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}


def found(path):
    rows, _ = rows_of(path)
    assert [row["problem_detail"] for row in rows if row["problem"]] == []
    return [(row["url"], row["raw"].decode()) for row in rows]


def escaped(text, escapes):
    return "".join(escapes.get(character, character) for character in text)


def quoted(text, quote, inner):
    return quote + text.replace(quote, inner) + quote


OUTFILE = {"\\": "\\\\", "\t": "\\\t", "\n": "\\\n"}
ROWS = [(f"{URL}/1", PAGE), (f"{URL}/2", "<p>plain</p>")]
R_ROWS = [(url, page.replace("\\", "/")) for url, page in ROWS]  # R does not escape a backslash


@pytest.mark.parametrize(
    ("name", "text", "rows"),
    [
        (
            "copy.tsv",
            "url\thtml\tn\n" + "".join(f"{url}\t{escaped(page, TEXT_ESCAPES)}\t\\N\n" for url, page in ROWS),
            ROWS,
        ),
        (
            "batch.csv",
            "url\thtml\ttime\n" + "".join(f"{url}\t{escaped(page, TEXT_ESCAPES)}\tNULL\n" for url, page in ROWS),
            ROWS,
        ),
        ("outfile.tsv", "url\thtml\n" + "".join(f"{url}\t{escaped(page, OUTFILE)}\n" for url, page in ROWS), ROWS),
        (
            "mode-quote.csv",
            "'url','html'\r\n" + "".join(f"'{url}',{quoted(page, chr(39), chr(39) * 2)}\r\n" for url, page in ROWS),
            ROWS,
        ),
        (
            "office.csv",
            "'url';'html'\n" + "".join(f"'{url}';{quoted(page, chr(39), chr(39) * 2)}\n" for url, page in ROWS),
            ROWS,
        ),
        (
            "write-table.csv",
            '"url" "html"\n'
            + "".join(f'"{n}" "{u}" {quoted(p, chr(34), chr(92) + chr(34))}\n' for n, (u, p) in enumerate(R_ROWS, 1)),
            R_ROWS,
        ),
        (
            "named-rows.tsv",
            '"url"\t"html"\n'
            + "".join(
                f'"row {n}"\t"{u}"\t{quoted(p, chr(34), chr(92) + chr(34))}\n' for n, (u, p) in enumerate(R_ROWS)
            ),
            R_ROWS,
        ),
        (
            "no-values.csv",
            f"url,html,fetched_at\n{URL}/2,<p>plain</p>,NULL\nNULL,<p>more</p>,\\N\n",
            [ROWS[1], (None, "<p>more</p>")],
        ),
        (
            "with-types.tsv",
            "url\thtml\nString\tLowCardinality(Nullable(String))\n"
            + "".join(f"{url}\t{escaped(page, TEXT_ESCAPES)}\n" for url, page in ROWS),
            ROWS,
        ),
        (
            "quotation.tsv",
            f'url\thtml\n{URL}/1\t"Never," he said.\\n\\nMore\\nand more\n{URL}/2\t<p>plain</p>\n',
            [(f"{URL}/1", '"Never," he said.\n\nMore\nand more'), ROWS[1]],
        ),
        (
            "quoted-cells.tsv",
            f'url\thtml\n{URL}/1\t"<p>a</p>\n<script>b = ""\\n\\n\\n"";</script>"\n',
            [(f"{URL}/1", '<p>a</p>\n<script>b = "\\n\\n\\n";</script>')],
        ),
        ("dashes.csv", f"url,html\n---,------\n{URL}/2,<p>plain</p>\n", [ROWS[1]]),
        # one backslash in a table without escapes is the letter that it is
        ("path.tsv", f"url\thtml\n{URL}/1\t<p>C:\\new\\data\\x</p>\n", [(f"{URL}/1", "<p>C:\\new\\data\\x</p>")]),
        ("path.csv", f"url,html\n{URL}/1,<p>a\\nb\\nc\\nd</p>\n", [(f"{URL}/1", "<p>a\\nb\\nc\\nd</p>")]),
        # a row with a cell more than the header has no name of its own if its address stands below the name of it
        ("more.csv", f"url,html\n{URL}/1,<p>one</p>,2\n", [(f"{URL}/1", "<p>one</p>")]),
        # quotes that begin a text do not make a dialect
        ("speech.csv", f"url,html\n{URL}/1,'Never' he said\n", [(f"{URL}/1", "'Never' he said")]),
    ],
    ids=lambda value: value if isinstance(value, str) and value.endswith("sv") else "",
)
def test_a_table_as_its_program_writes_it(tmp_path, name, text, rows):
    (tmp_path / name).write_bytes(text.encode())
    assert found(tmp_path / name) == rows


def test_a_spreadsheet_of_the_classic_mac(tmp_path):
    cells = f'url,text\r{URL}/1,"“Über” café\nand more"\r'
    (tmp_path / "a.csv").write_bytes(cells.encode("mac-roman"))
    assert found(tmp_path / "a.csv") == [(f"{URL}/1", "“Über” café\nand more")]


def test_a_row_that_never_ends_is_refused_in_bounded_memory(tmp_path):
    text = "url\thtml\n" + f"{URL}\ta\\\\b\n" + "x\\\n" * 6_000_000
    (tmp_path / "a.tsv").write_bytes(text.encode())
    rows, _ = rows_of(tmp_path / "a.tsv")
    assert [row["problem"] for row in rows] == [None, "ingest.too_large"]
