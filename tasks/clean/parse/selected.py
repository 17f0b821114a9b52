"""What the CSS selectors of a user's site rules select on a page: the texts of fields, and lines.

Only pages that have such rules are searched; each selector costs about a millisecond.
"""

from collections.abc import Callable
from typing import Any

from tasks.clean.parse.blocks import Blocks
from tasks.clean.parse.signals import Signals
from tasks.site_rules.page import Found, PageRules

RulesOf = Callable[[str | None], PageRules | None]  # the rules of a page by the canonical address that it declares

_MAX_ELEMENTS = 2_000  # of one selector on one page; one that selects more selects everything
_MAX_VALUES = 20  # elements of a byline
_MAX_VALUE_CHARS = 1_000
_FIELDS = ("title", "author", "date")
# attributes that hold a field's value, where the element has no text of its own or a program's form of it
_VALUE_ATTRIBUTES = {"meta": "content", "time": "datetime", "data": "value", "link": "href", "img": "alt"}


class Selection:
    """The selectors of one page's rules, applied to its tree before the walk and to its lines after it.

    `containers` is filled by the walk: the container of each element that it opens, by the element's id.
    """

    def __init__(self, rules: PageRules, tree: Any, signals: Signals, blocks: Blocks) -> None:
        self._signals, self._blocks, self._first = signals, blocks, len(blocks)
        self.containers: dict[int, int] = {}
        self._nodes = {css: tree.css(css)[:_MAX_ELEMENTS] for css in rules.css()}
        self._found = Found(rules)
        for name in _FIELDS:
            selector = rules.selectors.get(name)
            if selector is not None:
                texts = [text for node in self._nodes[selector] if (text := _value(node, name))]
                self._found.values[name] = texts[: _MAX_VALUES if name == "author" else 1]

    def finish(self) -> None:
        """Add what was found to the page's signals, with its lines in the selected elements."""
        for css, nodes in self._nodes.items():
            lines = self._lines_in(nodes)
            if lines:
                self._found.lines[css] = lines
        self._signals.found = self._found

    def _lines_in(self, nodes: list[Any]) -> set[int]:
        """The lines (from 0) whose block is in one of the elements, or that are such an inline element as a whole."""
        whole: set[int] = set()
        inline: dict[int, set[str]] = {}  # texts of inline elements by the container that they are in
        for node in nodes:
            container = self.containers.get(node.mem_id)
            if container is not None:
                whole.add(container)
            elif (around := self._container_around(node)) is not None:
                inline.setdefault(around, set()).add(_solid(node.text(deep=True)))
        if not (whole or inline):
            return set()
        lines = set()
        blocks, first = self._blocks, self._first
        inside = _Inside(blocks.containers.parent, whole)
        for n in range(first, len(blocks)):
            container = blocks.container[n]
            if inside[container] or (container in inline and _solid(blocks.text[n]) in inline[container]):
                lines.add(n - first)
        return lines

    def _container_around(self, node: Any) -> int | None:
        """The container of the nearest element around this one that has one."""
        parent = node.parent
        while parent is not None:
            container = self.containers.get(parent.mem_id)
            if container is not None:
                return container
            parent = parent.parent
        return None


def begin_selection(rules_of: RulesOf, tree: Any, signals: Signals, blocks: Blocks) -> Selection | None:
    """The selection of a page whose head was read and whose body was not; None if no rule is for the page."""
    rules = rules_of(signals.canonical())
    return Selection(rules, tree, signals, blocks) if rules else None


class _Inside(dict[int, bool]):
    """Whether a container is one of some others or within one, found out when it is asked for."""

    def __init__(self, parents: list[int], whole: set[int]) -> None:
        super().__init__({0: False} | dict.fromkeys(whole, True))
        self._parents = parents

    def __missing__(self, container: int) -> bool:
        chain = [container]
        while (above := self._parents[chain[-1]]) not in self:
            chain.append(above)
        answer = self[above]
        self.update(dict.fromkeys(chain, answer))
        return answer


def _value(node: Any, name: str) -> str:
    """The text of a field's element; for some elements that of an attribute."""
    attribute = _VALUE_ATTRIBUTES.get(node.tag)
    if attribute and (name == "date" or node.tag != "time"):
        value = node.attributes.get(attribute)
        if value and value.strip():
            return str(" ".join(value.split())[:_MAX_VALUE_CHARS])
    # between elements that readers see apart there is a space: `Ada Finch<br>Dana Wirth`, but not `H<sub>2</sub>O`
    separator = " " if node.css_first("br,div,p,span,li,a") is not None else ""
    return str(" ".join(node.text(deep=True, separator=separator).split())[:_MAX_VALUE_CHARS])


def _solid(text: str) -> str:
    """A text without any space: the walk collapses spaces and adds some."""
    return "".join(text.split())
