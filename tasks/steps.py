"""What a step returns: small receipts, one per batch, and the fingerprint of the rules that made them.

A batch is named by the digest of its input and the fingerprint of the rules, written to a temporary name and renamed.
A step that finds the file skips the work, so a run that was killed resumes where it stopped.
"""

import hashlib
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pyarrow.parquet as pq

_DECIDING = (
    *("ingest", "clean", "extract", "load/dedup", "site_rules", "text", "schema", "vocabulary.py"),
    *(
        f"quality/{name}.py"
        for name in ("site_flags", "shared_texts", "profiles", "site_texts", "site_marks", "past_shares")
    ),
)
_DECIDING_SUFFIXES = (".py", ".toml", ".npz")
RECALLED = "recalled"  # folder of batches of pages that are in the output's store already, by the file that they are in


def raw_file_of(batch: Path) -> str:
    """The file under the output in which the raw pages of a batch lie, or will lie if they are kept."""
    return f"pages/{batch.parent.name if batch.parent.parent.name == RECALLED else batch.stem}.parquet"


@dataclass(frozen=True)
class Receipt:
    """What a step did with one batch; `received == kept + quarantined + duplicates` once its gate has spoken."""

    batch_id: str
    path: str
    received: int
    seconds: float
    cpu_seconds: float
    byte_count: int = 0
    is_reused: bool = False
    notes: dict[str, int] = field(default_factory=dict)


_FEW_BYTES = 256  # names and addresses; their lengths are looked up
_LENGTHS = [length.to_bytes(8, "little") for length in range(_FEW_BYTES)]


def digest(*parts: str | bytes) -> str:
    """A name of 16 hex digits (64 bits) made from the parts, in order.

    Of 10^5 sets of ten million names, one has a collision.
    """
    pieces: list[bytes] = []
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        length = len(data)
        pieces.append(_LENGTHS[length] if length < _FEW_BYTES else length.to_bytes(8, "little"))
        pieces.append(data)
    return hashlib.blake2b(b"".join(pieces), digest_size=8).hexdigest()


@cache
def rules_version() -> str:
    """Version and fingerprint of everything that decides the outcome of a page: `0.1.0+3fa9c1d2`."""
    try:
        number = version("copydesk")
    except PackageNotFoundError:  # a checkout that was not installed
        number = "0"
    return f"{number}+{rules_fingerprint(Path(__file__).parent)}"


def rules_version_with(site_rules: str) -> str:
    """The same with the fingerprint of the user's rules for sites: `0.1.0+3fa9c1d2.sites.ab12cd34`; "" for none."""
    return f"{rules_version()}.sites.{site_rules}" if site_rules else rules_version()


def rules_fingerprint(tasks_folder: Path) -> str:
    """Digest of the rules in a copy of the folder `tasks`, 8 hex digits.

    It covers the code, the word lists and the models of ingest, clean, extract and deduplication, and the modules they
    share; not how work is distributed over processes, how models are trained, or documentation.
    """
    state = hashlib.blake2b(digest_size=4)
    for name in _DECIDING:
        for path in sorted((tasks_folder / name).rglob("*")) or [tasks_folder / name]:
            if path.suffix in _DECIDING_SUFFIXES:
                state.update(path.relative_to(tasks_folder).as_posix().encode())
                state.update(path.read_bytes())
    return state.hexdigest()


@dataclass(frozen=True)
class StepResult:
    """What a step hands to its gate and to the next step: receipts, and counts for the report.

    `rejected` is the file of the pages that the gate after the step sent to quarantine; None before the gate.
    """

    step: str
    receipts: tuple[Receipt, ...]
    notes: dict[str, int] = field(default_factory=dict)
    rejected: Path | None = None

    @property
    def paths(self) -> list[Path]:
        """The batches' files or folders, in order."""
        return [Path(receipt.path) for receipt in self.receipts]

    @property
    def received(self) -> int:
        """Number of pages that went into the batches."""
        return sum(receipt.received for receipt in self.receipts)


def rejected_ids(path: Path | None) -> set[str]:
    """The doc_ids in a gate's file of rejected pages."""
    if path is None or not path.exists():
        return set()
    return set(pq.ParquetFile(path).read(columns=["doc_id"]).column("doc_id").to_pylist())
