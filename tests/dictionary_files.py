"""Bodies packed with a dictionary as servers pack them, by the reference encoders (RFC 9842)."""

from __future__ import annotations

import ctypes
import functools
import hashlib
import importlib
from typing import TYPE_CHECKING

import zstandard

if TYPE_CHECKING:
    from collections.abc import Callable

    Packer = Callable[[bytes, bytes], bytes]

_FINISH, _RAW, _BEST = 2, 0, 11


def dcz(content: bytes, dictionary: bytes) -> bytes:
    """By Zstandard."""
    raw = zstandard.ZstdCompressionDict(dictionary, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
    digest = hashlib.sha256(dictionary).digest()
    return (
        b"\x5e\x2a\x4d\x18\x20\0\0\0" + digest + zstandard.ZstdCompressor(19, dict_data=raw).compress(content)
    )


def dcb(content: bytes, dictionary: bytes) -> bytes:
    """By Brotli, whose packages for Python don't lead to what the library can."""
    library = _brotli()
    assert library
    state = ctypes.c_void_p(library.BrotliEncoderCreateInstance(None, None, None))
    prepared = ctypes.c_void_p(
        library.BrotliEncoderPrepareDictionary(_RAW, len(dictionary), dictionary, _BEST, None, None, None)
    )
    assert library.BrotliEncoderAttachPreparedDictionary(state, prepared)
    given, room = ctypes.c_size_t(len(content)), ctypes.c_size_t(len(content) + 1024)
    packed = ctypes.create_string_buffer(room.value)
    source = ctypes.cast(ctypes.c_char_p(content), ctypes.c_void_p)
    target = ctypes.c_void_p(ctypes.addressof(packed))
    places = map(ctypes.byref, (given, source, room, target))
    assert library.BrotliEncoderCompressStream(state, _FINISH, *places, None)
    library.BrotliEncoderDestroyInstance(state)
    library.BrotliEncoderDestroyPreparedDictionary(prepared)
    size = len(packed) - room.value
    return b"\xff\x44\x43\x42" + hashlib.sha256(dictionary).digest() + packed.raw[:size]


@functools.cache
def _brotli() -> ctypes.CDLL | None:
    try:
        library = ctypes.CDLL(importlib.import_module("brotlicffi._brotlicffi").__file__)
        pointer, size = ctypes.c_void_p, ctypes.c_size_t
        functions = (
            ("CreateInstance", pointer, (pointer,) * 3),
            (
                "PrepareDictionary",
                pointer,
                (ctypes.c_int, size, ctypes.c_char_p, ctypes.c_int, *(pointer,) * 3),
            ),
            ("AttachPreparedDictionary", ctypes.c_int, (pointer, pointer)),
            ("CompressStream", ctypes.c_int, (pointer, ctypes.c_int, *(pointer,) * 5)),
            ("DestroyInstance", None, (pointer,)),
            ("DestroyPreparedDictionary", None, (pointer,)),
        )
        for name, result, arguments in functions:
            function = getattr(library, f"BrotliEncoder{name}")
            function.restype, function.argtypes = result, arguments
    except (ImportError, AttributeError):
        return None
    return library


PACKERS: dict[str, Packer] = {"dcz": dcz, **({"dcb": dcb} if _brotli() else {})}
"""By Content-Encoding; without Brotli where its library exports nothing, as on Windows."""
