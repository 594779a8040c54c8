"""Fuzz targets that are also tests.

    fuzz_test(name = "uri_fuzz_test", srcs = ["uri_fuzz_test.cc"], corpus = ["testdata/a"], deps = …)

makes
    :uri_fuzz_test          a cc_test over the corpus and small changes of it
    :uri_fuzz_test_fuzzer   a libFuzzer binary; bazel run --config=fuzz //…:uri_fuzz_test_fuzzer
"""

load("@rules_cc//cc:defs.bzl", "cc_binary", "cc_test")

def fuzz_test(name, srcs, corpus, deps):
    """A source that defines LLVMFuzzerTestOneInput, as a test and as a fuzzer.

    Args:
      name: of the test.
      srcs: the source.
      corpus: seeds, a file each. What `tools/fuzz --keep` has kept, testdata/NAME without _fuzz_test, is
        among them.
      deps: of the source.
    """
    corpus = corpus + native.glob(["testdata/%s/*" % name[:-len("_fuzz_test")]])
    cc_test(
        name = name,
        size = "small",
        srcs = srcs,
        args = ["$(location %s)" % seed for seed in corpus],
        data = corpus,
        deps = deps + ["//tests/fuzz:corpus_main"],
    )
    cc_binary(
        name = name + "_fuzzer",
        testonly = True,
        srcs = srcs,
        linkopts = ["-fsanitize=fuzzer"],
        tags = ["manual"],
        deps = deps,
    )
