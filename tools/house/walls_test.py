#!/usr/bin/env python3
"""The walls stand in a good tree, and each way to break one is seen."""

import os
import pathlib
import tempfile
import unittest

import walls

# A small tree without a breach.
GOOD = {
    "common/time/clock.cc": "absl::Time Now() { return absl::Now(); }\n",
    "common/time/clock.h": "",
    "common/time/BUILD.bazel": '"clock.cc", "clock.h"',
    "controlplane/connectors/connector.h": "",
    "controlplane/connectors/connector_table.cc": (
        '#include "controlplane/connectors/hubspot/connector.h"\n'
    ),
    "controlplane/connectors/BUILD.bazel": '"connector.h", "connector_table.cc"',
    "controlplane/connectors/hubspot/connector.h": (
        '#include "controlplane/connectors/connector.h"\n'
    ),
    "controlplane/connectors/hubspot/BUILD.bazel": '"connector.h"',
    "controlplane/controlplane_server.cc": (
        '#include "controlplane/api/app_service.h"\n'
        '#include "controlplane/store/rocks/rocks_store.h"\n'
    ),
    "controlplane/BUILD.bazel": '"controlplane_server.cc"',
    "edge/edge_main.cc": 'const char* home = getenv("HOME");\n',
    "edge/log.cc": '#include "common/time/clock.h"\n// as absl::Now() would have it\n',
    "edge/log_test.cc": '#include "gtest/gtest.h"\nconst char* t = getenv("TEST_TMPDIR");\n',
    "edge/BUILD.bazel": '"edge_main.cc", "log.cc", "log_test.cc"',
    "proto/fluxcascade/edge/v1/hook.proto": 'syntax = "proto3";\n',
    "proto/BUILD.bazel": '"fluxcascade/edge/v1/hook.proto"',
}


class WallsTest(unittest.TestCase):
    def breaches(self, changed):
        """What is found in the good tree with some files changed."""
        with tempfile.TemporaryDirectory(dir=os.environ.get("TEST_TMPDIR")) as root:
            for path, text in {**GOOD, **changed}.items():
                file = pathlib.Path(root, path)
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, encoding="utf-8")
            return walls.breaches(root)

    def assert_refused(self, path, line, why):
        found = self.breaches({path: line + "\n"})
        self.assertEqual(len(found), 1, found)
        self.assertTrue(found[0].startswith(path), found)
        self.assertIn(why, found[0])

    def assert_include_refused(self, path, included, why):
        self.assert_refused(path, f'#include "{included}"', why)

    def test_the_good_tree_has_no_breach(self):
        self.assertEqual(self.breaches({}), [])

    def test_the_sides_meet_only_in_proto_and_common(self):
        self.assert_include_refused(
            "edge/log.cc", "controlplane/store/store.h", "may include only")
        self.assert_include_refused(
            "controlplane/controlplane_server.cc", "edge/log.h", "may include only")
        self.assert_include_refused("edge/log.cc", "fluxcascade/v1/app.pb.h", "may include only")

    def test_common_is_a_leaf(self):
        self.assert_include_refused("common/time/clock.h", "edge/log.h", "may include only")

    def test_connectors_and_the_store_do_not_see_each_other(self):
        self.assert_include_refused(
            "controlplane/connectors/connector.h", "controlplane/store/store.h", "see the store")
        table = self.breaches({
            "controlplane/store/store.cc": '#include "controlplane/connectors/connector.h"\n',
            "controlplane/store/BUILD.bazel": '"store.cc"',
        })
        self.assertEqual(len(table), 1, table)
        self.assertIn("never sees connectors", table[0])

    def test_only_the_server_names_the_backend_and_the_adapters(self):
        self.assert_include_refused(
            "controlplane/connectors/hubspot/connector.h", "controlplane/api/app_service.h",
            "outermost")
        changed = {
            "controlplane/sync.cc": '#include "controlplane/store/rocks/rocks_store.h"\n',
            "controlplane/BUILD.bazel": '"controlplane_server.cc", "sync.cc"',
        }
        self.assertIn("name a store's backend", self.breaches(changed)[0])

    def test_only_the_table_knows_a_vendors_connector(self):
        why = "only the connector table"
        vendors = "controlplane/connectors/hubspot/connector.h"
        self.assert_include_refused("controlplane/connectors/connector.h", vendors, why)
        self.assert_include_refused("controlplane/controlplane_server.cc", vendors, why)

    def test_one_vendors_connector_does_not_see_anothers(self):
        self.assert_include_refused(
            "controlplane/connectors/hubspot/connector.h",
            "controlplane/connectors/pipedrive/connector.h", "another's")

    def test_what_serves_tests_stays_out_of_the_product(self):
        self.assert_include_refused("edge/log.cc", "gtest/gtest.h", "serves tests")
        for included in ("common/random/fake_random.h", "edge/memory_log.h", "edge/log_suite.h",
                         "common/net/testing/client.h", "edge/recipes_for_test.h"):
            with self.subTest(included):
                self.assert_include_refused("edge/log.cc", included, "serves tests")

    def test_what_serves_tests_may_use_what_serves_tests(self):
        line = '#include "common/random/fake_random.h"\n#include "gtest/gtest.h"\n'
        names = ["log_suite.h", "fake_log.cc", "memory_log.cc", "testing/log_bed.h"]
        listed = ", ".join(f'"{name}"' for name in names)
        changed = {f"edge/{name}": line for name in names}
        changed["edge/BUILD.bazel"] = GOOD["edge/BUILD.bazel"] + ", " + listed
        self.assertEqual(self.breaches(changed), [])

    def test_debians_httplib_is_refused_and_ours_stays_out_of_headers(self):
        self.assert_include_refused("edge/log.cc", "httplib.h", "OpenSSL")
        self.assert_include_refused("common/time/clock.h", "cpp_httplib/httplib.h", "seconds")

    def test_the_edge_knows_no_vendor(self):
        self.assert_refused("edge/log.cc", "// as HubSpot does", "no vendor")
        self.assert_refused("proto/fluxcascade/edge/v1/hook.proto", "// jobber", "no vendor")
        self.assert_refused("edge/README.md", "Pipedrive", "no vendor")

    def test_time_chance_and_environment_are_injected(self):
        for line in (
            "absl::Time now = absl::Now();",
            "auto now = std::chrono::steady_clock::now();",
            "absl::SleepFor(absl::Seconds(1));",
            "std::this_thread::sleep_for(second);",
            "usleep(10);",
            "time_t now = time(nullptr);",
            "std::random_device device;",
            "int dice = rand();",
            "RAND_bytes(out, 16);",
            'const char* home = getenv("HOME");',
        ):
            with self.subTest(line):
                self.assert_refused("edge/log.cc", line, "are injected")

    def test_a_test_may_read_the_clock_and_its_environment_but_not_sleep(self):
        allowed = 'auto now = absl::Now();\nconst char* t = getenv("TEST_TMPDIR");\n'
        self.assertEqual(self.breaches({"edge/log_test.cc": allowed}), [])
        self.assert_refused("edge/log_test.cc", "absl::SleepFor(second);", "are injected")
        self.assert_refused("edge/log_test.cc", "std::random_device device;", "are injected")

    def test_every_source_is_listed_and_nothing_is_globbed(self):
        self.assert_refused("edge/new.cc", "", "does not list it")
        self.assert_refused("proto/fluxcascade/v1/app.proto", "", "does not list it")
        self.assert_refused("tests/e2e/flow.cc", "", "no BUILD.bazel")
        self.assert_refused("common/time/BUILD.bazel", '"clock.cc", "clock.h", glob(["x"])', "glob")

    def test_code_is_finished(self):
        self.assert_refused("edge/log.cc", "// TODO: sync", "finished")


if __name__ == "__main__":
    unittest.main(verbosity=2)
