"""The empty drawing, by Bokeh; the page's own script fills its sources."""

from __future__ import annotations

from importlib import import_module
from typing import Any

TARGET = "plot"
_FONT = "system-ui, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif"


def drawing() -> dict[str, Any]:
    """What `Bokeh.embed.embed_item` draws into the element TARGET: sources named `edges`, `arrows`,
    `nodes` and `labels`, with the columns that the glyphs name and no rows."""
    from bokeh.core.properties import value
    from bokeh.embed import json_item

    # What its annotations say of arguments does not hold for most of them.
    models: Any = import_module("bokeh.models")
    wheel = models.WheelZoomTool()
    plot = models.Plot(
        x_range=models.Range1d(0, 1),
        y_range=models.Range1d(0, 1),
        tools=[models.PanTool(), wheel, models.ResetTool()],
        toolbar_location=None,
        sizing_mode="stretch_both",
        background_fill_color=None,
        border_fill_color=None,
        outline_line_color=None,
        min_border=0,
        name="plot",
    )
    plot.toolbar.active_scroll = wheel

    def source(*columns: str, name: str) -> Any:
        return models.ColumnDataSource({column: [] for column in columns}, name=name)

    edge = {"xs": "xs", "ys": "ys", "line_color": "color", "line_dash": "dash"}
    edges = plot.add_glyph(
        source("xs", "ys", "color", "dash", "width", name="edges"),
        models.MultiLine(**edge, line_width="width", line_alpha=0.75, line_cap="round"),
        selection_glyph=models.MultiLine(**edge, line_width=5, line_alpha=1.0),
        nonselection_glyph=models.MultiLine(**edge, line_width="width", line_alpha=0.3),
        hover_glyph=models.MultiLine(**edge, line_width=5, line_alpha=0.9),
    )
    plot.add_glyph(
        source("x", "y", "angle", "color", name="arrows"),
        models.Scatter(
            x="x", y="y", angle="angle", size=8, marker="triangle",
            fill_color="color", line_color=None,
        ),
    )  # fmt: skip
    node = {"x": "x", "y": "y", "size": "size", "marker": "marker", "fill_color": "color"}
    nodes = plot.add_glyph(
        source("x", "y", "size", "marker", "color", "line", name="nodes"),
        models.Scatter(**node, line_color="line", line_width=1.5),
        selection_glyph=models.Scatter(**node, line_color="line", line_width=4),
        nonselection_glyph=models.Scatter(**node, line_color="line", line_width=1.5),
    )
    label = {
        **{"x": "x", "y": "y", "text": "text", "y_offset": "y_offset"},
        **{"text_align": "center", "text_baseline": "top", "text_font_size": "12px"},
        "text_font": value(_FONT),
    }
    labels = source("x", "y", "y_offset", "text", "color", "halo", name="labels")
    plot.add_glyph(labels, models.Text(**label, text_color="halo", text_outline_color="halo"))
    plot.add_glyph(labels, models.Text(**label, text_color="color"))
    # The page shows its own tooltip, so that names are never read as markup.
    plot.add_tools(
        models.HoverTool(renderers=[edges, nodes], tooltips=None, line_policy="interp"),
        models.TapTool(renderers=[edges, nodes]),
    )
    target: Any = TARGET
    return _renumbered(dict(json_item(plot, target)))


def _renumbered(item: dict[str, Any]) -> dict[str, Any]:
    """`item` with the ids of its models counted from 1: Bokeh goes on counting in one process."""
    numbers: dict[str, str] = {}

    def walk(value: Any) -> Any:
        if isinstance(value, dict):
            return {
                key: numbers.setdefault(inner, f"m{len(numbers) + 1}")
                if key in ("id", "root_id") and isinstance(inner, str)
                else walk(inner)
                for key, inner in value.items()
            }
        return [walk(inner) for inner in value] if isinstance(value, list | tuple) else value

    renumbered: dict[str, Any] = walk(item)
    return renumbered


def bokeh_code() -> str:
    """BokehJS without widgets, tables and formulas, as it ships inside the package."""
    from bokeh.resources import INLINE, Resources

    resources = Resources(mode="inline", components=INLINE.components[:1])
    return "\n".join(resources.js_raw).replace("\r\n", "\n")
