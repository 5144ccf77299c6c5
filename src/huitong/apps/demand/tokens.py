"""Words of a text, for comparing what people ask for with what there is."""

from __future__ import annotations

import re
from functools import lru_cache

import rjieba

_COMMON = """
信息 数据 需要 情况 查询 核验 办理 业务 以及 包括 进行 用于 相关 有关 部门 本市 全市 我市 提供 使用 名称 编号 记录
the and for of
"""
STOP = frozenset(_COMMON.split())
"""On everybody's lips: they tell no remit from another."""
_WORD = re.compile(r"[\w\u3400-\u9fff]{2,}")


@lru_cache(maxsize=20_000)
def words_of(text: str) -> frozenset[str]:
    """Return the words of a text that say something: of two characters or more, no number, not on everybody's lips."""
    cut = (word.strip().lower() for word in rjieba.cut(text))
    return frozenset(word for word in cut if _WORD.fullmatch(word) and not word.isdigit() and word not in STOP)
