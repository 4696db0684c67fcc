# SPDX-License-Identifier: GPL-2.0
"""fusebox random: seeds, logs and what is wrong with them. That it finds bugs is tools/defects' business."""

import re
import unittest

from support import BOX, ToolTest

FUSEBOX = BOX / "fusebox"
GOOD = """# fusebox random: the operations of seed 3
1 round=1 task=0 open slot=1 file=0 way=cached flags=rdwr
2 round=1 task=1 open slot=2 file=0 way=B flags=rdwr+append
3 round=2 task=0 pwrite slot=1 off=100 len=5000
4 round=3 task=1 write slot=2 off=0 len=10
5 round=4 task=1 read slot=1 off=0 len=9000
6 round=5 task=0 mmap slot=1 map=3 flags=write
7 round=6 task=0 store map=3 off=0 len=1
8 round=6 task=1 pread slot=2 off=4096 len=10
9 round=7 task=1 seek slot=2 off=4096 flags=data
10 round=8 task=1 fallocate slot=1 off=4096 len=10 flags=keep+punch
"""


class Seeds(ToolTest):
    def test_same_seed_same_run(self):
        first, second = (self.assert_works(FUSEBOX, "random", "--seed", "5", "--ops", "400") for _ in range(2))
        self.assertEqual(first.stdout, second.stdout)
        points = [re.search(r"400 operations.* (\d+) choice points", run.stderr).group(1) for run in (first, second)]
        self.assertEqual(*points)

    def test_all_kinds(self):
        done = self.assert_works(FUSEBOX, "random", "--seeds", "2", "--ops", "3000")
        counts = re.search(r"(?m)^# operations:(.*)$", done.stdout).group(1).split()
        self.assertEqual([kind for kind, count in zip(counts[::2], counts[1::2]) if count == "0"], [])
        self.assertEqual(sum(int(count) for count in counts[1::2]), 6000)
        self.assertIn("ok 2 seed 2\n", done.stdout)


class Logs(ToolTest):
    def replay(self, text):
        path = self.scratch / "ops.log"
        path.write_text(text, encoding="utf-8")
        return (FUSEBOX, "random", "--replay", path)

    def test_replay(self):
        done = self.assert_works(*self.replay(GOOD))
        self.assertIn("10 operations", done.stderr)
        self.assertNotIn("could not be done", done.stdout)

    def test_left_out(self):
        """Without its open, what is done with it is left out."""
        done = self.assert_works(*self.replay(GOOD.replace("2 round=1 task=1 open", "# 2 round=1 task=1 open")))
        self.assertIn("# 3 operations of the log could not be done", done.stdout)
        self.assertIn("6 operations", done.stderr)

    def test_bad_lines(self):
        for line, word in (("x round=1 task=0 fsync slot=0", "'x'"), ("1 round=1 task=9 fsync slot=0", "'task=9'"),
                           ("1 round=1 task=0 jump slot=0", "'jump'"), ("1 round=1 task=0 fsync", "ends too early"),
                           ("1 round=1 task=0 fsync slot=99", "'slot"), ("1 round=1 task=0 fsync slot=1 len=1", "'len"),
                           ("1 round=1 task=0 open slot=1 file=0 way=D flags=none", "'way"),
                           ("1 round=1 task=0 open slot=1 file=0 way=A flags=rdwr+x", "'flags"),
                           ("1 round=1", "ends too early")):
            self.assert_refused(f"ops.log:2: .*{word}", *self.replay(f"# a comment\n{line}\n"))

    def test_no_operations(self):
        self.assert_refused("has no operations", *self.replay("# nothing\n"))
        self.assert_refused("cannot read .*none.log", FUSEBOX, "random", "--replay", self.scratch / "none.log")


class Refused(ToolTest):
    def test_numbers(self):
        for option in ("--seed", "--seeds", "--ops"):
            self.assert_refused(option.lstrip("-"), FUSEBOX, "random", option, "zebra")
        self.assert_refused("one argument too many", FUSEBOX, "random", "7")


if __name__ == "__main__":
    unittest.main()
