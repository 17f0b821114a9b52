"""Stories that a page hides: in data for its scripts, behind misleading names, in markup that is escaped twice."""

import html
import json
import time

import pytest
from support.ids import case_id
from support.pages import page_table, process

from tasks.clean.parse.embedded import find_story

TITLE = "Canal boats carry the post again"
STORY = """\
For the first time since 1961 the post travels by water between the lock villages of the upper canal, because the \
road is closed until autumn.
Two old barges leave the basin at six every morning. They reach the last village shortly before noon, if the locks \
are kind to them.
“People wave to us from the bridges as if we were a circus,” says skipper Marit Olden, who used to carry gravel.
The post office pays as much as it did for the lorry. Whether the boats stay will be decided in October.""".split("\n")
OTHER = [f"Another story of the day, number {n}, tells at some length what a council far away decided." for n in (1, 2)]
MARKUP = "".join(f"<p>{text}</p>" for text in STORY)
BLOCKS = [{"type": "paragraph", "data": {"text": text}} for text in STORY]


def page(body, title=TITLE, shown=""):
    head = f"<head><title>{title} | The Lock Keeper</title><meta property='og:title' content='{title}'></head>"
    return f"<html>{head}<body><nav><a href=/>Home</a></nav><h1>{title}</h1>{shown}{body}<div id=root></div></body>"


def script(code, attributes=""):
    return page(f"<script {attributes}>{code}</script>")


def read(content):
    documents, lines, _ = process(page_table(content))
    return documents.to_pylist()[0]["repairs"], [row["text"] for row in lines.to_pylist()]


def state(**more):
    return {
        "article": {"headline": TITLE, "body": MARKUP},
        "related": [{"title": "x", "text": t} for t in OTHER],
    } | more


def component(tag, children):
    return ["$", tag, None, {"className": "c", "children": children}]


SERVER = json.dumps(
    component(
        "article",
        [component("h1", TITLE), *(component("p", [text[:40], component("em", text[40:])]) for text in STORY)],
    )
)
PUSHES = "".join(
    f"self.__next_f.push([1,{json.dumps(part)}]);" for part in (f"2:{SERVER[:300]}", f"{SERVER[300:]}\n3:null\n")
)
CASES = {
    "iframe": page(f'<iframe srcdoc="{html.escape(MARKUP)}"></iframe>'),
    "attribute": page(f'<div data-content="{html.escape(MARKUP)}"></div>'),
    "text area": page(f"<textarea hidden>{html.escape(MARKUP)}</textarea>"),
    "template of a script": script(MARKUP, "type='text/x-template'"),
    "no frames": f"<title>{TITLE}</title><noframes><h1>{TITLE}</h1>{MARKUP}</noframes>",
    "state of Next": script(json.dumps({"props": {"a": {"title": TITLE, "blocks": BLOCKS}}}), "type=application/json"),
    "initial state": script(f"window.__INITIAL_STATE__={json.dumps(state())};(function(){{}})()"),
    "not quite JSON": script(f"window.S={json.dumps(state(user=None, ok=1)).replace('null', 'undefined')};"),
    "parsed string": script(f"window.S = JSON.parse({json.dumps(json.dumps(state()))});"),
    "quoted string": script("window.S = JSON.parse('" + json.dumps(state()).replace("\\", "\\\\") + "');"),
    "server components": script(PUSHES),
    "JSON in an attribute": page(f"<div id=app data-page='{html.escape(json.dumps({'props': state()}))}'></div>"),
    "properties of a component": page(f'<story-page :story="{html.escape(json.dumps(state()))}"></story-page>'),
    "program text": script(
        'window.__NUXT__=(function(a,b){return {layout:"default",data:[{story:{title:a,body:"'
        + MARKUP.replace("<", "\\u003C").replace("'", "\\'")
        + f'",n:b}}}}],error:null}}}}("{TITLE}",7));'
    ),
    "list of values": script(json.dumps([{"a": 1}, {"title": 2, "body": 3}, TITLE, [4, 5], *STORY]), "type=a/json"),
    "pieces of paragraphs": script(
        json.dumps(
            {
                "name": TITLE,
                "content": [
                    {
                        "type": "paragraph",
                        "content": [
                            {"type": "text", "text": text[:30]},
                            {"type": "text", "marks": [], "text": text[30:]},
                        ],
                    }
                    for text in STORY
                ],
            }
        ),
        "type=application/json",
    ),
}


@pytest.mark.parametrize("content", CASES.values(), ids=CASES)
def test_a_story_in_the_data_of_a_page_is_read(content):
    repairs, found = read(content)
    assert found[-len(STORY) :] == STORY
    assert repairs == ["text_from_data"]


@pytest.mark.parametrize(
    "content",
    [
        page(f"<script>window.S={json.dumps({'messages': {str(n): t for n, t in enumerate(STORY)}})}</script>"),
        page(f"<script>window.S={json.dumps({'stories': [{'title': 'Other', 'body': MARKUP}]})}</script>"),
        page(f"<script>window.S={json.dumps(state())}</script>", shown=f"<p>{' '.join(OTHER)}</p>"),
        page(f"<script src=a.js>window.S={json.dumps(state())}</script>"),
        page(f'<div data-note="{html.escape("<p>Short.</p><p>Note.</p>" + " " * 200)}"></div>'),
    ],
    ids=["messages", "other stories", "a page that shows its story", "a script from elsewhere", "a short note"],
)
def test_other_data_is_no_story(content):
    repairs, found = read(content)
    assert repairs == []
    assert not set(STORY) & set(found)


@pytest.mark.parametrize(
    "body",
    [
        "<script>" + 'x=({"a":"' + "b" * 250 + '",c});' * 10_000 + "</script>",
        "<script>x=" + "[" * 1_000_000 + "</script>",
        "<script type=application/json>" + '{"a":' * 300_000 + "</script>",
        "<script>x='" + "\\'" * 1_000_000 + "</script>",
        "<script>" + 'x=["=",' * 300_000 + "</script>",
        "<script>x=1;</script>" * 100_000,
        "<textarea>" * 100_000,
        "<div data-a='" + "<p>" * 100_000 + "'>" * 3,
        "<script>x=" + json.dumps({"t": TITLE, "b": [{"text": STORY[0]}] * 50_000}) + "</script>",
    ],
    ids=case_id,
)
def test_hostile_data_takes_bounded_time(body):
    clock = time.process_time()
    read(page(body))
    assert time.process_time() - clock < 10  # seconds; each takes less than two


@pytest.mark.parametrize(
    "opening",
    [
        "<div class='widget widget-newsletter comments-enabled sidebar-right ad-on article-text'>",
        "<aside class=main>",
        "<div class='modal-overlay article-modal'>",
        "<footer>",
    ],
    ids=case_id,
)
def test_what_holds_the_headline_and_the_story_is_nothing_else(opening):
    content = page(f"{opening}<h1>{TITLE}</h1>{MARKUP}").replace(f"<h1>{TITLE}</h1>{opening}", opening)
    _, lines, _ = process(page_table(content))
    kept = [row["text"] for row in lines.to_pylist() if row["action"] == "keep"]
    assert kept == STORY


def test_markup_that_is_escaped_twice_is_read():
    repairs, found = read(page(f"<article><div>{html.escape(MARKUP)}</div></article>"))
    assert found[2:] == STORY
    assert repairs == ["escaped_markup"]


@pytest.mark.parametrize(
    "shown",
    [f"<pre>{html.escape(MARKUP)}</pre>", f"<p>{html.escape('<p>One</p><p>Two</p>')} makes two paragraphs.</p>"],
)
def test_markup_as_an_example_stays(shown):
    repairs, found = read(page(shown))
    assert "escaped_markup" not in repairs
    assert any("<p>" in line for line in found)


@pytest.mark.parametrize(
    "script", ["x={ " * 200_000, 'x=["=[",' + '"=[",' * 150_000, "x=[" + "[x=[" * 200_000], ids=case_id
)
def test_a_script_of_broken_values_takes_seconds_at_most(script):
    start = time.process_time()
    assert find_story(f"<script>{script}</script>", ["A headline of the page"]) == []
    assert time.process_time() - start < 60  # hours without the bound
