"""The catalog with 5,000 items: search, suggestions and the open API, ``python -m bench.catalog [items]``.

Times are the server's own, from the request's arrival to its last byte, in one process.
"""

from __future__ import annotations

import itertools
import statistics
import sys
import tempfile
import time
from pathlib import Path

from bench.measure import Figure, show

DEPARTMENTS = 60
SUBJECTS = (
    "户籍",
    "婚姻",
    "出生",
    "死亡",
    "企业",
    "个体",
    "车辆",
    "房屋",
    "土地",
    "学籍",
    "医师",
    "参保",
    "低保",
    "残疾",
    "纳税",
)
MATTERS = (
    "登记",
    "变更",
    "注销",
    "许可",
    "处罚",
    "检查",
    "备案",
    "补贴",
    "名录",
    "统计",
    "公示",
    "投诉",
    "合同",
    "证书",
    "监测",
)
KINDS = ("信息", "记录", "清单", "台账", "名单", "明细", "汇总", "目录")
PLACES = ("全市", "市直", "金安区", "裕安区", "霍邱县", "舒城县", "金寨县", "霍山县", "叶集区", "开发区")
WANTED = ("婚姻登记", "qydj", "zhusuanqi", "企业 处罚", "信息", "jiehun", "裕安区车辆检查", "低保名单", "身份证")


def declare(count: int) -> None:
    """Write departments, elements and items, as a pack would."""
    from django.db import transaction

    from huitong.apps.accounts.services import put_organisation, system_user
    from huitong.apps.catalog.services import put_element, put_item
    from huitong.engine.declarations.elements import Element
    from huitong.engine.declarations.items import CatalogItem, ItemField
    from huitong.engine.declarations.people import Organisation

    user = system_user()
    names = ("身份证号", "姓名", "性别", "登记日期", "登记机关", "行政区划", "联系电话", "状态", "金额", "备注")
    fields = tuple(ItemField(column=f"c{n}", element=f"e{n}", title=name) for n, name in enumerate(names))
    titles = (f"{place}{subject}{matter}{kind}" for kind, matter, subject, place in
              itertools.product(KINDS, MATTERS, SUBJECTS, PLACES))  # fmt: skip
    with transaction.atomic():
        put_organisation(user, spec=Organisation(code="city", title="城市", title_en="City", kind="government"))
        for n in range(DEPARTMENTS):
            spec = Organisation(code=f"d{n}", title=f"第{n}部门", title_en=f"Department {n}", superior="city")
            put_organisation(user, spec=spec)
        for n, name in enumerate(names):
            put_element(user, spec=Element(code=f"DE{n:05d}", name=f"e{n}", title=name, title_en=name))
        for n, title in zip(range(count), titles, strict=False):
            put_item(
                user,
                spec=CatalogItem(
                    code=f"X-{n:05d}",
                    title=title,
                    title_en=f"Item {n}",
                    provider=f"d{n % DEPARTMENTS}",
                    table=f"t{n}",
                    classification=f"303{n % DEPARTMENTS:03d}",
                    abstract=f"{title}，由第{n % DEPARTMENTS}部门在履行职责中产生。",
                    open_to_public=n % 5 == 0,
                    fields=fields,
                ),
            )


def timings(path: str, words: tuple[str, ...], client: object, times: int) -> list[float]:
    """Return the milliseconds of each request for each of ``words``."""
    taken = []
    for word in words:
        for _ in range(times):
            start = time.perf_counter()
            response = client.get(path, {"q": word})  # type: ignore[attr-defined]
            taken.append((time.perf_counter() - start) * 1000)
            assert response.status_code == 200, (path, word, response.status_code)
    return taken


def figure(what: str, taken: list[float], target: str) -> Figure:
    """Return median and 95th percentile."""
    late = statistics.quantiles(taken, n=20)[-1]
    return Figure(what, f"{statistics.median(taken):.0f} ms, p95 {late:.0f} ms", target)


def main() -> None:
    """Make the catalog in a folder that is removed, and measure."""
    count = int(next((word for word in sys.argv[1:] if word.isdecimal()), "5000"))
    with tempfile.TemporaryDirectory(prefix="huitong-bench-") as folder:
        from huitong.cli.session import open_session

        open_session(Path(folder))
        from django.conf import settings
        from django.test import Client

        from huitong.apps.accounts.services import put_user, system_user
        from huitong.engine.declarations.people import User

        settings.ALLOWED_HOSTS = ["*"]
        start = time.perf_counter()
        declare(count)
        filled = time.perf_counter() - start
        spec = User(login="u", name="u", organisation="city", role="bureau", password="bench-password-1")
        client = Client()
        client.force_login(put_user(system_user(), spec=spec))
        timings("/items/", WANTED[:2], client, 1)
        size = f"{count:,} items"
        show(
            [
                Figure(f"catalog: publish and index one of {size}", f"{1000 * filled / count:.1f} ms"),
                figure(f"catalog: search page, {size}", timings("/items/", WANTED, client, 5), "< 100 ms"),
                figure(f"catalog: suggestions, {size}", timings("/items/suggest/", WANTED, client, 5), "< 100 ms"),
                figure(f"catalog: open API, {size}", timings("/api/open/items", WANTED, Client(), 5), "< 100 ms"),
            ]
        )


if __name__ == "__main__":
    main()
