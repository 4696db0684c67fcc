# SPDX-License-Identifier: GPL-2.0
"""fusebox explore and fusebox shrink, as a user meets them."""

import os
import re
import subprocess
import unittest

FUSEBOX = os.path.join(os.environ["FUSEBOX_BOX"], "fusebox")


def fusebox(*words):
    return subprocess.run([FUSEBOX, *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, check=False, timeout=250)


class Explore(unittest.TestCase):
    def test_a_bound_is_completed(self):
        done = fusebox("explore", "explore/write-write", "--preemptions", "0")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"(?m)^ok 1 explore/write-write # bound 0, [1-9]\d* schedules, 0 pruned$")

    def test_without_bound_it_is_complete(self):
        done = fusebox("explore", "explore/write-write")
        self.assertEqual(done.returncode, 0, done.stderr)
        # tools/bench reads these two
        self.assertRegex(done.stderr, r"(?m)^  explore/write-write +3 +\d+ +\d+ +\d+ +\d+ +\d+ +0  complete +[\d.]+ +\d+ +0$")
        self.assertRegex(done.stderr, r"(?m)^  time: \d+ % between runs, .*, \d+ % what to try next$")
        self.assertRegex(done.stdout, r"(?m)^ok 1 explore/write-write # complete, ")

    def test_without_bound_at_once_takes_fewer(self):
        done = [fusebox("explore", "explore/write-over", *words) for words in ((), ("--preemptions", "any"))]
        for one in done:
            self.assertEqual(one.returncode, 0, one.stderr)
            self.assertIn("ok 1 explore/write-over # complete, ", one.stdout)
        deepened, at_once = (int(re.search(r"complete, (\d+) schedules", one.stdout).group(1)) for one in done)
        self.assertLess(at_once, deepened)

    def test_a_limit_of_runs_is_no_completeness(self):
        done = fusebox("explore", "explore/write-write", "--max-runs", "1")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("# partial, 1 schedules", done.stdout)

    def test_the_same_seed_is_the_same_search(self):
        words = ("explore", "explore/write-over", "--policy", "pct", "--seed", "3", "--max-runs", "20")
        first, second = fusebox(*words), fusebox(*words)
        self.assertEqual(first.returncode, 0, first.stderr)
        self.assertEqual(first.stdout, second.stdout)

    def test_a_restart_changes_nothing_but_the_time(self):
        for words in (("explore/*", "conc/cached-read", "conc/freeze-write", "--preemptions", "1"),
                      ("explore/write-over", "conc/times"),
                      ("conc/fput-twice", "conc/submit-complete", "--policy", "pct"),
                      ("conc/death-close", "--policy", "random")):
            with self.subTest(words=words):
                words = ("explore", *words, "--max-runs", "150")
                first, second = fusebox(*words), fusebox(*words, "--no-restart")
                self.assertEqual(first.returncode, 0, first.stderr)
                self.assertEqual(first.stdout, second.stdout)

    def mistake(self, text, *words):
        done = fusebox(*words)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertIn(text, done.stderr)

    def test_mistakes(self):
        self.mistake("needs the name of a scenario", "explore")
        self.mistake("no scenario fits 'nothing'", "explore", "nothing")
        self.mistake("--policy 'best'", "explore", "explore/write-write", "--policy", "best")
        self.mistake("has no end", "explore", "explore/write-write", "--policy", "pct")
        self.mistake("--preemptions 'many'", "explore", "explore/write-write", "--preemptions", "many")


class Shrink(unittest.TestCase):
    def test_mistakes(self):
        Explore.mistake(self, "needs a token", "shrink")
        Explore.mistake(self, "is no token of a run", "shrink", "nonsense")
        Explore.mistake(self, "malformed", "shrink", "open/basic@!!")
        Explore.mistake(self, "does not fail", "shrink", self.token_of_ok())

    def token_of_ok(self):
        """A token of a run without decisions: the check byte is the only one that fits."""
        digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        name, value = "open/basic", 2166136261
        for byte in [*name.encode(), 0]:
            value = (value ^ byte) * 16777619 & 0xffffffff
        check = (value ^ value >> 8 ^ value >> 16 ^ value >> 24) & 0xff
        word = check << 8
        text = "".join(digits[word >> shift & 63] for shift in (18, 12, 6))
        self.assertEqual(fusebox("replay", f"{name}@{text}").returncode, 0)
        return f"{name}@{text}"


if __name__ == "__main__":
    unittest.main()
