# SPDX-License-Identifier: GPL-2.0
"""Boxes with a change in fs/fuse: what tools/defects, tools/mutants and tools/bench have in common.

Box is the undamaged one: how its parts are compiled and linked. Damaged is one with other sources in some
places, of which only what changed is compiled. Finding is what such a box prints.
"""

import difflib
import fnmatch
import json
import os
import re
import shlex
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FOLDER = "fs/fuse/"
# The patch's own files; what else it changes are hooks.
OWN = ("fs/fuse/backing.c", "fs/fuse/passthrough*.[ch]")


class Problem(Exception):
    """What the user reads, as one line."""


class Unbuilt(Exception):
    """Why a damaged box could not be built, as one line."""


def say(text):
    print(f"fusebox: {text}", file=sys.stderr, flush=True)


def shown(path):
    """A path as the user would write it."""
    return os.path.relpath(path, ROOT) if path.startswith(f"{ROOT}/") else path


def run(command, **options):
    return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, errors="replace", check=False, **options)


def first_error(done):
    lines = (done.stderr + done.stdout).splitlines()
    return next((line for line in lines if "error" in line or "FAILED" in line),
                lines[0] if lines else f"exit status {done.returncode}")


def main(name, function):
    """Calls the function of a tool, whose result is the exit status; what goes wrong is one line."""
    try:
        sys.exit(function())
    except Problem as problem:
        say(problem)
        sys.exit(2)
    except OSError as error:
        say(f"{name}: {error}")
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)


def is_own(path):
    return any(fnmatch.fnmatch(path, pattern) for pattern in OWN)


def patch_lines(out, path):
    """Numbers of the lines of a file of the tree that are the patch's."""
    before = os.path.join(out, "pristine", path)
    with open(os.path.join(out, "tree", path), encoding="utf-8") as f:
        now = f.read().splitlines()
    if not os.path.exists(before):
        return set(range(1, len(now) + 1))
    with open(before, encoding="utf-8") as f:
        old = f.read().splitlines()
    changed = set()
    for tag, _, _, start, end in difflib.SequenceMatcher(None, old, now, autojunk=False).get_opcodes():
        if tag in ("insert", "replace"):
            changed.update(range(start + 1, end + 1))
    return changed


class Finding:
    """One finding as the box prints it."""

    def __init__(self, lines):
        self.lines = lines
        self.kind, self.text = re.fullmatch(r"finding: ([\w-]+): (.*)", lines[0]).groups()
        self.stacks = []
        self.replay = self.command = None
        label = None
        for line in lines[1:]:
            frame = re.match(r"\s+#\d+ (\S+) at (\S+):(\d+)", line)
            brief = re.match(r"\s+\d+x ", line) and re.findall(r"(\S+) at (\S+):\d+", line)
            replay = re.match(r"  replay: fusebox replay '(.*)'( --access-points)?$", line)
            if frame and label is not None:
                self.stacks[label].append((frame.group(1), frame.group(2)))
            elif replay:
                self.replay = replay.group(1)
                self.command = f"replay '{self.replay}'{replay.group(2) or ''}"
            elif brief is not None:
                self.stacks.append(brief)
            elif re.match(r"  \S", line):
                label = len(self.stacks)
                self.stacks.append([])
        self.stacks = [stack for stack in self.stacks if stack]


def findings_of(output):
    blocks = []
    for line in output.splitlines():
        line = line[2:] if line.startswith("# ") else None
        if line is None or line.startswith("Totals:"):
            blocks.append(None)
        elif line.startswith("finding: "):
            blocks.append([line])
        elif blocks and blocks[-1]:
            blocks[-1].append(line)
    return [Finding(block) for block in blocks if block]


class Box:
    """The undamaged box: how its parts are compiled and linked."""

    def __init__(self, out, build="box"):
        self.out = out
        self.dir = os.path.join(out, build)
        self.tree = os.path.join(out, "tree")
        self.program = os.path.join(self.dir, "fusebox")
        self.mend = f"run make {'build' if build == 'box' else build} first" + ("" if out == os.path.join(ROOT, "build") else f" (B={out})")
        try:
            built = os.stat(self.program).st_mtime
            with open(os.path.join(self.dir, "compile_commands.json"), encoding="utf-8") as f:
                entries = json.load(f)
        except FileNotFoundError as missing:
            raise Problem(f"{shown(missing.filename)} is not there; {self.mend}") from None
        self.sources = {}
        for entry in entries:
            path = os.path.relpath(entry["file"], self.tree)
            if path.startswith(FOLDER):
                self.sources[path] = shlex.split(entry["command"])
        for name in os.listdir(os.path.join(self.tree, FOLDER)):
            if os.stat(os.path.join(self.tree, FOLDER, name)).st_mtime > built:
                raise Problem(f"{shown(self.program)} is older than {FOLDER}{name} of the tree; "
                              f"{self.mend}")
        self.combine = self.link_command("fusebox", "kernel.o")
        self.link = self.link_command("fusebox", "fusebox")

    def absolute(self, path):
        return os.path.normpath(os.path.join(self.dir, path))

    def link_command(self, target, output):
        """The one command of those for @target that makes @output, as words."""
        commands = run(["ninja", "-C", self.dir, "-t", "commands", target])
        if commands.returncode:
            raise Problem(f"{shown(self.dir)}: ninja cannot say how {target} is linked; {self.mend}")
        for line in commands.stdout.splitlines():
            if " -c " in line:
                continue
            words = shlex.split(line)
            while "&&" in words:
                at = words.index("&&")
                head, words = words[:at], words[at + 1:]
                if "-o" in head:
                    words = head
                    break
            if "-o" in words and self.absolute(words[words.index("-o") + 1]) == self.absolute(output):
                return words
        raise Problem(f"{shown(self.dir)}: no command there makes {output}; {self.mend}")


class Damaged:
    """A box in a folder of its own, where some sources of fs/fuse are other ones."""

    def __init__(self, box, folder):
        self.box = box
        self.dir = folder
        self.program = os.path.join(folder, "fusebox")
        # {object of the undamaged box: the one of ours}
        self.objects = {}
        # {source: the options it was compiled with}
        self.compiled = {}

    def copy(self, files):
        """Makes the folder anew with copies of @files, and of all that includes a header of them.

        Returns what is to be compiled.
        """
        shutil.rmtree(self.dir, ignore_errors=True)
        os.makedirs(os.path.join(self.dir, FOLDER))
        if any(file.endswith(".h") for file in files):
            names = os.listdir(os.path.join(self.box.tree, FOLDER))
            files = sorted(FOLDER + name for name in names if name.endswith((".c", ".h")))
        for file in files:
            try:
                shutil.copy(os.path.join(self.box.tree, file), os.path.join(self.dir, file))
            except FileNotFoundError:
                raise Unbuilt(f"the tree has no {file}") from None
        return [file for file in files if file in self.box.sources]

    def apply(self, files, patch):
        """Makes the folder anew with what @patch makes of @files. Returns what is to be compiled."""
        sources = self.copy(files)
        for file in files:
            if file.endswith(".c") and file not in sources:
                raise Unbuilt(f"the box does not compile {file}")
        done = run(["patch", "-p1", "--fuzz=0", "--no-backup-if-mismatch", "-r", "-", "-d", self.dir, "-i", patch])
        if done.returncode:
            raise Unbuilt(f"the patch does not apply: {first_error(done)}")
        return sources

    def build(self, sources, *options):
        """Compiles @sources, those that were not compiled with the same options already, and links."""
        for file in sources:
            if self.compiled.get(file) != options:
                self.compile(file, *options)
        self.relink(self.box.combine, "kernel.o")
        self.objects[self.box.absolute("kernel.o")] = os.path.join(self.dir, "kernel.o")
        self.relink(self.box.link, "fusebox")

    def compile(self, file, *options):
        words = list(self.box.sources[file])
        at = words.index("-o") + 1
        old, new = words[at], os.path.join(self.dir, os.path.basename(file) + ".o")
        words = [new if word == old else word for word in words]
        words[words.index("-c") + 1] = os.path.join(self.dir, file)
        for option in ("-MT", "-MF"):
            if option in words:
                del words[words.index(option):words.index(option) + 2]
        words = [word for word in words if word != "-MD"]
        # Headers that are not damaged come from the tree. Stacks read fs/fuse/file.c all the same.
        words += ["-w", "-iquote", os.path.join(self.box.tree, FOLDER),
                  f"-ffile-prefix-map={self.dir}/=", *options]
        done = run(words, cwd=self.box.dir)
        if done.returncode:
            raise Unbuilt(f"does not compile: {first_error(done)}")
        self.objects[self.box.absolute(old)] = new
        self.compiled[file] = options
        return new

    def relink(self, command, output):
        """Runs a link command of the undamaged box with our objects in place of its own."""
        words = [self.objects.get(self.box.absolute(word), word) for word in command]
        words[words.index("-o") + 1] = os.path.join(self.dir, output)
        done = run(words, cwd=self.box.dir)
        if done.returncode:
            raise Unbuilt(f"does not link: {first_error(done)}")
        return os.path.join(self.dir, output)
