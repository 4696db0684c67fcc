# SPDX-License-Identifier: GPL-2.0
"""`fusebox libfuse`: a file server on libfuse in the box, at a size of one's own."""

import re
import unittest

from support import BOX, ROOT, ToolTest

FUSEBOX = BOX / "fusebox"
STAGES = ["copied in", "renamed", "truncated", "mapped", "worked on", "removed"]


class Trees(ToolTest):
    def trees(self, *options):
        """The trees of a run: [(stage, entries, bytes, hash)]."""
        trace = self.scratch / "trace"
        done = self.assert_works(FUSEBOX, "libfuse", "--no-guard", "--trace-file", trace, *options)
        self.assertIn("# Totals: pass:5 fail:0 skip:0", done.stdout)
        return re.findall(r"(?m)^ *([a-z ]+): (\d+) entries, (\d+) bytes, hash ([0-9a-f]+)$",
                          trace.read_text(encoding="utf-8"))

    def test_stages(self):
        """All stages, without and with passthrough, leave the same trees; then the work in three ways."""
        trees = self.trees("--files", "50", "--ops", "150")
        self.assertEqual([stage for stage, *_ in trees], STAGES + STAGES + ["worked on"] * 3)
        self.assertEqual(trees[:6], trees[6:12])
        self.assertEqual(len(set(trees[12:])), 1)
        self.assertGreaterEqual(int(trees[0][1]), 50)
        self.assertGreater(int(trees[0][2]), 100000)
        self.assertEqual(trees[5][1:3], ("0", "0"))
        # Each stage but the removal leaves another tree.
        self.assertEqual(len({tree[3] for tree in trees[:5]}), 5)

    def test_seeds(self):
        one, again = (self.trees("--files", "12", "--ops", "30", "--seed", "7") for _ in range(2))
        other = self.trees("--files", "12", "--ops", "30", "--seed", "8")
        self.assertEqual(one, again)
        self.assertNotEqual(one[0], other[0])


class Refused(ToolTest):
    def test_options(self):
        self.assert_refused("--files '401' is not a number; give one from 1 to 400", FUSEBOX, "libfuse", "--files", "401")
        self.assert_refused("one argument too many", FUSEBOX, "libfuse", "now")

    def test_tool(self):
        self.assert_refused("run make", ROOT / "tools/libfuse", "--out", self.scratch)
        self.assert_refused("usage: ", ROOT / "tools/libfuse", "now")
        self.assert_refused("--files needs a value", ROOT / "tools/libfuse", "--files")


class Program(ToolTest):
    PROGRAM = BOX / "fusebox-fileserver"

    def setUp(self):
        super().setUp()
        if not self.PROGRAM.exists():
            self.skipTest("this build has no fusebox-fileserver")

    def test_no_directory(self):
        self.assert_refused("nowhere: No such file or directory; give an existing directory",
                            self.PROGRAM, self.scratch / "nowhere", self.scratch)
        file = self.scratch / "file"
        file.write_text("", encoding="utf-8")
        self.assert_refused("file: Not a directory; give an existing directory", self.PROGRAM, self.scratch, file)


if __name__ == "__main__":
    unittest.main()
