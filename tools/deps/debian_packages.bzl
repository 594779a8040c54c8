"""Checks that Debian's packages are installed, and knows which versions of them.

Bazel takes no notice when a header under /usr/include changes. So the versions of all packages are
hashed, and whatever uses one of them carries the hash (a define, an environment variable): an
upgrade of any of them recompiles it.
"""

def _parse(text):
    """The lines of the list, as (package, the command that stands for it or None)."""
    entries = []
    for line in text.splitlines():
        words = [word for word in line.partition("#")[0].split(" ") if word]
        if words:
            entries.append((words[0], words[1] if len(words) > 1 else None))
    return entries

def _installed_versions(ctx, names):
    """Package -> version, of those in `names` that are installed."""
    result = ctx.execute(
        ["dpkg-query", "-W", "-f", "${binary:Package} ${db:Status-Abbrev} ${Version}\n"] + names,
    )
    versions = {}
    for line in result.stdout.splitlines():
        words = line.split(" ")
        if len(words) >= 3 and words[1] == "ii":
            versions[words[0].partition(":")[0]] = words[-1]
    return versions

def _debian_packages_impl(ctx):
    entries = _parse(ctx.read(ctx.path(ctx.attr.packages)))
    versions = _installed_versions(ctx, [package for package, _ in entries])
    missing = [
        package
        for package, command in entries
        if package not in versions and not (command and ctx.which(command))
    ]
    if missing:
        fail("Debian packages are missing. Install them with: " +
             "sudo apt-get install --no-install-recommends " + " ".join(missing))

    # Debian's numbers only: a tool that came from elsewhere builds nothing that is linked in.
    fingerprint = hash(repr(sorted(versions.items())))
    ctx.file("BUILD.bazel", "exports_files([\"versions.bzl\"])\n")
    ctx.file("versions.bzl", "FINGERPRINT = \"%d\"\n" % fingerprint)

debian_packages = repository_rule(
    implementation = _debian_packages_impl,
    attrs = {"packages": attr.label(mandatory = True, allow_single_file = True)},
    doc = "Makes @debian_packages//:versions.bzl with FINGERPRINT, or fails with one apt-get line.",
    local = True,
)
