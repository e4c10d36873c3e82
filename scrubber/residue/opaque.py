"""Files of which nobody can say what they hold: no container that is known, and bytes as even as chance.

What is encrypted or packed looks like that. Pictures, films, fonts and programs do too, but say what they are
by their first bytes, and hold no addresses but in clear.
"""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import BinaryIO

_SMALLEST = 256
"""Bytes; of fewer nobody can tell."""
_SAMPLE = 4096
_SAMPLES = 16

# Pictures, films, sounds, fonts, documents, programs, dictionaries for spelling.
_STARTS = (
    b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\0", b"MM\0*", b"\0\0\1\0", b"\0\0\2\0",
    b"RIFF", b"OggS", b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf1", b"fLaC", b"\xff\x0a",
    b"wOFF", b"wOF2", b"OTTO", b"ttcf", b"true", b"\0\1\0\0", b"%PDF-", b"\0asm", b"\x7fELF", b"MZ", b"BDic",
    b"\x1a\x45\xdf\xa3", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"Cr24", b"GGUF",
)  # fmt: skip
_BEHIND_A_SIZE = (b"ftyp", b"moof", b"moov", b"mdat", b"styp", b"sidx", b"JXL ", b"jP  ", b"TFL3")


def is_recognised(head: bytes) -> bool:
    """Whether a file's first bytes say what it is, and that is nothing that hides texts."""
    return head.startswith(_STARTS) or head[4:8] in _BEHIND_A_SIZE


def looks_opaque(file: BinaryIO, size: int) -> bool:
    """Whether most samples of a file are as even as packed or encrypted bytes are."""
    if size < _SMALLEST:
        return False
    step = max(_SAMPLE, size // _SAMPLES)
    even = count = 0
    for start in range(0, size, step):
        file.seek(start)
        sample = file.read(_SAMPLE)
        if len(sample) >= _SMALLEST:
            count += 1
            even += _entropy(sample) > _least(len(sample))
    return even * 2 > count


def _least(size: int) -> float:
    """Bits per byte that hardly any sample of evenly distributed bytes falls below.

    On average it has 255 / (2 n ln 2) less than 8 (Miller and Madow), where n is its size; small ones spread.
    """
    return 8 - 255 / (2 * size * math.log(2)) - (0.1 if size >= _SAMPLE else 0.3)


def _entropy(sample: bytes) -> float:
    total = len(sample)
    return -sum(count / total * math.log2(count / total) for count in Counter(sample).values())
