"""What becomes of memory that a process no longer needs."""

from __future__ import annotations

import ctypes

# Names of settings in glibc's malloc.h.
_TRIM_THRESHOLD, _MMAP_MAX = -1, -4
_LARGEST = 2**31 - 1


def keep_freed_memory(num_bytes: int = 2**30) -> bool:
    """Let this process keep memory that it frees, for the next batch, instead of giving it back.

    glibc gives large arrays back to the kernel as they are freed, and so the free end of its heap.
    Before they are used again, the kernel has to find the memory and fill it with zeros: each batch
    of states pays for that anew, more so on a virtual machine, whose host takes part. With this
    all arrays lie on the heap, which keeps its holes and ``num_bytes`` beyond the last array in
    use. It holds for the whole process and for good, so no part of the library calls it but the
    command ``fashiongraph``; scripts call it first, before anything large is made.

    Args:
        num_bytes: Most that the heap keeps at its end, below 2 GiB.

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
    settings = ((_MMAP_MAX, 0), (_TRIM_THRESHOLD, num_bytes))  # all on the heap, and there it stays
    return all(mallopt(name, value) for name, value in settings)
