"""The Milvus that passages are searched in: what may be wrong with it."""

from __future__ import annotations

from rag.errors.service import LibraryError

_STORED = "已存入的文章不受影响。"


class ExtraMissing(LibraryError):
    """A setting asks for what is not installed."""

    code = "extra_missing"
    message = "设置了 {setting}，却没有安装它要的组件：{package}"
    hint = "请运行 pip install 'youju[{extra}]'，或清空 {setting}。"


class IndexServerError(LibraryError):
    """The Milvus cannot serve now."""


class IndexServerUnreachable(IndexServerError):
    """It does not answer, or not in time."""

    code = "index_server_unreachable"
    message = "连不上 Milvus：{url}（{reason}）"
    hint = f"请确认它开着、library.url 写对了，然后重试。{_STORED}"


class IndexServerRefused(IndexServerError):
    """It wants another token, or takes no more for now."""

    code = "index_server_refused"
    message = "Milvus 拒绝了请求：{url}（{reason}）"
    hint = f"请检查 library.token 和它的限额，然后重试。{_STORED}"


class IndexServerOld(IndexServerError):
    """It is of a version that cannot do what is needed."""

    code = "index_server_old"
    message = "Milvus 的版本太旧：{url} 是 {found}，至少要 {needed}"
    hint = "请升级它，或把 library.url 改成另一个 Milvus 的地址。"


class IndexServerTaken(IndexServerError):
    """A Milvus Lite that another process has open."""

    code = "index_server_taken"
    message = "Milvus Lite 的目录打不开：{path}（{reason}）"
    hint = f"它同时只能由一个进程打开：请关掉正在用它的有据，或改用 Milvus 服务的地址。{_STORED}"


class IndexServerFailed(IndexServerError):
    """It answers, but not with what was asked for."""

    code = "index_server_failed"
    message = "Milvus 出错：{url}（{reason}）"
    hint = f"请看它的日志后重试；若仍出错，请运行 youju doctor --rebuild 重建索引。{_STORED}"


class IndexDimension(IndexServerError):
    """Its vectors are of another length than the model's."""

    code = "index_dimension"
    message = "Milvus 里的向量是 {found} 维，向量模型（{model}）给的是 {wanted} 维。"
    hint = "请运行 youju doctor --rebuild 重建索引，或把 embedding.model 改回原来的模型。"


class IndexBehind(IndexServerError):
    """Another process is building the index, and there is none yet that could serve."""

    code = "index_behind"
    message = "Milvus 里还没有这个文章库的索引，另一个程序正在建。"
    hint = "请等它建完后重试。"
