# SPDX-License-Identifier: GPL-2.0
"""tools/differences, with programs and traces that are made for it."""

import unittest

from support import ROOT, ToolTest

TOOL = ROOT / "tools" / "differences"
KNOWN = "mixed-opens: ours on purpose: a reason\nasks-again: ours on purpose, stacked: another\n"


def trace(world, **scenarios):
    """A file of traces; each scenario is its lines, or why it was skipped."""
    text = f"fusebox trace 1 {world}\n"
    for name, lines in scenarios.items():
        text += f"== {name}\n"
        if isinstance(lines, str):
            text += f"-- {lines}\n"
        else:
            text += "".join(f"  {line}\n" for line in lines) + "-- ok\n"
    return text


class Differences(ToolTest):
    def program(self, name, text):
        path = self.scratch / "box" / name
        path.write_text("#!/bin/sh\n" + text, encoding="ascii")
        path.chmod(0o755)

    def setUp(self):
        super().setUp()
        for folder in ("box", "traces"):
            (self.scratch / folder).mkdir()
        self.program("fusebox-host", f"cat <<'END'\n{KNOWN}END\n")

    def given(self, name, text):
        (self.scratch / "traces" / f"{name}.trace").write_text(text, encoding="ascii")

    def box(self, usual, other=None, explored=None):
        """What the box shows without a seed, with one, and when it is explored."""
        self.program("fusebox", f"""out=$3; seed=$5
if [ "$1" = explore ]; then cat >"$out" <<'END'\n{trace("box", **(explored or usual))}END
elif [ -n "$seed" ]; then cat >"$out" <<'END'\n{trace("box", **(other or usual))}END
else cat >"$out" <<'END'\n{trace("box", **usual)}END
fi
""")

    def compare(self, guest, host, lower="ext4"):
        self.given(f"guest-{lower}", trace("guest", **guest))
        self.given("host-ext4", trace("host", **host))
        return self.run_tool(TOOL, "--out", self.scratch, "--seeds", "1", "--more", "1", "--write",
                             self.scratch / "out.md")

    def document(self):
        return (self.scratch / "out.md").read_text(encoding="utf-8")

    def test_same(self):
        same = {"a": ["x = 1"], "b": ["y = 2"]}
        self.box(same)
        done = self.compare(same, {"a": ["x = 1"], "b": "skipped: needs b"})
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertRegex(done.stdout, "2 scenarios, 1 run by all three, 0 only in the box; 0 lines differ, 0 unexplained")

    def test_only_the_box(self):
        self.box({"a": ["x = 1"]})
        skipped = {"a": "skipped: needs a"}
        self.assertEqual(self.compare(skipped, skipped).returncode, 0)
        self.assertIn("  * 1: needs a\n", self.document())

    def test_named(self):
        self.box({"a": ["x = 1 [mixed-opens]", "from here on [mixed-opens]", "y = 2"]})
        ours = {"a": ["x = 1 [mixed-opens]", "from here on [mixed-opens]", "y = 2"]}
        done = self.compare(ours, {"a": ["x = -EIO [mixed-opens]", "from here on [mixed-opens]"]})
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("| `a` | `x` | `1` | `1` | `-EIO` | mixed-opens |", self.document())
        self.assertIn("| `a` | `y` | `2` | `2` | `(not reached)` | mixed-opens |", self.document())

    def test_unexplained(self):
        self.box({"a": ["x = 1", "y = 2 [mixed-opens]"]})
        same = {"a": ["x = 1", "y = 2 [mixed-opens]"]}
        for guest, host in (
                (same, {"a": ["x = 2", "y = 2 [mixed-opens]"]}),        # a line without a name
                (same, {"a": ["x = 1"]}),                               # one that is missing
                (same, {"a": ["x = 1", "y = 2 [mixed-opens]", "z"]}),   # one too many
                (same, {"a": "failed"}),
                ({"a": ["x = 1", "y = 3 [mixed-opens]"]}, same)):       # named, but not for our own module
            with self.subTest(guest=guest, host=host):
                done = self.compare(guest, host)
                self.assertEqual(done.returncode, 1, done.stdout)
                self.assertRegex(done.stdout, "(?m)^a, (guest|host) ")
                self.assertFalse((self.scratch / "out.md").exists())

    def test_stacked(self):
        """Ours may ask again over an overlay, and only there."""
        self.box({"a": ["x = 0 [asks-again]"]})
        host, guest = {"a": ["x = 0 [asks-again]"]}, {"a": ["x = 1 [asks-again]"]}
        self.assertEqual(self.compare(guest, host).returncode, 1)
        (self.scratch / "traces" / "guest-ext4.trace").unlink()
        self.assertEqual(self.compare(guest, host, "overlay").returncode, 0)
        self.assertIn("| `a` | `x` | `0` | `1` | `0` | asks-again |", self.document())

    def test_outcomes(self):
        """What another schedule of the box shows may be, whether by a seed or by the explorer."""
        self.box({"a": ["x = 1"]}, {"a": ["x = 2"]})
        done = self.compare({"a": ["x = 1"]}, {"a": ["x = 2"]})
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("1 whose outcome depends on the schedule", self.document())
        self.assertEqual(self.compare({"a": ["x = 1"]}, {"a": ["x = 3"]}).returncode, 1)
        self.box({"a": ["x = 1"]}, {"a": ["x = 2"]}, {"a": ["x = 3"]})
        self.assertEqual(self.compare({"a": ["x = 1"]}, {"a": ["x = 3"]}).returncode, 0)

    def test_no_traces(self):
        self.box({"a": ["x = 1"]})
        done = self.run_tool(TOOL, "--out", self.scratch)
        self.assertEqual(done.returncode, 77)
        self.assertRegex(done.stdout, "^skipped: no traces of the guest kernel")

    def test_broken(self):
        self.box({"a": ["x = 1"]})
        self.given("guest-ext4", "nonsense\n")
        self.assert_refused("no file of traces", TOOL, "--out", self.scratch, "--worlds", "guest")
        self.given("guest-ext4", "fusebox trace 1 guest\n== a\n  x = 1\n")
        self.assert_refused("ends in the middle of a", TOOL, "--out", self.scratch, "--worlds", "guest")


if __name__ == "__main__":
    unittest.main()
