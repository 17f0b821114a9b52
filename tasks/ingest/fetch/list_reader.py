"""Lists are read in a process of their own, which the kernel ends when one of them takes too long.

A feed of a megabyte can be written so that its reader works for minutes. One process reads the lists of a whole crawl,
one after the other; after a list that it did not survive, the next one gets a new process.
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
from tasks.parallel.isolation import limit_cpu_seconds, limit_memory, page_cpu_seconds
from tasks.parallel.processes import end_with_parent
from tasks.vocabulary import Flaw


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
            try:
                pipe = self._open_pipe()
                pipe.send((raw, url))
                flaw, result = pipe.recv()
            except (EOFError, OSError):
                raise self._failure() from None
        if flaw is not None:
            raise FlawError(flaw, result)
        return result  # type: ignore[no-any-return]

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

    def _failure(self) -> FlawError:
        """What a list did to the process, which is gone."""
        if self._process is None:
            return FlawError(Flaw.READER_CRASH, "the process that reads lists could not be started")
        self._process.join()
        code = self._process.exitcode
        self._pipe = self._process = None
        if code == -signal.SIGXCPU:
            return FlawError(Flaw.READER_TIMEOUT, f"the list took more than {page_cpu_seconds()} s of CPU time")
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
        limit_cpu_seconds(page_cpu_seconds())
        try:
            answer: tuple[Flaw | None, Listed | str | None] = (None, read_list(raw, url))
        except FlawError as error:
            answer = (error.flaw, error.detail)
        except Exception as error:  # a fault of a parser is one list's, not the crawl's
            answer = (Flaw.READER_CRASH, f"{type(error).__name__}: {error}")
        pipe.send(answer)
