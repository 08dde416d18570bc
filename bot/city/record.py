"""What every record of the pack has in common."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Record(BaseModel):
    """A frozen piece of the pack; unknown fields are refused, so that a misspelt column is never silently lost."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Named(Record):
    """A record with a code, and a name in Chinese and perhaps in English."""

    code: str
    name: str
    name_en: str = ""

    def label(self, language: str = "zh_CN") -> str:
        """Return the name in the language of the reader; the Chinese name where there is no other."""
        return in_language(language, self.name, self.name_en)


def in_language(language: str, chinese: str, english: str) -> str:
    """Return a text of the pack in the language of the reader; the Chinese one where there is no other."""
    return english if language.startswith("en") and english else chinese
