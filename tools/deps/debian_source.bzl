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

def _fetch_from_mirrors(ctx, file, sha256, to):
    """Downloads a file of the source package to the path `to`; fails with every mirror's own error."""
    source = ctx.attr.source
    folder = source[:4] if source.startswith("lib") else source[0]
    path = "pool/main/%s/%s/%s" % (folder, source, file)
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
            "SHA256:" + sha256,
        ])
        if result.return_code == 0:
            return
        errors.append("  %s: %s" % (url, result.stderr.strip().replace("\n", " ")))
    fail(("No Debian mirror of this machine gave %s; if Debian has replaced it, put the new name and " +
          "SHA-256 into WORKSPACE:\n%s") % (file, "\n".join(errors)))

def _fetch_and_extract(ctx, file, sha256, strip_prefix = "", output = ""):
    # Asks the repository cache alone; the URL only has to be well formed.
    cached = ctx.download(
        url = "file:///nonexistent/" + file,
        output = file,
        sha256 = sha256,
        allow_fail = True,
    )
    if not cached.success:
        fetched = ctx.path("fetched-" + file)
        _fetch_from_mirrors(ctx, file, sha256, fetched)
        ctx.download(url = "file://" + str(fetched), output = file, sha256 = sha256)
        ctx.delete(fetched)
    ctx.extract(file, output = output, stripPrefix = strip_prefix)
    ctx.delete(file)

def _apply_debian_patches(ctx):
    """Applies the series of the package's own patches: Debian's security fixes are among them."""
    _fetch_and_extract(ctx, ctx.attr.debian_file, ctx.attr.debian_sha256, output = "debian_files")
    patches = "debian_files/debian/patches/"
    for line in ctx.read(patches + "series").splitlines():
        patch = line.split("#")[0].strip()
        if patch:
            ctx.patch(patches + patch, strip = 1)
    ctx.delete("debian_files")

def _debian_source_impl(ctx):
    # Labels first: resolving one later restarts this function from the top.
    build_file = ctx.path(ctx.attr.build_file) if ctx.attr.build_file else None

    _fetch_and_extract(ctx, ctx.attr.file, ctx.attr.sha256, strip_prefix = ctx.attr.strip_prefix)
    if ctx.attr.debian_file:
        _apply_debian_patches(ctx)
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
        "debian_file": attr.string(doc = "The .debian.tar.xz whose patches are applied."),
        "debian_sha256": attr.string(),
        "file": attr.string(mandatory = True, doc = "The tarball's name in the pool."),
        "sha256": attr.string(mandatory = True),
        "source": attr.string(mandatory = True, doc = "The source package's name."),
        "strip_prefix": attr.string(),
    },
)
