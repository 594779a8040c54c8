#!/usr/bin/env python3
"""Holds the walls of ARCHITECTURE.md: prints each breach in a source tree, and exits 1 if there is one.

  walls.py ROOT
"""

import pathlib
import re
import sys

CODE_FOLDERS = ("common", "controlplane", "edge", "tests", "tools")
SOURCE_SUFFIXES = (".cc", ".h", ".proto")
SKIPPED_FOLDERS = ("node_modules", "rules_cc", "remote_coverage_tools")

INCLUDE = re.compile(r'^\s*#\s*include\s*["<]([^">]+)[">]')

# Folder -> what of ours its files may include.
MAY_INCLUDE = {
    "common/": ("common/", "fluxcascade/"),
    "edge/": ("common/", "edge/", "fluxcascade/edge/"),
    "controlplane/": ("common/", "controlplane/", "fluxcascade/"),
    "tests/": ("common/", "controlplane/", "edge/", "fluxcascade/", "tests/"),
    "tools/": ("common/", "controlplane/", "edge/", "fluxcascade/", "tools/"),
}
OURS = ("common/", "controlplane/", "edge/", "fluxcascade/", "tests/", "tools/")

# Files that serve tests alone: by their names, or by their folder's.
SERVES_TESTS = (
    r"(tests/|.*/(testing|conformance)/|.*/(fake|memory)_[a-z_]+\.(h|cc)"
    r"|.*_(for_test|harness|matchers|suite|test)\.(h|cc))"
)

# (files, what they never include, the files that are let through, why)
NEVER_INCLUDE = [
    (r"controlplane/connectors/", r"controlplane/store/", None, "connectors never see the store"),
    (r"controlplane/store/", r"controlplane/connectors/", None, "the store never sees connectors"),
    (
        r"controlplane/(?!store/rocks/)",
        r"controlplane/store/rocks/",
        rf".*_server\.cc|{SERVES_TESTS}",
        "only *_server.cc and tests name a store's backend",
    ),
    (
        r"controlplane/(?!api/)",
        r"controlplane/api/",
        rf".*(_server\.(h|cc)|_main\.cc)|{SERVES_TESTS}",
        "the API's adapters are the outermost layer",
    ),
    (
        r"controlplane/(?!connectors/[a-z]+/)",
        r"controlplane/connectors/(?!testing/)[a-z]+/",
        rf".*/connector_table\.(h|cc)|{SERVES_TESTS}",
        "only the connector table knows a vendor's connector",
    ),
    (
        r"(common|controlplane|edge)/",
        rf"g(test|mock)/|{SERVES_TESTS}",
        SERVES_TESTS,
        "what serves tests stays out of the product",
    ),
    (r".*\.h$", r"cpp_httplib/", None, "it costs seconds in every file that sees it"),
    (r".*", r"httplib\.h", None, "Debian's is linked with OpenSSL: <cpp_httplib/httplib.h> is ours"),
]
CONNECTORS = re.compile(r"controlplane/connectors/([a-z]+)/")

# The edge knows recipes, never vendors.
NO_VENDOR_FOLDERS = ("edge/", "proto/fluxcascade/edge/")
VENDOR = re.compile(r"hubspot|jobber|pipedrive|salesforce", re.IGNORECASE)

# Time, chance and the environment come in from outside, so that a test can hold them. A test of whole
# processes may look at the clock; none sleeps, and none throws dice that cannot be thrown again.
INJECTED_IN_FOLDERS = ("controlplane/", "edge/")
INJECTED = [
    (
        r"\bSleepFor\(|\bsleep_(for|until)\(|\b(u|nano)?sleep\(|\bclock_nanosleep\(",
        r".*_main\.cc",
    ),
    (
        r"\brandom_device\b|(?<![\w.>])s?rand\(|\bBitGen\b|\bRAND_bytes\(|\bget(entropy|random)\(",
        r".*_main\.cc",
    ),
    (
        r"\babsl::Now\(|_clock::now\(|\bclock_gettime\(|\bgettimeofday\("
        r"|(?<![\w.>])time\((NULL|nullptr|0|&\w+)\)",
        rf".*_main\.cc|{SERVES_TESTS}",
    ),
    # The options of a main are where its flags and its environment are read.
    (r"\b(secure_)?getenv\(", rf".*_(main|options)\.cc|{SERVES_TESTS}"),
]

UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")


class Tree:
    """The files of a source tree, by their paths from its root."""

    def __init__(self, root):
        self._root = pathlib.Path(root)
        self.paths = sorted(self._walk(self._root))

    def _walk(self, folder):
        for entry in folder.iterdir():
            if entry.name.startswith((".", "bazel-")) or entry.name in SKIPPED_FOLDERS:
                continue
            if entry.is_dir() and not entry.is_symlink():
                yield from self._walk(entry)
            elif entry.is_file():
                yield entry.relative_to(self._root).as_posix()

    def lines(self, path):
        """(number, line) of a text file; nothing of any other."""
        try:
            text = (self._root / path).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            return []
        return enumerate(text.splitlines(), start=1)

    def text(self, path):
        return (self._root / path).read_text(encoding="utf-8")


def is_source(path):
    return path.startswith(CODE_FOLDERS + ("proto",)) and path.endswith(SOURCE_SUFFIXES)


def is_cpp(path):
    return is_source(path) and not path.endswith(".proto")


def include_breaches(path, included):
    """Why `path` may not include `included`; nothing if it may."""
    if included.startswith(OURS):
        allowed = next((to for files, to in MAY_INCLUDE.items() if path.startswith(files)), OURS)
        if not included.startswith(allowed):
            yield f"{path.split('/')[0]}/ may include only {', '.join(allowed)}"
    for files, never, let_through, why in NEVER_INCLUDE:
        if let_through and re.match(let_through, path):
            continue
        if re.match(files, path) and re.match(never, included):
            yield why
    here, there = CONNECTORS.match(path), CONNECTORS.match(included)
    if here and there and there[1] not in (here[1], "testing"):
        yield "one vendor's connector never sees another's"


def check_includes(tree):
    for path in filter(is_cpp, tree.paths):
        for number, line in tree.lines(path):
            match = INCLUDE.match(line)
            if match:
                for why in include_breaches(path, match[1]):
                    yield f"{path}:{number}: includes {match[1]}: {why}"


def check_vendors(tree):
    for path in tree.paths:
        if path.startswith(NO_VENDOR_FOLDERS):
            if VENDOR.search(path):
                yield f"{path}: the edge knows no vendor"
            for number, line in tree.lines(path):
                if VENDOR.search(line):
                    yield f"{path}:{number}: the edge knows no vendor: {line.strip()}"


def check_injected(tree):
    for path in filter(is_cpp, tree.paths):
        if not path.startswith(INJECTED_IN_FOLDERS):
            continue
        patterns = [re.compile(what) for what, let_through in INJECTED
                    if not re.match(let_through, path)]
        for number, line in tree.lines(path):
            code = line.partition("//")[0]
            if any(pattern.search(code) for pattern in patterns):
                yield f"{path}:{number}: time, chance and environment are injected: {line.strip()}"


def check_listed(tree):
    """Every source stands, by name, in the BUILD file of its package; nothing is globbed."""
    builds = {path[: -len("BUILD.bazel")]: tree.text(path) for path in tree.paths
              if path.endswith("BUILD.bazel")}
    for path in filter(is_source, tree.paths):
        package = max((p for p in builds if p and path.startswith(p)), key=len, default=None)
        if package is None:
            yield f"{path}: no BUILD.bazel lists it"
        elif f'"{path[len(package):]}"' not in builds[package]:
            yield f"{path}: {package}BUILD.bazel does not list it"
    for package, text in builds.items():
        if re.search(r"\bglob\(", text):
            yield f"{package}BUILD.bazel: files are listed, not globbed"


def check_finished(tree):
    for path in filter(is_source, tree.paths):
        for number, line in tree.lines(path):
            if UNFINISHED.search(line):
                yield f"{path}:{number}: code is finished, or an issue says why not: {line.strip()}"


CHECKS = (check_includes, check_vendors, check_injected, check_listed, check_finished)


def breaches(root):
    tree = Tree(root)
    return [breach for check in CHECKS for breach in check(tree)]


def main():
    found = breaches(sys.argv[1])
    print("\n".join(found))
    print(f"{len(found)} breaches of the walls" if found else "the walls stand")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
