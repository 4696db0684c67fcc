# SPDX-License-Identifier: GPL-2.0
"""Fault runs from the command line: the token of one under gdb, what is known, what is refused."""

import re
import shutil
import subprocess
import unittest

from support import BOX, ROOT, ToolTest

FUSEBOX = BOX / "fusebox"
KNOWN = "mmap/cached"


class ReplayTest(ToolTest):
    def known_finding(self):
        """The number of a fault that ends in the known finding of the pristine kernel, found without its table."""
        trace = self.assert_works(FUSEBOX, "run", KNOWN, "--trace").stdout
        self.assertIn("ok 1", trace)
        for k in range(150, 320):
            done = self.run_tool(FUSEBOX, "run", KNOWN, "--fault", str(k))
            found = re.search(r"__folio_mark_dirty at.*alloc fails.*?replay: fusebox replay '([^']*)'", done.stdout,
                              re.S)
            if found:
                return found.group(1)
        self.fail("no fault of mmap/cached makes a page dirty that is not uptodate")

    @unittest.skipUnless(shutil.which("gdb"), "needs gdb")
    def test_gdb_stops_at_the_fault_and_then_at_the_finding(self):
        token = self.known_finding()
        gdb = subprocess.run([str(FUSEBOX), "replay", token, "--gdb"], input="bt\ncontinue\nbt\nkill\nquit\n",
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=240, check=False)
        stops = re.findall(r"^(?:Thread .* hit )?Breakpoint \d+, (\w+)", gdb.stdout, re.M)
        self.assertEqual(stops, ["fb_fault_injected", "fb_report"], gdb.stdout)
        at_fault, at_finding = gdb.stdout.split("Continuing.")
        self.assertIn("at fs/fuse/", at_fault)
        self.assertIn("__folio_mark_dirty", at_finding)

    def test_a_known_finding_is_no_failure_and_is_told(self):
        done = self.assert_works(FUSEBOX, "faults", KNOWN, "--single", "--kind", "alloc", "--jobs", "1")
        self.assertRegex(done.stderr, r"known finding, not the patch's, in \d+ runs of mmap/\*cached")
        self.assertIn("verdict: ok", done.stderr)


class MidwayTest(ToolTest):
    def test_connections_are_aborted_at_choice_points(self):
        done = self.assert_works(FUSEBOX, "faults", "explore/write-write", "--kind", "midway", "--max-runs", "40")
        self.assertRegex(done.stderr, r"midway +\d+ +4\d ")
        self.assertIn("verdict: ok", done.stderr)


class ScheduleTest(ToolTest):
    def test_who_writes_after_a_close_is_told_so_whatever_fails(self):
        """With seed 3 an abort lets the close come first, which without a fault comes last."""
        done = self.assert_works(FUSEBOX, "faults", "conc/write-close", "--seed", "3", "--single", "--kind", "abort")
        self.assertIn("verdict: ok", done.stderr)

    def test_two_may_look_at_once_for_what_they_have_written(self):
        """With seed 2 one looks below while another one does."""
        done = self.assert_works(FUSEBOX, "faults", "random/second", "--seed", "2", "--max-runs", "1")
        self.assertIn("verdict: ok", done.stderr)

    def test_a_process_may_end_while_it_is_being_killed(self):
        """With seed 5 the server sees the abort, and ends, when the scenario is about to kill it."""
        done = self.assert_works(FUSEBOX, "faults", "death/during-create", "--seed", "5", "--single", "--kind", "abort")
        self.assertIn("verdict: ok", done.stderr)


class KindsTest(ToolTest):
    def test_a_kind_that_all_scenarios_lack_is_missed(self):
        words = (ROOT / "tools/faults", "--out", BOX.parent, "--max-runs", "1")
        done = self.run_tool(*words)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("never met: a fault of kind death, anywhere", done.stderr)
        done = self.assert_works(*words, "open/basic")
        self.assertIn("never met: a fault of kind death, anywhere", done.stderr)


class SeedsTest(ToolTest):
    def test_seeds_are_numbers(self):
        done = self.run_tool(ROOT / "tools/faults", "--seeds", "1,x")
        self.assertEqual(done.returncode, 2)
        self.assertIn("give them as 1,2,3", done.stderr)

    def test_runs_with_several_seeds_are_compared(self):
        done = self.assert_works(ROOT / "tools/faults", "--out", BOX.parent, "--seeds", "1,2", "--single",
                                 "--kind", "alloc", "open/basic")
        self.assertEqual(len(re.findall(r"digest [0-9a-f]{16}", done.stderr)), 2)
        self.assertRegex(done.stderr, r"seeds 1, 2: \d+ places of fs/fuse have failed with each; they agree")


if __name__ == "__main__":
    unittest.main()
