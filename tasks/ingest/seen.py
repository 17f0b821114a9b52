"""What earlier runs have read: files by path, size and time, and pages by their bytes, so that no work is done twice.

The ledger's columns become sorted arrays of 64-bit hashes: eight bytes per page in memory, and a look-up without
Python.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks.storage.atomic import replaced_folder
from tasks.storage.ids import NO_IDS, Ids, Mask, contains, hash_strings, hex_ids, positions, take_or, to_uint64
from tasks.storage.tables import with_column
from tasks.vocabulary import Flaw

_LEDGER_COLUMNS = ["doc_id", "source_uri", "url", "byte_count", "source_mtime_ns", "page_digest", "outcome", "reason"]
_FORGOTTEN = "*"  # replaces the address, which a forgotten page no longer has: its bytes are known at any address
_RECORD_SEPARATOR = "#"  # between the path of a file with many pages and the key of a page in it
_ARRAYS = ("files", "containers", "container_pages", "urls", "docs", "contents", "originals")


class SeenPages:
    """Sorted hashes of what is in the ledger. `containers` are files with many pages, known by path and time."""

    def __init__(  # the arrays of `_ARRAYS`, in this order
        self, files: Ids, containers: Ids, container_pages: Ids, urls: Ids, docs: Ids, contents: Ids, originals: Ids
    ) -> None:
        self.files, self.urls, self.docs = files, urls, docs
        self.containers, self.container_pages = containers, container_pages  # of each container the number of pages
        self.contents, self.originals = contents, originals  # of each content the doc_id that had it first

    @classmethod
    def from_ledger(cls, ledger_files: Iterable[str | Path]) -> "SeenPages":
        """The pages in the ledger's files."""
        parts: list[tuple[Ids, ...]] = []
        for path in ledger_files:
            for batch in pq.ParquetFile(path).iter_batches(columns=_LEDGER_COLUMNS):
                ledger = pa.Table.from_batches([batch])
                sources, mtimes = ledger.column("source_uri"), ledger.column("source_mtime_ns")
                files = _file_keys(sources, ledger.column("byte_count"), mtimes)
                docs = to_uint64(ledger.column("doc_id"))
                parts.append(
                    (files, _container_keys(sources, mtimes), _url_keys(ledger), docs, _ledger_contents(ledger))
                )
        if not parts:
            return cls(*(NO_IDS for _ in _ARRAYS))
        files, containers, urls, docs, contents = (np.concatenate(part) for part in zip(*parts, strict=True))
        order = np.argsort(contents, kind="stable")
        names, counts = np.unique(containers, return_counts=True)
        return cls(
            np.unique(files),
            names,
            counts.astype(np.uint64),
            np.unique(urls),
            np.sort(docs),
            contents[order],
            docs[order],
        )

    def save(self, folder: Path) -> None:
        """Write the arrays for the workers, one file each."""
        with replaced_folder(folder) as temporary:
            for name in _ARRAYS:
                np.save(temporary / f"{name}.npy", getattr(self, name))

    @classmethod
    def load(cls, folder: Path) -> "SeenPages":
        """What `save` wrote, memory-mapped: workers of a machine share it, and only what is looked up takes memory."""
        return cls(*(np.load(folder / f"{name}.npy", mmap_mode="r") for name in _ARRAYS))

    def has_files(self, uris: Sequence[str], sizes: Sequence[int], mtimes: Sequence[int]) -> Mask:
        """For each file whether it was read before, in its present state."""
        keys = _file_keys(pa.array(uris, pa.string()), pa.array(sizes, pa.int64()), pa.array(mtimes, pa.int64()))
        return contains(self.files, keys)

    def pages_of_container(self, uri: str, mtime_ns: int) -> int:
        """The number of pages of this file that were read before, in its present state."""
        keys = hash_strings(pa.array([f"{uri}\t{mtime_ns}"]))
        if not contains(self.containers, keys)[0]:
            return 0
        return int(self.container_pages[positions(self.containers, keys)[0]])

    def has_url(self, url: str) -> bool:
        """Whether a page was received from this address, as the address requested or the one that redirects led to."""
        return bool(contains(self.urls, hash_strings(pa.array([url])))[0])

    def drop_seen(self, pages: pa.Table) -> tuple[pa.Table, int]:
        """The new pages of a batch, and the number of those dropped: the ledger has their path with these bytes.

        A page with known bytes but from another path for the same address stays. Its `same_as` names the first page
        with these bytes, its own bytes are dropped, and no further step processes it.
        """
        if not len(self.docs) or not pages.num_rows:
            return pages, 0
        is_seen = contains(self.docs, to_uint64(pages.column("doc_id")))
        new = pages.filter(pa.array(~is_seen))
        keys = _content_keys(new.column("page_digest"), new.column("url"))
        keys_of_forgotten = _content_keys(new.column("page_digest"), pa.array([_FORGOTTEN] * new.num_rows))
        keys = np.where(contains(self.contents, keys_of_forgotten), keys_of_forgotten, keys)
        # a flawed page is judged by its flaw, which costs nothing
        is_sound = pc.and_(new.column("raw").is_valid(), new.column("problem").is_null())
        is_same = contains(self.contents, keys) & is_sound.to_numpy()
        if is_same.any():
            originals = take_or(self.originals, positions(self.contents, keys))
            raw = pc.if_else(pa.array(~is_same), new.column("raw"), pa.scalar(None, pa.large_binary()))
            new = with_column(with_column(new, "same_as", hex_ids(originals, ~is_same)), "raw", raw)
        return new, int(is_seen.sum())


def _file_keys(uris: pa.ChunkedArray, sizes: pa.ChunkedArray, mtimes: pa.ChunkedArray) -> Ids:
    """One hash per file: of its path, size and modification time."""
    sizes, mtimes = pc.cast(sizes, pa.string()), pc.fill_null(pc.cast(mtimes, pa.string()), "-")
    return hash_strings(pc.binary_join_element_wise(uris, sizes, mtimes, "\t"))


def _container_keys(sources: pa.ChunkedArray, mtimes: pa.ChunkedArray) -> Ids:
    """One hash per page of a file with many pages: of the file's path and modification time."""
    is_record = pc.match_substring(sources, _RECORD_SEPARATOR)
    paths = pc.replace_substring_regex(sources.filter(is_record), "#.*$", "")
    times = pc.cast(mtimes.filter(is_record), pa.string())
    return hash_strings(pc.binary_join_element_wise(paths, times, "\t"))


def _content_keys(digests: pa.ChunkedArray, urls: pa.ChunkedArray) -> Ids:
    """One hash per page: of its bytes and its address."""
    return hash_strings(pc.binary_join_element_wise(digests, pc.fill_null(pc.cast(urls, pa.string()), ""), "\t"))


def _url_keys(ledger: pa.Table) -> Ids:
    """The addresses that pages were received from, without those that failed: they are requested again."""
    is_received = pc.fill_null(pc.not_equal(ledger.column("reason"), Flaw.FETCH_FAILED.code), True)
    received = ledger.filter(is_received)
    columns = [received.column(name).combine_chunks().cast(pa.string()) for name in ("url", "source_uri")]
    urls = pa.concat_arrays(columns)
    return hash_strings(pc.unique(urls.filter(pc.fill_null(pc.match_substring(urls, "://"), False))))


def _ledger_contents(ledger: pa.Table) -> Ids:
    """The key by which the bytes of each row of the ledger are known."""
    is_forgotten = pc.equal(ledger.column("outcome"), "forgotten")
    urls = pc.cast(ledger.column("url"), pa.string())
    return _content_keys(ledger.column("page_digest"), pc.if_else(is_forgotten, pa.scalar(_FORGOTTEN), urls))
