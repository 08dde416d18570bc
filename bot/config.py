"""Settings: PK_… variables or the TOML file named by PK_CONFIG; a secret may come from the file in <NAME>_FILE."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Literal

from pydantic import SecretStr, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

LOOPBACK = {"127.0.0.1", "::1", "localhost"}


class MissingSecretFile(ValueError):
    """A <NAME>_FILE names a file that cannot be read."""


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
    telegram_mode: Literal["polling", "webhook"] = "polling"
    telegram_api: str = "https://api.telegram.org"
    telegram_webhook_secret: SecretStr = SecretStr("")
    log_level: str = "INFO"
    pacing: bool = True

    @model_validator(mode="after")
    def _check(self) -> Settings:
        if self.demo is None:
            self.demo = self.city is None
        if self.demo and self.web_host not in LOOPBACK:
            message = "PK_DEMO works on loopback only: set PK_WEB_HOST=127.0.0.1, or PK_DEMO=0 with PK_CITY"
            raise ValueError(message)
        if self.telegram_mode == "webhook" and self.telegram_token.get_secret_value():
            self._check_webhook()
        return self

    def _check_webhook(self) -> None:
        if not self.telegram_webhook_secret.get_secret_value():
            message = "PK_TELEGRAM_MODE=webhook needs PK_TELEGRAM_WEBHOOK_SECRET"
            raise ValueError(message)

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
    """Read the settings. Raises `pydantic.ValidationError` or `MissingSecretFile` with what to mend."""
    return Settings(**_secrets_from_files())


def _secrets_from_files() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in Settings.model_fields:
        path = os.environ.get(f"PK_{name.upper()}_FILE")
        if path:
            try:
                found[name] = Path(path).read_text(encoding="utf-8").strip()
            except OSError as error:
                message = f"PK_{name.upper()}_FILE: cannot read {path}: {error.strerror}"
                raise MissingSecretFile(message) from error
    return found
