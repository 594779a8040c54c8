"""Fetches an upstream tarball of a Debian source package from the machine's own mirrors.

The mirrors are those that apt is configured with, so no host name stands in this repository, and a
machine behind a private mirror builds as well. What was fetched once is kept in Bazel's repository
cache: later clones, and machines without a network, take it from there (or from --distdir).
"""

_APT_HELPER = "/usr/lib/apt/apt-helper"

def _mirrors(ctx):
    result = ctx.execute([
        "apt-get",
        "indextargets",
        "--no-release-info",
        "-o",
        "APT::Get::IndexTargets::OnlyPresent=false",
        "--format",
        "$(REPO_URI)",
        "Created-By: Packages",
    ])
    mirrors = {}  # in apt's order, each once
    for line in result.stdout.splitlines():
        if line.strip():
            mirrors[line.strip().rstrip("/")] = True
    if not mirrors:
        fail("apt knows no package mirror on this machine: " + result.stderr)
    return mirrors.keys()

def _fetch_from_mirrors(ctx, to):
    """Downloads ctx.attr.file to the path `to`; fails with every mirror's own error."""
    source = ctx.attr.source
    folder = source[:4] if source.startswith("lib") else source[0]
    path = "pool/main/%s/%s/%s" % (folder, source, ctx.attr.file)
    errors = []
    for mirror in _mirrors(ctx):
        url = mirror + "/" + path
        ctx.report_progress("Fetching " + url)
        result = ctx.execute([
            _APT_HELPER,
            "-o",
            # Root's downloads otherwise run as a user who may not write here.
            "APT::Sandbox::User=root",
            "download-file",
            url,
            str(to),
            "SHA256:" + ctx.attr.sha256,
        ])
        if result.return_code == 0:
            return
        errors.append("  %s: %s" % (url, result.stderr.strip().replace("\n", " ")))
    fail("No Debian mirror of this machine gave %s:\n%s" % (ctx.attr.file, "\n".join(errors)))

def _debian_source_impl(ctx):
    # Labels first: resolving one later restarts this function from the top.
    patches = [ctx.path(patch) for patch in ctx.attr.patches]
    build_file = ctx.path(ctx.attr.build_file) if ctx.attr.build_file else None

    # Asks the repository cache alone; the URL only has to be well formed.
    archive = ctx.attr.file
    cached = ctx.download(
        url = "file:///nonexistent/" + ctx.attr.file,
        output = archive,
        sha256 = ctx.attr.sha256,
        allow_fail = True,
    )
    if not cached.success:
        fetched = ctx.path("fetched-" + ctx.attr.file)
        _fetch_from_mirrors(ctx, fetched)
        ctx.download(url = "file://" + str(fetched), output = archive, sha256 = ctx.attr.sha256)
        ctx.delete(fetched)
    ctx.extract(archive, stripPrefix = ctx.attr.strip_prefix)
    ctx.delete(archive)

    for patch in patches:
        ctx.patch(patch, strip = 1)
    if build_file:
        ctx.delete("BUILD.bazel")
        ctx.symlink(build_file, "BUILD.bazel")
    ctx.file("WORKSPACE", "workspace(name = \"%s\")\n" % ctx.name)

debian_source = repository_rule(
    implementation = _debian_source_impl,
    attrs = {
        "build_file": attr.label(
            allow_single_file = True,
            doc = "Replaces the package's own BUILD file.",
        ),
        "file": attr.string(mandatory = True, doc = "The tarball's name in the pool."),
        "patches": attr.label_list(allow_files = [".patch"], doc = "Applied in order, with -p1."),
        "sha256": attr.string(mandatory = True),
        "source": attr.string(mandatory = True, doc = "The source package's name."),
        "strip_prefix": attr.string(),
    },
)
