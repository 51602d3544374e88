"""Which role each address takes, and what the audit log calls what is done there.

One row a route, for every route of the application: a test compares. What no row names only admins
may ask for, so that a route that somebody forgets here is shut, not open.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from starlette.routing import compile_path

from ui.accounts.roles import Role

SHARED_PATH = "/s/"
"""Where links to what was shared lead."""
ALIVE_PATH = "/healthz"
"""What says that the server lives, and nothing else."""


@dataclass(frozen=True, slots=True)
class Right:
    """What a route takes.

    Attributes:
        method: GET stands for HEAD too.
        path: as the route has it.
        role: the least that may use it.
        event: of the audit log; empty for what is not noted.
    """

    method: str
    path: str
    role: Role
    event: str = ""


def _rights(role: Role, rows: str) -> Iterator[Right]:
    """Rows of `METHOD path [event]`."""
    for row in rows.strip().splitlines():
        method, path, event = (*row.split(), "")[:3]
        yield Right(method, path, role, event)


RIGHTS: tuple[Right, ...] = (
    *_rights(
        Role.NOBODY,
        """
        GET /s/{key}
        GET /healthz
        """,
    ),
    *_rights(
        Role.READER,
        """
        GET /
        GET /config
        GET /config/
        GET /theme.css
        GET /favicon.ico
        GET /manifest.json
        GET /assets/{rest:path}
        GET /static/{rest:path}
        GET /svelte/{rest:path}
        GET /gradio_api/{rest:path}
        POST /gradio_api/{rest:path}
        GET /ui/{name}
        GET /ui/{page}/{name}
        GET /openapi.json
        GET /docs
        GET /readyz
        GET /v1/server
        POST /v1/ask ask
        POST /v1/ask/stream ask
        POST /chat/ask ask
        POST /v1/chat/completions ask
        POST /v1/search
        GET /v1/models
        GET /v1/models/{model}
        GET /chat/page/{sha256}/{page}.png
        GET /v1/articles
        GET /v1/articles/{article_id}
        GET /v1/collections
        GET /v1/tags
        GET /v1/quota
        GET /library
        GET /library/overview
        GET /library/search
        GET /library/rows
        GET /library/list
        GET /library/ids
        GET /library/facets
        GET /library/superseded/{key}
        GET /library/articles/{article_id:path}
        GET /account
        GET /v1/me
        POST /v1/me/password user_password
        GET /v1/me/tokens
        POST /v1/me/tokens user_token
        DELETE /v1/me/tokens/{number} user_token_revoke
        GET /v1/me/data data_export
        DELETE /v1/me/data data_delete
        GET /v1/conversations
        GET /v1/conversations/{conversation_id}
        PUT /v1/conversations/{conversation_id}
        DELETE /v1/conversations/{conversation_id}
        GET /v1/shares
        POST /v1/shares share
        DELETE /v1/shares/{number} share_revoke
        """,
    ),
    *_rights(
        Role.EDITOR,
        """
        POST /v1/articles import
        PATCH /v1/articles shelve
        DELETE /v1/articles/{article_id} remove
        POST /v1/articles/remove remove
        POST /v1/articles/web import
        GET /v1/uploads/{upload_id}
        POST /v1/uploads
        PUT /v1/uploads/{upload_id}/parts/{number}
        POST /v1/uploads/{upload_id}/finish import
        DELETE /v1/uploads/{upload_id}
        GET /jobs
        GET /v1/jobs
        POST /v1/jobs rebuild
        GET /v1/jobs/{job_id}
        POST /v1/jobs/{job_id}/cancel job
        POST /v1/jobs/{job_id}/retry job
        DELETE /v1/jobs/{job_id} job
        POST /v1/collections collection
        PATCH /v1/collections/{collection_id} collection
        DELETE /v1/collections/{collection_id} collection
        GET /v1/bin
        POST /v1/bin/restore restore
        POST /v1/bin/purge purge
        POST /library/previews
        POST /library/previews/{preview_id}/store import
        DELETE /library/previews/{preview_id}
        POST /library/articles/{article_id:path}/replace remove
        POST /library/articles/{article_id:path}/amend correct
        POST /library/articles/{article_id:path}/split correct
        POST /library/articles/{article_id:path}/join correct
        POST /library/articles/{article_id:path}/move correct
        GET /evaluation
        GET /evaluation/overview
        POST /evaluation/sets evaluate
        GET /evaluation/progress
        POST /evaluation/runs evaluate
        POST /evaluation/cancel evaluate
        POST /evaluation/runs/{run_id}/resume evaluate
        DELETE /evaluation/runs/{run_id} evaluate
        GET /evaluation/runs/{run_id}
        GET /evaluation/runs/{run_id}/question
        GET /evaluation/runs/{run_id}/passage
        PATCH /evaluation/runs/{run_id} evaluate
        PATCH /evaluation/sets/{set_id} evaluate
        DELETE /evaluation/sets/{set_id} evaluate
        GET /evaluation/drafts
        POST /evaluation/drafts
        PATCH /evaluation/drafts
        POST /evaluation/drafts/decide
        POST /evaluation/drafts/save evaluate
        GET /evaluation/drafts/file.{form}
        GET /evaluation/articles/{article_id:path}
        GET /evaluation/runs/{run_id}/compare/{other_id}
        GET /evaluation/runs/{run_id}/{file}
        """,
    ),
    *_rights(
        Role.ADMIN,
        """
        GET /metrics
        GET /settings
        GET /settings/overview
        GET /v1/settings
        PATCH /v1/settings settings
        GET /v1/users
        POST /v1/users user_add
        PATCH /v1/users/{name} user_role
        DELETE /v1/users/{name} user_remove
        GET /v1/audit
        GET /v1/audit/download audit_read
        """,
    ),
)

UNNAMED = Right("", "", Role.ADMIN)
_COMPILED: tuple[tuple[re.Pattern[str], Right], ...] = tuple(
    (compile_path(right.path)[0], right) for right in RIGHTS
)


def is_route(path: str) -> bool:
    """Whether there is something at a path, whatever the method."""
    return any(form.match(path) for form, _ in _COMPILED)


def right_of(method: str, path: str) -> Right:
    """What a request takes, by its method and its path as it came, decoded."""
    asked = {"HEAD": "GET", "OPTIONS": "GET"}.get(method, method)
    return next(
        (right for form, right in _COMPILED if right.method == asked and form.match(path)), UNNAMED
    )
