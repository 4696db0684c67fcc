# SPDX-License-Identifier: GPL-2.0
"""tools/bench-kernel without measuring: the tables that it makes of results, and what it says when there are none."""

import importlib.machinery
import importlib.util
import json
import unittest

from support import ROOT, ToolTest

TOOL = ROOT / "tools" / "bench-kernel"


def tool():
    loader = importlib.machinery.SourceFileLoader("bench_kernel", str(TOOL))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("bench_kernel", loader))
    loader.exec_module(module)
    return module


class BenchKernel(ToolTest):
    def given(self, where, ms, rounds=2):
        """Rounds of results: each cell had 1000 I/Os, in so many ms by the way."""
        module, folder = tool(), self.scratch / "bench-kernel" / where
        folder.mkdir(parents=True)
        for number in range(rounds):
            jobs = [{"jobname": cell, **{side: {"total_ios": 1000, "runtime": ms[cell.split(":")[3]], "clat_ns": {"percentile": {"50.000000": 1000 * ms[cell.split(":")[3]]}},
                     "lat_ns": {"mean": 1000.0 * ms[cell.split(":")[3]]}}
                                         for side in ("read", "write")}} for cell in module.cells(where)]
            (folder / f"fio.{number}.json").write_text("a word of warning\n" + json.dumps({"jobs": jobs}), encoding="utf-8")
            if where != "count":
                (folder / f"trees.{number}").write_text("".join(f"{way} 1.0 2.0 4.0 4.5 5.0\n" for way in module.WAYS), encoding="utf-8")
            for way in module.WAYS[1:]:
                (folder / f"{way}.{number}").write_text(
                    "fusebox-fileserver: 9 opens, 9 of them passed through; 7 READ and 8 WRITE requests; 5 GETATTR and 6 GETXATTR requests\n",
                    encoding="utf-8")

    def tables(self, *options):
        return self.run_tool(TOOL, "--out", self.scratch, "--where", "", *options)

    def test_tables(self):
        ms = {"native": 98, "passthrough": 100, "passthrough-xattrs": 125, "plain": 250, "writeback": 200, "splice": 400}
        self.given("guest", ms)
        self.given("flash", ms, rounds=1)
        self.given("count", ms)
        out = self.scratch / "out.md"
        out.write_text("before <!-- tools/bench-kernel -->\nold\n<!-- tools/bench-kernel --> after", encoding="utf-8")
        done = self.tables("--write", out)
        self.assertEqual(done.returncode, 0, done.stderr)
        text = out.read_text(encoding="utf-8")
        self.assertIn("| write, psync | 10.2 | 5.0 (writeback) | 10.0 | 0.98 (0.98 to 0.98) | 2.00 (2.00 to 2.00) | 2.43 | 0.80 (0.80 to 0.80) |", text)
        self.assertIn("| write, psync | 10.2 | 5.0 (writeback) | 10.0 | 0.98 | 2.00 | 2.43 | 0.80 |", text)
        self.assertIn("| read, libaio, direct | 10.2 | 4.0 (plain) | 10.0 | 0.98 (0.98 to 0.98) | 2.50 (2.50 to 2.50) |  |  |", text)
        self.assertIn("median of the four cells: psync 0.980, libaio 0.980, io_uring 0.980. Rounds: 2.", text)
        self.assertIn("| 2 | 10.2 | 4.0 | 10.0 | 0.98 (0.98 to 0.98) |", text)
        self.assertIn("| 2 | 10.2 | 4.0 | 10.0 | 0.98 |", text)
        self.assertIn("| native | 1.00 | 2.00 | 0.50 | 0.50 | 4.00 |", text)
        self.assertIn("| passthrough-xattrs | 6000 | 7 | 8 | 5 | 6 |\n", text)
        self.assertEqual(text.count("\nThe work on "), 2)
        self.assertIn("| passthrough | 16000 | 7 | 8 | 5 | 6 |\n", text)
        self.assertIn("| write, psync, in memory | 98000 | 100000 | 125000 | 200000 (writeback) | 0.98 | 2.00 |", text)
        self.assertTrue(text.startswith("before ") and text.endswith(" after") and "old" not in text)

    def test_nothing(self):
        done = self.tables()
        self.assertEqual(done.returncode, 77)
        self.assertEqual(done.stdout, "skipped: nothing was measured\n")

    def test_broken(self):
        self.given("guest", dict.fromkeys(tool().WAYS, 1))
        (self.scratch / "bench-kernel" / "guest" / "fio.1.json").write_text("killed\n", encoding="utf-8")
        self.assert_refused(r"fio\.1\.json holds no results of fio; measure again$", TOOL, "--out", self.scratch, "--where", "")


if __name__ == "__main__":
    unittest.main()
