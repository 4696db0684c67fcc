# SPDX-License-Identifier: GPL-2.0
"""tools/defects itself: it must not call a defect caught that is not. The catalogue is ctest's `defects`."""

import pathlib
import re
import shutil
import unittest

from support import BOX, OUT, ROOT, ToolTest

DEFECTS = ROOT / "tools/defects"
CATALOGUE = ROOT / "tests/defects"
GOOD = CATALOGUE / "01-backing-file-leaked.patch"


def harmless():
    """A diff that adds a comment, and nothing else."""
    source = (OUT / "tree/fs/fuse/passthrough.c").read_text(encoding="utf-8").splitlines()
    at = source.index('#include "fuse_i.h"') + 1
    context = [f" {line}\n" for line in source[at - 3:at + 3]]
    return ("--- a/fs/fuse/passthrough.c\n+++ b/fs/fuse/passthrough.c\n"
            f"@@ -{at - 2},6 +{at - 2},7 @@\n" + "".join([*context[:3], "+/* nothing */\n", *context[3:]]))


class Catalogue(ToolTest):
    """A catalogue of one entry, to be changed at will."""

    def setUp(self):
        super().setUp()
        if not (BOX / "fusebox").exists():
            self.skipTest("the box is not built")
        self.catalogue = self.scratch / "catalogue"
        self.catalogue.mkdir()
        self.patch = self.catalogue / "99-entry.patch"
        self.header, _, self.diff = GOOD.read_text(encoding="utf-8").partition("---\n")

    def write(self, header=None, diff=None):
        self.patch.write_text(f"{header or self.header}---\n{diff or self.diff}", encoding="utf-8")

    def run_catalogue(self):
        return self.run_tool(DEFECTS, "--out", OUT, "--catalogue", self.catalogue)

    def assert_missed(self, why):
        done = self.run_catalogue()
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("not ok 1 99-entry", done.stdout)
        self.assertRegex(done.stdout, rf"(?m)^# MISSED: .*{why}")
        self.assertRegex(done.stderr, r"(?m)^99-entry .* MISSED ")
        self.assertIn("0 caught, 1 missed", done.stderr)

    def changed(self, key, value):
        header, count = re.subn(rf"(?m)^{key}: .*$", f"{key}: {value}", self.header, count=1)
        self.assertEqual(count, 1)
        return header


class Missed(Catalogue):
    def test_caught_as_it_is(self):
        self.write()
        done = self.run_catalogue()
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(done.stdout.splitlines()[:3], ["KTAP version 1", "1..1", "ok 1 99-entry"])
        replay = re.search(r"(?m)^# (\S*fusebox) (replay '[^']+')$", done.stdout)
        self.assertTrue(replay, done.stdout)
        self.assertTrue(pathlib.Path(ROOT, replay.group(1)).exists())

    def test_empty_change(self):
        self.write(diff=harmless())
        self.assert_missed("reports nothing")

    def test_another_kind(self):
        self.write(self.changed("Finding", "double-put"))
        self.assert_missed("no double-put is reported, but .*leak")

    def test_another_function(self):
        self.write(self.changed("Seen", "fuse_backing_alloc at fs/fuse/backing.c"))
        self.assert_missed("has no fuse_backing_alloc at fs/fuse/backing.c in the stack where")

    def test_another_file(self):
        self.write(self.changed("Other", "fuse_passthrough_open at fs/fuse/file.c"))
        self.assert_missed("in any other stack")

    def test_scenario_removed(self):
        self.write(self.changed("Scenario", "open/no-such-scenario"))
        self.assert_missed("no scenario fits")

    def test_scenario_that_does_not_get_there(self):
        self.write(self.changed("Scenario", "registry/bad-fd"))
        self.assert_missed("reports nothing")

    def test_does_not_apply(self):
        self.write(diff=re.sub(r"(?m)^ .*$", " something else", self.diff))
        self.assert_missed("does not apply")

    def test_does_not_compile(self):
        diff = re.sub(r"(?m)^(-\tfput.*)$", r"\1\n+\tnot C;", self.diff)
        self.write(diff=diff.replace(",6 @@", ",7 @@"))
        self.assert_missed("does not compile: .*error")


class Random(Catalogue):
    """Defects for the random tester."""

    def setUp(self):
        super().setUp()
        text = (CATALOGUE / "71-invalidation-skipped.patch").read_text(encoding="utf-8")
        self.header, _, self.diff = text.partition("---\n")

    def test_too_many_operations(self):
        self.write(self.changed("Random", "1"))
        self.assert_missed("which are more than 1")

    def test_nothing_found(self):
        self.write(diff=harmless())
        self.assert_missed("finds nothing in 10000 operations")

    def test_header(self):
        for value in ("0", "ten", "-1"):
            self.write(self.changed("Random", value))
            self.assert_refused("is no number of operations", DEFECTS, "--out", OUT, "--catalogue", self.catalogue)
        self.write(re.sub(r"(?m)^Origin: .*\n", "", self.header))
        self.assert_refused("the header has no 'Origin:'", DEFECTS, "--out", OUT, "--catalogue", self.catalogue)


class Refused(Catalogue):
    def refused(self, pattern, *words):
        self.assert_refused(pattern, DEFECTS, "--out", OUT, "--catalogue", self.catalogue, *words)

    def test_header(self):
        for key in ("Defect", "Origin", "Finding", "Scenario", "Seen"):
            self.write(re.sub(rf"(?m)^{key}: .*\n", "", self.header))
            self.refused(f"99-entry.patch: the header has no '{key}:'")
        self.write(self.changed("Finding", "leek"))
        self.refused("'leek' is no kind of finding")
        self.write(self.changed("Seen", "somewhere"))
        self.refused("'somewhere' does not read 'FUNCTION at FILE'")

    def test_no_diff(self):
        self.write(diff="nothing\n")
        self.refused("changes no file")
        self.patch.write_text(self.header, encoding="utf-8")
        self.refused("no line '---'")

    def test_other_files(self):
        self.write(diff=self.diff.replace("fs/fuse/passthrough.c", "include/linux/fs.h"))
        self.refused("changes include/linux/fs.h")

    def test_pattern(self):
        self.write()
        self.refused("no defect fits '98'", "98")

    def test_empty_catalogue(self):
        self.refused("has no defects")

    def test_no_catalogue(self):
        shutil.rmtree(self.catalogue)
        self.refused("catalogue")

    def test_no_box(self):
        self.write()
        self.assert_refused("run make build", DEFECTS, "--out", self.scratch, "--catalogue",
                            self.catalogue)


class Kinds(unittest.TestCase):
    def test_each_kind_has_its_proof(self):
        """What the box can report is proved to be reported, kind by kind."""
        text = (ROOT / "vfs_shim/core/finding.c").read_text(encoding="utf-8")
        kinds = set(re.findall(r'\[FB_[A-Z_]+\] = "([\w-]+)"', text))
        self.assertGreaterEqual(len(kinds), 17)
        proved = {found for path in CATALOGUE.glob("*.patch")
                  for found in re.findall(r"(?m)^Finding: (\S+)$", path.read_text(encoding="utf-8"))}
        self.assertEqual(kinds - proved, set())


if __name__ == "__main__":
    unittest.main()
