"""A reload swaps one reference, or changes nothing but what is said of it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from gateway.errors import GatewayError
from gateway.policy.load import load_policy
from gateway.policy.snapshot import Policy
from gateway.privacy.faults import NotCovered
from gateway.reload.reading import Folder
from gateway.reload.reloader import LOOK_S, QUIET_S, Reloader
from gateway.reload.status import InForce, NotReloaded, Reloaded
from gateway.stores.interfaces import StoreUnavailable
from gateway.stores.revisions import Enforcement, Revision, Why
from tests.parts.executors import AtOnce
from tests.parts.runtime import FakeClock
from tests.policy.folder import written
from tests.policy.whole import ENVIRONMENT, TEXT

ONE = "teams: {one: {}}\n"
TWO = "teams: {two: {}}\n"
BROKEN = "teams: {one: {rolls: []}}\n"
SECRET = "providers: {{p: {{dialect: openai, base_url: 'https://p.test', credentials: ['${{file:{}}}']}}}}\n"


class Kept:
    """Revisions in a list; `down` how often the database can't be used."""

    def __init__(self) -> None:
        self.recorded: list[tuple[Revision, Why]] = []
        self.down = 0

    def record(self, revision: Revision, why: Why) -> bool:
        if self.down:
            self.down -= 1
            raise StoreUnavailable("the database can't be used: locked")
        self.recorded.append((revision, why))
        return True

    def list(self, limit: int = 50, before: int | None = None) -> Sequence[Enforcement]:
        return []

    def get(self, name: str) -> Revision | None:
        return None

    @property
    def causes(self) -> Sequence[tuple[str, str | None]]:
        return [(why.cause, why.author) for _, why in self.recorded]


class Scene:
    """A process that began with what stands in a folder now."""

    def __init__(self, folder: Path, text: str, environment: Mapping[str, str] | None = None) -> None:
        environment = environment or {}
        self.path = written(folder, {"a.yaml": text})
        self.policy = load_policy(folder, environment=environment)
        self.in_force = InForce(self.policy)
        self.kept, self.clock, self.came = Kept(), FakeClock(), list[Policy]()
        self.reloader = Reloader(
            Folder(folder, environment),
            self.in_force,
            self.kept,
            AtOnce(),
            self.clock,
            self.came.append,
            self._before,
        )
        self.lacks: GatewayError | None = None

    async def _before(self, policy: Policy) -> None:
        assert policy is not self.in_force.current
        if self.lacks is not None:
            raise self.lacks

    def write(self, text: str) -> None:
        written(self.path, {"a.yaml": text})

    async def reloaded(self) -> Reloaded:
        done = await self.reloader.reload("api", "anna")
        assert isinstance(done, Reloaded)
        return done


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path, ONE)


async def test_a_good_folder_is_in_force_at_once_and_is_recorded(scene: Scene):
    before = scene.policy.revision
    scene.write(TWO)
    done = await scene.reloaded()
    now = scene.in_force.current
    assert [*now.teams] == ["two"]
    assert done == Reloaded(now.revision, before, "policy")
    assert scene.came == [now]
    [(revision, why)] = scene.kept.recorded
    assert (revision.name, why.cause, why.author, why.at) == (now.revision, "api", "anna", scene.clock.ms)
    assert revision.files["a.yaml"].text == TWO


async def test_a_policy_whose_calls_would_lack_something_is_not_taken(scene: Scene):
    scene.lacks = NotCovered("nothing here finds LOCATION")
    scene.write(TWO)
    done = await scene.reloader.reload("api", "anna")
    assert isinstance(done, NotReloaded)
    assert [fault.message for fault in done.faults] == ["nothing here finds LOCATION"]
    assert scene.in_force.current is scene.policy and scene.came == []
    scene.lacks = None
    assert (await scene.reloaded()).what == "policy"


async def test_what_of_a_new_policy_nobody_enforces_is_logged(scene: Scene, caplog: pytest.LogCaptureFixture):
    scene.write(ONE + "monitors: [{name: m, kind: groundedness, sample: 2%}]\n")
    await scene.reloaded()
    assert caplog.text.count("not yet in force: monitors: nothing is measured") == 1


async def test_a_warning_that_moved_is_no_change(tmp_path: Path):
    doubtful = ONE + "shadows: [{name: s, to: p/x, sample: 1%}]\nproviders: {p: {dialect: echo}}\n"
    scene = Scene(tmp_path, doubtful)
    assert scene.policy.warnings
    scene.write(f"# moved\n{doubtful}")
    assert (await scene.reloaded()).what == "nothing"


async def test_the_status_says_what_is_in_force_since_when_and_why(scene: Scene):
    scene.clock.ms += 5
    scene.write(TWO)
    await scene.reloaded()
    status = scene.reloader.status
    assert (status.revision, status.since_ms, status.attempted_ms) == (
        scene.in_force.current.revision,
        scene.clock.ms,
        scene.clock.ms,
    )
    assert (status.cause, status.author, status.faults) == ("api", "anna", ())
    assert (status.loaded, status.failed, status.unchanged) == (1, 0, 0)


async def test_a_bad_folder_leaves_everything_in_force_and_says_its_faults(
    scene: Scene, caplog: pytest.LogCaptureFixture
):
    scene.write(BROKEN)
    done = await scene.reloader.reload("file")
    assert isinstance(done, NotReloaded)
    assert scene.in_force.current is scene.policy
    assert (scene.came, scene.kept.recorded) == ([], [])
    status = scene.reloader.status
    assert (status.revision, status.faults, status.failed) == (scene.policy.revision, done.faults, 1)
    [line] = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert f"revision {scene.policy.revision} stays in force" in line
    assert "a.yaml:1:15" in line
    assert "did you mean `roles`" in line


async def test_a_fault_that_is_mended_is_said_no_more(scene: Scene):
    scene.write(BROKEN)
    await scene.reloader.reload("file")
    scene.write(ONE)
    assert (await scene.reloaded()).what == "nothing"
    assert scene.reloader.status.faults == ()


async def test_other_bytes_of_the_same_meaning_are_no_reload_but_are_kept(scene: Scene):
    await scene.reloaded()
    scene.write("# a comment\n" + ONE)
    done = await scene.reloaded()
    assert done == Reloaded(scene.policy.revision, scene.policy.revision, "nothing")
    assert scene.in_force.current is scene.policy, "what is remembered with it stays"
    assert scene.came == []
    assert [kept.files["a.yaml"].text for kept, _ in scene.kept.recorded] == [ONE, "# a comment\n" + ONE]
    await scene.reloaded()
    assert len(scene.kept.recorded) == 2, "the same bytes are written down once"


async def test_a_secret_that_changed_is_read_anew_under_the_same_name(tmp_path: Path):
    secret = tmp_path / "secret"
    secret.write_text("first-key")
    scene = Scene(tmp_path, SECRET.format(secret))
    secret.write_text("second-key")
    done = await scene.reloaded()
    assert (done.what, done.revision) == ("secrets", scene.policy.revision)
    [credential] = scene.in_force.current.providers["p"].credentials
    assert credential.reveal() == "second-key"
    assert scene.came == [scene.in_force.current]


async def test_every_part_of_the_language_is_the_same_when_it_is_read_again(tmp_path: Path):
    scene = Scene(tmp_path, TEXT, ENVIRONMENT)
    assert (await scene.reloaded()).what == "nothing"


async def test_no_secret_is_logged_or_kept(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    secret = tmp_path / "secret"
    secret.write_text("first-key")
    scene = Scene(tmp_path, SECRET.format(secret))
    secret.write_text("key with spaces")
    await scene.reloader.reload("file")
    secret.write_text("second-key")
    scene.write(SECRET.format(secret).replace("['", "[written-out-key, '"))
    await scene.reloaded()
    told = caplog.text + repr(scene.reloader.status) + repr(scene.kept.recorded)
    for value in ("first-key", "second-key", "key with spaces", "written-out-key"):
        assert value not in told
    assert scene.reloader.status.failed == 1


async def test_what_only_a_start_can_change_is_said(scene: Scene):
    scene.write(ONE + "audit: {fsync: true}\n")
    assert (await scene.reloaded()).needs_restart == ("audit.fsync",)
    assert scene.reloader.status.needs_restart == ("audit.fsync",)
    scene.write(ONE)
    assert (await scene.reloaded()).needs_restart == ()


async def test_reloads_at_once_follow_each_other(scene: Scene):
    scene.write(TWO)
    done = await asyncio.gather(*(scene.reloaded() for _ in range(3)))
    assert [each.what for each in done] == ["policy", "nothing", "nothing"]


async def test_a_database_that_is_down_stops_no_reload_and_is_told_later(
    scene: Scene, caplog: pytest.LogCaptureFixture
):
    scene.kept.down = 3
    scene.write(TWO)
    await scene.reloaded()
    assert [*scene.in_force.current.teams] == ["two"]
    assert scene.kept.recorded == []
    await followed(scene, looks=4)
    assert [kept.name for kept, _ in scene.kept.recorded] == [scene.in_force.current.revision]
    assert caplog.text.count("not written down yet") == 1


# ---------------------------------------------------------------- following


async def followed(scene: Scene, *, looks: int, before: Callable[[int], object] = lambda _: None) -> None:
    """Follow the folder for so many looks; `before` is told the number of each."""
    sleep, done = scene.clock.sleep, 0

    async def counted(seconds: float) -> None:
        nonlocal done
        await sleep(seconds)
        if seconds == LOOK_S:
            if done == looks:
                raise asyncio.CancelledError
            before(done)
            done += 1

    scene.clock.sleep = counted  # type: ignore[method-assign]
    with pytest.raises(asyncio.CancelledError):
        await scene.reloader.watch()
    scene.clock.sleep = sleep  # type: ignore[method-assign]


async def test_the_start_is_recorded_and_loads_nothing(scene: Scene):
    await followed(scene, looks=2)
    assert scene.kept.causes == [("start", None)]
    assert scene.in_force.current is scene.policy
    assert scene.reloader.status.loaded == 0


async def test_what_changed_between_loading_and_the_first_look_comes_into_force(scene: Scene):
    scene.write(TWO)
    await followed(scene, looks=0)
    assert [*scene.in_force.current.teams] == ["two"]


async def test_a_change_comes_into_force_at_the_next_look(scene: Scene):
    await followed(scene, looks=1, before=lambda _: scene.write(TWO))
    assert [*scene.in_force.current.teams] == ["two"]
    assert scene.kept.causes == [("start", None), ("file", None)]


async def test_what_is_still_being_written_is_waited_for(scene: Scene):
    """A burst of changes is one reload: half a file is never tried."""
    half = iter([TWO[:8], TWO[:12], TWO])
    sleep = scene.clock.sleep

    async def goes_on(seconds: float) -> None:
        await sleep(seconds)
        if seconds == QUIET_S:
            text = next(half, None)
            if text is not None:
                scene.write(text)

    scene.clock.sleep = goes_on  # type: ignore[method-assign]
    await followed(scene, looks=1, before=lambda _: scene.write(TWO[:4]))
    assert scene.reloader.status.failed == 0
    assert [*scene.in_force.current.teams] == ["two"]


async def test_what_is_broken_is_tried_once_and_again_when_it_changes(scene: Scene):
    texts = {0: BROKEN, 3: TWO}
    await followed(scene, looks=5, before=lambda n: scene.write(texts[n]) if n in texts else None)
    assert (scene.reloader.status.failed, scene.reloader.status.loaded) == (1, 1)


async def test_a_hangup_reads_the_folder_at_once_changed_or_not(scene: Scene):
    following = asyncio.create_task(scene.reloader.listen())
    for text in (ONE, TWO):
        scene.write(text)
        scene.reloader.ask()
        for _ in range(10):
            await asyncio.sleep(0)
    following.cancel()
    await asyncio.wait([following])
    assert [*scene.in_force.current.teams] == ["two"]
    assert (scene.reloader.status.unchanged, scene.reloader.status.cause) == (1, "signal")


async def test_following_is_both_to_watch_and_to_listen(scene: Scene):
    scene.write(TWO)
    following = asyncio.create_task(scene.reloader.follow())
    scene.reloader.ask()
    for _ in range(20):
        await asyncio.sleep(0)
    following.cancel()
    await asyncio.wait([following])
    status = scene.reloader.status
    assert (status.cause, status.loaded, status.unchanged) == ("start", 1, 1)


async def test_a_fault_of_our_own_ends_no_following(scene: Scene, caplog: pytest.LogCaptureFixture):
    def wrong(_: Policy) -> None:
        raise ZeroDivisionError

    scene.reloader._then = wrong
    texts = {0: TWO, 2: "teams: {three: {}}\n"}
    await followed(scene, looks=4, before=lambda n: scene.write(texts[n]) if n in texts else None)
    assert [*scene.in_force.current.teams] == ["three"]
    assert caplog.text.count("tried again when it changes") == 2
