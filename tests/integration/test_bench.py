# SPDX-License-Identifier: GPL-2.0
"""tools/bench without measuring: what it says when something is missing, and the patch that it compares with."""

import re
import subprocess
import unittest

from support import OUT, ROOT, ToolTest

BENCH = ROOT / "tools/bench"
PATCH = ROOT / "bench/without-coexistence.patch"


class Bench(ToolTest):
    def test_program_missing(self):
        done = self.run_tool(BENCH, "--box", self.scratch)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"^bench: there is no .*bench-io; run `make bench`$")

    def test_patch_applies(self):
        """The model may change the lines that the patch takes out: then it must be written anew."""
        for name in re.findall(r"(?m)^\+\+\+ b/(\S+)", PATCH.read_text(encoding="utf-8")):
            (self.scratch / name).parent.mkdir(parents=True, exist_ok=True)
            (self.scratch / name).write_bytes((OUT / "tree" / name).read_bytes())
        done = subprocess.run(["patch", "-p1", "--fuzz=0", "-d", self.scratch, "-i", PATCH], check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.assertEqual(done.returncode, 0, f"{PATCH}: {done.stdout}")


if __name__ == "__main__":
    unittest.main()
