# SPDX-License-Identifier: GPL-2.0
"""tools/shim-doc: each symbol without a model is justified in docs/limits.md, and nothing else is."""

import re
import unittest

from support import BOX, ROOT, ToolTest

TOOL = ROOT / "tools/shim-doc"
LIMITS = ROOT / "docs/limits.md"


class Justified(ToolTest):
    def shim_doc(self, limits):
        return [TOOL, "--build", BOX, "--tree", BOX.parent / "tree", "--output", "-", "--limits", limits]

    def other_limits(self, pattern, replacement):
        text, n = re.subn(pattern, replacement, LIMITS.read_text(encoding="utf-8"))
        self.assertEqual(n, 1)
        path = self.scratch / "limits.md"
        path.write_text(text, encoding="utf-8")
        return path

    def test_as_it_is(self):
        text = self.assert_works(*self.shim_doc(LIMITS)).stdout
        self.assertNotIn("MISSING", text)
        self.assertRegex(text, r"(?m)^`fs/fuse`: \d+ symbols: .*\d+ modelled")

    def test_symbol_without_a_reason(self):
        limits = self.other_limits(r"`get_tree_bdev` ", "")
        self.assert_refused("get_tree_bdev has no model: say why", *self.shim_doc(limits))

    def test_reason_without_a_symbol(self):
        limits = self.other_limits(r"`get_tree_bdev` ", "`get_tree_bdev` `kmalloc_order` ")
        self.assert_refused("says why kmalloc_order has no model, but it has one, or is not needed",
                            *self.shim_doc(limits))


if __name__ == "__main__":
    unittest.main()
