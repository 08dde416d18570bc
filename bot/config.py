"""Settings: PK_… variables or the TOML file named by PK_CONFIG; a secret may come from the file in <NAME>_FILE."""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, SecretStr, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

_AES_KEY = re.compile(r"[A-Za-z0-9]{43}")
LOOPBACK = {"127.0.0.1", "::1", "localhost"}


class MissingFile(ValueError):
    """PK_CONFIG or a <NAME>_FILE names a file that cannot be read."""


class Settings(BaseSettings):
    """How this process is set up. Every field is the variable PK_<NAME>."""

    model_config = SettingsConfigDict(env_prefix="PK_", extra="ignore", toml_file=os.environ.get("PK_CONFIG", ""))

    database_url: str = "sqlite:///data/pointkeeper.db"
    city: Path | None = None
    demo: bool | None = None
    blobs: str = "data/blobs"
    web_host: str = "127.0.0.1"
    web_port: int = 8080
    web_chat: bool = True
    web_secret: SecretStr = SecretStr("")
    public_url: str = ""
    telegram_token: SecretStr = SecretStr("")
    telegram_driver: Literal["aiogram", "ptb"] = "aiogram"
    telegram_mode: Literal["polling", "webhook"] = "polling"
    telegram_api: str = "https://api.telegram.org"
    telegram_webhook_secret: SecretStr = SecretStr("")
    dingtalk_client_id: str = ""
    dingtalk_client_secret: SecretStr = SecretStr("")
    dingtalk_robot_code: str = ""
    dingtalk_corp_id: str = ""
    dingtalk_mode: Literal["stream", "http"] = "stream"
    dingtalk_card_template: str = ""
    dingtalk_event_token: SecretStr = SecretStr("")
    dingtalk_event_aes_key: SecretStr = SecretStr("")
    dingtalk_robots: SecretStr = SecretStr("")
    dingtalk_monthly_calls: int = 5000
    dingtalk_api: str = "https://api.dingtalk.com"
    dingtalk_oapi: str = "https://oapi.dingtalk.com"
    wecom_corp_id: str = ""
    wecom_agent_id: str = ""
    wecom_secret: SecretStr = SecretStr("")
    wecom_token: SecretStr = SecretStr("")
    wecom_aes_key: SecretStr = SecretStr("")
    wecom_robots: SecretStr = SecretStr("")
    wecom_api: str = "https://qyapi.weixin.qq.com"
    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(str.upper)] = "INFO"
    pacing: bool = True

    @model_validator(mode="after")
    def _check(self) -> Settings:
        if self.demo is None:
            self.demo = self.city is None
        if self.demo and self.web_host not in LOOPBACK:
            message = "PK_DEMO works on loopback only: set PK_WEB_HOST=127.0.0.1, or PK_DEMO=0 with PK_CITY"
            raise ValueError(message)
        if token := self.telegram_token.get_secret_value():
            self._check_telegram(token)
        self._check_dingtalk()
        self._check_wecom()
        return self

    def _check_telegram(self, token: str) -> None:
        if not re.fullmatch(r"\d+:\S+", token):
            raise ValueError("PK_TELEGRAM_TOKEN is no token: BotFather's looks like 123456:AbC…")
        if self.telegram_mode == "webhook" and not self.telegram_webhook_secret.get_secret_value():
            raise ValueError("PK_TELEGRAM_MODE=webhook needs PK_TELEGRAM_WEBHOOK_SECRET")
        if self.telegram_mode == "webhook" and not self.public_url:
            raise ValueError("PK_TELEGRAM_MODE=webhook needs PK_PUBLIC_URL")

    def _check_dingtalk(self) -> None:
        if bool(self.dingtalk_client_id) is not bool(self.dingtalk_client_secret.get_secret_value()):
            raise ValueError("PK_DINGTALK_CLIENT_ID and PK_DINGTALK_CLIENT_SECRET go together")
        if self.dingtalk_client_id and self.dingtalk_mode == "http" and not self.public_url:
            raise ValueError("PK_DINGTALK_MODE=http needs PK_PUBLIC_URL")
        self._check_dingtalk_events()
        robots = self.dingtalk_robots.get_secret_value().split()
        if not all(re.fullmatch(r"[^=:]+=[^=:]+(:[^=:]+)?", each) for each in robots):
            raise ValueError("PK_DINGTALK_ROBOTS is name=token:secret, and more of them after a space")

    def _check_dingtalk_events(self) -> None:
        token, key = (each.get_secret_value() for each in (self.dingtalk_event_token, self.dingtalk_event_aes_key))
        if bool(token) is not bool(key) or (token and not self.dingtalk_client_id):
            raise ValueError("PK_DINGTALK_EVENT_TOKEN and _EVENT_AES_KEY go together, and with PK_DINGTALK_CLIENT_ID")
        if key and not _AES_KEY.fullmatch(key):
            raise ValueError("PK_DINGTALK_EVENT_AES_KEY is 43 letters and digits")

    def _check_wecom(self) -> None:
        secrets = (self.wecom_secret, self.wecom_token, self.wecom_aes_key)
        needed = (self.wecom_corp_id, self.wecom_agent_id, *(each.get_secret_value() for each in secrets))
        if any(needed) and not all(needed):
            raise ValueError("PK_WECOM_CORP_ID, _AGENT_ID, _SECRET, _TOKEN and _AES_KEY go together")
        if any(needed) and not self.wecom_agent_id.isdecimal():
            raise ValueError("PK_WECOM_AGENT_ID is a number")
        if any(needed) and not _AES_KEY.fullmatch(self.wecom_aes_key.get_secret_value()):
            raise ValueError("PK_WECOM_AES_KEY (EncodingAESKey) is 43 letters and digits")
        if not all(re.fullmatch(r"[^=]+=[^=]+", each) for each in self.wecom_robots.get_secret_value().split()):
            raise ValueError("PK_WECOM_ROBOTS is name=key, and more of them after a space")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Add the TOML file below the environment."""
        del dotenv_settings, file_secret_settings
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def load() -> Settings:
    """Read the settings. Raises `pydantic.ValidationError` or `MissingFile` with what to mend."""
    _check_toml(os.environ.get("PK_CONFIG", ""))
    return Settings(**_secrets_from_files())


def _check_toml(path: str) -> None:
    """A file that is named must be there and be read: without it the program would quietly run the demo."""
    try:
        if path:
            tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise MissingFile(f"PK_CONFIG: cannot read {path}: {error.strerror}") from error
    except ValueError as error:
        raise MissingFile(f"PK_CONFIG: {path} is no TOML: {error}") from error


def _secrets_from_files() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in Settings.model_fields:
        path = os.environ.get(f"PK_{name.upper()}_FILE")
        if path:
            try:
                found[name] = Path(path).read_text(encoding="utf-8").strip()
            except OSError as error:
                message = f"PK_{name.upper()}_FILE: cannot read {path}: {error.strerror}"
                raise MissingFile(message) from error
    return found
