"""Where the repository keeps what tests read."""

import os
from pathlib import Path

TESTS = Path(__file__).parents[1]
ROOT = TESTS.parent
PAGES = TESTS / "pages"  # SITE/NAME: the sample pages
EXPECTED = TESTS / "expected"  # SITE/NAME.json: what each sample page must turn into
BENCHMARKS = TESTS / "benchmarks"
THRESHOLDS = ROOT / "expectations" / "thresholds.yml"
PYTHONPATH = os.pathsep.join([str(ROOT), str(TESTS)])  # for programs that import the code and `support`
