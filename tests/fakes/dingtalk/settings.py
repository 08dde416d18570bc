"""Who the double takes the application for; all of it fictional."""

from __future__ import annotations

CLIENT = "dingfictionalclient"
SECRET = "fictional-client-secret-0123456789"
CORP = "dingfictionalcorp"
EVENT_TOKEN = "FictionalEventToken1"
EVENT_AES_KEY = "fictionaleventkey0123456789ABCDEFGHIJKLMNOP"
TEMPLATE = "fictional-template.schema"
