"""The steps of the line: ingest, clean, extract, load, and what they share."""

import os

# Before numpy is imported: batches run in parallel as processes, and small matrix products that OpenBLAS divides among
# threads take half as much CPU again.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
