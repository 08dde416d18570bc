"""Draw one digest's picture in a fresh process: `python -m benchmarks.drawing pointkeeper|matplotlib CONTENT PNG`.

Both draw the same content, given as JSON: the same words at the same sizes, the same bars, lists and lines. Prints how
many megabytes the process took at its highest, imports included.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

Content = dict[str, Any]
INK, QUIET, BLUE, GREEN, RED, AMBER = "#1c2430", "#5d6878", "#2563b0", "#1a7f4b", "#c22f2f", "#b45f06"
PIXELS = 900
TONES = {"plain": BLUE, "good": GREEN, "warn": AMBER, "bad": RED}
PALE = {"plain": "#dbe8f8", "good": "#d8f0e2", "warn": "#fbe8cf", "bad": "#f9dcdc"}


def by_pointkeeper(content: Content) -> bytes:
    from bot.reports import canvas, svg

    return canvas.draw(svg.render(content))


def by_matplotlib(content: Content) -> bytes:
    return Sheet(content).draw()


class Sheet:
    """The picture on one axes whose units are pixels, without pyplot, which would cost still more."""

    def __init__(self, content: Content) -> None:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
        from matplotlib.font_manager import FontProperties
        from noto_cjk_sans_otc import FONT_PATH

        self.content = content
        self.font = FontProperties(fname=str(FONT_PATH))
        figure = Figure(figsize=(10.8, content["height"] / 100), dpi=100 * PIXELS / 1080, facecolor="#eef1f5")
        self.canvas = FigureCanvasAgg(figure)
        self.axes = figure.add_axes((0, 0, 1, 1))
        self.axes.set(xlim=(0, 1080), ylim=(content["height"], 0))
        self.axes.axis("off")

    def draw(self) -> bytes:
        from io import BytesIO

        content = self.content
        self.text(40, 80, content["title_size"], content["title"])
        self.text(40, 132, 36, content["days"], QUIET)
        self.text(1040, 132, 32, content["made"], QUIET, align="right")
        for top, panel in content["panels"]:
            if panel["name"] != "headline":
                self.box(40, top, 1000, panel["height"], color="#ffffff", radius=20)
            self.text(72, top + 54, 36, panel["title"])
            self.text(1008, top + 53, 28, panel["note"], QUIET, align="right")
            getattr(self, panel["name"])(top, panel)
        self.text(540, content["height"] - 22, 24, content["foot"], QUIET, align="center")
        file = BytesIO()
        self.canvas.print_png(file)
        return file.getvalue()

    def headline(self, top: float, panel: Content) -> None:
        for index, tile in enumerate(panel["data"]):
            x, y = 40 + index % 3 * 340, top + index // 3 * 166
            self.box(x, y, 320, 150, color="#ffffff", radius=20)
            self.text(x + 24, y + 44, 31, tile["label"], QUIET)
            self.text(x + 24, y + 100, 58, tile["value"], INK if tile["tone"] == "plain" else TONES[tile["tone"]])
            self.text(x + 24, y + 137, 28, tile["note"], QUIET)

    def bars(self, top: float, panel: Content) -> None:
        rows, tone, more = panel["data"]
        for index, bar in enumerate(rows):
            y = top + 78 + 60 * index
            self.box(72, y, 936, 52, color="#f5f7fa", radius=10)
            self.box(72, y, bar["length"], 52, color=PALE[tone], radius=10)
            self.text(88, y + 39, 36, bar["label"])
            self.text(992, y + 39, 36, bar["value"], TONES[tone], align="right")
        self.text(88, top + panel["height"] - 20, 30, more, QUIET)

    def good(self, top: float, panel: Content) -> None:
        self.text(956, top + 56, 34, panel["data"], GREEN, align="right")

    def lists(self, top: float, panel: Content) -> None:
        columns, nobody = panel["data"]
        for column in columns:
            x, y, tone = 72 + column["left"], top + column["top"], TONES[column["tone"]]
            self.box(x, y, column["across"], 6, color=tone, radius=3)
            self.text(x, y + 46, 32, column["title"], tone)
            for index, row in enumerate(column["rows"]):
                self.text(x, y + 94 + 48 * index, 32, str(row["place"]), tone)
                self.text(x + 40, y + 94 + 48 * index, 32, row["label"])
                self.text(x + column["across"], y + 94 + 48 * index, 32, row["value"], tone, align="right")
            if not column["rows"]:
                self.text(x, y + 94, 30, nobody, QUIET)

    def trend(self, top: float, panel: Content) -> None:
        chart, floor = panel["data"], top + panel["height"] - 58
        days, step = chart["days"], chart["step"]
        self.axes.bar(
            [72 + day["x"] for day in days], [-day["received"] for day in days], step * 0.6, floor, color="#a9c6ea"
        )
        places = [72 + day["x"] for day in days]
        self.axes.plot(places, [floor - day["closed"] for day in days], color=GREEN, linewidth=3.6, marker="o")
        self.text(72, floor - 112, 26, chart["most"], QUIET)
        self.text(800, top + 53, 28, chart["received"], QUIET)
        self.text(1008, top + 53, 28, chart["closed"], QUIET, align="right")
        for day in days:
            self.text(72 + day["x"], floor + 35, 26, day["label"], QUIET, align="center")

    def text(self, x: float, y: float, size: float, words: str, color: str = INK, *, align: str = "left") -> None:
        if words:
            self.axes.text(x, y, words, fontproperties=self.font, fontsize=size * 0.72, color=color, ha=align)

    def box(self, x: float, y: float, width: float, height: float, *, color: str, radius: float) -> None:
        from matplotlib.patches import FancyBboxPatch

        style = f"round,pad=0,rounding_size={min(radius, width / 2)}"
        self.axes.add_patch(FancyBboxPatch((x, y), width, height, boxstyle=style, facecolor=color, edgecolor="none"))


def highest_memory() -> float:
    """Return what this process took at its highest, in megabytes; what it was before it became Python is not in it."""
    status = Path("/proc/self/status").read_text("utf-8")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def main() -> None:
    name, content, png = sys.argv[1:]
    draw = {"pointkeeper": by_pointkeeper, "matplotlib": by_matplotlib}[name]
    Path(png).write_bytes(draw(json.loads(Path(content).read_text("utf-8"))))
    print(f"{highest_memory():.1f}")


if __name__ == "__main__":
    main()
