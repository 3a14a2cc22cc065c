"""The report in a real browser."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.report import Options, write
from pipeline.run_folder import RunFolder
from pipeline.types import Article
from tests.report.conftest import ARTICLES, DAMAGED, HOSTILE, MakeRun

pytestmark = pytest.mark.full

OFFLINE = ("file:", "data:", "blob:")
# Where the middle of an edge lies on the screen.
MIDDLE = """(place) => {
    const [x, y] = curve(place)(0.5);
    const { x_range: xs, y_range: ys } = drawing.plot;
    const frame = drawing.view.frame.bbox;
    const canvas = document.getElementById("plot").getBoundingClientRect();
    return [
        canvas.left + frame.left + (x - xs.start) / (xs.end - xs.start) * frame.width,
        canvas.top + frame.top + (1 - (y - ys.start) / (ys.end - ys.start)) * frame.height];
}"""

VISIBLE = 'sourceOf("edges").data.xs.map((_, row) => graph.edges[drawing.edges[row]].relation)'

Open = Callable[..., Any]


def expect(found: Any) -> Any:
    """What must come to hold: a page follows a click a moment later, the later the busier."""
    from playwright.sync_api import expect

    return expect(found)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser: Any) -> Iterator[Open]:
    """Opens a report at a view; what it complains of, or asks the net for, fails the test."""
    faults: list[str] = []
    contexts = []

    def tell(kind: str, told: str) -> None:
        faults.append(f"{kind}: {told}")

    def opened(path: Path, view: str = "", **options: Any) -> Any:
        context = browser.new_context(viewport={"width": 1300, "height": 850}, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: tell("error", str(error)))
        page.on(
            "console",
            lambda line: line.type in ("error", "warning") and tell(line.type, line.text),
        )
        page.on("dialog", lambda dialog: (tell("dialog", dialog.message), dialog.dismiss()))
        page.on(
            "request",
            lambda request: request.url.startswith(OFFLINE) or tell("request", request.url),
        )
        page.goto(path.as_uri() + view)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert faults == []


@pytest.fixture
def graph_page(open_page: Open, page_path: Path) -> Any:
    page = open_page(page_path, "#/graph")
    page.wait_for_function("drawing.plot && drawing.size")
    return page


def visible_edges(page: Any) -> list[str]:
    """The relations that Bokeh draws."""
    edges: list[str] = page.evaluate(VISIBLE)
    return edges


def await_edges(page: Any, condition: str, argument: Any = None) -> None:
    """Waits until what Bokeh draws fits `condition`, a JavaScript function of the relations."""
    page.wait_for_function(f"(argument) => ({condition})({VISIBLE}, argument)", arg=argument)


def await_same_edges(page: Any, wanted: list[str]) -> None:
    await_edges(page, "(edges, wanted) => edges.join() === wanted.join()", wanted)


def edge_place(page: Any, relation: str, tail: str) -> int:
    place: int = page.evaluate(
        "([relation, tail]) => graph.edges.findIndex((edge) => edge.relation === relation"
        " && graph.nodes[edge.tail].id === tail)",
        [relation, tail],
    )
    assert place >= 0
    return place


@pytest.mark.parametrize("view", ["overview", "graph", "articles", "article/0", "article/2"])
def test_every_view_loads_without_complaint_or_request(
    open_page: Open, page_path: Path, tmp_path: Path, view: str
) -> None:
    page = open_page(page_path, f"#/{view}")
    expect(page.locator("main > section:visible")).to_have_count(1)
    page.wait_for_timeout(300)
    page.screenshot(path=tmp_path / "view.png")
    assert (tmp_path / "view.png").stat().st_size > 0


def test_the_overview_counts_the_run(open_page: Open, page_path: Path, run: RunFolder) -> None:
    page = open_page(page_path)
    page.locator(".card .count").first.wait_for()
    counts = page.locator(".card .count").all_inner_texts()
    assert counts[0] == str(len(ARTICLES))
    assert counts[3] == str(run.manifest["counts"]["triples"])
    assert page.locator(".bar").count() == 3  # 2024 (去年), 2025, 2026
    assert "no visible character" in page.locator("#overview").inner_text()


class TestGraph:
    def test_a_relation_can_be_filtered_away(self, graph_page: Any) -> None:
        everything = visible_edges(graph_page)
        assert {"invest", "buy", "compete"} <= set(everything)
        graph_page.get_by_role("checkbox", name="compete").uncheck()
        await_same_edges(graph_page, [one for one in everything if one != "compete"])
        graph_page.get_by_role("button", name="Reset filters").click()
        await_same_edges(graph_page, everything)

    def test_a_status_can_be_filtered_away(self, graph_page: Any) -> None:
        before = len(visible_edges(graph_page))
        graph_page.get_by_role("checkbox", name="negated").uncheck()
        await_edges(graph_page, "(edges, wanted) => edges.length === wanted", before - 1)

    def test_an_entity_is_found_by_a_name_in_any_script(self, graph_page: Any) -> None:
        graph_page.get_by_label("Entity").fill("輝達")
        await_edges(graph_page, "(edges) => 0 < edges.length && edges.length < graph.edges.length")
        found = visible_edges(graph_page)
        graph_page.get_by_label("Entity").fill("nobody of this name")
        await_same_edges(graph_page, [])
        graph_page.get_by_label("Entity").fill("nvidia")
        await_same_edges(graph_page, found)

    def test_a_range_of_dates_leaves_what_lies_in_it(self, graph_page: Any) -> None:
        graph_page.get_by_label("From").fill("2025-04-01")
        await_edges(graph_page, '(edges) => edges.includes("invest")')
        graph_page.get_by_label("To").fill("2025-06-01")
        await_same_edges(graph_page, [])
        expect(graph_page.get_by_text("Nothing fits these filters.")).to_be_visible()

    def test_a_least_confidence_leaves_what_reaches_it(self, graph_page: Any) -> None:
        graph_page.locator("input[name=confidence]").fill("0.9")
        graph_page.wait_for_function(
            "drawing.edges.every((place) => graph.edges[place].confidence >= 0.9)"
        )

    def test_a_click_on_an_edge_shows_its_evidence(self, graph_page: Any) -> None:
        place = edge_place(graph_page, "buy", "company:arm")
        graph_page.mouse.click(*graph_page.evaluate(MIDDLE, place))
        panel = graph_page.locator("#panel")
        panel.get_by_text("宣布向").wait_for()
        expect(panel.locator("mark")).to_have_text(["輝達", "安謀"])
        expect(panel).to_contain_text("negated")
        expect(panel).to_contain_text("2026-11-20")
        panel.get_by_role("link", name="Open the article").click()
        expect(graph_page.locator("#article h1")).to_have_text("輝達的投資")
        expect(graph_page.locator("#article .lit-end")).to_have_text(["輝達", "安謀"])

    def test_the_pointer_over_an_edge_names_its_ends(self, graph_page: Any) -> None:
        place = edge_place(graph_page, "buy", "company:arm")
        x, y = graph_page.evaluate(MIDDLE, place)
        graph_page.mouse.move(x - 3, y)
        graph_page.mouse.move(x, y)
        tip = graph_page.locator("#tip")
        expect(tip).to_contain_text("輝達")
        expect(tip).to_contain_text("buy (negated")

    def test_the_list_shows_evidence_without_a_pointer(self, graph_page: Any) -> None:
        button = graph_page.get_by_role("button", name="Show the evidence of").first
        button.focus()
        graph_page.keyboard.press("Enter")
        graph_page.locator("#panel blockquote").first.wait_for()

    def test_an_edge_that_is_filtered_away_is_no_longer_shown_beside(self, graph_page: Any) -> None:
        graph_page.get_by_role("button", name="Show the evidence of").first.click()
        graph_page.locator("#panel blockquote").first.wait_for()
        graph_page.get_by_label("Entity").fill("nobody of this name")
        expect(graph_page.locator("#panel blockquote")).to_have_count(0)


def test_markup_in_an_article_is_shown_as_text(open_page: Open, page_path: Path) -> None:
    page = open_page(page_path, "#/articles")
    page.get_by_label("Search").fill("onerror")
    page.get_by_role("link", name=HOSTILE.title).click()
    expect(page.locator("h1")).to_have_text(HOSTILE.title)
    lines = page.locator(".line p")
    expect(lines).to_have_count(len(HOSTILE.text.splitlines()))
    assert lines.all_inner_texts() == HOSTILE.text.splitlines()
    assert page.locator("main img, main script").count() == 0


def test_names_after_letters_of_two_units_are_marked_where_they_stand(
    open_page: Open, page_path: Path
) -> None:
    page = open_page(page_path, "#/article/2")
    page.locator("mark.company").first.wait_for()
    assert "微软" in page.locator("mark.company").all_inner_texts()


def test_the_language_and_the_script_of_names_can_be_switched(
    open_page: Open, page_path: Path
) -> None:
    page = open_page(page_path, "#/overview")
    expect(page.locator("nav a")).to_have_text(["Overview", "Graph", "Articles"])
    expect(page.get_by_role("button", name="NVIDIA")).to_be_visible()
    page.get_by_role("button", name="中文").click()
    expect(page.locator("nav a")).to_have_text(["概览", "关系图", "文章"])
    expect(page.get_by_role("button", name="英伟达")).to_be_visible()
    page.locator("#names").select_option("zh_hant")
    expect(page.get_by_role("button", name="輝達")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "zh")


@pytest.mark.parametrize(
    ("locale", "shown"), [("zh-TW", "概览"), ("zh-CN", "概览"), ("de-DE", "Overview")]
)
def test_the_language_is_the_browsers_unless_it_is_given(
    run: RunFolder, open_page: Open, tmp_path: Path, locale: str, shown: str
) -> None:
    write(run, tmp_path / "report.html", Options())
    page = open_page(tmp_path / "report.html", locale=locale)
    expect(page.locator("nav a").first).to_have_text(shown)
    names = {"zh-TW": "zh_hant", "zh-CN": "zh_hans"}.get(locale, "en")
    expect(page.locator("#names")).to_have_value(names)


def test_a_damaged_article_is_shown_as_collected_and_cleaned(
    open_page: Open, page_path: Path
) -> None:
    page = open_page(page_path, "#/article/3")
    expect(page.locator(".line p")).to_have_text(DAMAGED.text)
    assert "英偉達(dá)" in page.locator("mark").all_inner_texts()
    page.locator(".repair").first.hover()
    expect(page.locator("#tip")).to_contain_text("達(dá) → 達")
    expect(page.locator("#tip")).to_contain_text("company:nvidia")
    page.get_by_role("button", name="Cleaned").click()
    expect(page.locator(".line p")).to_contain_text("英伟达宣布向OpenAI投资1000亿美元")
    expect(page.locator(".repair").first).to_have_text("达")


def test_an_article_that_cleaning_left_alone_has_no_switch(
    open_page: Open, page_path: Path
) -> None:
    page = open_page(page_path, "#/article/0")
    expect(page.get_by_text("Cleaning changed nothing here.")).to_be_visible()
    assert page.get_by_role("button", name="Cleaned").count() == 0


def test_a_triple_lights_up_its_sentence_and_mentions(open_page: Open, page_path: Path) -> None:
    page = open_page(page_path, "#/article/1")
    page.locator(".triple").first.wait_for()
    assert page.locator(".lit").count() == 0
    page.locator(".triple", has_text="invest").first.hover()
    expect(page.locator("p .lit-end")).to_have_text(["輝達", "OpenAI"])
    assert "宣布向" in "".join(page.locator("p .lit").all_inner_texts())


def test_a_thousand_articles_open_and_can_be_searched(
    make_run: MakeRun, run: RunFolder, open_page: Open, tmp_path: Path
) -> None:
    many = make_run(tmp_path / "run", [])
    (line, *_) = (run.path / "articles.jsonl").read_bytes().splitlines()
    copies = [line.replace(b'"id":"plain"', b'"id":"plain-%d"' % number) for number in range(1000)]
    (many.path / "articles.jsonl").write_bytes(b"\n".join(copies))
    write(many, tmp_path / "report.html", Options(language="en"))
    page = open_page(tmp_path / "report.html", "#/articles")
    expect(page.locator("#articles-count")).to_have_text("1,000 of 1,000 articles")
    expect(page.locator("tbody tr")).to_have_count(25)
    page.get_by_role("button", name="Next").click()
    expect(page.locator("tbody tr a").first).to_have_text("plain-25")
    page.get_by_label("Search").fill("plain-777")
    page.get_by_text("1 of 1,000 articles").wait_for()
    page.get_by_role("link", name="plain-777").click()
    expect(page.locator(".line")).to_have_count(2)


def test_articles_left_out_are_told(run: RunFolder, open_page: Open, tmp_path: Path) -> None:
    write(run, tmp_path / "report.html", Options(articles=1, language="en"))
    page = open_page(tmp_path / "report.html", "#/articles")
    more = page.get_by_text("3 more articles of the run are not in this report")
    expect(more).to_be_visible()


def test_a_run_without_triples_opens_too(
    make_run: MakeRun, open_page: Open, tmp_path: Path
) -> None:
    empty = make_run(tmp_path / "run", [Article("leer", "今天天气很好，我们去公园散步。")])
    write(empty, tmp_path / "report.html", Options(language="en"))
    page = open_page(tmp_path / "report.html")
    expect(page.get_by_text("This run has no triples.")).to_be_visible()
    page.get_by_role("link", name="Graph").click()
    expect(page.get_by_text("Nothing fits these filters.")).to_be_visible()


@pytest.mark.parametrize("name", ["$$x^2$$", "<b>x</b>", "\u202ex", "&lt;"])
def test_a_name_is_drawn_as_it_is(graph_page: Any, name: str) -> None:
    graph_page.evaluate("(name) => { graph.nodes[0].en = name; draw(); listEdges(); }", name)
    graph_page.wait_for_function('(name) => sourceOf("labels").data.text.includes(name)', arg=name)
    assert graph_page.locator("#edge-list b").count() == 0
