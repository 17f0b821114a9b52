"""Lists are read in a process of their own, which the kernel ends when one of them takes too long.

A feed of a megabyte can be written so that its reader works for minutes. One process reads the lists of a whole crawl,
one after the other; after a list that it did not survive, the next one gets a new process. Short lists are read here:
the process takes half a second to start, and the worst that was found of their size takes a second.
"""

import multiprocessing
import os
import signal
import threading
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from tasks.ingest.bounded_streams import FlawError
from tasks.ingest.fetch.listed import Listed
from tasks.ingest.fetch.lists import read_list
from tasks.ingest.reading_time import seconds_for
from tasks.parallel.isolation import limit_cpu_seconds, limit_memory
from tasks.parallel.processes import end_with_parent
from tasks.vocabulary import Flaw

_GZIP = b"\x1f\x8b"
_SHORT_BYTES = 32 << 10
_PACKED_GROWTH = 20  # sitemaps are compressed so much at most


class ListReader:
    """Reads lists; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: BaseProcess | None = None
        self._pipe: Connection | None = None

    def read(self, raw: bytes, url: str) -> Listed | None:
        """The addresses in a feed or a sitemap, or None if it is neither.

        Raises:
            FlawError: it is broken or malicious, or takes too long.
        """
        with self._lock:
            if self._process is None and len(raw) <= _SHORT_BYTES and not raw.startswith(_GZIP):
                return _result(*_answer(raw, url))
            try:
                pipe = self._open_pipe()
                pipe.send((raw, url))
                flaw, result = pipe.recv()
            except (EOFError, OSError):
                raise self._failure(_seconds_for(raw)) from None
        return _result(flaw, result)

    def close(self) -> None:
        """End the process."""
        with self._lock:
            if self._pipe is not None:
                self._pipe.close()  # at which the process ends
            if self._process is not None:
                self._process.join()
            self._pipe = self._process = None

    def _open_pipe(self) -> Connection:
        if self._pipe is None:
            context = multiprocessing.get_context("spawn")
            self._pipe, theirs = context.Pipe()
            self._process = context.Process(target=_read_lists, args=(theirs, os.getpid()), daemon=True)
            self._process.start()
            theirs.close()
        return self._pipe

    def _failure(self, seconds: int) -> FlawError:
        """What a list did to the process, which is gone."""
        if self._process is None:
            return FlawError(Flaw.READER_CRASH, "the process that reads lists could not be started")
        self._process.join()
        code = self._process.exitcode
        self._pipe = self._process = None
        if code == -signal.SIGXCPU:
            return FlawError(Flaw.READER_TIMEOUT, f"the list took more than {seconds} s of CPU time")
        return FlawError(Flaw.READER_CRASH, f"the process that read the list died (exit code {code})")


def _read_lists(pipe: Connection, parent: int) -> None:
    """Read one list after the other, until the pipe is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the run, which then ends this process
    end_with_parent(parent)
    limit_memory()
    while True:
        try:
            raw, url = pipe.recv()
        except EOFError:
            return
        limit_cpu_seconds(_seconds_for(raw))
        pipe.send(_answer(raw, url))


def _seconds_for(raw: bytes) -> int:
    """The CPU time for a list: a dense feed takes 2.3 s for a megabyte, and a valid one must be read at any size."""
    return int(seconds_for(max(len(raw), 1) * (_PACKED_GROWTH if raw.startswith(_GZIP) else 1)))


def _answer(raw: bytes, url: str) -> tuple[Flaw | None, Listed | str | None]:
    """The addresses in a list; or what is wrong with it, and a sentence about that."""
    try:
        return None, read_list(raw, url)
    except FlawError as error:
        return error.flaw, error.detail
    except Exception as error:  # a fault of a parser is one list's, not the crawl's
        return Flaw.READER_CRASH, f"{type(error).__name__}: {error}"


def _result(flaw: Flaw | None, result: Listed | str | None) -> Listed | None:
    if flaw is not None:
        raise FlawError(flaw, str(result))
    return result if isinstance(result, Listed) else None
