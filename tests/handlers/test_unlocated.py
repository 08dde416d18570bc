"""Where a platform brings no places, nobody is asked for one: an address or a map link does it."""

from __future__ import annotations

from bot.port import Capabilities, Unsupported


def test_an_address_or_a_map_link_is_asked_for(make_stage):
    alice = make_stage(capabilities=Capabilities(location_in=False)).person("alice")
    alice.sends("路面破损")
    alice.sees("发一个地图链接", "这里收不到定位")
    alice.sends(Unsupported(what="unknownMsgType"))
    alice.sees("如果是定位，这里收不到", "地图链接")


def test_elsewhere_a_place_is_asked_for(stage):
    alice = stage.person("alice")
    alice.sends("路面破损")
    alice.sees("发个定位")
