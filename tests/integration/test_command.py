# SPDX-License-Identifier: GPL-2.0
"""The command line of the box: what it prints, what it refuses."""

import re
import unittest
import xml.etree.ElementTree

from support import BOX, ToolTest

FUSEBOX = BOX / "fusebox"


class Refused(ToolTest):
    def test_unknown_scenario(self):
        self.assert_refused("no-such-scenario", FUSEBOX, "run", "no-such-scenario")

    def test_bad_seed(self):
        for seed in ("zebra", "", "-1", "1x", "99999999999999999999999"):
            self.assert_refused("seed", FUSEBOX, "run", "--seed", seed)

    def test_bad_option_and_command(self):
        self.assert_refused("no-such-command", FUSEBOX, "no-such-command")
        done = self.run_tool(FUSEBOX, "run", "--no-such-option")
        self.assertGreater(done.returncode, 0)
        self.assertRegex(done.stderr.splitlines()[0], "--no-such-option")

    def test_junit_that_cannot_be_written(self):
        self.assert_refused("/nonexistent/x.xml", FUSEBOX, "run", self.first(),
                            "--junit", "/nonexistent/x.xml")

    def first(self):
        return names(self)[0]


def names(test):
    listed = test.assert_works(FUSEBOX, "list").stdout.splitlines()
    return [line.split()[0] for line in listed if line.strip()]


def points(test, *arguments):
    done = test.assert_works(FUSEBOX, "run", *arguments)
    return int(re.search(r"passed (\d+) choice points", done.stderr).group(1))


class Runs(ToolTest):
    def test_list_has_each_name_once(self):
        listed = names(self)
        self.assertGreaterEqual(len(listed), 60)
        self.assertEqual(len(listed), len(set(listed)))

    def test_ktap(self):
        listed = names(self)
        done = self.assert_works(FUSEBOX, "run")
        lines = done.stdout.splitlines()
        self.assertEqual(lines[0], "KTAP version 1")
        self.assertEqual(lines[1], f"1..{len(listed)}")
        results = [re.match(r"(ok|not ok) (\d+)(?: -)? (\S+)", line) for line in lines[2:]
                   if re.match(r"(not )?ok ", line)]
        self.assertEqual([int(found.group(2)) for found in results],
                         list(range(1, len(listed) + 1)))
        self.assertEqual(sorted(found.group(3) for found in results), sorted(listed))

    def test_pattern(self):
        wanted = names(self)[0]
        done = self.assert_works(FUSEBOX, "run", wanted)
        self.assertRegex(done.stdout, rf"(?m)^ok 1 (- )?{re.escape(wanted)}\b")

    def test_same_seed_same_trace(self):
        for name in names(self)[::10]:
            first, second = (self.assert_works(FUSEBOX, "run", name, "--seed", "7", "--trace")
                             for _ in range(2))
            timeless = [re.sub(r"in \d+\.\d+ s", "", run.stderr) for run in (first, second)]
            self.assertEqual(first.stdout, second.stdout, name)
            self.assertEqual(*timeless)

    def test_same_alone_as_after_others(self):
        """Or a finding of a long run could not be replayed by itself."""
        some = names(self)[::7]
        self.assertEqual(points(self, *some), sum(points(self, name) for name in some))

    def test_same_wherever_memory_lies(self):
        """A token counts choice points: they must not depend on addresses, as chains of a hash table do."""
        some = ("open", "conc", "registry")
        self.assertEqual(points(self, *some), points(self, *some, "--no-guard"))
        self.assertEqual(points(self, *some), points(self, *some, "--jobs", "1"))

    def test_same_side_by_side(self):
        first, second = (self.assert_works(FUSEBOX, "run", "open", "--trace", "--jobs", jobs)
                         for jobs in ("1", "3"))
        self.assertEqual(first.stdout, second.stdout)

    def test_junit(self):
        listed = names(self)
        file = self.scratch / "report.xml"
        self.assert_works(FUSEBOX, "run", "--junit", file)
        cases = xml.etree.ElementTree.parse(file).getroot().iter("testcase")
        self.assertEqual(sorted(case.get("name") for case in cases), sorted(listed))


if __name__ == "__main__":
    unittest.main()
