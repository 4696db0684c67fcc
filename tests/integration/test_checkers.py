# SPDX-License-Identifier: GPL-2.0
"""tools/coverage and tools/memory-check themselves: neither may pass what it has not seen."""

import os
import shutil
import subprocess
import unittest

from support import BOX, ROOT, ToolTest

COVERAGE = ROOT / "tools/coverage"
MEMORY = ROOT / "tools/memory-check"

# Stands for a box: its one scenario runs a source file of the patch.
SOURCE = """\
int printf(const char *text, ...);
static int sign(int n)
{
	if (n < 0)
		return -1;
	return 1;
}
int main(int argc, char **argv)
{
	(void)argv;
	printf("fusebox: %d\\n", sign(argc));
	return 0;
}
"""
NEVER = "fs/fuse/backing.c sign: return -1;\n\tline: nobody asks for it\n"
BRANCH = "fs/fuse/backing.c sign: if (n < 0)\n\t1 branch: nobody asks for it\n"


@unittest.skipUnless(shutil.which("gcov") and shutil.which("gcc"), "no gcov")
class Gate(ToolTest):
    def setUp(self):
        super().setUp()
        folder = self.scratch / "tree/fs/fuse"
        folder.mkdir(parents=True)
        (folder / "backing.c").write_text(SOURCE, encoding="utf-8")
        self.box = self.scratch / "coverage"
        self.box.mkdir()
        self.exceptions = self.scratch / "exceptions.txt"
        options = ["-O0", "--coverage", "-fprofile-abs-path", f"-ffile-prefix-map={self.scratch}/tree/="]
        subprocess.run(["gcc", *options, "-c", folder / "backing.c", "-o", "backing.o"], cwd=self.box,
                       check=True)
        subprocess.run(["gcc", "--coverage", "backing.o", "-o", "fusebox"], cwd=self.box, check=True)

    def gate(self, exceptions):
        self.exceptions.write_text(exceptions, encoding="utf-8")
        return self.run_tool(COVERAGE, "--box", self.box, "--exceptions", self.exceptions, "--no-html")

    def test_line_that_never_ran(self):
        done = self.gate("")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("fs/fuse/backing.c:5: sign: never run: return -1;", done.stdout)
        self.assertIn("fs/fuse/backing.c:4: sign: 1 of 2 branches never taken: if (n < 0)", done.stdout)

    def test_excused(self):
        done = self.gate("# why\n" + NEVER + BRANCH)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_exception_for_what_runs(self):
        done = self.gate(NEVER + BRANCH + "fs/fuse/backing.c sign: return 1;\n\tline: not true\n")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("nothing there is left to excuse", done.stdout)

    def test_more_branches_than_there_are(self):
        done = self.gate(NEVER + BRANCH.replace("1 branch", "2 branches"))
        self.assertEqual(done.returncode, 1, done.stderr)

    def test_no_reason(self):
        done = self.gate("fs/fuse/backing.c sign: return -1;\n")
        self.assertEqual(done.returncode, 2, done.stdout)
        self.assertIn("no reason", done.stderr)

    def test_not_built(self):
        self.assert_refused("run make coverage", COVERAGE, "--box", self.scratch)


@unittest.skipUnless(shutil.which("valgrind"), "no valgrind")
class Memcheck(ToolTest):
    def test_planted_mistakes_and_a_scenario(self):
        if not (BOX / "tests/planted").exists():
            self.skipTest("tests/planted is not built")
        done = self.run_tool(MEMORY, "memcheck", "--box", BOX, "registry/bad-fd")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("sees all 8 planted mistakes", done.stderr)
        self.assertIn("1 scenarios, 0 reports", done.stderr)

    def test_checker_that_sees_nothing(self):
        box = self.scratch / "box"
        (box / "tests").mkdir(parents=True)
        for name in ("fusebox", "tests/planted"):
            os.symlink(shutil.which("true"), box / name)
        done = self.run_tool(MEMORY, "memcheck", "--box", box)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("planted mistake not reported: slab-after-free", done.stderr)

    def test_not_built(self):
        self.assert_refused("run make memcheck", MEMORY, "memcheck", "--box", self.scratch)


if __name__ == "__main__":
    unittest.main()
