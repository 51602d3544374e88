"""`docs/settings.md`, made from the models: `python -m rag.settings.reference docs/settings.md`."""

from __future__ import annotations

import sys
from pathlib import Path

from rag.settings.catalogue import Setting, groups
from rag.settings.sources import SETTINGS_FILE

_HEAD = f"""# 设置

这一页由程序里的说明生成（`make reference`），请不要直接改。

## 写在哪里

设置写在 `{SETTINGS_FILE}`：数据目录里的（默认 `.youju/{SETTINGS_FILE}`），和运行命令的目录里的。
两个都可以没有；`youju config path` 说出它们在这台机器上的位置。同一项在几处都写了，排在前面的算数：

1. 命令行选项（`--data-dir`，`youju serve`、`youju chat` 的 `--host`、`--port`、`--token` 等）
2. 环境变量 `YOUJU_…`
3. 数据目录里的 `{SETTINGS_FILE}`
4. 当前目录里的 `{SETTINGS_FILE}`
5. 默认值

```toml
[answer]
threshold = 0.3        # 环境变量里写 YOUJU_ANSWER__THRESHOLD=0.3
```

## 看和改

```text
youju config show [--changed]      每一项现在的值、从哪里来；--changed 只列不是默认值的
youju config get KEY               一项现在的值
youju config explain KEY           做什么用、范围、何时生效、环境变量的名字
youju config set KEY VALUE         核对以后写进数据目录的 {SETTINGS_FILE}，注释和次序不变
                                   （--here 写当前目录的那个）
youju config unset KEY             从文件里去掉
youju config path                  文件在哪里
```

口令之类的秘密一律不显示；`youju config set server.token -` 从标准输入读，命令行上看不到。

正在运行的服务不看改过的文件，要重新启动。下面写着“下一个问题起”的，也可以在网页的“设置”页或用
`PATCH /v1/settings` 当场改，不必重新启动；要留到下次启动，勾上“同时写进 {SETTINGS_FILE}”
（接口里 `"save": true`）。

写错的键、超出范围的值是错误，会指出写在哪个文件的哪一项，或哪个环境变量。
"""


def markdown() -> str:
    """The whole page."""
    parts = [_HEAD]
    for name, heading, members in groups():
        parts.append(f"## {heading}{f'（`[{name}]`）' if name else ''}\n")
        parts += [_entry(one) for one in members]
    return "\n".join(parts)


def _entry(one: Setting) -> str:
    default = f"`{one.shown(one.default)}`" if one.default not in (None, "", ()) else "空"
    names = "、".join(f"`{name}`" for name in one.environment)
    return (
        f"### `{one.key}`\n\n{one.about}\n\n"
        f"- 默认值：{default}\n- 取值：{one.range}\n- 何时生效：{one.effect.words}\n"
        f"- 环境变量：{names}\n"
    )


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(markdown(), encoding="utf-8")
