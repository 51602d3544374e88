"""Everything that can go wrong, once.

    YoujuError
    ├── InputError                    what the caller gave cannot be used (exit 2, HTTP 4xx)
    │   ├── QuestionError             QuestionEmpty · QuestionTooLong · BadEncoding
    │   ├── DocumentError             FileMissing · FileUnreadable · EmptyDocument · TypeMismatch ·
    │   │                             EncodingUnknown · FormatUnsupported · ParseLimit ·
    │   │                             ParseTimeout · ParseFailed · PdfEncrypted · NoTextLayer ·
    │   │                             FontsUnknown · ArchiveTooLarge · ArchiveCorrupt ·
    │   │                             XmlForbidden · HtmlTooDeep · OcrMissing · ConverterMissing ·
    │   │                             RecordInvalid · PartsFailed · NothingStored ·
    │   │                             PageImageMissing · AddressRefused · FetchFailed · FileTaken
    │   ├── DataFileError             DataFileMissing · DataLineInvalid
    │   ├── ArticleMissing · CorrectionInvalid · BrowserMissing
    │   ├── JobMissing · JobOver · JobNotRetryable
    │   ├── UploadMissing · UploadTooLarge · TooManyUploads · TooManyFiles · PartInvalid ·
    │   │                             PartsMissing
    │   ├── CollectionMissing · CollectionExists · CollectionInUse · NameInvalid ·
    │   │   NothingChosen · NotInBin · ArticleInPlace
    │   ├── SetMissing · SetBundled · RunMissing · RunUnderway · PreviewMissing
    │   ├── DraftMissing · DraftUnusable · NothingToDraft · NothingToEvaluate · ReportTaken
    │   ├── AccountError              AccountsOff · NotAUser · UserMissing · UserExists ·
    │   │                             UserNameInvalid · PasswordInvalid · PasswordWrong ·
    │   │                             RoleRefused · LastAdmin · UserTokenMissing · UserUnknown ·
    │   │                             ConversationMissing · ShareMissing · QuotaReached
    │   ├── BackupInvalid · BackupRefused
    │   ├── QuestionsOneSided · UsageInvalid
    │   └── BadRequest                MalformedBody · RouteMissing · MethodNotAllowed ·
    │                                 NoFeedback · HostRefused · OriginRefused · TokenRequired ·
    │                                 TooManyGuesses · BodyTooLarge · ResponseFormatUnsupported
    ├── SettingsError                 SettingUnknown · SettingInvalid · DataDirUnusable
    ├── AddressUnusable               the server cannot listen where it was told to
    ├── ServerUnreachable             a question was to go to a server that does not answer
    ├── LibraryError                  the store cannot serve (exit 2, HTTP 5xx)
    │   ├── LibraryReadOnly · LibraryCorrupt · LibraryBusy · StorageFull · StorageFailed
    │   ├── SchemaNewer · ModelChanged · ExtraMissing
    │   └── IndexServerError          IndexServerUnreachable · IndexServerRefused · IndexServerOld ·
    │                                 IndexServerTaken · IndexServerFailed · IndexDimension ·
    │                                 IndexBehind
    ├── ModelError                    ModelMissing · ModelCorrupt (ReaderMissing · ReaderCorrupt) ·
    │                                 ModelUnusable · ModelCacheUnwritable · CalibrationInvalid ·
    │                                 NamedModelMissing · NamedModelUnusable · ModelPlaceMissing
    ├── Busy                          too much work at once; try again
    ├── ServerDown                    the server that is to be measured does not answer
    ├── PeerFailed                    a system that is compared failed in its process
    ├── RayMissing · RayUnreachable · RayWorkersLost · RayWorkersDiffer · RayWorkerDied
    │                                 a cluster that is to read files (`rag/errors/cluster.py`)
    ├── IngestBroken                  the process that reads files ended before it was done
    ├── RebuildIncomplete             a rebuild left something wrong
    └── Starting                      the server is still loading; try again

An error class is data: a stable `code`, a Chinese `message` and `hint` filled from keyword
arguments, and the HTTP status. Messages name the thing, say what was found there and, in the
hint, what to do next. Lower layers' exceptions are translated where that layer is called.
"""

from __future__ import annotations

from rag.errors.accounts import (
    AccountError,
    AccountsOff,
    ConversationMissing,
    LastAdmin,
    NotAUser,
    PasswordInvalid,
    PasswordWrong,
    QuotaReached,
    RoleRefused,
    ShareMissing,
    UserExists,
    UserMissing,
    UserNameInvalid,
    UserTokenMissing,
    UserUnknown,
)
from rag.errors.base import (
    InputError,
    YoujuError,
)
from rag.errors.cluster import (
    RayMissing,
    RayUnreachable,
    RayWorkerDied,
    RayWorkersDiffer,
    RayWorkersLost,
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
    FileTaken,
    FileUnreadable,
    FontsUnknown,
    FormatUnsupported,
    HtmlTooDeep,
    NoTextLayer,
    NothingStored,
    OcrMissing,
    PageImageMissing,
    ParseFailed,
    ParseLimit,
    ParseTimeout,
    PartsFailed,
    PdfEncrypted,
    RecordInvalid,
    TooManyFiles,
    TypeMismatch,
    XmlForbidden,
)
from rag.errors.evaluation import NothingToEvaluate, PeerFailed, ReportTaken
from rag.errors.index_server import (
    ExtraMissing,
    IndexBehind,
    IndexDimension,
    IndexServerError,
    IndexServerFailed,
    IndexServerOld,
    IndexServerRefused,
    IndexServerTaken,
    IndexServerUnreachable,
)
from rag.errors.requests import (
    ArticleInPlace,
    ArticleMissing,
    BadEncoding,
    BadRequest,
    BodyTooLarge,
    BrowserMissing,
    CollectionExists,
    CollectionInUse,
    CollectionMissing,
    CorrectionInvalid,
    DraftMissing,
    DraftUnusable,
    HostRefused,
    JobMissing,
    JobNotRetryable,
    JobOver,
    MalformedBody,
    MethodNotAllowed,
    NameInvalid,
    NoFeedback,
    NothingChosen,
    NothingToDraft,
    NotInBin,
    OriginRefused,
    PartInvalid,
    PartsMissing,
    PreviewMissing,
    QuestionEmpty,
    QuestionError,
    QuestionsOneSided,
    QuestionTooLong,
    ResponseFormatUnsupported,
    RouteClosed,
    RouteMissing,
    RunMissing,
    RunUnderway,
    SetBundled,
    SetMissing,
    TokenRequired,
    TooManyGuesses,
    TooManyUploads,
    UploadMissing,
    UploadTooLarge,
    UsageInvalid,
)
from rag.errors.service import (
    AddressUnusable,
    BackupInvalid,
    BackupRefused,
    Busy,
    CalibrationInvalid,
    DataDirUnusable,
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
    ModelPlaceMissing,
    ModelUnusable,
    NamedModelMissing,
    NamedModelUnusable,
    ReaderCorrupt,
    ReaderMissing,
    RebuildIncomplete,
    SchemaNewer,
    ServerDown,
    ServerUnreachable,
    SettingInvalid,
    SettingsError,
    SettingUnknown,
    Starting,
    StorageFailed,
    StorageFull,
)

__all__ = [
    "AccountError",
    "AccountsOff",
    "AddressRefused",
    "AddressUnusable",
    "ArchiveCorrupt",
    "ArchiveTooLarge",
    "ArticleInPlace",
    "ArticleMissing",
    "BackupInvalid",
    "BackupRefused",
    "BadEncoding",
    "BadRequest",
    "BodyTooLarge",
    "BrowserMissing",
    "Busy",
    "CalibrationInvalid",
    "CollectionExists",
    "CollectionInUse",
    "CollectionMissing",
    "ConversationMissing",
    "ConverterMissing",
    "CorrectionInvalid",
    "DataDirUnusable",
    "DataFileError",
    "DataFileMissing",
    "DataLineInvalid",
    "DocumentError",
    "DraftMissing",
    "DraftUnusable",
    "EmptyDocument",
    "EncodingUnknown",
    "ExtraMissing",
    "FetchFailed",
    "FileMissing",
    "FileTaken",
    "FileUnreadable",
    "FontsUnknown",
    "FormatUnsupported",
    "HostRefused",
    "HtmlTooDeep",
    "IndexBehind",
    "IndexDimension",
    "IndexServerError",
    "IndexServerFailed",
    "IndexServerOld",
    "IndexServerRefused",
    "IndexServerTaken",
    "IndexServerUnreachable",
    "IngestBroken",
    "InputError",
    "JobMissing",
    "JobNotRetryable",
    "JobOver",
    "LastAdmin",
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
    "ModelPlaceMissing",
    "ModelUnusable",
    "NameInvalid",
    "NamedModelMissing",
    "NamedModelUnusable",
    "NoFeedback",
    "NoTextLayer",
    "NotAUser",
    "NotInBin",
    "NothingChosen",
    "NothingStored",
    "NothingToDraft",
    "NothingToEvaluate",
    "OcrMissing",
    "OriginRefused",
    "PageImageMissing",
    "ParseFailed",
    "ParseLimit",
    "ParseTimeout",
    "PartInvalid",
    "PartsFailed",
    "PartsMissing",
    "PasswordInvalid",
    "PasswordWrong",
    "PdfEncrypted",
    "PeerFailed",
    "PreviewMissing",
    "QuestionEmpty",
    "QuestionError",
    "QuestionTooLong",
    "QuestionsOneSided",
    "QuotaReached",
    "RayMissing",
    "RayUnreachable",
    "RayWorkerDied",
    "RayWorkersDiffer",
    "RayWorkersLost",
    "ReaderCorrupt",
    "ReaderMissing",
    "RebuildIncomplete",
    "RecordInvalid",
    "ReportTaken",
    "ResponseFormatUnsupported",
    "RoleRefused",
    "RouteClosed",
    "RouteMissing",
    "RunMissing",
    "RunUnderway",
    "SchemaNewer",
    "ServerDown",
    "ServerUnreachable",
    "SetBundled",
    "SetMissing",
    "SettingInvalid",
    "SettingUnknown",
    "SettingsError",
    "ShareMissing",
    "Starting",
    "StorageFailed",
    "StorageFull",
    "TokenRequired",
    "TooManyFiles",
    "TooManyGuesses",
    "TooManyUploads",
    "TypeMismatch",
    "UploadMissing",
    "UploadTooLarge",
    "UsageInvalid",
    "UserExists",
    "UserMissing",
    "UserNameInvalid",
    "UserTokenMissing",
    "UserUnknown",
    "XmlForbidden",
    "YoujuError",
]
