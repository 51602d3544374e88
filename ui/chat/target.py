"""Where a citation leads: what its button carries, and what opening it asks for."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from rag.data_model.answers import Citation, PageBox, Why
from ui.references import gbt7714


class Target(BaseModel):
    """What a click on a citation asks for: the article, and the characters to mark."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    article_id: str = Field(max_length=500)
    sha256: str = Field(default="", pattern="^([0-9a-f]{64})?$")
    paragraph: int = 1
    spans: tuple[tuple[int, int], ...] = Field(default=(), max_length=100)
    quote: str = ""
    reference: str = ""
    boxes: tuple[PageBox, ...] = Field(default=(), max_length=500)
    matched: tuple[str, ...] = Field(default=(), max_length=100)
    why: Why | None = None

    @classmethod
    def of(cls, citation: Citation) -> Target:
        """Where a citation points."""
        return cls(
            article_id=citation.article_id,
            sha256=citation.source.sha256,
            paragraph=citation.paragraph,
            spans=citation.source.spans,
            quote=citation.quote,
            reference=f"{gbt7714(citation)} 第{citation.paragraph}段",
            boxes=citation.source.boxes,
            matched=citation.matched_words,
            why=citation.why,
        )
