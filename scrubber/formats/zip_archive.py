"""What Python's reader of zip archives raises for a damaged one: each way of packing has its own error."""

from __future__ import annotations

import lzma
import struct
import zipfile
import zlib

FAILURES: tuple[type[Exception], ...] = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    getattr(getattr(zipfile, "zstd", None), "ZstdError", zlib.error),  # from Python 3.14
    OSError,  # bzip2
    struct.error,
    RuntimeError,  # a password is needed, or nobody knows the way of packing
    EOFError,
    ValueError,
)
