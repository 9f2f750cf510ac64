"""What happened can happen again: from its journal, in another process, and from any moment on."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import journal
from engine.exchange import Exchange
from engine.values.effects import Effect
from tests.laws.outside import ROOT
from tests.laws.storms import WORDS, Deed, Story, World, spoken, stories

STORIES = 150
encode = msgspec.json.Encoder().encode


def written(world: World) -> list[bytes]:
    """The journal of all that a world was told."""
    lines: list[bytes] = []
    writer = journal.Writer(lines.append, journal.header(seed="storm"))
    for event in world.told:
        writer.write(event)
    return lines


def fresh() -> Exchange:
    """An exchange to which nothing has happened."""
    return Exchange(spoken(), seed="storm", watched=True)


def fixed_story() -> Story:
    """One long storm that is the same everywhere: its numbers come from a digest."""
    digits = [byte % 48 for number in range(64) for byte in hashlib.sha256(f"storm {number}".encode()).digest()]
    documents = tuple(tuple(digits[4 * n : 4 * n + 4]) for n in range(6))
    rest = digits[24:]
    deeds = [Deed("arrive", n, n % 7, n) for n in range(5)]
    deeds += [Deed(WORDS[4 * a % len(WORDS)], b, c, d) for a, b, c, d in zip(*[iter(rest)] * 4, strict=False)]
    return Story(documents, tuple(deeds))


def digest() -> str:
    """The digest of all effects of the fixed story, and of what is left at half its length."""
    story = fixed_story()
    world = World(story.documents)
    world.open()
    for deed in story.deeds:
        world.do(deed)
    return hashlib.sha256(encode(world.done) + journal.dump(world.exchange)).hexdigest()


@settings(max_examples=STORIES)
@given(stories())
def test_a_journal_replayed_gives_the_same_effects_and_leaves_the_same(story: Story) -> None:
    world = World(story.documents)
    world.play(story)

    again = fresh()
    happened = journal.Past(written(world))
    made: list[Effect] = [effect for _, effects in journal.replay(again, happened) for effect in effects]

    assert made == world.done
    assert journal.dump(again) == journal.dump(world.exchange)


@settings(max_examples=STORIES)
@given(stories(), st.integers(0, 200))
def test_a_checkpoint_taken_and_loaded_at_any_moment_changes_nothing(story: Story, moment: int) -> None:
    world = World(story.documents)
    world.play(story)
    told = world.told
    moment %= len(told)

    before = fresh()
    made = [effect for event in told[:moment] for effect in before.handle(event)]
    checkpoint = journal.dump(before)
    after = journal.load(checkpoint, spoken(), watched=True)
    made += [effect for event in told[moment:] for effect in after.handle(event)]

    assert journal.dump(journal.load(checkpoint, spoken())) == checkpoint
    assert made == world.done
    assert journal.dump(after) == journal.dump(world.exchange)


def test_another_process_with_another_hash_seed_makes_the_same_effects() -> None:
    code = "from tests.laws.test_replay import digest; print(digest())"
    made = {
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for seed in ("1", "20221")
    }

    assert made == {digest()}


def test_the_fixed_story_is_a_storm() -> None:
    world = World(fixed_story().documents)

    world.play(fixed_story())

    assert len({type(event) for event in world.told}) > 12
    assert len({type(effect) for effect in world.done}) > 15
