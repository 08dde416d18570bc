"""Messages that were changed, and those that help with nothing."""

from __future__ import annotations

from bot.port import Contact, Text, Unsupported, Video, Voice
from tests.dialogue import Stage


def test_what_does_not_help_is_answered_kindly(stage: Stage):
    wang = stage.person("wang")
    for payload, word in (
        (Contact(), "名片"),
        (Unsupported(what="sticker"), "看不懂"),
        (Unsupported(what="poll"), "看不懂"),
    ):
        said = wang.counts()
        wang.sends(payload)
        assert any(word in shown.text for shown in wang.messages[said:])


def test_voice_and_video_are_answered_kindly_and_a_videos_words_count(stage: Stage):
    wang = stage.person("wang")
    wang.sends(Voice(media=stage.channel.holds(b"x", "audio/ogg")))
    wang.sees("语音")
    wang.sends(Video(media=stage.channel.holds(b"x", "video/mp4"), caption="解放路与西街口 路面破损"))
    wang.sees("视频")
    wang.sees("道路破损", "提交")


def test_an_edited_message_changes_its_words(stage: Stage):
    wang = stage.person("wang")
    wang.sends("解放路与西街口 路面破损")
    said = wang.counts()
    wang.sends(Text(text="解放路与西街口 路面破损，有一米宽", edited=True))

    wang.sees("说明：路面破损，有一米宽", "提交")
    assert wang.counts() == said


def test_editing_what_is_done_with_is_answered_kindly(stage: Stage):
    wang = stage.person("wang")
    wang.sends("解放路与西街口 路面破损")
    wang.presses("提交")
    wang.sends(Text(text="路面不破", edited=True))

    wang.sees("/my")
    assert len(stage.cases) == 1


def test_hello_is_no_report(stage: Stage):
    wang = stage.person("wang")
    wang.sends("你好！")
    wang.sees("拍张照片")
    wang.sends("路灯不亮")
    wang.sees_nothing_of("说明：你好")
