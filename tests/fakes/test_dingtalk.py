"""The double of DingTalk is proven by the vendor's own client, dingtalk-stream, which knows nothing of ours."""

from __future__ import annotations

import asyncio
import io
import threading
from contextlib import asynccontextmanager
from functools import partial

import pytest
import requests
from PIL import Image

from tests.fakes.dingtalk import CLIENT, SECRET, TEMPLATE, FakeDingTalk

sdk = pytest.importorskip("dingtalk_stream")


class Robot(sdk.ChatbotHandler):
    """Answers in the vendor's ways: by the session, by a card, and by the size of a picture."""

    card = ""

    async def process(self, callback):
        message = sdk.ChatbotMessage.from_dict(callback.data)
        if message.message_type == "picture":
            url = self.get_image_download_url(message.image_content.download_code)
            size = Image.open(io.BytesIO(requests.get(url, timeout=5).content)).size  # noqa: ASYNC210 -- in a thread
            self.reply_text(f"{size}", message)
        elif message.text.content.strip() == "card":
            replier = sdk.card_replier.CardReplier(self.dingtalk_client, message)
            Robot.card = replier.create_and_deliver_card(TEMPLATE, {"text": "**card**", "btns": BUTTONS})
        else:
            self.reply_markdown("title", f"**{message.text.content.strip()}** {message.sender_nick}", message)
        return sdk.AckMessage.STATUS_OK, "OK"


BUTTONS = (
    '[{"text": "go", "event": {"type": "sendCardRequest", "params": {"actionId": "1", "params": {"token": "t"}}}}]'
)


class Taps(sdk.CallbackHandler):
    """Changes the card that was tapped."""

    async def process(self, callback):
        tap = sdk.CardCallbackMessage.from_dict(callback.data)
        token = tap.content["cardPrivateData"]["params"]["token"]
        message = sdk.ChatbotMessage()
        message.conversation_type = "1"
        replier = sdk.card_replier.CardReplier(self.dingtalk_client, message)
        replier.put_card_data(tap.card_instance_id, {"text": f"tapped {token} by {tap.user_id}"})
        return sdk.AckMessage.STATUS_OK, {"response": {}}


class Events(sdk.EventHandler):
    """Notes who left."""

    left = ()

    async def process(self, event):
        if event.headers.event_type == "user_leave_org":
            Events.left += tuple(event.data["userId"])
        return sdk.AckMessage.STATUS_OK, "OK"


@asynccontextmanager
async def vendors_client(dingtalk: FakeDingTalk, monkeypatch: pytest.MonkeyPatch):
    """Run the vendor's client in a thread of its own: it blocks."""
    for module in (sdk.chatbot, sdk.card_replier, sdk.stream):
        monkeypatch.setattr(module, "DINGTALK_OPENAPI_ENDPOINT", dingtalk.url)
    opening = f"{dingtalk.url}/v1.0/gateway/connections/open"
    monkeypatch.setattr(sdk.DingTalkStreamClient, "OPEN_CONNECTION_API", opening)
    client = sdk.DingTalkStreamClient(sdk.Credential(CLIENT, SECRET))
    client.register_callback_handler(sdk.ChatbotMessage.TOPIC, Robot())
    client.register_callback_handler("/v1.0/card/instances/callback", Taps())
    client.register_all_event_handler(Events())
    loop = asyncio.new_event_loop()
    running = loop.create_task(client.start())
    thread = threading.Thread(target=partial(_run, loop, running))
    thread.start()
    try:
        await dingtalk.gateway.until(lambda: dingtalk.gateway.lines)
        yield client
    finally:
        while thread.is_alive():  # it swallows the first cancellation, and rests
            loop.call_soon_threadsafe(running.cancel)
            await asyncio.to_thread(thread.join, 0.05)
        loop.close()


def _run(loop: asyncio.AbstractEventLoop, running: asyncio.Task[None]) -> None:
    try:
        loop.run_until_complete(running)
    except asyncio.CancelledError:
        rest = asyncio.all_tasks(loop)
        for task in rest:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*rest, return_exceptions=True))


async def answered(push):
    answer = await asyncio.wait_for(push.answer, 5)
    assert answer["code"] == 200
    return answer


async def test_the_vendors_client_hears_answers_and_is_answered(monkeypatch: pytest.MonkeyPatch):
    async with FakeDingTalk() as dingtalk, vendors_client(dingtalk, monkeypatch):
        alice = dingtalk.person("alice")
        picture = io.BytesIO()
        Image.new("RGB", (64, 48)).save(picture, "JPEG")
        await answered(alice.says("井盖松动"))
        await answered(alice.sends_picture(picture.getvalue()))
        await answered(alice.says("card"))
        words, size, card = alice.chat.messages
        assert (words.text, words.bold, size.text) == ("井盖松动 alice", ["井盖松动"], "(64, 48)")
        assert (card.key, card.text, list(card.buttons)) == (Robot.card, "card", ["go"])
        await answered(alice.presses("go"))
        assert (card.text, card.buttons) == (f"tapped t by {alice.staff}", {})
        await answered(alice.leaves())
        assert Events.left == (alice.staff,)
        assert dingtalk.gateway.push("SYSTEM", "ping", '{"opaque": "1"}')
        await dingtalk.gateway.until(lambda: len(dingtalk.gateway.events) == 7)


async def test_a_ticket_opens_one_line_and_dies_in_ninety_seconds():
    now = 1_000_000.0
    async with FakeDingTalk(clock=lambda: now) as dingtalk:
        import aiohttp

        async with aiohttp.ClientSession() as client:
            ticket, late = dingtalk.gateway.ticket(), dingtalk.gateway.ticket()
            url = f"{dingtalk.url}/connect"
            line = await client.ws_connect(url, params={"ticket": ticket})
            for spent in (ticket, "none"):
                with pytest.raises(aiohttp.WSServerHandshakeError):
                    await client.ws_connect(url, params={"ticket": spent})
            now += 91
            with pytest.raises(aiohttp.WSServerHandshakeError):
                await client.ws_connect(url, params={"ticket": late})
            await line.close()
