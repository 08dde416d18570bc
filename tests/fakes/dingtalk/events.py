"""How events are posted: in an envelope, and what comes back is looked at as the vendor would."""

from __future__ import annotations

import json
import secrets
from typing import Any

import aiohttp

from tests.fakes.dingtalk.settings import EVENT_AES_KEY, EVENT_TOKEN
from tests.fakes.dingtalk.stream import Push
from tests.fakes.sealing import seal, signature, unseal

Json = dict[str, Any]


def posted(event: str, at: str, receiver: str, *, token: str = EVENT_TOKEN, key: str = EVENT_AES_KEY) -> Json:
    """Return the query and the body with which an event is posted."""
    encrypted, nonce = seal(event, aes_key=key, receiver=receiver), secrets.token_hex(4)
    signed = {"timestamp": at, "nonce": nonce, "signature": signature(token, at, nonce, encrypted)}
    return {"params": signed, "json": {"encrypt": encrypted}}


async def post_event(push: Push, url: str, at: str, receiver: str) -> None:
    """Post an event, and answer the push with the status and what was said."""
    event = posted(json.dumps(push.frame), at, receiver)
    async with aiohttp.ClientSession() as client, client.post(url, **event) as answer:
        said = read_answer(await answer.json(), receiver) if answer.status == 200 else ""
        push.answer.set_result({"code": answer.status, "said": said})


def read_answer(said: Json, receiver: str) -> str:
    """Return what an answer says that is signed, and addressed as its event was."""
    signed = signature(EVENT_TOKEN, said["timeStamp"], said["nonce"], said["encrypt"])
    text, addressed = unseal(said["encrypt"], aes_key=EVENT_AES_KEY)
    return text if (signed, addressed) == (said["msg_signature"], receiver) else ""
