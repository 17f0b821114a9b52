"""What may be the folder of an output."""

from pathlib import Path

import pytest

from tasks.load.layout import OutputError
from tasks.load.output import Output


@pytest.mark.parametrize("root", ["s3://bucket/news", Path("gs://bucket/news"), "file:///data/news"])
def test_an_address_is_refused(root):
    with pytest.raises(OutputError, match="must be a folder of this machine"):
        Output(root)


@pytest.mark.parametrize("root", ["a:b", "C:/news", "./s3:/x"])
def test_a_colon_may_be_in_the_name(root):
    assert Output(root).root == Path(root)
