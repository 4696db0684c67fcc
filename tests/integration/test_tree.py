# SPDX-License-Identifier: GPL-2.0
"""tools/tree: from directories and tarballs, incrementally, and with every bad input."""

import os
import re
import shutil
import subprocess
import unittest

from support import ROOT, ToolTest

TREE = ROOT / "tools/tree"


def states(directory):
    """{file: (mtime, size)} of everything below directory."""
    return {path: (path.stat().st_mtime_ns, path.stat().st_size)
            for path in directory.rglob("*") if path.is_file() and path.name != ".tree.lock"}


class Sources(ToolTest):
    def make(self, kdir, tool=TREE, out=None):
        return self.assert_works(tool, "--kdir", kdir, "--out", out or self.scratch / "out")

    def test_directory(self):
        linux = self.kernel_copy()
        self.make(linux)
        tree = self.scratch / "out/tree"
        self.assert_works("sha256sum", "-c", "--quiet", "--strict", "SHA256SUMS", cwd=tree)
        # Everything that our patch adds is there as it is in model/.
        for part in ("fs", "include", "Documentation"):
            for path in (ROOT / "model" / part).rglob("*"):
                if path.is_file():
                    below = path.relative_to(ROOT / "model")
                    self.assertEqual(path.read_bytes(), (tree / below).read_bytes(), below)

    def test_links_lead_to_files_and_to_the_patched_uapi(self):
        self.make(self.kernel_copy())
        taken = self.scratch / "out/taken/include"
        links = [path for path in taken.rglob("*") if path.is_symlink()]
        self.assertTrue(links)
        for link in links:
            self.assertTrue(link.exists(), f"{link} leads nowhere")
        self.assertEqual((taken / "uapi/linux/fuse.h").resolve(),
                         (self.scratch / "out/tree/include/uapi/linux/fuse.h").resolve())

    def test_second_run_touches_nothing(self):
        linux = self.kernel_copy()
        self.make(linux)
        before = states(self.scratch / "out")
        done = self.make(linux)
        self.assertEqual(before, states(self.scratch / "out"))
        self.assertEqual(done.stderr, "")

    def test_edit_in_model_rewrites_that_file_only(self):
        linux = self.kernel_copy()
        repository = self.repository_copy()
        new = next(iter(sorted((repository / "model/fs").rglob("*.[ch]"))), None)
        if new is None:
            new = repository / "model/fs/fuse/new.c"
            new.parent.mkdir(parents=True, exist_ok=True)
            new.write_text("/* new */\n")
        self.make(linux, repository / "tools/tree")
        out = self.scratch / "out"
        before = states(out)
        new.write_text(new.read_text() + "/* one line more */\n")
        self.make(linux, repository / "tools/tree")
        changed = {path.relative_to(out).as_posix() for path, state in states(out).items()
                   if before.get(path) != state}
        below = new.relative_to(repository / "model").as_posix()
        self.assertEqual(changed, {f"tree/{below}", "tree/SHA256SUMS"})
        # And a file that model/ no longer has goes away.
        new.unlink()
        done = self.run_tool(repository / "tools/tree", "--kdir", linux, "--out", out)
        if done.returncode == 0:
            self.assertFalse((out / "tree" / below).exists())

    def test_switch_to_another_source_makes_changed_files_newer(self):
        linux = self.kernel_copy()
        self.make(linux)
        other = self.kernel_copy("other")
        changed = other / "fs/fuse/acl.c"
        changed.write_text(changed.read_text() + "/* changed */\n")
        os.utime(changed, (1, 1))
        target = self.scratch / "out/tree/fs/fuse/acl.c"
        before = target.stat().st_mtime_ns
        self.make(other)
        self.assertTrue(target.read_text().endswith("/* changed */\n"))
        self.assertGreater(target.stat().st_mtime_ns, before)

    def test_interrupted_run_is_completed(self):
        linux = self.kernel_copy()
        self.make(linux)
        tree = self.scratch / "out/tree"
        wanted = (tree / "SHA256SUMS").read_text()
        # As if stopped before the sums were recorded, and model/ or the source changed since then.
        (tree / "SHA256SUMS").rename(tree / "SHA256SUMS.next")
        changed = linux / "fs/fuse/acl.c"
        text = changed.read_text()
        changed.write_text(text + "/* changed */\n")
        self.make(linux)
        self.assertTrue((tree / "fs/fuse/acl.c").read_text().endswith("/* changed */\n"))
        self.assertFalse((tree / "SHA256SUMS.next").exists())
        changed.write_text(text)
        self.make(linux)
        self.assertEqual((tree / "SHA256SUMS").read_text(), wanted)

    def test_tarballs(self):
        linux = self.kernel_copy("linux-6.1")
        self.make(linux)
        wanted = (self.scratch / "out/tree/SHA256SUMS").read_text()
        for option, suffix in (("-z", "gz"), ("-J", "xz"), ("-z", "gz")):
            tarball = self.scratch / f"linux.tar.{suffix}"
            subprocess.run(["tar", option, "-cf", tarball, "-C", self.scratch, "linux-6.1"],
                           check=True)
            out = self.scratch / f"out-{suffix}"
            self.make(tarball, out=out)
            self.assertEqual((out / "tree/SHA256SUMS").read_text(), wanted)
            self.assertEqual(self.make(tarball, out=out).stderr, "", "unpacked twice")

    def test_extra_file(self):
        linux = self.kernel_copy()
        (linux / "scripts").mkdir()
        (linux / "scripts/tool.pl").write_text("1;\n")
        out = self.scratch / "out"
        self.assert_works(TREE, "--kdir", linux, "--out", out, "--with", "scripts/tool.pl")
        self.make(linux)
        self.assertTrue((out / "pristine/scripts/tool.pl").exists(), "lost by the next run")


class BadInput(ToolTest):
    def refuse(self, pattern, kdir, tool=TREE):
        out = self.scratch / "out"
        self.assert_refused(pattern, tool, "--kdir", kdir, "--out", out)
        self.assertFalse((out / "tree").exists(), "half a tree was left")

    def test_absent(self):
        self.refuse("does not exist", "/nonexistent/linux")

    def test_not_a_kernel(self):
        self.refuse("not a Linux source tree", self.scratch)

    def test_headers_package(self):
        (self.scratch / "Makefile").write_text("VERSION = 6\nPATCHLEVEL = 1\nSUBLEVEL = 99\n")
        self.refuse("no fs/fuse sources", self.scratch)

    def test_unsupported_version(self):
        linux = self.kernel_copy()
        text = (linux / "Makefile").read_text()
        for version, level in ((5, 10), (6, 12)):
            changed = re.sub(r"^VERSION = \d+", f"VERSION = {version}", text, flags=re.M)
            changed = re.sub(r"^PATCHLEVEL = \d+", f"PATCHLEVEL = {level}", changed, flags=re.M)
            (linux / "Makefile").write_text(changed)
            self.refuse(rf"Linux {version}\.{level}\.\d+, .*supported: 6\.1\.y", linux)

    def test_missing_file(self):
        linux = self.kernel_copy()
        (linux / "include/uapi/linux/fuse.h").unlink()
        self.refuse("include/uapi/linux/fuse.h is not in", linux)

    def test_missing_taken_header(self):
        repository = self.repository_copy()
        with open(repository / "vfs_shim/taken-headers.txt", "a", encoding="ascii") as headers:
            headers.write("include/linux/no-such-header.h\n")
        self.refuse("include/linux/no-such-header.h is not in .*taken-headers.txt",
                    self.kernel_copy(), repository / "tools/tree")

    def test_no_tarball(self):
        junk = self.scratch / "junk.tar.xz"
        junk.write_bytes(b"no tarball at all\n" * 100)
        self.refuse("not a tarball", junk)

    def test_truncated_tarball(self):
        linux = self.kernel_copy("linux-6.1")
        whole = self.scratch / "whole.tar.gz"
        subprocess.run(["tar", "-czf", whole, "-C", self.scratch, "linux-6.1"], check=True)
        part = self.scratch / "part.tar.gz"
        part.write_bytes(whole.read_bytes()[:whole.stat().st_size // 2])
        shutil.rmtree(linux)
        out = self.scratch / "out"
        done = self.run_tool(TREE, "--kdir", part, "--out", out)
        self.assertGreater(done.returncode, 0)
        self.assertRegex(done.stderr.splitlines()[-1], "cannot unpack|is not in|not a Linux")
        self.assertFalse((out / "tree").exists())

    def test_patch_that_does_not_apply(self):
        patches = sorted((ROOT / "model/patches").glob("*.patch"))
        if not patches:
            self.skipTest("no patches")
        file = re.search(r"^--- a/(\S+)", patches[0].read_text(), re.M).group(1)
        linux = self.kernel_copy()
        lines = (linux / file).read_text().splitlines()
        (linux / file).write_text("".join(f"{line} changed\n" for line in lines))
        self.refuse(rf"{patches[0].name}: hunk 1 does not apply to {re.escape(file)}, line \d+",
                    linux)

    def test_patch_that_is_there_already(self):
        if not any((ROOT / "model/fs/fuse").glob("*.c")):
            self.skipTest("no new files")
        self.assert_works(TREE, "--kdir", self.kernel_copy(), "--out", self.scratch / "first")
        linux = self.kernel_copy("again")
        shutil.copytree(self.scratch / "first/tree/fs", linux / "fs", dirs_exist_ok=True)
        self.refuse("already", linux)

    def test_edit_by_hand_is_not_lost(self):
        linux = self.kernel_copy()
        out = self.scratch / "out"
        self.assert_works(TREE, "--kdir", linux, "--out", out)
        edited = out / "tree/fs/fuse/acl.c"
        edited.write_text(edited.read_text() + "/* by hand */\n")
        self.assert_refused("fs/fuse/acl.c was edited by hand", TREE, "--kdir", linux, "--out", out)
        self.assertTrue(edited.read_text().endswith("/* by hand */\n"))
        edited.unlink()
        self.assert_works(TREE, "--kdir", linux, "--out", out)


if __name__ == "__main__":
    unittest.main()
