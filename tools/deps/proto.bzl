"""C++ code from .proto files, by Debian's protoc and gRPC plugin.

    fluxcascade_proto(name = "app", srcs = ["fluxcascade/v1/app.proto"], grpc = True, deps = [":x"])

makes
    :app               a cc_library; #include "fluxcascade/v1/app.pb.h" (and "….grpc.pb.h")
    :app_descriptors   app.descriptors.binpb, a FileDescriptorSet with all that app imports

Paths in `import` lines are relative to the package that calls the macro. One action a file, so that
a changed .proto regenerates only itself.
"""

load("@debian_packages//:versions.bzl", "FINGERPRINT")
load("@rules_cc//cc:defs.bzl", "cc_library")

ProtoFilesInfo = provider(
    doc = "The .proto files of a target and of all it imports.",
    fields = {"transitive": "depset of File"},
)

_SYSTEM_PROTOS = "/usr/include"  # google/protobuf/*.proto

def _proto_files(ctx):
    return depset(
        ctx.files.srcs,
        transitive = [dep[ProtoFilesInfo].transitive for dep in ctx.attr.deps],
    )

def _run_protoc(ctx, inputs, outputs, flags, sources):
    ctx.actions.run(
        executable = "/usr/bin/protoc",
        arguments = ["-I" + ctx.label.package, "-I" + _SYSTEM_PROTOS] + flags +
                    [source.path for source in sources],
        inputs = inputs,
        outputs = outputs,
        mnemonic = "Protoc",
        progress_message = "Generating code from %s" % ctx.label,
        env = {"DEBIAN_PACKAGES": FINGERPRINT},
    )

def _proto_code_impl(ctx):
    transitive = _proto_files(ctx)
    package_out = ctx.bin_dir.path + "/" + ctx.label.package
    flags = ["--cpp_out=" + package_out]
    extensions = [".pb.h", ".pb.cc"]
    if ctx.attr.grpc:
        flags += [
            "--plugin=protoc-gen-grpc=/usr/bin/grpc_cpp_plugin",
            "--grpc_out=" + package_out,
        ]
        extensions += [".grpc.pb.h", ".grpc.pb.cc"]

    generated = []
    for source in ctx.files.srcs:
        stem = source.short_path[len(ctx.label.package) + 1:-len(".proto")]
        outputs = [ctx.actions.declare_file(stem + extension) for extension in extensions]
        _run_protoc(ctx, transitive, outputs, flags, [source])
        generated += outputs

    descriptors = ctx.outputs.descriptors
    _run_protoc(
        ctx,
        transitive,
        [descriptors],
        ["--include_imports", "--include_source_info", "--descriptor_set_out=" + descriptors.path],
        ctx.files.srcs,
    )

    return [
        ProtoFilesInfo(transitive = transitive),
        DefaultInfo(files = depset(generated)),
        OutputGroupInfo(
            headers = depset([file for file in generated if file.extension == "h"]),
            sources = depset([file for file in generated if file.extension == "cc"]),
        ),
    ]

_proto_code = rule(
    implementation = _proto_code_impl,
    attrs = {
        "deps": attr.label_list(providers = [ProtoFilesInfo]),
        "descriptors": attr.output(mandatory = True),
        "grpc": attr.bool(),
        "srcs": attr.label_list(allow_files = [".proto"], mandatory = True),
    },
)

def fluxcascade_proto(name, srcs, deps = [], grpc = False, visibility = None):
    """A cc_library of the code generated from .proto files.

    Args:
      name: of the cc_library.
      srcs: .proto files, below this package.
      deps: other fluxcascade_proto targets of this package whose files these import.
      grpc: whether the files declare services.
      visibility: of the cc_library and the descriptor set.
    """
    code = name + "_code"
    _proto_code(
        name = code,
        srcs = srcs,
        descriptors = name + ".descriptors.binpb",
        grpc = grpc,
        visibility = ["//visibility:private"],
        deps = [dep + "_code" for dep in deps],
    )
    native.filegroup(
        name = name + "_descriptors",
        srcs = [name + ".descriptors.binpb"],
        visibility = visibility,
    )
    for part in ["headers", "sources"]:
        native.filegroup(
            name = "%s_%s" % (code, part),
            srcs = [code],
            output_group = part,
            visibility = ["//visibility:private"],
        )
    cc_library(
        name = name,
        srcs = [code + "_sources"],
        hdrs = [code + "_headers"],
        copts = ["-w"],
        includes = ["."],
        visibility = visibility,
        deps = deps + [
            "//tools/deps:grpc" if grpc else "//tools/deps:protobuf",
        ],
    )
