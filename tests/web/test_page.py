"""The chat page in a real browser, before the real program: the whole path clicked through, and what the page promises.

With PK_TEST_PICTURES=1 a screenshot of every step lies in the test's temporary folder; it takes longer than the step.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from PIL import Image

from bot.app import App
from bot.city.load import apply_import, plan_import
from bot.city.settings import Advice
from bot.clock import SystemClock
from bot.config import Settings
from storage.database import Database
from tests.small_city import small_city

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser, Locator, Page

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
FIRE = Advice(code="fire", words=("着火",), advice="请马上打 119。", advice_en="Call 119 at once.")
DIGESTS = [
    ("zh-CN", "/digest 今天", "小城区通报", "完整表格"),
    ("en-GB", "/digest today", "Smalltown: report", "Full table"),
]
PICTURES = "PK_TEST_PICTURES" in os.environ
DESKTOP, PHONE, NARROW = (1440, 900), (390, 844), (320, 640)


def in_english_too(record):
    """Name in English, by its code, what the small city names in Chinese alone."""
    is_named = getattr(record, "name_en", None) == "" and hasattr(record, "code")
    return record.model_copy(update={"name_en": record.code}) if is_named else record


@pytest.fixture(scope="module")
def imported(migrated_file, tmp_path_factory) -> Path:
    """Return an SQLite file with the small city in it, to copy from."""
    path = Path(shutil.copy(migrated_file, tmp_path_factory.mktemp("imported") / "city.db"))
    database = Database(f"sqlite:///{path}")
    with database.reading() as session:
        records = {key: in_english_too(record) for key, record in small_city(emergencies=(FIRE,))._all.items()}
        school = records["point_class", "02"]
        records["point_class", "02"] = school.model_copy(update={"rhythm": "weekly"})
        changes = plan_import(session, records)
    apply_import(database, changes, SystemClock().now())
    database.close()
    return path


@pytest_asyncio.fixture(loop_scope="session")
async def serve(imported, tmp_path) -> AsyncIterator:
    """Run the program with the small city; gives the address of its page."""
    url = f"sqlite:///{shutil.copy(imported, tmp_path / 'pointkeeper.db')}"
    async with asyncio.TaskGroup() as group:
        running = []

        async def start(**settings) -> str:
            given = {"database_url": url, "blobs": str(tmp_path / "blobs"), "web_port": 0, "demo": True}
            running.append(App(Settings(**given | settings)))
            address = asyncio.get_running_loop().create_future()
            group.create_task(running[-1].run(address.set_result))
            return await address

        yield start
        for app in running:
            app.stop()


class Reader:
    """Somebody at the page, whose every step may be photographed."""

    def __init__(self, page: Page, folder: Path):
        self.page, self.folder, self.steps = page, folder, 0
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)

    async def opens(self, url: str):
        await self.page.goto(url)
        await self.page.locator("html.live").wait_for()

    def seat(self, name: str) -> Locator:
        return self.page.locator(f"[data-seat={name}]")

    def message(self, seat: str, text: str | re.Pattern) -> Locator:
        return self.seat(seat).locator(".message", has_text=text).last

    async def sees(self, seat: str, text: str | re.Pattern):
        await self.message(seat, text).wait_for()
        await self.photographs(seat)

    async def taps(self, seat: str, label: str):
        tab = self.page.locator(f"[data-tab={seat}]")
        if await tab.count():
            await tab.click()
        await self.seat(seat).get_by_role("button", name=label, exact=True).last.click()

    async def tries(self, seat: str):
        await self.seat(seat).locator(".tries button").first.click()

    async def says(self, seat: str, text: str):
        await self.seat(seat).locator("textarea").fill(text)
        await self.seat(seat).locator(".send").click()

    async def photographs(self, name: str):
        if not PICTURES:
            return
        self.steps += 1
        await self.page.screenshot(path=self.folder / f"{self.steps:02}-{name}.png")


@pytest_asyncio.fixture(loop_scope="session")
async def visit(browser: Browser, tmp_path) -> AsyncIterator:
    """Open a window with a memory of its own, for somebody."""
    contexts = []

    async def visit(size=DESKTOP, locale="zh-CN", **more) -> Reader:
        width, height = size
        facts = {
            "viewport": {"width": width, "height": height},
            "locale": locale,
            "has_touch": width < 700,
            "reduced_motion": "reduce",
        }
        contexts.append(await browser.new_context(**facts | more))
        contexts[-1].set_default_timeout(20_000)
        return Reader(await contexts[-1].new_page(), tmp_path)

    yield visit
    for context in contexts:
        await context.close()


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
async def test_the_whole_story_is_clicked_through(serve, visit, size):
    reader = await visit(size)
    await reader.opens(await serve())
    await reader.sees("citizen", "您好")

    await reader.tries("citizen")
    await reader.sees("citizen", "您要上报的问题")
    await reader.taps("citizen", "提交")
    await reader.sees("citizen", re.compile(r"编号 \S+"))

    await reader.taps("leader", "签收")
    await reader.sees("citizen", re.compile("正在处理"))
    await reader.sees("unit", re.compile("签收人"))
    await reader.taps("leader", "办结")
    await reader.tries("leader")
    await reader.sees("leader", re.compile("没问题就点"))
    await reader.taps("leader", "办结")

    card = reader.message("inspector", re.compile("坑洞已修补"))
    await card.wait_for()
    assert await card.locator(".photos img").count() == 2, "before and after, side by side"
    await reader.taps("inspector", "核查通过")

    await reader.sees("citizen", re.compile("办得怎么样"))
    await reader.taps("citizen", "满意")
    await reader.sees("citizen", re.compile("您的评价"))
    assert reader.errors == []


async def test_the_same_in_english(serve, visit):
    reader = await visit(locale="en-GB")
    await reader.opens(await serve())
    await reader.tries("citizen")
    await reader.taps("citizen", "Submit")
    await reader.taps("leader", "Take it")
    await reader.sees("citizen", re.compile("accepted|working|taken", re.IGNORECASE))
    seen = await reader.page.locator("main").inner_text()
    assert re.findall(r"[\u4e00-\u9fff]+", seen) == []
    assert reader.errors == []


async def test_after_a_warning_nobody_is_led_on_to_report_all_the_same(serve, visit):
    reader = await visit()
    await reader.opens(await serve())
    await reader.says("citizen", "东街小学 着火了")
    await reader.sees("citizen", "先顾安全")

    await reader.page.locator("#guide", has_text="取消").wait_for()
    assert "继续上报" not in await reader.page.locator("#guide").inner_text()


async def test_the_story_begins_with_the_citizen_and_leads_nobody_to_be_forgotten_who_then_is(serve, visit):
    reader = await visit()
    await reader.opens(await serve())
    guide = reader.page.locator("#guide")
    await reader.sees("volunteer", "看班次")
    assert "市民" in await guide.inner_text()

    await reader.says("citizen", "/forget")
    await reader.sees("citizen", "确认删除")
    assert "市民" in await guide.inner_text()
    assert "删除" not in await guide.inner_text()
    await reader.taps("citizen", "确认删除")
    await reader.sees("citizen", "已经忘记您了")
    await reader.message("citizen", "/forget").wait_for(state="detached")
    assert await reader.seat("citizen").locator(".message").count() == 1, "the page shows no more than is kept"


async def test_the_demo_offers_a_round_and_the_shifts_until_they_are_known(serve, visit):
    reader = await visit()
    await reader.opens(await serve())
    guide = reader.page.locator("#guide")
    await reader.seat("leader").locator(".tries button", has_text="去巡查").click()
    await guide.filter(has_text="我到点位了").wait_for()
    await reader.seat("leader").locator(".tries button", has_text="我到点位了").click()
    await guide.filter(has_text="一切正常").wait_for()
    await reader.taps("leader", "一切正常")
    await reader.sees("leader", re.compile("一切正常，已记录"))

    shifts = reader.seat("volunteer").locator(".tries button", has_text="看班次")
    await shifts.click()
    await reader.sees("volunteer", re.compile("班次：|没有您能报的班次"))
    await shifts.wait_for(state="detached")

    await reader.says("volunteer", "志愿者")
    await reader.sees("volunteer", "缺人时叫我：开")
    assert "缺人时叫我" not in await guide.inner_text(), "nobody is led to switch something off"
    assert reader.errors == []


async def test_changing_the_language_changes_the_page_and_the_bot(serve, visit):
    reader = await visit()
    await reader.opens(await serve())
    await reader.tries("citizen")
    await reader.taps("citizen", "提交")
    await reader.sees("leader", "签收")
    await reader.page.get_by_role("button", name="English").click()
    await reader.page.locator("html.live[lang=en]").wait_for()
    await reader.sees("leader", "Take it")
    await reader.sees("citizen", "Withdraw")
    await reader.says("citizen", "/help")
    await reader.message("citizen", re.compile("photo", re.IGNORECASE)).wait_for()


async def test_times_are_the_citys_wherever_the_reader_is(serve, visit):
    reader = await visit()
    await reader.opens(await serve())
    await reader.says("citizen", "/help")
    shown = reader.seat("citizen").locator("time").last
    moment = datetime.fromisoformat(await shown.get_attribute("datetime"))

    assert await shown.inner_text() == f"{moment.astimezone(ZoneInfo('Asia/Shanghai')):%H:%M}"


async def test_a_visitor_reports_and_comes_back_to_it(serve, visit):
    """Outside the demo: one chat, kept by a cookie; a message is there after a reload, unsent words too."""
    reader = await visit(PHONE)
    url = await serve(demo=False)
    await reader.opens(url)
    assert await reader.page.locator(".tabs, .banner").count() == 0
    await reader.says("me", "解放路与西街口 路面破损")
    await reader.sees("me", "您要上报的问题")
    await reader.seat("me").locator("textarea").fill("还没写完")
    await reader.page.reload()
    await reader.message("me", "您要上报的问题").wait_for()
    assert await reader.seat("me").locator("textarea").input_value() == "还没写完"

    stranger = await visit(PHONE)
    await stranger.opens(url)
    await stranger.message("me", "您好").wait_for()
    assert await stranger.message("me", "您要上报的问题").count() == 0


async def test_a_place_is_picked_on_the_map(serve, visit):
    reader = await visit(PHONE)
    await reader.opens(await serve())
    await reader.seat("citizen").get_by_role("button", name="选择位置").click()
    chart = reader.page.locator(".map > svg")
    await chart.locator("text", has_text="解放路").wait_for()
    for _ in range(3):
        await reader.page.get_by_role("button", name="放大").click()
    await chart.click(position={"x": 195, "y": 380})
    await reader.photographs("map")
    await reader.page.get_by_role("button", name="就在这里").click()
    await reader.sees("citizen", re.compile(r"(29|30)\.\d+, 1(09|10)\.\d+"))
    await reader.sees("citizen", "您要上报的问题")
    assert reader.errors == []


async def test_several_photos_go_as_one_album_and_are_enlarged_by_a_tap(serve, visit, tmp_path):
    reader = await visit(PHONE)
    await reader.opens(await serve())
    for color in ("red", "green", "blue"):
        Image.new("RGB", (320, 240), color).save(tmp_path / f"{color}.jpg")
    picked = [str(tmp_path / f"{color}.jpg") for color in ("red", "green", "blue")]
    await reader.seat("citizen").locator("input[type=file]").set_input_files(picked)
    await reader.says("citizen", "解放路与西街口 路面破损")
    await reader.sees("citizen", "照片：3 张")
    photos = reader.seat("citizen").locator(".by-me:not(.pending) .photos button")
    assert await photos.count() == 3
    await photos.nth(1).click()
    await reader.page.locator("#viewer img").wait_for()
    await reader.photographs("viewer")
    await reader.page.keyboard.press("Escape")
    await reader.page.locator("#viewer").wait_for(state="hidden")


async def test_a_file_that_is_too_big_is_refused_before_it_is_sent(serve, visit, tmp_path):
    reader = await visit(PHONE)
    await reader.opens(await serve())
    (tmp_path / "big.jpg").write_bytes(bytes(20_000_000))
    await reader.seat("citizen").locator("input[type=file]").set_input_files(str(tmp_path / "big.jpg"))
    await reader.seat("citizen").get_by_role("alert").get_by_text("20 MB").wait_for()


async def test_what_is_said_while_the_network_is_away_arrives_once_when_it_is_back(serve, visit):
    reader = await visit(PHONE)
    await reader.opens(await serve())
    await reader.message("citizen", "您好").wait_for()
    await reader.page.context.set_offline(True)
    await reader.says("citizen", "解放路与西街口 路面破损")
    pending = reader.seat("citizen").locator(".pending")
    await pending.wait_for()
    await reader.page.context.set_offline(False)
    await reader.message("citizen", "您要上报的问题").wait_for()
    assert await pending.count() == 0
    assert await reader.seat("citizen").locator(".by-me").count() == 1


async def test_the_commands_offered_are_shown_by_a_slash(serve, visit):
    reader = await visit(PHONE)
    await reader.opens(await serve())
    await reader.seat("inspector").get_by_role("button", name="可用的指令").wait_for()
    await reader.page.locator("[data-tab=inspector]").click()
    await reader.seat("inspector").locator("textarea").press_sequentially("/he")
    await reader.seat("inspector").locator(".commands button", has_text="/help").click()
    await reader.sees("inspector", "/tasks 要我办的事")
    await reader.seat("inspector").locator(".message .command", has_text="/tasks").last.click()
    await reader.message("inspector", "没有要办的事").wait_for()


@pytest.mark.parametrize("size", [NARROW, PHONE, DESKTOP], ids=["narrow", "phone", "desktop"])
async def test_nothing_sticks_out_and_targets_are_big_enough(serve, visit, size):
    reader = await visit(size)
    await reader.opens(await serve())
    await reader.tries("citizen")
    await reader.sees("citizen", "您要上报的问题")
    wide = await reader.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide == 0
    seat = await reader.seat("citizen").bounding_box()
    for button in await reader.seat("citizen").locator(".choice, .composer button, .composer label").all():
        if (box := await button.bounding_box()) is not None:
            assert box["height"] >= 40
            assert box["x"] >= seat["x"]
            assert box["x"] + box["width"] <= seat["x"] + seat["width"] + 1


async def test_words_never_become_markup(serve, visit):
    reader = await visit(PHONE)
    await reader.opens(await serve())
    await reader.says("citizen", "解放路与西街口 路面破损 <img src=x onerror=alert(1)> <b>x</b>")
    await reader.sees("citizen", "您要上报的问题")
    assert await reader.seat("citizen").locator(".text img").count() == 0
    assert reader.errors == []


@pytest.mark.parametrize("said", DIGESTS, ids=["zh", "en"])
async def test_a_digest_reads_on_a_phone(serve, visit, said):
    """Its picture fills the chat's width and its words and its table are there; nothing sticks out."""
    locale, ask, title, table = said
    reader = await visit(PHONE, locale=locale)
    await reader.opens(await serve())
    await reader.tries("citizen")
    await reader.taps("citizen", "提交" if locale == "zh-CN" else "Submit")
    await reader.page.locator("[data-tab=dispatcher]").click()
    await reader.says("dispatcher", ask)
    message = reader.message("dispatcher", title)
    picture = message.locator(".photos img")
    await picture.wait_for()
    await picture.scroll_into_view_if_needed()
    drawn = "image => image.complete && image.naturalWidth > 0"
    await reader.page.wait_for_function(drawn, arg=await picture.element_handle())
    assert await picture.evaluate("image => image.naturalWidth") == 900
    await reader.photographs("digest")
    assert table not in await reader.page.locator("#guide").inner_text(), "it leads nowhere"
    await reader.taps("dispatcher", table)
    link = reader.seat("dispatcher").locator("a.document").last
    await link.wait_for()
    await reader.photographs("table")
    async with reader.page.expect_download() as download:
        await link.click()
    assert (await download.value).suggested_filename.endswith(".xlsx")
    wide = await reader.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0
    assert reader.errors == []
