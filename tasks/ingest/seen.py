"""What earlier runs know: files by place, size and time, pages by their bytes, so that no work is done twice.

The ledger's columns become sorted arrays of 64-bit hashes: eight bytes a page in memory, and a look-up costs no Python.
"""

import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks.storage.ids import hex_ids, numbers
from tasks.storage.tables import with_column
from tasks.vocabulary import Flaw

_LEDGER_COLUMNS = ["doc_id", "source_uri", "url", "byte_count", "source_mtime_ns", "page_digest", "outcome", "reason"]
_FORGOTTEN = "*"  # in place of the address, which a forgotten page has no longer: its bytes are known at any
_RECORD_MARK = "#"
_ARRAYS = ("files", "containers", "urls", "docs", "contents", "owners")


class Known:
    """Sorted hashes of what is in the ledger. `containers` are files with many pages, known by place and time."""

    def __init__(
        self,
        files: np.ndarray,
        containers: np.ndarray,
        urls: np.ndarray,
        docs: np.ndarray,
        contents: np.ndarray,
        owners: np.ndarray,
    ) -> None:
        self.files, self.containers, self.urls, self.docs = files, containers, urls, docs
        self.contents, self.owners = contents, owners  # of each content the doc_id that had it first

    @classmethod
    def read(cls, ledger_files: Sequence[str | Path]) -> "Known":
        """What the ledger's files know."""
        parts: list[tuple[np.ndarray, ...]] = []
        for batch in (
            each for path in ledger_files for each in pq.ParquetFile(path).iter_batches(columns=_LEDGER_COLUMNS)
        ):
            table = pa.Table.from_batches([batch])
            mtimes, sources = table.column("source_mtime_ns"), table.column("source_uri")
            is_record = pc.match_substring(sources, _RECORD_MARK)
            containers = pc.binary_join_element_wise(
                _container(sources.filter(is_record)), pc.cast(mtimes.filter(is_record), pa.string()), "\t"
            )
            parts.append((
                file_keys(sources, table.column("byte_count"), mtimes), _hashes(pc.unique(containers)), _url_keys(table),
                numbers(table.column("doc_id")), _owner_keys(table),
            ))  # fmt: skip
        if not parts:
            return cls(*(np.zeros(0, dtype=np.uint64) for _ in range(6)))
        files, containers, urls, docs, contents = (np.concatenate(part) for part in zip(*parts, strict=True))
        order = np.argsort(contents, kind="stable")
        return cls(
            np.unique(files), np.unique(containers), np.unique(urls), np.sort(docs), contents[order], docs[order]
        )

    def save(self, folder: Path) -> None:
        """Write it where workers find it, a file for each array."""
        aside = folder.with_name(f".{folder.name}.tmp")
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(parents=True)
        for name in _ARRAYS:
            np.save(aside / f"{name}.npy", getattr(self, name))
        shutil.rmtree(folder, ignore_errors=True)
        aside.rename(folder)

    @classmethod
    def load(cls, folder: Path) -> "Known":
        """What `save` wrote, mapped: workers of one machine share it, and only the pages that are looked at take memory."""
        return cls(*(np.load(folder / f"{name}.npy", mmap_mode="r") for name in _ARRAYS))

    def has_files(self, uris: list[str], sizes: list[int], mtimes: list[int]) -> np.ndarray:
        """For each file whether it was read before, as it is now."""
        keys = file_keys(pa.array(uris, pa.string()), pa.array(sizes, pa.int64()), pa.array(mtimes, pa.int64()))
        return _found(self.files, keys)

    def has_container(self, uri: str, mtime_ns: int) -> bool:
        """Whether pages of this file, as it is now, were read before."""
        return bool(_found(self.containers, _hashes(pa.array([f"{uri}\t{mtime_ns}"])))[0])

    def has_url(self, url: str) -> bool:
        """Whether a page was received from this address, as what was asked for or where redirects led."""
        return bool(_found(self.urls, _hashes(pa.array([url])))[0])

    def sort_out(self, pages: pa.Table) -> tuple[pa.Table, int]:
        """The pages of a batch that are new, and how many the ledger has as they are (same place, same bytes).

        A page whose bytes came before, from another place for the same address, stays: its `same_as` names the page that
        had them, its bytes are gone, and nothing more will be done with it.
        """
        if not len(self.docs) or not pages.num_rows:
            return pages, 0
        is_known = _found(self.docs, numbers(pages.column("doc_id")))
        fresh = pages.filter(pa.array(~is_known))
        keys = content_keys(fresh.column("page_digest"), fresh.column("url"))
        anywhere = content_keys(fresh.column("page_digest"), pa.array([_FORGOTTEN] * fresh.num_rows))
        keys = np.where(_found(self.contents, anywhere), anywhere, keys)
        places = np.searchsorted(self.contents, keys)
        # a flawed page is judged by its flaw, which costs nothing
        is_sound = pc.and_(fresh.column("raw").is_valid(), fresh.column("problem").is_null())
        is_same = _found(self.contents, keys) & is_sound.to_numpy()
        if is_same.any():
            owners = self.owners[np.minimum(places, len(self.owners) - 1)]
            fresh = with_column(fresh, "same_as", hex_ids(owners, ~is_same))
            fresh = with_column(
                fresh, "raw", pc.if_else(pa.array(~is_same), fresh.column("raw"), pa.scalar(None, pa.large_binary()))
            )
        return fresh, int(is_known.sum())


def file_keys(uris: pa.ChunkedArray, sizes: pa.ChunkedArray, mtimes: pa.ChunkedArray) -> np.ndarray:
    """One hash a file: of its place, size and modification time."""
    return _hashes(pc.binary_join_element_wise(
        uris, pc.cast(sizes, pa.string()), pc.fill_null(pc.cast(mtimes, pa.string()), "-"), "\t"
    ))  # fmt: skip


def content_keys(digests: pa.ChunkedArray, urls: pa.ChunkedArray) -> np.ndarray:
    """One hash a page: of its bytes and its address."""
    return _hashes(pc.binary_join_element_wise(digests, pc.fill_null(pc.cast(urls, pa.string()), ""), "\t"))


def _url_keys(ledger: pa.Table) -> np.ndarray:
    """The addresses that pages came from; of a page that could not be fetched it is asked again."""
    is_had = pc.fill_null(pc.not_equal(ledger.column("reason"), Flaw.FETCH_FAILED.code), True)
    had = ledger.filter(is_had)
    urls = pa.concat_arrays([had.column(name).combine_chunks().cast(pa.string()) for name in ("url", "source_uri")])
    return _hashes(pc.unique(urls.filter(pc.fill_null(pc.match_substring(urls, "://"), False))))


def _owner_keys(ledger: pa.Table) -> np.ndarray:
    """The key under which the bytes of each row of the ledger are known."""
    is_forgotten = pc.equal(ledger.column("outcome"), "forgotten")
    urls = pc.cast(ledger.column("url"), pa.string())
    return content_keys(ledger.column("page_digest"), pc.if_else(is_forgotten, pa.scalar(_FORGOTTEN), urls))


def _container(sources: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.replace_substring_regex(sources, "#.*$", "")


def _hashes(texts: pa.ChunkedArray) -> np.ndarray:
    """64-bit hashes of strings, the same in every process: at ten million pages one in 400,000 runs has two alike."""
    from pandas.util import hash_array  # noqa: PLC0415 - an eighth of a second, which workers of a first run need not spend

    hashes: np.ndarray = hash_array(np.asarray(texts.to_pylist(), dtype=object), categorize=False)
    return hashes


def _found(known: np.ndarray, keys: np.ndarray) -> np.ndarray:
    if not len(known):
        return np.zeros(len(keys), dtype=bool)
    places = np.minimum(np.searchsorted(known, keys), len(known) - 1)
    found: np.ndarray = known[places] == keys
    return found
