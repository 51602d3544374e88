"""Files that cannot be read, as articles or as data."""

from __future__ import annotations

from rag.errors.base import InputError


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


class FileTaken(InputError):
    """Something that a command did not write, or may not replace unasked, is where it would write.

    Raised by commands that know `--overwrite`.
    """

    code = "file_taken"
    http_status = 409
    message = "{file} 已经有了，没有动它。"
    hint = "请换一个名字；确实要换掉它，就再加上 --overwrite。"


class EmptyDocument(DocumentError):
    """Zero bytes, or nothing but white space."""

    code = "empty_document"
    message = "文件里没有文字：{file}"
    hint = "请确认保存的内容不为空。"


class NothingStored(DocumentError):
    """Of an import, no file could be read."""

    code = "nothing_stored"
    message = "{count} 个文件都没有收下。"
    hint = "每个文件的原因写在它的结果和任务的记录里。"


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
    hint = "文字识别组件不能用：请重新安装 youju（它随之安装），再重新导入。"


class FontsUnknown(DocumentError):
    """A PDF whose fonts do not say which characters they draw, and nothing here reads pictures."""

    code = "fonts_unknown"
    message = "PDF 的字体没有说明是什么字，读出来是乱码：{file}"
    hint = "文字识别组件不能用：请重新安装 youju（它随之安装），再重新导入；或请对方另存一份。"


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
    hint = "它随 youju 一起安装，现在不能用：请重新安装 youju，再重新导入。"


class ConverterMissing(DocumentError):
    """A file of an old binary format, and LibreOffice, which reads it, is not installed."""

    code = "converter_missing"
    http_status = 415
    message = "这种旧格式要靠 LibreOffice 转换才能导入：{file}"
    hint = "请在 Word 或 WPS 里另存为 .{target} 再导入，或先安装 LibreOffice（命令 soffice）。"


class AddressRefused(DocumentError):
    """A web address that is not fetched: not one of the web, or one that leads into a network."""

    code = "address_refused"
    message = "不能导入这个网址：{url}（{reason}）"
    hint = "只取公网上以 http:// 或 https:// 开头的网页和文件；内网的请下载后导入文件。"


class FetchFailed(DocumentError):
    """A page that does not come: no such host, an error, too large, too slow."""

    code = "fetch_failed"
    http_status = 502
    message = "取不到这个网址：{url}（{reason}）"
    hint = "请检查网址和网络，或在浏览器里另存后导入文件。"


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
    hint = "请改正这一行后重试；格式见 docs/evaluation.md 的“问题集”一节。"


class TooManyFiles(InputError):
    """One upload brings more files than are taken at once."""

    code = "too_many_files"
    http_status = 400
    message = "一次最多上传 {most} 个文件。"
    hint = "请分几次上传，或把它们打成一个压缩包。"
