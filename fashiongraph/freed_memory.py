"""What becomes of memory that a process no longer needs."""

from __future__ import annotations

import ctypes

# Numbers and limits of glibc's malloc.h.
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
_LARGEST_MMAP_THRESHOLD = 2**25
_LARGEST = 2**31 - 1


def keep_freed_memory(num_bytes: int = 2**30) -> bool:
    """Let this process keep memory that it frees, for the next batch, instead of giving it back.

    glibc hands freed memory at the end of its heap, and every array above a threshold of its own,
    back to the kernel, which has to fill it with zeros before it is used again: each batch of
    states pays for that anew. The process then stays as large as it has once been, up to
    ``num_bytes`` more than it needs. It holds for the whole process and for good, so no part of
    the library calls it but the command ``fashiongraph``; scripts call it first, before anything
    large is made. Arrays above 32 MB are given back nevertheless.

    Args:
        num_bytes: Most that is kept, below 2 GiB.

    Returns:
        Whether the C library took it: :obj:`False` where it is not glibc.

    Raises:
        ValueError: If ``num_bytes`` is negative or not below 2 GiB.
    """
    if not 0 <= num_bytes <= _LARGEST:
        raise ValueError(f"'num_bytes' needs to lie in [0, {_LARGEST}] (got {num_bytes})")
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):  # another C library, another system
        return False
    # Either alone would turn off the other's own adaptation and leave it at 128 kB.
    settings = ((_MMAP_THRESHOLD, _LARGEST_MMAP_THRESHOLD), (_TRIM_THRESHOLD, num_bytes))
    return all(mallopt(name, value) for name, value in settings)
