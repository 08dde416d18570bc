"""How the double refuses: a code and a status on the new interface, a number and 200 on the older one."""

from __future__ import annotations

from aiohttp import web


class Refused(Exception):
    """Raised to answer with a refusal."""

    def __init__(self, code: str | int, status: int = 400, **more: object) -> None:
        super().__init__(str(code))
        self.code, self.status, self.more = code, status, more

    def response(self, *, old: bool) -> web.Response:
        """Return the answer in the words of either interface."""
        if old:
            return web.json_response({"errcode": self.code, "errmsg": "the double refuses", **self.more})
        told = {"code": self.code, "requestid": "0", "message": "the double refuses", **self.more}
        return web.json_response(told, status=self.status)


def demand(condition: object, code: str | int, status: int = 400) -> None:
    """Refuse unless the condition holds."""
    if not condition:
        raise Refused(code, status)
