# SPDX-License-Identifier: GPL-2.0
"""The race detector's command line: what is refused, and what the list of known races must be. `make race` itself is a
run of its own."""

import re
import unittest

from support import BOX, OUT, ROOT, ToolTest

KNOWN = ROOT / "tests/races/known.txt"
RACE = OUT / "race/fusebox"


class WithoutDetector(ToolTest):
    def test_options(self):
        for option in (["--access-points"], ["--known-races", KNOWN], ["--race-counts", self.scratch / "counts"]):
            self.assert_refused("`make race` builds", BOX / "fusebox", "run", *option, "open/basic")

    def test_tool(self):
        self.assert_refused("run make race", ROOT / "tools/race", "--box", self.scratch)


class Known(ToolTest):
    def setUp(self):
        super().setUp()
        if not RACE.exists():
            self.skipTest("the box with the race detector is not built (make race)")

    def refused(self, pattern, text):
        known = self.scratch / "known.txt"
        known.write_text(text, encoding="utf-8")
        self.assert_refused(pattern, RACE, "run", "--known-races", known, "open/basic")

    def test_refused(self):
        self.refused("why this race is harmless", "a b\n")
        self.refused("why this race is harmless", "a b\nc d\n    reason\n")
        self.refused("must follow the two functions", "    reason\n")
        self.refused("FUNCTION FUNCTION", "a\n    reason\n")
        self.refused("FUNCTION FUNCTION", "a b c\n    reason\n")
        self.assert_refused("cannot read", RACE, "run", "--known-races", self.scratch / "nowhere", "open/basic")

    def test_without_list(self):
        """The box reports what the list excuses, with both stacks."""
        done = self.run_tool(RACE, "run", "open/basic")
        self.assertEqual(done.returncode, 1)
        found = re.search(r"(?ms)^# finding: data-race: .*?replay:", done.stdout)
        self.assertIn("fuse_abort_conn at fs/fuse/dev.c", done.stdout)
        self.assertRegex(found.group(0), r"(?s)seen at:.*#0 .* of \d+ bytes by .*, at:.*#0 ")
        self.assert_works(RACE, "run", "open/basic", "--known-races", KNOWN)

    def test_some_scenarios(self):
        """Where only some scenarios are run, pairs need not be met."""
        known = self.scratch / "known.txt"
        known.write_text(KNOWN.read_text(encoding="utf-8") + "\nnobody nothing\n    reason\n", encoding="utf-8")
        self.assert_works(ROOT / "tools/race", "--box", RACE.parent, "--known", known, "--seeds", "1", "open/basic")


class Entries(unittest.TestCase):
    def test_none_names_our_code_as_a_reader(self):
        """Our own files may only stand first: as who writes."""
        for line in re.findall(r"(?m)^(?![# \n])(.+)$", KNOWN.read_text(encoding="utf-8")):
            self.assertNotRegex(line.split()[1], r"^fuse_(passthrough|backing)_")


if __name__ == "__main__":
    unittest.main()
