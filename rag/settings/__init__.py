"""All that can be set: the models, where values come from, how they are explained and written."""

from rag.settings.catalogue import ENVIRONMENT_PREFIX
from rag.settings.library_section import LibrarySettings
from rag.settings.model_sections import (
    ChooserSettings,
    EmbeddingSettings,
    ReaderSettings,
    RerankerSettings,
)
from rag.settings.models import (
    AnswerSettings,
    PassageSettings,
    RetrievalSettings,
    ServerSettings,
    Settings,
)
from rag.settings.sources import (
    SETTINGS_FILE,
    Loaded,
    load,
    load_settings,
    with_token,
)
from rag.settings.team_sections import QuotaSettings, TeamSettings
from rag.settings.writing import set_threshold

__all__ = [
    "ENVIRONMENT_PREFIX",
    "SETTINGS_FILE",
    "AnswerSettings",
    "ChooserSettings",
    "EmbeddingSettings",
    "LibrarySettings",
    "Loaded",
    "PassageSettings",
    "QuotaSettings",
    "ReaderSettings",
    "RerankerSettings",
    "RetrievalSettings",
    "ServerSettings",
    "Settings",
    "TeamSettings",
    "load",
    "load_settings",
    "set_threshold",
    "with_token",
]
