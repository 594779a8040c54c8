#!/usr/bin/env python3
"""Runs test_report.py over small made-up reports and reads its last line."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).resolve().with_name("test_report.py")

GTEST_XML = """<testsuites><testsuite>
<testcase classname="LogTest" name="Appends" status="run" result="completed"/>
<testcase classname="LogTest" name="Trims" status="run" result="completed">{failure}</testcase>
<testcase classname="LogTest" name="Needs" status="run" result="skipped"><skipped/></testcase>
<testcase classname="LogTest" name="DISABLED_X" status="notrun" result="suppressed"/>
</testsuite></testsuites>"""


class TestReportTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(dir=os.environ.get("TEST_TMPDIR"))
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.events = []

    def file(self, name, text):
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def result(self, label, status, xml=None, log=None, attempt=1):
        """One testResult event, as Bazel writes it."""
        outputs = [
            {"name": name, "uri": f"file://{path}"}
            for name, path in (("test.xml", xml), ("test.log", log))
            if path
        ]
        identity = {"testResult": {"label": label, "run": 1, "shard": 1, "attempt": attempt}}
        result = {"status": status, "testActionOutput": outputs}
        self.events.append({"id": identity, "testResult": result})

    def run_report(self, *arguments, bazel_status=None):
        command = [sys.executable, str(SCRIPT)]
        if bazel_status is not None:
            lines = "".join(json.dumps(event) + "\n" for event in self.events)
            command += ["--bazel", str(bazel_status), str(self.file("events.json", lines))]
        done = subprocess.run(command + [str(a) for a in arguments], text=True, capture_output=True)
        return done.stdout, done.stdout.rstrip("\n").split("\n")[-1], done.returncode

    def test_counts_cases_and_leaves_out_the_disabled(self):
        self.result("//a:a_test", "PASSED", self.file("a.xml", GTEST_XML.format(failure="")))
        _, summary, status = self.run_report(bazel_status=0)
        self.assertEqual((summary, status), ("2 passed, 0 failed, 1 skipped", 0))

    def test_shows_a_failed_cases_log_and_its_end(self):
        xml = self.file("a.xml", GTEST_XML.format(failure="<failure/>"))
        log = self.file("a.log", "first\n" + "middle\n" * 100 + "the last words\n")
        self.result("//a:a_test", "FAILED", xml, log)
        output, summary, status = self.run_report(bazel_status=3)
        self.assertEqual((summary, status), ("1 passed, 1 failed, 1 skipped", 1))
        self.assertIn("FAILED //a:a_test  LogTest.Trims\n", output)
        self.assertIn(f"log: {log}\n", output)
        self.assertIn("the last words", output)
        self.assertNotIn("first", output)

    def test_a_crash_after_passed_cases_is_a_failure(self):
        self.result("//a:a_test", "FAILED", self.file("a.xml", GTEST_XML.format(failure="")))
        _, summary, status = self.run_report(bazel_status=3)
        self.assertEqual((summary, status), ("2 passed, 1 failed, 1 skipped", 1))

    def test_a_test_without_a_report_counts_once(self):
        self.result("//a:a_test", "PASSED")
        self.result("//a:b_test", "TIMEOUT", self.file("torn.xml", "<testsuites><tests"))
        _, summary, status = self.run_report(bazel_status=3)
        self.assertEqual((summary, status), ("1 passed, 1 failed", 1))

    def test_only_the_last_attempt_counts(self):
        self.result("//a:a_test", "FAILED", attempt=1)
        self.result("//a:a_test", "PASSED", attempt=2)
        _, summary, _ = self.run_report(bazel_status=0)
        self.assertEqual(summary, "1 passed, 0 failed")

    def test_a_target_that_was_not_built_is_a_failure(self):
        self.result("//a:a_test", "PASSED")
        self.events.append({"id": {"targetCompleted": {"label": "//b:b"}}, "completed": {}})
        output, summary, status = self.run_report(bazel_status=1)
        self.assertEqual((summary, status), ("1 passed, 1 failed", 1))
        self.assertIn("FAILED //b:b  was not built", output)

    def test_bazel_that_ends_badly_or_runs_nothing_is_a_failure(self):
        for bazel_status in (0, 2, 3, 37):
            with self.subTest(bazel_status):
                _, summary, status = self.run_report(bazel_status=bazel_status)
                self.assertEqual((summary, status), ("0 passed, 1 failed", 1))

    def test_tests_that_failed_without_a_word_in_the_events_are_a_failure(self):
        self.result("//a:a_test", "PASSED")
        _, summary, status = self.run_report(bazel_status=3)
        self.assertEqual((summary, status), ("1 passed, 1 failed", 1))

    def test_a_suite_is_added_to_bazels(self):
        self.result("//a:a_test", "PASSED")
        xml = self.file("o.xml", GTEST_XML.format(failure="<failure/>"))
        _, summary, status = self.run_report("--suite", "oracles", 1, xml, "none", bazel_status=0)
        self.assertEqual((summary, status), ("2 passed, 1 failed, 1 skipped", 1))

    def test_a_suite_that_dies_without_a_report_is_a_failure(self):
        _, summary, status = self.run_report("--suite", "oracles", 1, self.folder / "no.xml", "none")
        self.assertEqual((summary, status), ("0 passed, 1 failed", 1))


if __name__ == "__main__":
    unittest.main(verbosity=2)
