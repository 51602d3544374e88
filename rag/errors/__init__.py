"""Everything that can go wrong, once.

    YoujuError
    ├── InputError                    what the caller gave cannot be used (exit 2, HTTP 4xx)
    │   ├── QuestionError             QuestionEmpty · QuestionTooLong · BadEncoding
    │   ├── DocumentError             FileMissing · FileUnreadable · EmptyDocument · TypeMismatch ·
    │   │                             EncodingUnknown · FormatUnsupported · ParseLimit ·
    │   │                             ParseTimeout · ParseFailed · PdfEncrypted · NoTextLayer ·
    │   │                             FontsUnknown · ArchiveTooLarge · ArchiveCorrupt ·
    │   │                             XmlForbidden · HtmlTooDeep · OcrMissing · ConverterMissing ·
    │   │                             RecordInvalid · PartsFailed · PageImageMissing ·
    │   │                             AddressRefused · FetchFailed
    │   ├── DataFileError             DataFileMissing · DataLineInvalid
    │   ├── ArticleMissing · CorrectionInvalid · JobMissing · BrowserMissing
    │   ├── SetMissing · RunMissing · RunUnderway · PreviewMissing
    │   ├── BackupInvalid · BackupRefused
    │   ├── QuestionsOneSided · UsageInvalid
    │   └── BadRequest                MalformedBody · RouteMissing · MethodNotAllowed ·
    │                                 NoFeedback · HostRefused · OriginRefused · TokenRequired ·
    │                                 TooManyGuesses · BodyTooLarge
    ├── SettingsError                 SettingInvalid
    ├── AddressUnusable               the server cannot listen where it was told to
    ├── LibraryError                  the store cannot serve (exit 2, HTTP 5xx)
    │   ├── LibraryReadOnly · LibraryCorrupt · LibraryBusy · StorageFull · StorageFailed
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

from rag.errors.base import (
    InputError,
    YoujuError,
)
from rag.errors.documents import (
    AddressRefused,
    ArchiveCorrupt,
    ArchiveTooLarge,
    ConverterMissing,
    DataFileError,
    DataFileMissing,
    DataLineInvalid,
    DocumentError,
    EmptyDocument,
    EncodingUnknown,
    FetchFailed,
    FileMissing,
    FileUnreadable,
    FontsUnknown,
    FormatUnsupported,
    HtmlTooDeep,
    NoTextLayer,
    OcrMissing,
    PageImageMissing,
    ParseFailed,
    ParseLimit,
    ParseTimeout,
    PartsFailed,
    PdfEncrypted,
    RecordInvalid,
    TypeMismatch,
    XmlForbidden,
)
from rag.errors.requests import (
    ArticleMissing,
    BadEncoding,
    BadRequest,
    BodyTooLarge,
    BrowserMissing,
    CorrectionInvalid,
    HostRefused,
    JobMissing,
    MalformedBody,
    MethodNotAllowed,
    NoFeedback,
    OriginRefused,
    PreviewMissing,
    QuestionEmpty,
    QuestionError,
    QuestionsOneSided,
    QuestionTooLong,
    RouteClosed,
    RouteMissing,
    RunMissing,
    RunUnderway,
    SetMissing,
    TokenRequired,
    TooManyGuesses,
    UsageInvalid,
)
from rag.errors.service import (
    AddressUnusable,
    BackupInvalid,
    BackupRefused,
    Busy,
    IngestBroken,
    LibraryBusy,
    LibraryCorrupt,
    LibraryError,
    LibraryReadOnly,
    ModelCacheUnwritable,
    ModelChanged,
    ModelCorrupt,
    ModelError,
    ModelMissing,
    ModelUnusable,
    ReaderCorrupt,
    ReaderMissing,
    SchemaNewer,
    ServerDown,
    SettingsError,
    Starting,
    StorageFailed,
    StorageFull,
)

__all__ = [
    "AddressRefused",
    "AddressUnusable",
    "ArchiveCorrupt",
    "ArchiveTooLarge",
    "ArticleMissing",
    "BackupInvalid",
    "BackupRefused",
    "BadEncoding",
    "BadRequest",
    "BodyTooLarge",
    "BrowserMissing",
    "Busy",
    "ConverterMissing",
    "CorrectionInvalid",
    "DataFileError",
    "DataFileMissing",
    "DataLineInvalid",
    "DocumentError",
    "EmptyDocument",
    "EncodingUnknown",
    "FetchFailed",
    "FileMissing",
    "FileUnreadable",
    "FontsUnknown",
    "FormatUnsupported",
    "HostRefused",
    "HtmlTooDeep",
    "IngestBroken",
    "InputError",
    "JobMissing",
    "LibraryBusy",
    "LibraryCorrupt",
    "LibraryError",
    "LibraryReadOnly",
    "MalformedBody",
    "MethodNotAllowed",
    "ModelCacheUnwritable",
    "ModelChanged",
    "ModelCorrupt",
    "ModelError",
    "ModelMissing",
    "ModelUnusable",
    "NoFeedback",
    "NoTextLayer",
    "OcrMissing",
    "OriginRefused",
    "PageImageMissing",
    "ParseFailed",
    "ParseLimit",
    "ParseTimeout",
    "PartsFailed",
    "PdfEncrypted",
    "PreviewMissing",
    "QuestionEmpty",
    "QuestionError",
    "QuestionTooLong",
    "QuestionsOneSided",
    "ReaderCorrupt",
    "ReaderMissing",
    "RecordInvalid",
    "RouteClosed",
    "RouteMissing",
    "RunMissing",
    "RunUnderway",
    "SchemaNewer",
    "ServerDown",
    "SetMissing",
    "SettingsError",
    "Starting",
    "StorageFailed",
    "StorageFull",
    "TokenRequired",
    "TooManyGuesses",
    "TypeMismatch",
    "UsageInvalid",
    "XmlForbidden",
    "YoujuError",
]
