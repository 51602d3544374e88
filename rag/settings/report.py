"""Settings as records: what each is, its value in force, where that comes from."""

from __future__ import annotations

from typing import Any

from rag.settings.catalogue import Effect, Setting, at, catalogue
from rag.settings.sources import Loaded


def records(loaded: Loaded) -> list[dict[str, Any]]:
    """All settings, for machines; secrets are hidden."""
    origins = loaded.origins
    values = loaded.settings.model_dump(mode="json")
    return [
        described(one) | {"value": shown(one, at(values, key)), "source": origins[key].as_json()}
        for key, one in catalogue().items()
    ]


def described(one: Setting) -> dict[str, Any]:
    """What a setting is, whatever its value."""
    return {
        "key": one.key,
        "group": one.group,
        "kind": one.kind,
        "default": plain(one.default),
        "about": one.about,
        "range": one.range,
        "minimum": one.least,
        "maximum": one.most,
        "choices": list(one.choices),
        "environment": list(one.environment),
        "effect": one.effect.value,
        "effect_words": one.effect.words,
        "runtime": one.effect is Effect.NOW,
        "secret": one.secret,
    }


def shown(one: Setting, value: Any) -> Any:
    """A value for machines: itself, unless it is a secret."""
    return one.shown(value) if one.secret and value else value


def plain(value: Any) -> Any:
    """A default as JSON has it."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return list(value) if isinstance(value, tuple) else str(value)
