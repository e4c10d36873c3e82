"""Brotli with a dictionary, by the C library itself: its packages for Python have it, but don't lead to it.

Source: c/include/brotli/decode.h, c/include/brotli/shared_dictionary.h of https://github.com/google/brotli.
"""

from __future__ import annotations

import ctypes
import functools
import importlib
from contextlib import suppress

_RAW = 0  # BROTLI_SHARED_DICTIONARY_RAW
_SUCCESS, _MORE_OUTPUT = 1, 3  # BrotliDecoderResult
_CHUNK = 1 << 20


def unpacked(data: bytes, dictionary: bytes, most: int) -> tuple[bytes, bool] | None:
    """What comes out, `most` bytes or a little more at most, and if it is whole; None without a library."""
    library = _library()
    if library is None:
        return None
    state = ctypes.c_void_p(library.BrotliDecoderCreateInstance(None, None, None))
    try:
        # It is read where it lies, so that it must live as long as the decoder does.
        library.BrotliDecoderAttachDictionary(state, _RAW, len(dictionary), dictionary)
        return _output(library, state, data, most)
    finally:
        library.BrotliDecoderDestroyInstance(state)


def _output(library: ctypes.CDLL, state: ctypes.c_void_p, data: bytes, most: int) -> tuple[bytes, bool]:
    left = ctypes.c_size_t(len(data))
    source = ctypes.cast(ctypes.c_char_p(data), ctypes.c_void_p)
    block = ctypes.create_string_buffer(_CHUNK)
    plain = bytearray()
    result = _MORE_OUTPUT
    while result == _MORE_OUTPUT and len(plain) < most:
        room, target = ctypes.c_size_t(_CHUNK), ctypes.c_void_p(ctypes.addressof(block))
        result = library.BrotliDecoderDecompressStream(
            state, ctypes.byref(left), ctypes.byref(source), ctypes.byref(room), ctypes.byref(target), None
        )
        plain += ctypes.string_at(block, _CHUNK - room.value)
    return bytes(plain), result == _SUCCESS and not left.value


@functools.cache
def _library() -> ctypes.CDLL | None:
    """That of `brotlicffi`; None where it isn't installed or exports nothing, as on Windows."""
    pointer, size = ctypes.c_void_p, ctypes.c_size_t
    with suppress(ImportError, OSError, AttributeError):
        library = ctypes.CDLL(importlib.import_module("brotlicffi._brotlicffi").__file__)
        for name, result, arguments in (
            ("CreateInstance", pointer, (pointer, pointer, pointer)),
            ("AttachDictionary", ctypes.c_int, (pointer, ctypes.c_int, size, ctypes.c_char_p)),
            ("DecompressStream", ctypes.c_int, (pointer,) * 6),
            ("DestroyInstance", None, (pointer,)),
        ):
            function = getattr(library, f"BrotliDecoder{name}")
            function.restype, function.argtypes = result, arguments
        return library
    return None
