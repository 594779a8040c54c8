"""Stands for rules_cc: hands on the C++ rules that are built into Bazel 4.

Debian's own bazel-rules-cc is written for a newer Bazel than Debian ships.
"""

cc_binary = native.cc_binary
cc_import = native.cc_import
cc_library = native.cc_library
cc_proto_library = native.cc_proto_library
cc_test = native.cc_test
cc_toolchain = native.cc_toolchain
cc_toolchain_suite = native.cc_toolchain_suite
