"""The settings page's HTML. All outside text goes through `escaped`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rag.settings.catalogue import Setting, groups
from ui.chat.escaping import attribute, escaped
from ui.language import _
from ui.settings_page.wording import range_words, source_words, value_words

Record = Mapping[str, Any]

_TONES = {"default": "", "running": " yj-wary"}


def settings_html(records: Sequence[Record]) -> str:
    """All settings, a card for each group."""
    by_key = {one["key"]: one for one in records}
    return "".join(
        f'<section class="yj-card yj-group" aria-labelledby="yj-group-{n}">'
        f'<h3 id="yj-group-{n}">{escaped(_(heading))}</h3>'
        f"{''.join(_row(one, by_key[one.key]) for one in members)}</section>"
        for n, (_group, heading, members) in enumerate(groups())
    )


def file_html(file: Path, *, exists: bool) -> str:
    """Where `youju.toml` lies."""
    state = "" if exists else _("（还没有，写入时新建）")
    return f"<code>{escaped(str(file))}</code>{state}"


def _row(one: Setting, record: Record) -> str:
    live = record["runtime"]
    label = f'<label for="{_id(one)}"><code>{one.key}</code></label>'
    name = label if live else f"<code>{one.key}</code>"
    return (
        f'<div class="yj-setting" data-key="{one.key}">'
        f'<div class="yj-what"><p class="yj-key">{name}{"" if live else _fixed(one)}</p>'
        f'<p id="{_id(one)}-about">{escaped(_(one.about))}</p>'
        f'<p class="yj-label">{_facts(one)}</p></div>'
        f'<div class="yj-set">{_field(one, record) if live else _value(one, record)}'
        f'<p class="yj-from">{_source(record)}{_back(one, record) if live else ""}</p>'
        f'<p class="yj-wrong" id="{_id(one)}-wrong" role="alert"></p></div></div>'
    )


def _fixed(one: Setting) -> str:
    return f'<span class="yj-tag">{escaped(_(one.effect.words))}</span>'


def _facts(one: Setting) -> str:
    names = f" {_('或')} ".join(f"<code>{name}</code>" for name in one.environment)
    return _(
        "{}　默认 {}　环境变量 {}",
        escaped(range_words(one)),
        escaped(value_words(one, one.default)),
        names,
    )


def _field(one: Setting, record: Record) -> str:
    told = f'aria-describedby="{_id(one)}-about {_id(one)}-wrong" data-setting="{one.key}"'
    value = str(record["value"])
    if one.choices:
        options = "".join(
            f'<option value="{attribute(choice)}"{" selected" if choice == value else ""}>'
            f"{escaped(choice)}</option>"
            for choice in one.choices
        )
        return f'<select class="yj-field" id="{_id(one)}" {told}>{options}</select>'
    mode = "decimal" if one.kind == "number" else "numeric"
    return (
        f'<input class="yj-field" id="{_id(one)}" inputmode="{mode}" autocomplete="off" '
        f'maxlength="40" value="{attribute(value)}" data-default="{attribute(str(one.default))}" '
        f"{told}>"
    )


def _value(one: Setting, record: Record) -> str:
    return f'<p class="yj-fixed">{escaped(value_words(one, record["value"]))}</p>'


def _source(record: Record) -> str:
    kind = record["source"]["kind"]
    return (
        f'<span class="yj-tag{_TONES.get(kind, " yj-good")}'
        f'">{escaped(source_words(record["source"]))}</span>'
    )


def _back(one: Setting, record: Record) -> str:
    """Takes back what was changed here, or fills in the default."""
    if record["otherwise"]:
        before = value_words(one, record["otherwise"]["value"])
        source = record["otherwise"]["source"]
        words = _("文件里的") if source["kind"] == "file" else source_words(source)
        return (
            f'<button type="button" class="yj-link" data-back="{one.key}">'
            f"{_('改回 {}（{}）', escaped(before), escaped(words))}</button>"
        )
    if record["value"] == record["default"]:
        return ""
    return (
        f'<button type="button" class="yj-link" data-fill="{one.key}" '
        f'data-value="{attribute(str(one.default))}">'
        f"{_('用默认值 {}', escaped(value_words(one, one.default)))}"
        "</button>"
    )


def _id(one: Setting) -> str:
    return "yj-" + one.key.replace(".", "-").replace("_", "-")
