"""Photos on their way: what they know fills the draft, what cannot be kept is said, nothing is waited for."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import pillow_heif
import pytest
from PIL import ExifTags, Image

from bot.city.settings import PersonLimits
from bot.port import DeliveryError, File, Media, Photo
from bot.services import attachments
from storage.models import Attachment
from tests.dialogue import Stage, jpeg
from tests.small_city import EAST, OUTSIDE, SCHOOL, small_city


def told(at: tuple[float, float], kind: str = "JPEG") -> bytes:
    """A photo that knows where and when it was taken: 2 March 2026, 08:15 in China."""
    exif = Image.Exif()
    exif[ExifTags.IFD.GPSInfo] = {1: "N", 2: _angle(at[0]), 3: "E", 4: _angle(at[1])}
    exif[ExifTags.IFD.Exif] = {0x9003: "2026:03:02 08:15:00"}
    out, image = BytesIO(), Image.linear_gradient("L").convert("RGB")
    if kind == "HEIC":
        pillow_heif.from_pillow(image).save(out, exif=exif.tobytes())
    else:
        image.save(out, kind, exif=exif)
    return out.getvalue()


def _angle(degrees: float) -> tuple[float, float, float]:
    minutes = degrees % 1 * 60
    return float(int(degrees)), float(int(minutes)), round(minutes % 1 * 60, 4)


def kept(stage: Stage) -> list[Attachment]:
    with stage.reading() as session:
        return list(session.query(Attachment).order_by(Attachment.id))


@pytest.mark.parametrize("kind", ["JPEG", "HEIC"])
def test_a_photo_sent_as_a_file_gives_place_and_time(stage: Stage, kind: str):
    wang = stage.person("wang")
    wang.sends_file(told(SCHOOL, kind), caption="路灯不亮", mime=f"image/{kind.lower()}", name=f"1.{kind.lower()}")
    wang.sees("地点：东街小学", "拍摄于 今天 08:15", "提交")
    wang.presses("提交")

    assert (stage.case.lat, stage.case.lon) == pytest.approx(SCHOOL, abs=1e-6)
    assert stage.case.point == "P-2"


def test_a_photo_alone_as_a_file_and_a_few_words_are_enough(stage: Stage):
    wang = stage.person("wang")
    wang.sends_file(told(EAST), mime="", name="IMG_1.JPG")
    wang.sends("路灯不亮")
    wang.presses("提交")

    assert (stage.case.lat, stage.case.lon) == pytest.approx(EAST, abs=1e-6)


def test_what_somebody_says_counts_more_than_what_a_photo_knows(stage: Stage):
    wang = stage.person("wang")
    wang.sends_file(told(EAST), caption="东街小学 路灯不亮")

    wang.sees("地点：东街小学", "拍摄于")


def test_a_photo_taken_outside_says_nothing_of_the_place(stage: Stage):
    wang = stage.person("wang")
    wang.sends_file(told(OUTSIDE), caption="路灯不亮")

    wang.sees("路灯异常", "在什么地方？")


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "这张照片是空的"),
        (b"not a photo", "不是照片"),
        (jpeg()[:-200], "打不开"),
    ],
)
def test_a_photo_that_cannot_be_kept_is_told_and_the_words_stay(stage: Stage, data: bytes, word: str):
    wang = stage.person("wang")
    wang.sends_photo(data, caption="解放路与西街口 路面破损")
    wang.sees(word)
    wang.presses("提交")

    assert len(stage.cases) == 1
    assert [photo.state for photo in kept(stage)] == ["refused"]


def test_an_image_bomb_is_refused_kindly(stage: Stage):
    wang = stage.person("wang")
    head = struct.pack(">IIBBBBB", 30000, 30000, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b"")]
    data = b"".join(
        struct.pack(">I", len(body)) + k + body + struct.pack(">I", zlib.crc32(k + body)) for k, body in chunks
    )
    wang.sends_photo(b"\x89PNG\r\n\x1a\n" + data)

    wang.sees("尺寸太大")
    wang.sees("这是什么问题")


def test_a_file_of_twenty_megabytes_is_refused_without_fetching_it(stage: Stage):
    wang = stage.person("wang")
    wang.sends(File(media=Media(ref="nowhere", mime="image/jpeg", name="a.jpg", size=20_000_000)))

    wang.sees("太大了")
    assert [(photo.state, photo.reason) for photo in kept(stage)] == [("refused", "too_big")]
    wang.sees_nothing_of("您要上报的问题", "这是什么问题")


def test_a_file_that_is_no_photo_is_refused(stage: Stage):
    wang = stage.person("wang")
    wang.sends_file(b"%PDF-1.7", mime="application/pdf", name="letter.pdf", caption="路灯不亮")

    wang.sees("不是照片")
    wang.sees("路灯异常", "在什么地方？")


def test_a_lost_photo_of_a_draft_is_asked_for_once(stage: Stage):
    wang = stage.person("wang")
    for number in range(3):
        wang.sends(Photo(media=Media(ref=f"gone-{number}"), album="a1"))

    assert sum("没能收到" in shown.text for shown in wang.messages) == 1
    wang.sees_nothing_of("照片：")


def test_lost_photos_of_a_case_are_asked_for_once_with_a_way_to_send_another(stage: Stage):
    wang = stage.person("wang")
    wang.sends_photo(caption="解放路与西街口 路面破损", album="a1")
    wang.presses("提交")
    for number in range(3):
        wang.sends(Photo(media=Media(ref=f"gone-{number}"), album="a1"))

    assert sum("没能收到" in shown.text for shown in wang.messages) == 1
    wang.presses("补充")
    wang.sees("补充什么？")


def test_a_platform_that_stumbles_is_asked_again(stage: Stage):
    wang = stage.person("wang")
    envelope = stage.channel.says(
        wang.sender, Photo(media=stage.channel.holds(jpeg()), caption="解放路与西街口 路面破损")
    )
    stage._runner.run(stage.inbox.put([envelope]))
    stage.engine.work()
    stage._runner.run(stage.outbox.deliver_due())
    stage.channel.fail(DeliveryError("busy", permanent=False, retry_after=5))
    stage.settle()
    assert [photo.state for photo in kept(stage)] == ["pending"]
    stage.advance(seconds=10)

    assert [photo.state for photo in kept(stage)] == ["stored"]


def test_more_photos_than_the_pack_allows_are_told_once(make_stage):
    stage = make_stage(city=small_city(limits=PersonLimits(photos_a_report=2)))
    wang = stage.person("wang")
    for shade in range(5):
        wang.sends_photo(jpeg((shade * 30, 0, 0)), album="a1")

    assert sum("最多 2 张" in shown.text for shown in wang.messages) == 1
    assert len(kept(stage)) == 2


def test_photos_and_words_can_be_begun_anew(stage: Stage):
    wang = stage.person("wang")
    wang.sends_photo(caption="解放路与西街口 路面破损")
    wang.presses("补充")
    wang.presses("去掉照片")
    wang.presses("补充")
    wang.presses("重写说明")
    wang.sends("路灯不亮")
    wang.presses("提交")

    with stage.reading() as session:
        assert attachments.of_case(session, stage.case.id) == []
    assert stage.city.category(stage.case.category).name == "路灯异常"
