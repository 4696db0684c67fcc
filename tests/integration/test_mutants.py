# SPDX-License-Identifier: GPL-2.0
"""tools/mutants itself: it must not call a mutant killed that is not, nor take a wrong reason for a right one."""

import re
import unittest

from support import BOX, OUT, ROOT, ToolTest

MUTANTS = ROOT / "tools/mutants"
# One that any scenario kills, and one that nothing can: the first open sets what it does not.
KILLED = "fs/fuse/backing.c fuse_backing_put drop: kfree(fb); => ;"
SURVIVOR = "fs/fuse/passthrough.c fuse_passthrough_init_inode drop: fi->backing_mixed = false; => ;"


class Mutants(ToolTest):
    """The tool with a list of equivalent mutants of its own."""

    listed = ""

    def setUp(self):
        super().setUp()
        if not (BOX / "fusebox").exists():
            self.skipTest("the box is not built")
        self.list = self.scratch / "equivalent.txt"
        self.list.write_text("# none\n", encoding="utf-8")
        if not Mutants.listed:
            done = self.run_tool(MUTANTS, "--out", OUT, "--list")
            if "no clang for Python" in done.stderr:
                self.skipTest("clang for Python is not installed")
            self.assertEqual(done.returncode, 0, done.stderr)
            Mutants.listed = done.stdout

    def entry(self, text):
        """The line that names the mutant, and its id."""
        lines = [line for line in self.listed.splitlines() if line[9:] == text]
        self.assertEqual(len(lines), 1, f"{text}: {lines}")
        return lines[0], lines[0][:8]

    def command(self, *words):
        return [MUTANTS, "--out", OUT, "--work", self.scratch / "work", "--equivalent", self.list, "--quick", *words]

    def write(self, *lines):
        self.list.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


class Verdicts(Mutants):
    def test_killed(self):
        done = self.assert_works(*self.command(self.entry(KILLED)[1]))
        self.assertRegex(done.stdout, r"fuse_backing_put +drop +[\w-]+/[\w-]+: leak ")
        self.assertIn("tried 1 of 1 by plain runs only: 1 killed, 0 equivalent", done.stderr)
        self.assertIn("score: 100.0 % (1 of 1)", done.stderr)

    def test_killed_but_listed(self):
        line, name = self.entry(KILLED)
        self.write(line, "\tIt is not, in truth.")
        done = self.run_tool(*self.command(name))
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertRegex(done.stderr, rf"equivalent.txt:1: {name} needs no reason: killed \S+ leak; take the entry out")

    def test_survivor_with_and_without_a_reason(self):
        line, name = self.entry(SURVIVOR)
        done = self.run_tool(*self.command(name))
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn(f"survived: {line}\n", done.stderr)
        self.assertIn("score: 0.0 % (0 of 1)", done.stderr)
        self.write(line, "\tThe first open", "\tsets it.")
        done = self.assert_works(*self.command(name))
        self.assertIn(f"equivalent: {line}: The first open sets it.\n", done.stderr)
        self.assertIn("0 killed, 1 equivalent with a reason, 0 known to be open", done.stderr)
        self.write(line, "\topen: No test shows it.")
        done = self.assert_works(*self.command(name))
        self.assertIn("0 equivalent with a reason, 1 known to be open", done.stderr)
        self.assertIn("score: 0.0 % (0 of 1)", done.stderr)

    def test_sample(self):
        done = self.run_tool(*self.command("--seconds", "1", "--seed", "3", "--jobs", "1"))
        self.assertIn(done.returncode, (0, 1), done.stderr)
        tried, of = map(int, re.search(r"tried (\d+) of (\d+) ", done.stderr).groups())
        self.assertGreater(tried, 0)
        self.assertLess(tried, of)
        self.assertEqual(of, len(self.listed.splitlines()))


class Refused(Mutants):
    def assert_list_refused(self, pattern, *lines):
        self.write(*lines)
        self.assert_refused(pattern, *self.command("--list"))

    def test_stale_entry(self):
        line, name = self.entry(KILLED)
        self.assert_list_refused(r"equivalent.txt:2: there is no mutant 00000000 any more; take the entry out",
                                 "# stale", f"00000000{line[8:]}", "\tIt was there once.")
        self.assert_list_refused(rf"equivalent.txt:1: {name} is '{re.escape(KILLED)}'",
                                 line.replace("kfree(fb)", "kfree(fc)"), "\tIt was another.")

    def test_list(self):
        line, name = self.entry(KILLED)
        self.assert_list_refused(rf"equivalent.txt:1: {name} has no reason", line)
        self.assert_list_refused(rf"equivalent.txt:3: {name} is there twice", line, "\tA.", line, "\tB.")
        self.assert_list_refused(r"equivalent.txt:1: neither 'ID FILE", "whatever")
        self.list.unlink()
        self.assert_refused(r"No such file .*equivalent.txt", *self.command("--list"))

    def test_command(self):
        self.assert_refused(r"no mutant fits 'nothing-of-this-name'", *self.command("nothing-of-this-name"))
        self.assert_refused(r"--seconds many: a number from 0 is needed", *self.command("--seconds", "many"))
        self.assert_refused(r"--jobs 0: a number from 1 is needed", *self.command("--jobs", "0"))
        self.assert_refused(r"is not there; run make build first", MUTANTS, "--out", self.scratch)


if __name__ == "__main__":
    unittest.main()
