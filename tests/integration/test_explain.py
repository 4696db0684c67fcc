# SPDX-License-Identifier: GPL-2.0
"""`fusebox explain`: what it writes of a run, and which tokens it refuses."""

import re
import unittest
import xml.etree.ElementTree

from support import BOX, OUT, ROOT, ToolTest

FUSEBOX = BOX / "fusebox"
CLEAN = "open/basic@AGI"
SVG = "{http://www.w3.org/2000/svg}"


class Explained(ToolTest):
    def page(self, *options):
        path = self.scratch / "x.html"
        self.assert_works(FUSEBOX, "explain", CLEAN, "-o", path, *options)
        self.assertEqual([entry.name for entry in self.scratch.iterdir()], ["x.html"])
        return path.read_text(encoding="utf-8")

    def test_page(self):
        text = self.page()
        root = xml.etree.ElementTree.fromstring(text)
        lanes = [entry.text for entry in root.iter(SVG + "text") if entry.get("class") == "head"]
        self.assertIn("scenario", lanes)
        self.assertIn("server", lanes)
        self.assertIn("no finding", text)
        self.assertIn("fs/fuse/", text)
        self.assertIn(f"fusebox replay '{CLEAN}'", text)

    def test_nothing_from_elsewhere(self):
        text = self.page()
        self.assertNotRegex(text, r"src=|href=|url\(|@import|<script|<link")
        self.assertEqual(set(re.findall(r"https?://[^\"' ]*", text)),
                         {"http://www.w3.org/1999/xhtml", "http://www.w3.org/2000/svg"})

    def test_rows_do_not_overlap(self):
        root = xml.etree.ElementTree.fromstring(self.page("--svg"))
        width = int(root.get("width"))
        seen = {}
        for entry in root.iter(SVG + "text"):
            shown = "".join(entry.itertext())
            title = entry.find(SVG + "title")
            if title is not None:
                shown = title.tail
            left = int(entry.get("x"))
            seen.setdefault(int(entry.get("y")), []).append((left, left + 6.7 * len(shown)))
        self.assertGreater(len(seen), 20)
        for places in seen.values():
            places.sort()
            for (_, end), (start, _) in zip(places, places[1:]):
                self.assertLessEqual(end, start)
            self.assertLessEqual(places[-1][1], width)
        rows = sorted({int(entry.get("y")) for entry in root.iter(SVG + "text")
                       if "name" not in entry.get("class")})
        self.assertTrue(all(b - a >= 7 for a, b in zip(rows, rows[1:])))

    def test_text(self):
        text = self.assert_works(FUSEBOX, "explain", "--text", CLEAN).stdout
        lines = text.splitlines()
        self.assertLessEqual(max(map(len, lines)), 78)
        self.assertTrue(any(re.match(r" +\d+ server ", line) for line in lines))
        self.assertIn("fs/fuse/", text)

    def test_same_each_time(self):
        self.assertEqual(self.page(), self.page())


class Finding(ToolTest):
    """The one of a defect of the catalogue."""

    def test_finding(self):
        self.assert_works(ROOT / "tools/defects", "--out", OUT, "62")
        box = OUT / "defects/62-one-reference/fusebox"
        run = self.run_tool(box, "run", "async/order-aio-write")
        self.assertEqual(run.returncode, 1)
        found = re.search(r"(?m)^#   explain: fusebox explain '([^']*)'$", run.stdout)
        self.assertTrue(found, run.stdout)
        what = re.search(r"(?m)^# finding: (use-after-free: .*)$", run.stdout).group(1)
        page = self.assert_works(box, "explain", found.group(1)).stdout
        root = xml.etree.ElementTree.fromstring(page)
        text = "".join(root.itertext())
        self.assertIn(what, text)
        self.assertIn("freed at:", text)
        self.assertIn("frees ", text)
        self.assertIn("fuse_passthrough_aio_free at fs/fuse/passthrough_aio.c", text)
        self.assertTrue([entry for entry in root.iter(SVG + "circle") if entry.get("class") == "bad"])
        mail = self.assert_works(box, "explain", "--text", found.group(1)).stdout
        self.assertLessEqual(max(map(len, mail.splitlines())), 78)
        self.assertIn(" ".join(what.split()), " ".join(mail.split()))


class Leak(ToolTest):
    def test_where_it_was_taken(self):
        """The page of a leak shows the get, with a bar, not only the end of the run."""
        self.assert_works(ROOT / "tools/defects", "--out", OUT, "01")
        box = OUT / "defects/01-backing-file-leaked/fusebox"
        mail = self.assert_works(box, "explain", "--text", CLEAN).stdout
        leaked = re.match(r"leak: file reference of (file#\d+) never dropped\n", mail)
        self.assertTrue(leaked, mail)
        self.assertRegex(mail, rf"gets file reference of {leaked.group(1)} \[\d+\]\n +fuse_backing_reopen at fs/fuse/")


class Refused(ToolTest):
    def test_bad_tokens(self):
        path = self.scratch / "x.html"
        for bad in ("nonsense", "no-such-scenario@A", "open/basic@!!", "open/basic@AGc", "open/basic@", ""):
            done = self.assert_refused("token|malformed", FUSEBOX, "explain", bad, "-o", path)
            self.assertEqual(done.returncode, 2)
            self.assertEqual(list(self.scratch.iterdir()), [])

    def test_no_token(self):
        self.assertEqual(self.assert_refused("needs a token", FUSEBOX, "explain").returncode, 2)

    def test_cannot_be_written(self):
        done = self.assert_refused("/nonexistent/x.html", FUSEBOX, "explain", CLEAN, "-o", "/nonexistent/x.html")
        self.assertEqual(done.returncode, 2)


if __name__ == "__main__":
    unittest.main()
