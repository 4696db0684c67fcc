# SPDX-License-Identifier: GPL-2.0
"""What the integration tests share: running tools, and copies of kernel trees to hurt."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
OUT = pathlib.Path(os.environ.get("FUSEBOX_OUT") or ROOT / "build").resolve()
BOX = pathlib.Path(os.environ.get("FUSEBOX_BOX") or OUT / "box").resolve()
PRISTINE = OUT / "pristine"


class ToolTest(unittest.TestCase):
    """A test with a scratch directory of its own."""

    def setUp(self):
        self.scratch = pathlib.Path(tempfile.mkdtemp(prefix="fusebox-test."))
        self.addCleanup(shutil.rmtree, self.scratch, ignore_errors=True)

    def run_tool(self, *command, **options):
        return subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              timeout=240, check=False, **options)

    def assert_works(self, *command, **options):
        done = self.run_tool(*command, **options)
        self.assertEqual(done.returncode, 0, f"{command}: {done.stderr}")
        return done

    def assert_refused(self, pattern, *command, **options):
        """The command fails, and says why in one line on stderr that matches pattern."""
        done = self.run_tool(*command, **options)
        lines = done.stderr.splitlines()
        self.assertNotEqual(done.returncode, 0, f"{command} was accepted")
        self.assertGreater(done.returncode, 0, f"{command} was killed: {done.stderr}")
        self.assertEqual(len(lines), 1, f"{command} said: {done.stderr}")
        self.assertRegex(lines[0], pattern)
        return done

    def kernel_copy(self, name="linux"):
        """A kernel source tree that holds just what the box needs."""
        copy = self.scratch / name
        shutil.copytree(PRISTINE, copy, ignore=shutil.ignore_patterns(".source", "SHA256SUMS"))
        return copy

    def repository_copy(self):
        """What tools/tree reads of this repository, to be changed at will."""
        copy = self.scratch / "repository"
        (copy / "vfs_shim").mkdir(parents=True)
        shutil.copytree(ROOT / "tools", copy / "tools")
        shutil.copytree(ROOT / "model", copy / "model")
        for name in ("taken-headers.txt", "taken-sources.txt"):
            if (ROOT / "vfs_shim" / name).exists():
                shutil.copy(ROOT / "vfs_shim" / name, copy / "vfs_shim" / name)
        return copy
