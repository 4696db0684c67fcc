# SPDX-License-Identifier: GPL-2.0
"""fusebox-host on the running kernel: nothing of it stays, however it ends."""

import os
import pathlib
import signal
import subprocess
import sys
import time
import unittest

from support import BOX, ToolTest

PROGRAM = BOX / "fusebox-host"
# A writer waits for a thaw there, which no signal ends.
WAITS = "freeze/*"
FROZEN = "w_freeze(fx.w, fx.lower) = 0"


def mounts():
    return sorted(pathlib.Path("/proc/self/mounts").read_text(encoding="ascii").splitlines())


def loops():
    return sorted(str(file.parent.parent) for file in pathlib.Path("/sys/block").glob("loop*/loop/backing_file"))


def connections():
    """FUSE connections, each a device; none of ours may outlive its run."""
    done = subprocess.run(["unshare", "-m", "sh", "-c",
                           "mount -t fusectl none /sys/fs/fuse/connections && ls /sys/fs/fuse/connections"],
                          stdout=subprocess.PIPE, text=True, check=False)
    return done.stdout.split()


def processes():
    """Those that run our program, and have not ended."""
    found = []
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if os.readlink(entry / "exe") == str(PROGRAM):
                found.append(entry.name)
        except OSError:
            pass
    return found


def eventually(what, seconds=20):
    until = time.monotonic() + seconds
    while not what() and time.monotonic() < until:
        time.sleep(0.05)
    return what()


class Host(ToolTest):
    def setUp(self):
        super().setUp()
        self.before = (mounts(), loops(), connections())

    def assert_nothing_left(self):
        self.assertTrue(eventually(lambda: not processes()), f"processes: {processes()}")
        self.assertTrue(eventually(lambda: (mounts(), loops(), connections()) == self.before),
                        f"before {self.before}, after {(mounts(), loops(), connections())}")

    def start(self, nth):
        """Returns when a lower file system has been frozen for the nth time, and a writer is about to wait."""
        child = subprocess.Popen([PROGRAM, "--trace", WAITS], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                 stderr=subprocess.DEVNULL, text=True)
        self.addCleanup(child.stdout.close)
        self.addCleanup(child.kill)
        for line in child.stdout:
            nth -= FROZEN in line
            if not nth:
                break
        return child

    def test_runs(self):
        done = self.assert_works(PROGRAM, "open/basic", "freeze/*")
        self.assertRegex(done.stdout, r"(?m)^ok 1 open/basic$")
        self.assert_nothing_left()

    def test_signals(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            for nth in (1, 2, 3):
                with self.subTest(signal=number.name, nth=nth):
                    child = self.start(nth)
                    child.send_signal(number)
                    self.assertEqual(child.wait(60), 128 + number)
                    self.assertRegex(child.stdout.read(), "interrupted in freeze/")
                    self.assert_nothing_left()

    def test_killed(self):
        for nth in (1, 2, 3, 4):
            child = self.start(nth)
            child.kill()
            child.wait(60)
            self.assert_nothing_left()

    def test_scenario_killed(self):
        """The process of the scenario, not the one that watches over it."""
        child = self.start(1)
        children = f"/proc/{child.pid}/task/{child.pid}/children"
        scenario = pathlib.Path(children).read_text(encoding="ascii").split()[-1]
        os.kill(int(scenario), signal.SIGKILL)
        self.assertEqual(child.wait(120), 1)
        self.assertRegex(child.stdout.read(), r"(?m)^# ended by signal 9")
        self.assert_nothing_left()

    def test_mistakes(self):
        self.assert_refused("no scenario fits 'nonsense'", PROGRAM, "nonsense")
        self.assert_refused("not a number of seconds", PROGRAM, "--timeout", "soon")
        self.assert_refused("not a lower file system", PROGRAM, "--lower-fs", "fat")
        self.assert_refused("cannot write /nowhere/f", PROGRAM, "--trace-file", "/nowhere/f", "open/basic")

    def test_without_root(self):
        done = self.run_tool("setpriv", "--reuid=65534", "--clear-groups", PROGRAM, "open/basic")
        self.assertEqual(done.returncode, 77)
        self.assertEqual(done.stderr, "skipped: needs root\n")


if __name__ == "__main__":
    if not PROGRAM.exists() or os.geteuid():
        print("skipped: needs root and a build without sanitizers")
        sys.exit(77)
    probe = subprocess.run([PROGRAM, "open/basic"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                           stderr=subprocess.PIPE, text=True, check=False)
    if probe.returncode == 77:
        print(probe.stderr, end="")
        sys.exit(77)
    unittest.main()
