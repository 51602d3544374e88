"""Tables of our own making, with what stands in each cell: names, figures, gaps and merged cells.

Nothing is taken from anywhere: places, people and figures are put together by a seeded generator.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

_FIRST, _SECOND = "青白红柳石长清云东南北临望松竹梅", "桥岩湾溪河川塘坪岭沟泉畈浦洲台山"
_TOWNS = ("镇", "乡", "县", "街道")
_SURNAMES, _GIVEN = "罗孟贺覃丁邹熊龚韦欧", "大川小溪知秋北辰若水长青子安云帆"
_DUTIES = (
    "登记来访人员", "夜间巡查院落", "清点入库物资", "每月盘点一次", "检查消防器材", "打扫公共区域",
    "整理往来文件", "维护配电设备", "接听值班电话", "张贴各类通知", "核对领用清单", "保管备用钥匙",
)  # fmt: skip
_POSTS = ("门卫", "仓管", "保洁", "文员", "电工", "司机", "厨师", "会计", "出纳", "绿化工")
_GOODS = ("竹椅", "木凳", "草席", "铁锅", "陶罐", "棉被", "布鞋", "油伞", "扁担", "簸箕", "水桶")
_EMPTY = 0.08
"""The share of cells that are empty."""
_LONG_SHARE = 0.1
"""The share of tables that go on over a page."""


class Column(NamedTuple):
    """A column: its name, what stands over several names, and a maker of values."""

    name: str
    make: Callable[[random.Random], str]
    over: str = ""

    @property
    def whole(self) -> str:
        """With the name that stands over it."""
        return f"{self.over}/{self.name}" if self.over else self.name


@dataclass(frozen=True)
class MadeTable:
    """A table and what stands around it.

    Attributes:
        title: of the article.
        place: that the title begins with.
        columns: the first of them has the keys.
        rows: a value a column, empty where the cell is; keys are all different.
        group: in front of the keys, a column whose equal values below each other are one cell.
        absent: a key of the same kind that no row has.
    """

    title: str
    place: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    group: tuple[str, tuple[str, ...]] | None
    absent: str

    @property
    def names(self) -> list[str]:
        """The columns as they are read."""
        return [*([self.group[0]] if self.group else []), *(c.whole for c in self.columns)]

    def cells(self) -> list[list[str]]:
        """All values, the group's in each row."""
        groups = self.group[1] if self.group else [""] * len(self.rows)
        return [
            [*([group] if self.group else []), *row]
            for group, row in zip(groups, self.rows, strict=True)
        ]


def _place(rng: random.Random) -> str:
    return rng.choice(_FIRST) + rng.choice(_SECOND)


def _person(rng: random.Random) -> str:
    return rng.choice(_SURNAMES) + "".join(rng.sample(_GIVEN, 2))


def _number(low: int, high: int, unit: str, rng: random.Random) -> str:
    return f"{rng.randint(low, high)}{unit}"


def _duties(rng: random.Random) -> str:
    return "\n".join(rng.sample(_DUTIES, rng.randint(1, 3)))


def _ended(end: str, rng: random.Random) -> str:
    return _place(rng) + end


_PHONE = partial(_number, 5550000, 5559999, "")
_KINDS: tuple[tuple[str, Column, tuple[Column, ...]], ...] = (
    (
        "各站点值班安排",
        Column("站点", partial(_ended, "站")),
        (
            Column("值班人", _person),
            Column("电话", _PHONE),
            Column("人数", partial(_number, 2, 40, "")),
        ),
    ),
    (
        "历年粮食生产",
        Column("年份", partial(_number, 1980, 2024, "")),
        (
            Column("播种面积（亩）", partial(_number, 1000, 9000, "")),
            Column("产量（吨）", partial(_number, 300, 4000, "")),
            Column("负责人", _person),
        ),
    ),
    (
        "水泵型号参数",
        Column("型号", lambda rng: f"ZX-{rng.randint(100, 990)}{rng.choice('ABC')}"),
        (
            Column("额定功率", partial(_number, 2, 90, "千瓦")),
            Column("最大扬程", partial(_number, 10, 200, "米")),
            Column("重量", partial(_number, 20, 400, "公斤")),
        ),
    ),
    (
        "各村基本情况",
        Column("村名", partial(_ended, "村")),
        (
            Column("户数", partial(_number, 60, 900, "")),
            Column("人口", partial(_number, 200, 4000, "")),
            Column("村支书", _person),
        ),
    ),
    (
        "各岗位职责分工",
        Column("岗位", lambda rng: rng.choice(_POSTS)),
        (
            Column("职责", _duties),
            Column("人数", partial(_number, 1, 9, "")),
            Column("联系人", _person),
        ),
    ),
    (
        "集市商品价格",
        Column("品名", lambda rng: rng.choice(_GOODS)),
        (
            Column("单价（元）", partial(_number, 5, 300, "")),
            Column("产地", partial(_ended, "镇")),
            Column("摊主", _person),
        ),
    ),
    (
        "各单位收支情况",
        Column("单位", partial(_ended, "局")),
        (
            Column("预算", partial(_number, 100, 990, ""), "收入"),
            Column("决算", partial(_number, 100, 990, ""), "收入"),
            Column("负责人", _person),
        ),
    ),
)


def made_tables(count: int, seed: int) -> list[MadeTable]:
    """So many tables, no two of one title."""
    rng = random.Random(seed)  # noqa: S311 - repeatable tables, no secrets
    titles: set[str] = set()
    tables: list[MadeTable] = []
    while len(tables) < count:
        subject, key, others = _KINDS[len(tables) % len(_KINDS)]
        place = _place(rng) + rng.choice(_TOWNS)
        if (title := place + subject) not in titles:
            titles.add(title)
            tables.append(_table(rng, title, place, (key, *others)))
    return tables


def _table(rng: random.Random, title: str, place: str, columns: tuple[Column, ...]) -> MadeTable:
    wanted = rng.randint(40, 60) if rng.random() < _LONG_SHARE else rng.randint(4, 14)
    keys: list[str] = []
    for _ in range(20 * wanted):
        made = columns[0].make(rng)
        if made not in keys and len(keys) <= wanted:
            keys.append(made)
    *keys, absent = keys
    rows = [
        (key, *("" if rng.random() < _EMPTY else column.make(rng) for column in columns[1:]))
        for key in keys
    ]
    rows = [
        row if sum(map(bool, row)) > 1 else (row[0], *(c.make(rng) for c in columns[1:]))
        for row in rows
    ]
    group = _group(rng, len(rows)) if rng.random() < 0.3 else None
    return MadeTable(title, place, columns, tuple(rows), group, absent)


def _group(rng: random.Random, count: int) -> tuple[str, tuple[str, ...]]:
    """Values of a column whose equal values below each other are one cell."""
    values: list[str] = []
    names: Sequence[str] = rng.sample(("东片区", "西片区", "南片区", "北片区", "中片区"), 5)
    for name in names:
        values += [name] * rng.randint(1, max(count // 3, 1))
    values += [names[-1]] * count
    return "片区", tuple(values[:count])
