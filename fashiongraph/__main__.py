"""The program ``fashiongraph``, also as ``python -m fashiongraph``."""

from __future__ import annotations

import os
import signal
import sys
import threading

INTERRUPTED = 130  # the status of a shell for a program that Ctrl-C ended


def main() -> None:
    """Run the command line, see :func:`fashiongraph.cli.main`.

    Ctrl-C ends it with the status 130, also while it imports.
    """
    handler = signal.getsignal(signal.SIGINT)
    is_main = threading.current_thread() is threading.main_thread()  # others set no handlers
    at_once = is_main and handler is signal.default_int_handler
    if at_once:  # nothing is open yet; an exception could be lost in a callback of the imports
        signal.signal(signal.SIGINT, lambda *_: os._exit(INTERRUPTED))
    from fashiongraph.cli import main as run  # takes most of the first second

    if at_once:
        signal.signal(signal.SIGINT, handler)
    try:
        run()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
