# SPDX-License-Identifier: GPL-2.0
"""The box and fuse.ko are of the same sources, and one byte of difference is noticed; how our sources look."""

import re
import shutil
import unittest

from support import BOX, OUT, ROOT, ToolTest

SAME = ROOT / "tools/same-sources"
MODULE = OUT / "module"


@unittest.skipUnless((MODULE / "sources.sha256").exists(),
                     "the module was not built (make module; it needs kernel headers)")
class SameSources(ToolTest):
    def test_builds_are_of_the_same_sources(self):
        done = self.assert_works(SAME, "--out", OUT)
        sources = int(re.match(r"(\d+) sources", done.stdout).group(1))
        self.assertGreaterEqual(sources, 10)

    def test_one_byte_is_noticed(self):
        out = self.scratch / "out"
        for part in ("tree", "taken", "pristine"):
            shutil.copytree(OUT / part, out / part, symlinks=True)
        shutil.copy2(OUT / "taken.list", out)
        (out / "module").mkdir()
        for name in ("sources.sha256", "fuse.mod", "cuse.mod", "virtiofs.mod"):
            shutil.copy(MODULE / name, out / "module")
        self.assert_works(ROOT / "tools/configure", out / "box")
        self.assert_works("ninja", "-C", out / "box", "fuse")
        self.assert_works(SAME, "--out", out)

        # A byte in the box's copy: noticed before it is compiled, and after.
        source = out / "tree/fs/fuse/acl.c"
        text = source.read_text()
        source.write_text(text.replace("FUSE", "fUSE", 1))
        self.assertNotEqual(text, source.read_text())
        self.assert_refused("changed since it was compiled", SAME, "--out", out)
        self.assert_works("ninja", "-C", out / "box", "fuse")
        self.assert_refused("fs/fuse/acl.c: the box compiled", SAME, "--out", out)
        source.write_text(text)
        self.assert_works("ninja", "-C", out / "box", "fuse")
        self.assert_works(SAME, "--out", out)

        # In what Kbuild compiled: another sum, a file more, a file less.
        sums = out / "module/sources.sha256"
        recorded = sums.read_text()
        line = re.search(r"^.*  fs/fuse/dev\.c$", recorded, re.M).group()
        other = ("0" if line[0] != "0" else "1") + line[1:]
        sums.write_text(recorded.replace(line, other))
        self.assert_refused("fs/fuse/dev.c: the box compiled", SAME, "--out", out)
        sums.write_text(recorded.replace(f"{line}\n", ""))
        self.assert_refused("fs/fuse/dev.c: not in the module", SAME, "--out", out)
        sums.write_text(recorded + line.replace("dev.c", "more.c") + "\n")
        self.assert_refused("fs/fuse/more.c: not in the box", SAME, "--out", out)


class Headers(ToolTest):
    def test_kernel_environment_sees_no_system_kernel_header(self):
        """A header on no list resolves to the system's linux/*.h without a word."""
        deps = self.assert_works("ninja", "-C", BOX, "-t", "deps").stdout
        seen = 0
        for block in deps.split("\n\n"):
            if not re.match(r"CMakeFiles/(fuse|taken|shim|box)\.dir/", block):
                continue
            seen += 1
            found = re.search(r"^ +/usr/include/(\S+/)?(linux|asm|asm-generic)/\S+", block, re.M)
            self.assertIsNone(found, f"{block.splitlines()[0]} {found and found.group()}")
        self.assertGreater(seen, 20)


class Lines(ToolTest):
    def test_none_has_more_than_100_columns(self):
        """But for a string, which is not broken where it is printed."""
        seen = 0
        for folder in ("model", "vfs_shim", "sim", "tests", "bench"):
            for path in sorted((ROOT / folder).rglob("*.[ch]")):
                seen += 1
                for number, line in enumerate(path.read_text().expandtabs(8).splitlines(), 1):
                    self.assertTrue(len(line) <= 100 or '"' in line, f"{path}:{number}: {len(line)} columns")
        self.assertGreater(seen, 400)


if __name__ == "__main__":
    unittest.main()
