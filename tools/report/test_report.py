#!/usr/bin/env python3
"""Counts test cases from reports, and says of each failure where its log is and how it ends.

  test_report.py [--bazel EXIT_STATUS BUILD_EVENTS] [--suite NAME EXIT_STATUS JUNIT_XML LOG]...

BUILD_EVENTS is what bazel's --build_event_json_file wrote; a suite is anything that wrote JUnit XML.
The last line printed is "N passed, N failed" (", N skipped" when there are any). The exit status is 1
if anything failed: a case, a target that was not built, or a suite that ended badly without a word.
"""

import argparse
import collections
import json
import pathlib
import sys
import urllib.parse
import xml.etree.ElementTree as ElementTree

TAIL_LINES = 40

# A case that failed: its name, the log that tells why (or None).
Failure = collections.namedtuple("Failure", "name log")


class Report:
    """Counts, and what failed."""

    def __init__(self):
        self.passed = 0
        self.skipped = 0
        self.failures = []

    def add_suite(self, name, ended_well, xml, log):
        """Adds the cases of one JUnit file. A suite that ended badly counts one failure at least."""
        cases = read_cases(xml)
        if cases is None:
            # No report: the ending is all there is to count.
            cases = [(None, "passed" if ended_well else "failed")]
        failed = [case for case, outcome in cases if outcome == "failed"]
        if not ended_well and not failed:
            failed = [None]
        self.passed += sum(outcome == "passed" for _, outcome in cases)
        self.skipped += sum(outcome == "skipped" for _, outcome in cases)
        for case in failed:
            self.failures.append(Failure(name if case is None else f"{name}  {case}", log))

    def add_failure(self, name):
        self.failures.append(Failure(name, None))

    def summary(self):
        line = f"{self.passed} passed, {len(self.failures)} failed"
        return f"{line}, {self.skipped} skipped" if self.skipped else line


def read_cases(xml):
    """[(name, "passed" | "failed" | "skipped")] of a JUnit file; None if it cannot be read."""
    try:
        root = ElementTree.parse(xml).getroot()
    except (OSError, ElementTree.ParseError, TypeError):
        return None
    cases = []
    for case in root.iter("testcase"):
        if case.get("status") == "notrun":
            continue
        name = ".".join(part for part in (case.get("classname"), case.get("name")) if part)
        if case.find("failure") is not None or case.find("error") is not None:
            cases.append((name, "failed"))
        elif case.find("skipped") is not None or case.get("result") == "skipped":
            cases.append((name, "skipped"))
        else:
            cases.append((name, "passed"))
    # Errors beside the cases: a process that died before its first case.
    if not cases and next(root.iter("error"), None) is not None:
        return None
    return cases


def path_of(uri):
    return urllib.parse.unquote(urllib.parse.urlparse(uri).path)


def read_events(path):
    """The build events; a run that was cut off leaves a torn last line."""
    try:
        lines = pathlib.Path(path).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return
    for line in lines:
        try:
            yield json.loads(line)
        except json.JSONDecodeError:
            return


def add_bazel(report, exit_status, events_path):
    results = {}  # (label, run, shard) -> the last attempt's result
    not_built = {}  # label -> None: in order, each once
    for event in read_events(events_path):
        identity = event.get("id", {})
        if "testResult" in identity:
            key = identity["testResult"]
            result = event.get("testResult", {})
            results[key["label"], key.get("run"), key.get("shard")] = result
        elif "targetCompleted" in identity:
            if not event.get("completed", {}).get("success"):
                not_built[identity["targetCompleted"]["label"]] = None
        elif "targetConfigured" in identity and "aborted" in event:
            not_built[identity["targetConfigured"]["label"]] = None
        elif "pattern" in identity and "aborted" in event:
            not_built[" ".join(identity["pattern"]["pattern"])] = None

    for (label, _, shard), result in results.items():
        files = {
            output["name"]: path_of(output["uri"])
            for output in result.get("testActionOutput", [])
            if "uri" in output
        }
        name = f"{label} (shard {shard})" if shard and shard > 1 else label
        ended_well = result.get("status") in ("PASSED", "FLAKY")
        report.add_suite(name, ended_well, files.get("test.xml"), files.get("test.log"))
    for label in not_built:
        report.add_failure(f"{label}  was not built (the compiler's words are above)")
    if exit_status != 0 and not report.failures:
        report.add_failure(f"bazel ended with status {exit_status} (its words are above)")
    if exit_status == 0 and not results:
        report.add_failure("bazel ran no test")


def tail(path):
    try:
        text = pathlib.Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    return text.splitlines()[-TAIL_LINES:]


def print_failures(failures):
    shown = set()
    for failure in failures:
        print(f"\nFAILED {failure.name}")
        if failure.log is None:
            continue
        print(f"  log: {failure.log}")
        if failure.log not in shown:
            shown.add(failure.log)
            print("\n".join("  | " + line for line in tail(failure.log)))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bazel", nargs=2)
    parser.add_argument("--suite", nargs=4, action="append", default=[])
    arguments = parser.parse_args()

    report = Report()
    if arguments.bazel:
        add_bazel(report, int(arguments.bazel[0]), arguments.bazel[1])
    for name, status, xml, log in arguments.suite:
        report.add_suite(name, int(status) == 0, xml, log)

    print_failures(report.failures)
    print()
    print(report.summary())
    return 1 if report.failures else 0


if __name__ == "__main__":
    sys.exit(main())
