"""What pages, file names and publishers say is foreign text: it is shown on a terminal, never obeyed."""

_LINE_BREAKS = frozenset("\n")
_JOINERS = frozenset("\u200c\u200d")  # invisible, but Persian and Hindi cannot be written without them


def printable(text: str) -> str:
    r"""The text with control, bidi and undecodable characters written as escapes: ESC is shown as `\x1b`.

    Line breaks stay; pass `one_line` what must not add lines.
    """
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() or char in _LINE_BREAKS or char in _JOINERS else _escaped(char) for char in text
    )


def one_line(text: object) -> str:
    r"""Any value on one line: line breaks are shown as `\n` too."""
    return printable(str(text)).replace("\n", "\\n")


def _escaped(char: str) -> str:
    r"""`\x1b`, `\u202e`; a byte of a file name that is not UTF-8 (a lone surrogate) as `\xe9`."""
    code = ord(char)
    if 0xDC80 <= code <= 0xDCFF:  # how Python keeps such a byte (PEP 383)
        return f"\\x{code - 0xDC00:02x}"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
