# SPDX-License-Identifier: GPL-2.0
"""tools/setup, tools/configure and make on machines that lack something."""

import os
import re
import shutil
import unittest

from support import PRISTINE, ROOT, ToolTest

SETUP = ROOT / "tools/setup"
CONFIGURE = ROOT / "tools/configure"


class Machine(ToolTest):
    """Tools run with commands of ours first on their PATH."""

    def setUp(self):
        super().setUp()
        self.bin = self.scratch / "bin"
        self.bin.mkdir()
        # A copy, since setup writes its log into build/.
        self.tools = self.scratch / "repository/tools"
        shutil.copytree(ROOT / "tools", self.tools)
        self.log = self.scratch / "log"

    def command(self, name, text):
        (self.bin / name).write_text(f"#!/bin/sh\n{text}\n")
        (self.bin / name).chmod(0o755)

    def link(self, *names):
        for name in names:
            (self.bin / name).symlink_to(shutil.which(name))

    def environment(self, path=None, **more):
        return {**os.environ, "PATH": path or f"{self.bin}:/usr/bin:/bin", **more}


class Setup(Machine):
    def setUp(self):
        super().setUp()
        self.command("dpkg-query", "echo installed bash")
        self.command("id", "echo 0")
        self.command("sudo", "exit 1")

    def test_nothing_to_do(self):
        packages = self.assert_works(SETUP, "--list").stdout
        names = re.sub(r"^\w+:", "", packages, flags=re.M).split()
        self.command("dpkg-query", f"printf 'installed %s\\n' {' '.join(names)}")
        self.command("apt-get", f"echo called >{self.log}")
        groups = re.findall(r"^(\w+):", packages, re.M)
        done = self.assert_works(self.tools / "setup", *groups, env=self.environment())
        self.assertEqual(done.stderr, "")
        self.assertFalse(self.log.exists())

    def test_installs_what_is_missing(self):
        self.command("apt-get", f'echo "$@" >>{self.log}')
        done = self.assert_works(self.tools / "setup", "coverage", env=self.environment())
        self.assertRegex(done.stderr, "installing with apt-get: lcov")
        self.assertRegex(self.log.read_text(), r"\binstall\b.*\blcov$")

    def test_reads_the_lists_when_they_are_missing(self):
        self.command("apt-get", f'''case "$*" in *update*) touch {self.log} ;; esac
[ -e {self.log} ] || {{ echo "E: Unable to locate package"; exit 100; }}''')
        done = self.assert_works(self.tools / "setup", "coverage", env=self.environment())
        self.assertRegex(done.stderr, "apt-get update")

    def test_package_not_to_be_had(self):
        self.command("apt-get", "echo 'E: Unable to locate package lcov'; exit 100")
        done = self.run_tool(self.tools / "setup", "coverage", env=self.environment())
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr.splitlines()[-1],
                         "cannot install lcov: E: Unable to locate package lcov")

    def test_neither_root_nor_sudo(self):
        self.command("id", "echo 1000")
        self.assert_refused(r"run: sudo apt-get install -y lcov$",
                            self.tools / "setup", "coverage", env=self.environment())

    def test_sudo(self):
        self.command("id", "echo 1000")
        self.command("sudo", '[ "$1" = -n ] && shift; exec "$@"')
        self.command("apt-get", f'echo "$@" >>{self.log}')
        self.assert_works(self.tools / "setup", "coverage", env=self.environment())
        self.assertRegex(self.log.read_text(), "lcov")

    def test_unknown_group(self):
        self.assert_refused("no group named 'nosuch'", SETUP, "nosuch")

    def test_not_debian(self):
        self.link("bash", "dirname", "uname", "sed")
        (self.bin / "dpkg-query").unlink()
        self.assert_refused("not a Debian system.*: gcov genhtml$",
                            self.tools / "setup", "coverage", env=self.environment(self.bin))


class Compiler(Machine):
    def test_cc_does_not_exist(self):
        self.assert_refused("no C compiler: '/nonexistent/cc'", CONFIGURE, self.scratch / "box",
                            env=self.environment(CC="/nonexistent/cc"))

    def test_no_compiler_on_the_path(self):
        self.link("bash", "dirname")
        environment = self.environment(self.bin)
        environment.pop("CC", None)
        self.assert_refused("no C compiler: 'cc'", CONFIGURE, self.scratch / "box",
                            env=environment)

    def test_compiler_that_does_not_compile(self):
        self.command("cc", "exit 1")
        done = self.run_tool(CONFIGURE, self.scratch / "box", f"-DFUSEBOX_OUT={PRISTINE.parent}",
                             env=self.environment(CC=str(self.bin / "cc")))
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr.splitlines()[-1], "cmake failed: .+configure.log")

    def test_no_tree(self):
        done = self.run_tool(CONFIGURE, self.scratch / "nothing/box")
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr.splitlines()[-1], "cmake failed: no kernel tree in")


class Make(Machine):
    def refuse(self, pattern, *arguments):
        """make adds a line of its own to the one that says what is wrong."""
        done = self.run_tool("make", "-C", ROOT, "--no-print-directory", f"B={self.scratch}/out",
                             *arguments)
        self.assertNotEqual(done.returncode, 0)
        lines = [line for line in done.stderr.splitlines() if not line.startswith("make")]
        self.assertEqual(len(lines), 1, done.stderr)
        self.assertRegex(lines[0], pattern)

    def test_kdir_absent(self):
        self.refuse("KDIR=/nonexistent does not exist", "KDIR=/nonexistent")

    def test_kdir_not_a_kernel(self):
        self.refuse("not a Linux source tree", f"KDIR={self.scratch}")


if __name__ == "__main__":
    unittest.main()
