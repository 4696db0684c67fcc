# SPDX-License-Identifier: GPL-2.0
"""What a newcomer copies out of tests/README.md compiles as a scenario does."""

import json
import re
import shlex
import subprocess
import unittest

from support import BOX, ROOT, ToolTest

NEIGHBOUR = "sim/scenarios/open.c"


class ReadmeTest(ToolTest):
    def test_the_scenario_of_the_readme_compiles(self):
        text = (ROOT / "tests/README.md").read_text(encoding="utf-8")
        code = re.search(r"```c\n(.*?)```", text, re.S).group(1)
        self.assertLessEqual(len(re.search(r"^static void.*?^\}\n", code, re.S | re.M).group(0).splitlines()), 15)
        # Beside the others as far as the compiler can tell.
        source = self.scratch / "sim/scenarios/mine.c"
        source.parent.mkdir(parents=True)
        source.write_text(code.replace('"../scenario.h"', f'"{ROOT}/sim/scenario.h"'), encoding="utf-8")
        commands = json.loads((BOX / "compile_commands.json").read_text(encoding="utf-8"))
        command = next(c for c in commands if c["file"] == str(ROOT / NEIGHBOUR))
        words = shlex.split(command["command"])
        words[words.index("-c") + 1] = str(source)
        words[words.index("-o") + 1] = str(self.scratch / "mine.o")
        done = subprocess.run(words, cwd=command["directory"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, timeout=240, check=False)
        self.assertEqual(done.returncode, 0, done.stdout)


if __name__ == "__main__":
    unittest.main()
