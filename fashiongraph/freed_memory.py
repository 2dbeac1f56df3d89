"""Reuse of freed memory by glibc."""

from __future__ import annotations

import ctypes

# Option numbers of mallopt in glibc's malloc.h.
_TRIM_THRESHOLD, _MMAP_MAX = -1, -4
_LARGEST = 2**31 - 1


def keep_freed_memory(num_bytes: int = 2**30) -> bool:
    """Keep freed memory in this process for reuse, instead of returning it to the kernel.

    By default glibc returns large freed arrays, and the free end of its heap, to the kernel, which
    has to find and zero the pages again for the next batch; on a virtual machine this costs more.
    After this call all arrays are allocated on the heap, which keeps its holes and up to
    ``num_bytes`` of free memory at its end.

    The setting is global and permanent for the process. Of the library only the command
    ``fashiongraph`` calls it; a script calls it first, before it allocates large arrays.

    Args:
        num_bytes: Largest free memory at the end of the heap in bytes, below 2 GiB.

    Returns:
        Whether the C library accepted the setting; :obj:`False` if it is not glibc.

    Raises:
        ValueError: If ``num_bytes`` is negative or not below 2 GiB.
    """
    if not 0 <= num_bytes <= _LARGEST:
        raise ValueError(f"'num_bytes' needs to lie in [0, {_LARGEST}] (got {num_bytes})")
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):  # another C library, another system
        return False
    options = ((_MMAP_MAX, 0), (_TRIM_THRESHOLD, num_bytes))
    return all(mallopt(name, value) for name, value in options)
