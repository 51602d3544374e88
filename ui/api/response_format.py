"""OpenAI's `response_format`: which forms a reply can take, and the reply in that form.

`text` is the reply as people read it. `json_object` is the answer's JSON, as `/v1/ask` gives it. A
`json_schema` is kept to if all its fields are fields of that JSON and may hold what those may hold:
that is decided by the two schemas alone, before anything is asked. The reply has no other fields.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from rag.data_model.answers import Answer
from rag.errors import ResponseFormatUnsupported
from ui.reply import plain_text

_KNOWN = frozenset(
    {"$defs", "$id", "$schema", "additionalProperties", "anyOf", "const", "default"}
    | {"description", "enum", "examples", "items", "properties", "required", "title", "type"}
)
"""Words of a schema that are kept to, or that say nothing of the value."""
_DEEPEST, _MOST_STEPS = 40, 5000
_LONGEST = 1 << 16
"""Characters of a schema as JSON; that of the whole answer has a quarter of these."""

Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Form:
    """The form of a reply. `schema`: of its JSON, with `definitions`; None: all of the answer's."""

    is_json: bool = False
    schema: Schema | None = None
    definitions: Schema = field(default_factory=dict)

    def of(self, answer: Answer) -> str:
        """An answer's reply."""
        if not self.is_json:
            return plain_text(answer)
        value: Any = answer.to_json()
        if self.schema is not None:
            value = _cut(value, self.schema, self.definitions)
        return json.dumps(value, ensure_ascii=False)


def form_of(asked: Any) -> Form:
    """What `response_format` asks for.

    Raises:
        ResponseFormatUnsupported: it is none, or one that no answer keeps to; says why.
    """
    if asked is None:
        return Form()
    kind = asked.get("type") if isinstance(asked, dict) else None
    if kind == "text":
        return Form()
    if kind == "json_object":
        return Form(is_json=True)
    if kind != "json_schema":
        raise ResponseFormatUnsupported(reason="type 应为 text、json_object 或 json_schema")
    about = asked.get("json_schema")
    schema = about.get("schema") if isinstance(about, dict) else None
    if not isinstance(schema, dict):
        raise ResponseFormatUnsupported(reason="json_schema.schema 应为 JSON 对象")
    if len(json.dumps(schema, ensure_ascii=False)) > _LONGEST:
        raise ResponseFormatUnsupported(reason="json_schema 太大，或嵌套太深")
    definitions = schema.get("$defs", {})
    if not isinstance(definitions, dict):
        raise ResponseFormatUnsupported(reason="$defs 应为 JSON 对象")
    ours = _ours()
    _Comparison(definitions, ours["$defs"]).check(schema, ours, "整个回答")
    return Form(is_json=True, schema=schema, definitions=definitions)


@cache
def _ours() -> Schema:
    schema = Answer.model_json_schema(mode="serialization", by_alias=True)
    del schema["properties"]["id"]  # only where the question had one, and here none has
    return schema


class _Comparison:
    """Whether all that one schema allows is allowed by another one."""

    def __init__(self, definitions: Schema, ours: Schema) -> None:
        self._definitions, self._ours = definitions, ours
        self._steps = 0

    def check(self, asked: Any, ours: Schema, place: str, depth: int = 0) -> None:
        """Have `asked` allow all values that `ours` does.

        Raises:
            ResponseFormatUnsupported: it does not; names the place.
        """
        self._steps += 1
        if depth > _DEEPEST or self._steps > _MOST_STEPS:
            raise ResponseFormatUnsupported(reason="json_schema 太大，或嵌套太深")
        wanted = _alternatives(asked, self._definitions, place)
        ours = _resolved(ours, self._ours, place)
        for one in ours.get("anyOf", [ours]):
            self._check_one(wanted, _resolved(one, self._ours, place), place, depth)

    def _check_one(
        self, wanted: Mapping[str, Schema], ours: Schema, place: str, depth: int
    ) -> None:
        kind = ours.get("type", "")
        allowed = wanted.get(kind, wanted.get("number") if kind == "integer" else None)
        allowed = wanted.get("") if allowed is None else allowed
        if kind and allowed is None:
            raise ResponseFormatUnsupported(reason=f"{place}可能是 {kind}")
        if allowed is None:
            return
        _check_values(allowed, ours, place)
        if kind == "object":
            self._check_fields(allowed, ours, place, depth)
        elif kind == "array" and "items" in allowed:
            self.check(allowed["items"], ours.get("items", {}), f"{place}的一项", depth + 1)

    def _check_fields(self, wanted: Schema, ours: Schema, place: str, depth: int) -> None:
        known, names = ours.get("properties", {}), _names(wanted, place)
        rest = wanted.get("additionalProperties", True)
        if rest is False and not names:
            raise ResponseFormatUnsupported(reason=f"{place}里一项也不要")
        for name in names or (known if rest is not True else ()):
            if name not in known:
                raise ResponseFormatUnsupported(reason=f"{place}里没有 {name[:60]!r} 这一项")
            form = wanted.get("properties", {}).get(name, rest)
            self.check(form, known[name], name, depth + 1)
        if not names and "additionalProperties" in ours:
            self.check(rest, ours["additionalProperties"], f"{place}的一项", depth + 1)


def _check_values(wanted: Schema, ours: Schema, place: str) -> None:
    """Have a list of values that are wanted have all that ours may be."""
    if "enum" not in wanted and "const" not in wanted:
        return
    allowed = wanted.get("enum", [wanted.get("const")])
    said = ours.get("enum", [ours["const"]] if "const" in ours else None)
    if said is None or not isinstance(allowed, list) or not all(one in allowed for one in said):
        raise ResponseFormatUnsupported(reason=f"{place}还可能是别的值")


def _names(schema: Schema, place: str) -> Sequence[str]:
    """The fields that a schema of an object names; none where it takes what there is."""
    fields, required = schema.get("properties", {}), schema.get("required", [])
    if not isinstance(fields, dict) or not isinstance(required, list):
        raise ResponseFormatUnsupported(reason=f"{place}：properties 或 required 写得不对")
    return tuple(dict.fromkeys(str(name) for name in (*fields, *required)))


def _alternatives(schema: Any, definitions: Schema, place: str) -> Mapping[str, Schema]:
    """What a schema allows, by the type of the value; the key is empty for whatever type.

    Raises:
        ResponseFormatUnsupported: words whose meaning nobody here keeps to, or two of one type.
    """
    schema = _resolved(schema, definitions, place)
    found: dict[str, Schema] = {}
    given = schema.get("anyOf", [schema])
    if not isinstance(given, list):
        raise ResponseFormatUnsupported(reason=f"{place}：anyOf 应为列表")
    for one in given:
        form = _resolved(one, definitions, place)
        if strange := sorted(set(form) - _KNOWN):
            raise ResponseFormatUnsupported(reason=f"{place}的 {str(strange[0])[:60]!r} 保证不了")
        types = form.get("type", "")
        for kind in types if isinstance(types, list) else [types]:
            if str(kind) in found or "anyOf" in form:
                raise ResponseFormatUnsupported(reason=f"{place}：anyOf 里每种类型只能有一个")
            found[str(kind)] = form
    return found


def _resolved(schema: Any, definitions: Schema, place: str) -> Schema:
    """A schema that stands for itself."""
    for _ in range(_DEEPEST):
        if schema is True:
            return {}
        if not isinstance(schema, dict):
            raise ResponseFormatUnsupported(reason=f"{place}的 schema 应为 JSON 对象")
        if "$ref" not in schema:
            return schema
        name = str(schema["$ref"]).removeprefix("#/$defs/")
        if name not in definitions:
            raise ResponseFormatUnsupported(reason=f"{place}的 $ref 应指向 $defs 里的一项")
        schema = definitions[name]
    raise ResponseFormatUnsupported(reason=f"{place}的 $ref 绕成了圈")


def _cut(value: Any, schema: Any, definitions: Schema) -> Any:
    """A value with those fields only that a schema names, which it is known to fit."""
    forms = _alternatives(schema, definitions, "")
    if isinstance(value, dict):
        form = forms.get("object", forms.get("", {}))
        fields, rest = form.get("properties", {}), form.get("additionalProperties", True)
        names = _names(form, "") or value
        return {name: _cut(value[name], fields.get(name, rest), definitions) for name in names}
    if isinstance(value, list):
        form = forms.get("array", forms.get("", {}))
        return [_cut(item, form.get("items", {}), definitions) for item in value]
    return value
