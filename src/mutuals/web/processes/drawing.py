"""A process as a picture made here: in layers from left to right, and for a phone in one column. Pure; SVG without styles."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from mutuals.processes.check import owner_words
from mutuals.processes.figures import Line
from mutuals.processes.hours import span
from mutuals.processes.shape import Shape, Step

WIDE, HIGH, ACROSS, DOWN, EDGE = 196, 78, 100, 22, 16
MORE = 18
"""How much higher a box is where it tells of rework and drop-out."""
NARROW, LOW, STEP, LANE = 284, 56, 34, 7
_PORT, _LANES = 18, 6
_SWEEPS = 6
_CARE = 0.2  # of what leaves a step


@dataclass(slots=True)
class _Node:
    """A box, or the bend of a long line where `step` is None."""

    step: Step | None
    rank: int
    x: int = 0
    y: int = 0
    tall: int = HIGH

    @property
    def high(self) -> int:
        return self.tall if self.step else 26


@dataclass(frozen=True, slots=True)
class _Edge:
    label: str
    points: list[_Node]


def ranks(told: Shape) -> dict[str, int]:
    """In which layer each step stands: behind all that lead to it, ways back left aside."""
    found: dict[str, int] = {}
    order: list[str] = []
    state: dict[str, int] = {}
    back: set[tuple[str, str]] = set()

    def walk(key: str) -> None:
        state[key] = 1
        step = told.step(key)
        for way in step.ways if step else ():
            if state.get(way.to) == 1:
                back.add((key, way.to))
            elif way.to not in state:
                walk(way.to)
        state[key] = 2
        order.append(key)

    for key in (told.start, *(one.key for one in told.steps)):
        if key not in state:
            walk(key)
    for key in reversed(order):
        found.setdefault(key, 0)
        step = told.step(key)
        for way in step.ways if step else ():
            if (key, way.to) not in back:
                found[way.to] = max(found.get(way.to, 0), found[key] + 1)
    return found


def wide(told: Shape, lines: Mapping[str, Line], *, chosen: str = "", link: str = "") -> SafeString:
    """The picture in layers, from left to right. `link` is the address that a step's key is put behind."""
    laid = _laid(told, HIGH + MORE * any(one.left for one in lines.values()))
    nodes, ahead, behind, width, height = laid.nodes, laid.ahead, laid.behind, laid.width, laid.height
    lines_drawn = [_line(edge, place) for edge, place in _ports(ahead)]
    loops = [_loop(nodes[frm], nodes[to], height + 10 + 12 * number) for number, (frm, to) in enumerate(behind)]
    height += 22 + 12 * len(behind) if behind else 0
    boxes = format_html_join("", "{}", ((_box(one, lines, chosen, link),) for one in nodes.values()))
    return format_html(
        '<svg class="flow wide" viewBox="0 0 {} {}" width="{}" height="{}" role="group" aria-label="Picture of the steps">'
        "{}{}{}</svg>",
        width, height, width, height, mark_safe("".join(lines_drawn)), mark_safe("".join(loops)), boxes,  # noqa: S308
    )  # fmt: skip


def places(told: Shape) -> dict[str, tuple[int, int]]:
    """Where the wide picture puts each box, without figures: right and down of the corner."""
    return {key: (one.x, one.y) for key, one in _laid(told, HIGH).nodes.items()}


@dataclass(frozen=True, slots=True)
class _Laid:
    nodes: dict[str, _Node]
    ahead: list[_Edge]
    behind: list[tuple[str, str]]
    width: int
    height: int


def _laid(told: Shape, tall: int) -> _Laid:
    """Layers first; then each step that somebody put elsewhere stands there, and no other one moves for it."""
    rank = ranks(told)
    nodes = {one.key: _Node(one, rank[one.key], tall=tall) for one in told.steps}
    layers: dict[int, list[_Node]] = defaultdict(list)
    for one in sorted(nodes.values(), key=lambda node: node.rank):
        layers[one.rank].append(one)
    ahead, behind = _edges(told, nodes, layers)
    _ordered(layers, ahead)
    width, height = _placed(layers)
    for node in nodes.values():
        if node.step is not None and node.step.at is not None:
            node.x, node.y = node.step.at
    width = max(width, *(node.x + WIDE + EDGE for node in nodes.values()))
    return _Laid(nodes, ahead, behind, width, max(height, *(node.y + node.high + EDGE for node in nodes.values())))


def narrow(told: Shape, lines: Mapping[str, Line], *, chosen: str = "", link: str = "") -> SafeString:
    """The same in one column of a phone's width; ways that pass over steps run beside it."""
    rank = ranks(told)
    order = sorted(told.steps, key=lambda one: rank[one.key])
    place = {one.key: number for number, one in enumerate(order)}
    drawn, lane = [], 0
    low = LOW + MORE * any(one.left for one in lines.values())
    for one in order:
        top = place[one.key] * (low + STEP)
        for way in one.ways:
            to = place[way.to]
            if to == place[one.key] + 1:
                words = (
                    f'<text class="lb" x="30" y="{top + low + 20}">{escape(_cut(way.label, 36))}</text>'
                    if way.label
                    else ""
                )
                drawn.append(
                    f'<path class="ln" d="M20 {top + low}V{top + low + STEP - 5}"/>{_arrow(20, top + low + STEP, "v")}'
                )
                drawn.append(words)
                continue
            x, end = NARROW + 10 + LANE * (lane % _LANES), to * (low + STEP) + 14
            lane += 1
            kind = "bk" if to <= place[one.key] else "ln"
            drawn.append(
                f'<path class="{kind}" d="M{NARROW} {top + low - 14}H{x}V{end}H{NARROW + 6}"/>{_arrow(NARROW, end, "<")}'
            )
    high = len(order) * (low + STEP) - STEP + 2
    width = NARROW + 10 + LANE * _LANES
    boxes = format_html_join(
        "", "{}", ((_card(one, place[one.key] * (low + STEP) + 1, low, lines, chosen, link),) for one in order)
    )
    return format_html(
        '<svg class="flow narrow" viewBox="0 0 {} {}" width="{}" height="{}" role="group" aria-label="Picture of the steps">'
        "{}{}</svg>",
        width, high, width, high, mark_safe("".join(drawn)), boxes,  # noqa: S308
    )  # fmt: skip


def _edges(
    told: Shape, nodes: dict[str, _Node], layers: dict[int, list[_Node]]
) -> tuple[list[_Edge], list[tuple[str, str]]]:
    """Lines ahead, with a bend in every layer that they pass; and the pairs that lead back."""
    ahead: list[_Edge] = []
    behind: list[tuple[str, str]] = []
    for one in told.steps:
        for way in one.ways:
            frm, to = nodes[one.key], nodes[way.to]
            if to.rank <= frm.rank:
                behind.append((one.key, way.to))
                continue
            is_put = one.at is not None or (to.step is not None and to.step.at is not None)
            bends = [] if is_put else [_Node(None, rank) for rank in range(frm.rank + 1, to.rank)]
            for bend in bends:
                layers[bend.rank].append(bend)
            ahead.append(_Edge(way.label, [frm, *bends, to]))
    return ahead, behind


def _ordered(layers: dict[int, list[_Node]], edges: list[_Edge]) -> None:
    """Within each layer by the middle of the neighbours, some times to and fro, so that few lines cross."""
    near: dict[int, dict[int, list[_Node]]] = {-1: defaultdict(list), 1: defaultdict(list)}
    for edge in edges:
        for one, other in zip(edge.points, edge.points[1:], strict=False):
            near[-1][id(other)].append(one)
            near[1][id(one)].append(other)
    for sweep in range(_SWEEPS):
        side = -1 if sweep % 2 == 0 else 1
        for rank in sorted(layers, reverse=side == 1):
            there = {id(node): number for number, node in enumerate(layers.get(rank + side, []))}
            places = {
                id(node): _middle([there[id(one)] for one in near[side][id(node)] if id(one) in there], number)
                for number, node in enumerate(layers[rank])
            }
            layers[rank].sort(key=lambda node: places[id(node)])


def _middle(places: list[int], own: int) -> float:
    return sum(places) / len(places) if places else float(own)


def _placed(layers: dict[int, list[_Node]]) -> tuple[int, int]:
    heights = {rank: sum(node.high + DOWN for node in row) - DOWN for rank, row in layers.items()}
    most = max(heights.values())
    for rank, row in layers.items():
        y = EDGE + (most - heights[rank]) // 2
        for node in row:
            node.x, node.y = EDGE + rank * (WIDE + ACROSS), y
            y += node.high + DOWN
    return 2 * EDGE + max(layers) * (WIDE + ACROSS) + WIDE, most + 2 * EDGE


def _ports(edges: list[_Edge]) -> list[tuple[_Edge, int]]:
    """Where each line meets its box: those that come together are parted, so that their labels do not overlap."""
    coming: dict[int, list[_Edge]] = defaultdict(list)
    for edge in edges:
        coming[id(edge.points[-1])].append(edge)
    found = []
    for rows in coming.values():
        rows.sort(key=lambda edge: edge.points[-2].y)
        node = rows[0].points[-1]
        first = node.y + node.high // 2 - _PORT * (len(rows) - 1) // 2
        found += [(edge, first + _PORT * number) for number, edge in enumerate(rows)]
    return found


def _line(edge: _Edge, port: int) -> str:
    start = edge.points[0]
    x, y = start.x + WIDE, start.y + start.high // 2
    drawn, label = f"M{x} {y}", ""
    for number, node in enumerate(edge.points[1:]):
        last = node is edge.points[-1]
        to_x, to_y = node.x - (5 if last else 0), port if last else node.y + node.high // 2
        half = (to_x - x) // 2
        drawn += f"C{x + half} {y} {to_x - half} {to_y} {to_x} {to_y}"
        if number == 0 and edge.label:
            label = f'<text class="lb" x="{to_x - 6}" y="{to_y - 6}" text-anchor="end">{escape(_cut(edge.label, 15))}</text>'
        x, y = to_x, to_y
        if not last:
            drawn += f"H{node.x + WIDE}"
            x = node.x + WIDE
    return f'<path class="ln" d="{drawn}"/>{_arrow(x + 5, y, ">")}{label}'


def _loop(frm: _Node, to: _Node, lane: int) -> str:
    right, left, y = frm.x + WIDE + 12, max(to.x - 12, 4), to.y + to.high - 12
    start = frm.y + frm.high - 12
    return f'<path class="bk" d="M{frm.x + WIDE} {start}H{right}V{lane}H{left}V{y}H{to.x - 5}"/>{_arrow(to.x, y, ">")}'


def _arrow(x: int, y: int, way: str) -> str:
    shapes = {">": f"M{x} {y}l-7 -4v8z", "<": f"M{x} {y}l7 -4v8z", "v": f"M{x} {y}l-4 -7h8z"}
    return f'<path class="ar" d="{shapes[way]}"/>'


def _box(node: _Node, lines: Mapping[str, Line], chosen: str, link: str) -> SafeString:
    step = node.step
    assert step is not None
    line = lines.get(step.key)
    return format_html(
        '<a href="{}{}#chosen" class="nd{}{}"{}><rect x="{}" y="{}" width="{}" height="{}" rx="8"/>'
        '<text class="t" x="{}" y="{}">{}</text><text class="s" x="{}" y="{}">{}</text>{}</a>',
        link, step.key, " end" if step.end else "", " itself" if step.itself else "",
        mark_safe(' aria-current="true"') if step.key == chosen else "",
        node.x, node.y, WIDE, node.high, node.x + 12, node.y + 23, _cut(step.name, 23),
        node.x + 12, node.y + 43, under(step), _measured(node.x, node.y + 64, WIDE, line),
    )  # fmt: skip


def _card(step: Step, y: int, low: int, lines: Mapping[str, Line], chosen: str, link: str) -> SafeString:
    return format_html(
        '<a href="{}{}#chosen" class="nd{}{}"{}><rect x="1" y="{}" width="{}" height="{}" rx="8"/>'
        '<text class="t" x="12" y="{}">{}</text><text class="s" x="12" y="{}">{}</text>{}{}</a>',
        link, step.key, " end" if step.end else "", " itself" if step.itself else "",
        mark_safe(' aria-current="true"') if step.key == chosen else "",
        y, NARROW - 2, low - 2, y + 22, _cut(step.name, 26), y + 42, under(step),
        _share(NARROW - 12, y + 22, lines.get(step.key)), _lost(12, y + 60, lines.get(step.key), with_median=True),
    )  # fmt: skip


def under(step: Step) -> str:
    """The second line of a box: who has it, and how long; what an end is."""
    if step.end:
        return {"won": "ends: won", "lost": "ends: lost"}.get(step.end, "ends")
    owner = "by itself" if step.itself else owner_words(step.owner).removeprefix("the team ").removeprefix("a team of ")
    limit = f" · {step.limit.words.replace('working ', 'work ')}" if step.limit else ""
    return _cut("" if owner == "whoever has it" else owner, 12) + (
        limit if step.owner or step.itself else limit.removeprefix(" · ")
    )


def _measured(x: int, y: int, width: int, line: Line | None) -> SafeString | str:
    if line is None or not line.left:
        here = f"{line.here} here" if line and line.here else ""
        return format_html('<text class="s" x="{}" y="{}">{}</text>', x + 12, y, here)
    return format_html(
        '<text class="s" x="{}" y="{}">median {}</text>{}{}',
        x + 12,
        y,
        span(line.median),
        _share(x + width - 12, y, line),
        _lost(x + 12, y + MORE, line),
    )


def _lost(x: int, y: int, line: Line | None, *, with_median: bool = False) -> SafeString | str:
    """What came a second time, and what was dropped or lost here, of all that left the step."""
    if line is None or not line.left:
        return ""
    told = [f"median {span(line.median)}"] if with_median else []
    told += [
        f"{words} {round(share * 100)} %" for words, share in (("again", line.rework), ("out", line.dropped)) if share
    ]
    is_care = (line.rework or 0) + (line.dropped or 0) >= _CARE
    return format_html('<text class="s{}" x="{}" y="{}">{}</text>', " care" if is_care else "", x, y, " · ".join(told))


def _share(x: int, y: int, line: Line | None) -> SafeString | str:
    if line is None or line.in_time is None:
        return ""
    kind = "good" if line.in_time >= 0.8 else "care"
    return format_html(
        '<text class="s {}" x="{}" y="{}" text-anchor="end">{} %</text>', kind, x, y, round(line.in_time * 100)
    )


def _cut(words: str, most: int) -> str:
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"
