"""Sample photos for the demo, drawn by us: a hole in a road and a heap of rubbish, before and after."""

from __future__ import annotations

import io
from functools import lru_cache

import resvg_py
from jinja2 import Environment
from PIL import Image, ImageEnhance, ImageFilter

NAMES = ("road", "road-mended", "rubbish", "rubbish-mended")
_GRAIN, _STAINS = 26, 70


@lru_cache(maxsize=len(NAMES))
def draw(templates: Environment, name: str) -> bytes:
    """Return a sample as JPEG. Raises `KeyError` for an unknown name."""
    if name not in NAMES:
        raise KeyError(name)
    scene, _, mended = name.partition("-")
    svg = templates.get_template(f"chat/samples/{scene}.svg").render(mended=bool(mended))
    picture = Image.open(io.BytesIO(bytes(resvg_py.svg_to_bytes(svg_string=svg)))).convert("RGB")
    out = io.BytesIO()
    _weather(picture).save(out, "JPEG", quality=82)
    return out.getvalue()


def _weather(picture: Image.Image) -> Image.Image:
    """Add stains and a camera's grain, so that flat surfaces do not look drawn."""
    width, height = picture.size
    grain = Image.effect_noise(picture.size, _GRAIN).filter(ImageFilter.GaussianBlur(0.6))
    stains = Image.effect_noise((width // 48, height // 48), _STAINS).resize(picture.size, Image.Resampling.BICUBIC)
    for layer, share in ((stains, 0.10), (grain, 0.16)):
        picture = Image.blend(picture, Image.merge("RGB", [layer] * 3), share)
    return ImageEnhance.Contrast(picture).enhance(1.2)
