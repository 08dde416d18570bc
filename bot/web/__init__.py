"""The one ASGI app: chat page, webhooks, health."""
