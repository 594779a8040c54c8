"""clang-tidy as an aspect: one action a source file, cached by Bazel like a compilation.

    bazel build --aspects=//tools/house:tidy.bzl%tidy --output_groups=tidy //common/...
"""

load("@debian_packages//:versions.bzl", "FINGERPRINT")

def _flags(context):
    """The compiler's flags for what is included, from a CcCompilationContext."""
    return (
        ["-std=c++20", "-DOPENSSL_API_COMPAT=999999999"] +
        ["-D" + define for define in context.defines.to_list()] +
        ["-iquote" + folder for folder in context.quote_includes.to_list()] +
        ["-I" + folder for folder in context.includes.to_list()] +
        ["-isystem" + folder for folder in context.system_includes.to_list()]
    )

def _own_files(rule, attributes):
    """The source files, not generated ones, in some attributes of a rule."""
    return [
        file
        for attribute in attributes
        for target in getattr(rule.attr, attribute, [])
        for file in target.files.to_list()
        if file.is_source
    ]

def _tidy_impl(target, ctx):
    if target.label.workspace_root or not ctx.rule.kind.startswith("cc_"):
        return []
    context = cc_common.merge_cc_infos(
        cc_infos = [dep[CcInfo] for dep in ctx.rule.attr.deps if CcInfo in dep],
    ).compilation_context
    own = _own_files(ctx.rule, ["srcs", "hdrs"])
    done = []
    for source in own:
        if source.extension != "cc":
            continue
        output = ctx.actions.declare_file("%s.%s.tidy" % (source.basename, target.label.name))
        ctx.actions.run_shell(
            inputs = depset(own + [ctx.file._config], transitive = [context.headers]),
            outputs = [output],
            # What it counts in system headers is of no interest; what it finds in ours is printed.
            command = "clang-tidy --quiet --config-file=\"$1\" \"$2\" -- \"${@:4}\" > \"$3\" 2> /dev/null" +
                      " || { cat \"$3\"; exit 1; }",
            arguments = [ctx.file._config.path, source.path, output.path, "-iquote."] + _flags(context),
            mnemonic = "ClangTidy",
            progress_message = "Running clang-tidy on %s" % source.short_path,
            env = {"DEBIAN_PACKAGES": FINGERPRINT, "PATH": "/usr/bin:/bin"},
        )
        done.append(output)
    return [OutputGroupInfo(tidy = depset(done))]

tidy = aspect(
    implementation = _tidy_impl,
    attrs = {
        "_config": attr.label(default = "//:.clang-tidy", allow_single_file = True),
    },
    doc = "Fails for each file in which clang-tidy finds something.",
)
