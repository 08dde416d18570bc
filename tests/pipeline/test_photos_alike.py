"""How a photo looks in 64 bits, and in small."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageEnhance

from bot.pipeline.photos import thumbnail
from tests.pipeline.pictures import (
    file,
    hamming,
    scene,
    settled,
    told,
)


def test_the_same_scene_looks_alike_in_any_size_quality_and_light():
    one = settled(file(scene((1200, 900)))).dhash
    others = [
        settled(file(scene((1200, 900)).resize((400, 300)), quality=40)).dhash,
        settled(file(ImageEnhance.Brightness(scene((1200, 900))).enhance(0.8))).dhash,
        settled(file(scene((1200, 900)), "WEBP", quality=50)).dhash,
    ]

    assert max(hamming(one, other) for other in others) <= 6


def test_other_scenes_do_not_look_alike():
    looks = [settled(file(scene(seed=seed))).dhash for seed in range(8)]

    assert min(hamming(a, b) for i, a in enumerate(looks) for b in looks[:i]) > 10


def test_a_likeness_says_which_spots_are_darker_than_their_right_neighbour():
    rising = Image.linear_gradient("L").rotate(90)
    falling = rising.transpose(Image.Transpose.FLIP_LEFT_RIGHT)

    assert settled(file(rising)).dhash == "f" * 16
    assert settled(file(falling)).dhash == "0" * 16


def test_a_thumbnail_fits_into_its_square():
    photo = settled(file(scene((1200, 600)), exif=told()))
    small = Image.open(BytesIO(thumbnail(photo.data, 100)))

    assert (small.format, small.size) == ("JPEG", (100, 50))
    assert Image.open(BytesIO(thumbnail(photo.data, 5000))).size == (1200, 600)
