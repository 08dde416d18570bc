"""A table as CSV: read as it is meant by spreadsheets, and never run."""

from __future__ import annotations

import pytest

from bot.reports import comma
from bot.reports.tables import Table


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1"])
def test_what_looks_like_a_formula_is_a_text(text: str):
    assert comma.harmless(text) == f"'{text}"


def test_texts_and_numbers_stay_what_they_are():
    table = Table(("姓名", "小时"), (("周*", 1.25), ('a,"b"', -1)))
    assert comma.write(table).decode("utf-8-sig") == '姓名,小时\r\n周*,1.25\r\n"a,""b""",-1\r\n'
    assert comma.write(table).startswith(b"\xef\xbb\xbf")
