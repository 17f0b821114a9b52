"""Files: atomic writing, Parquet tables, ids, spools, object stores."""
