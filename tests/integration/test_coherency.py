# SPDX-License-Identifier: GPL-2.0
"""docs/coherency.md is what the box shows, and says what it must."""

import re
import unittest

from support import BOX, ROOT, ToolTest

FUSEBOX = BOX / "fusebox"
DOCUMENT = ROOT / "docs/coherency.md"


class Document(ToolTest):
    def test_up_to_date(self):
        shown = self.assert_works(FUSEBOX, "coherency").stdout
        self.assertEqual(DOCUMENT.read_text(encoding="utf-8"), shown, "run make docs")

    def test_cells(self):
        """Each pair in each table, and no error among ours."""
        text = DOCUMENT.read_text(encoding="utf-8")
        rows = re.findall(r"(?m)^\| \*\*\S+\*\* \|(.*)\|$", text)
        self.assertEqual(len(rows), 12 + 6 + 6 + 6)
        cells = [cell.strip().split(" / ") for row in rows for cell in row.split("|")]
        self.assertEqual(len(cells), 30 * 12)
        self.assertLessEqual({cell[0] for cell in cells}, {"yes", "msync", "stale", "own", "-"})
        self.assertLessEqual({cell[-1] for cell in cells},
                             {"yes", "msync", "stale", "own", "data", "-", "EIO"})


class Refused(ToolTest):
    def test_argument(self):
        self.assert_refused("one argument too many", FUSEBOX, "coherency", "now")


if __name__ == "__main__":
    unittest.main()
