"""Fingerprints: frozen values, and what they tell apart."""

from __future__ import annotations

import hashlib
import random
import subprocess
import sys

import pytest

from tearsheet.fingerprints import SHORTEST_TEXT, block_hash, content_hash, near_hash, similarity, version_id

FROZEN = {
    "en": " ".join(f"Word number {n}, said the President of the {n % 7}th Republic." for n in range(40)),
    "ru": " ".join(f"Слово номер {n}, сказал президент {n % 7}-й Республики." for n in range(40)),
    "zh": "".join(f"第{n}个词，第{n % 7}共和国总统说。" for n in range(40)),
    "th": "".join(f"คำที่{n}ประธานาธิบดีแห่งสาธารณรัฐที่{n % 7}กล่าวว่า" for n in range(40)),
}


@pytest.mark.parametrize(
    ("language", "digest"),
    [("en", "c0089ccd06dd10fc"), ("ru", "22c419288034a720"), ("zh", "1103b49ed6bc3bd7"), ("th", "afd8a6a060b51bbb")],
)
def test_signatures_are_frozen(language: str, digest: str) -> None:
    """Where this fails after an upgrade or a changed folding: raise SIGNATURE_VERSION, then freeze anew."""
    signature = near_hash(FROZEN[language])
    assert signature is not None
    assert len(signature) == 513
    assert hashlib.sha256(signature).hexdigest()[:16] == digest


def test_ids_are_frozen() -> None:
    assert version_id("Unrest", "In Almaty.\n\nToday.") == "27fd680dacb40ccd6780"
    assert content_hash("«Ёлка» — in L’Île!") == "8552d7a149444d8b0505"
    assert block_hash("Stand: 12.02.2026, 16:20 Uhr") == block_hash("STAND – 3.2.2026, 9.05 Uhr") == "d827742880c21664"


def test_a_block_without_letters_is_no_block() -> None:
    assert block_hash("— 12.02. —") == ""


@pytest.mark.parametrize(
    "same",
    [("Un  rest\n", "In Almaty."), ("Un rest", " In\u00a0Almaty. "), ("Un rest", "In Almaty.\n")],
)
def test_version_folds_white_space(same: tuple[str, str]) -> None:
    assert version_id(*same) == version_id("Un rest", "In Almaty.")


def test_version_folds_composition() -> None:
    assert version_id("Cafe\u0301", "") == version_id("Café", "")


@pytest.mark.parametrize("other", [("Unrest", "in almaty"), ("Unrest In", "Almaty"), (None, "Unrest In Almaty")])
def test_version_tells_apart(other: tuple[str | None, str]) -> None:
    assert version_id(*other) != version_id("Unrest", "In Almaty")


def test_content_ignores_case_punctuation_and_accents() -> None:
    assert content_hash("“Café” – à la carte, 2022") == content_hash("cafe a LA carte 2022!")
    assert content_hash("one two") != content_hash("two one")
    assert content_hash("one two") != content_hash("onetwo")


def test_short_texts_have_no_signature() -> None:
    assert near_hash("word " * (SHORTEST_TEXT - 1)) is None
    assert near_hash("word " * SHORTEST_TEXT) is not None
    assert near_hash("") is None


@pytest.mark.parametrize("cut", [0, 100, 200, 300, 350, 390, 400])
def test_similarity_estimates_jaccard(cut: int) -> None:
    tokens = [f"w{n}" for n in range(400)]
    other = tokens[:cut] + [f"x{n}" for n in range(400 - cut)]
    a, b = near_hash(" ".join(tokens)), near_hash(" ".join(other))
    assert a is not None
    assert b is not None
    common = max(cut - 2, 0)
    assert similarity(a, b) == pytest.approx(common / (2 * 398 - common), abs=0.13)
    assert similarity(a, b) == similarity(b, a)
    assert similarity(a, a) == 1.0


def test_signatures_of_two_versions_are_not_compared() -> None:
    signature = near_hash(FROZEN["en"])
    assert signature is not None
    assert similarity(signature, b"\xff" + signature[1:]) == 0.0


@pytest.mark.parametrize("language", FROZEN)
def test_case_and_punctuation_do_not_change_a_signature(language: str) -> None:
    assert near_hash(FROZEN[language]) == near_hash(FROZEN[language].upper().replace(".", " — "))


def test_unlike_thai_texts_are_unlike() -> None:
    """Letters of one alphabet share many short runs: hence the longer shingles."""
    chance = random.Random(7)
    syllables = ["กา", "รัฐ", "ประ", "เทศ", "ไทย", "จีน", "การ", "เมือง", "คน", "ที่", "และ", "ใน", "ของ", "ให้", "เป็น", "ว่า"]
    a, b = (near_hash("".join(chance.choices(syllables, k=600))) for _ in range(2))
    assert a is not None
    assert b is not None
    assert similarity(a, b) < 0.2


def test_importing_needs_no_minhash_library() -> None:
    code = "import sys; import tearsheet.fingerprints; sys.exit('rensa' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
