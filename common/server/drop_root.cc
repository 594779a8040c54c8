#include "common/server/drop_root.h"

#include <dirent.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/net/unique_fd.h"
#include "common/status/status_macros.h"

namespace fluxcascade {
namespace {

// More groups than this is no user for a service.
constexpr int kMaxGroups = 1024;

absl::Status Failed(absl::string_view what) {
  return absl::ErrnoToStatus(errno, absl::StrCat("can't ", what));
}

absl::Status MakeFolderFor(const std::string& path, const UserIdentity& user) {
  if (mkdir(path.c_str(), 0700) != 0) {
    return errno == EEXIST ? absl::OkStatus() : Failed(absl::StrCat("make the folder ", path));
  }
  if (lchown(path.c_str(), user.uid, user.gid) == 0) return absl::OkStatus();
  return Failed(absl::StrCat("give the folder ", path, " to ", user.name));
}

// Looks at the file and gives it by the same descriptor, so that nobody puts another in between.
absl::Status GiveFile(const UniqueFd& folder, const char* name, const UserIdentity& user) {
  const UniqueFd file(openat(folder.get(), name, O_PATH | O_NOFOLLOW | O_CLOEXEC));
  struct stat status = {};
  if (!file.valid() || fstat(file.get(), &status) != 0) {
    return errno == ENOENT ? absl::OkStatus() : Failed(absl::StrCat("look at ", name));
  }
  if (!S_ISREG(status.st_mode) || status.st_nlink != 1 || status.st_uid == user.uid) {
    return absl::OkStatus();
  }
  if (fchownat(file.get(), "", user.uid, user.gid, AT_EMPTY_PATH) == 0) return absl::OkStatus();
  return Failed(absl::StrCat("give ", name, " to ", user.name));
}

absl::Status GiveFilesIn(const UniqueFd& folder, const UserIdentity& user) {
  // Takes its descriptor for itself.
  const int listed = openat(folder.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const std::unique_ptr<DIR, int (*)(DIR*)> entries(listed < 0 ? nullptr : fdopendir(listed),
                                                    closedir);
  if (entries == nullptr) return Failed("list the folder");
  while (const dirent* entry = readdir(entries.get())) {
    FC_RETURN_IF_ERROR(GiveFile(folder, entry->d_name, user));
  }
  return absl::OkStatus();
}

absl::Status SetIdentity(const UserIdentity& user) {
  if (setgroups(user.groups.size(), user.groups.data()) != 0) return Failed("set the groups");
  if (setresgid(user.gid, user.gid, user.gid) != 0) return Failed("set the group");
  if (setresuid(user.uid, user.uid, user.uid) != 0) return Failed("set the user");
  return absl::OkStatus();
}

bool IsForGood(const UserIdentity& user) {
  uid_t uids[3] = {};
  gid_t gids[3] = {};
  if (getresuid(&uids[0], &uids[1], &uids[2]) != 0) return false;
  if (getresgid(&gids[0], &gids[1], &gids[2]) != 0) return false;
  for (const uid_t uid : uids) {
    if (uid != user.uid) return false;
  }
  for (const gid_t gid : gids) {
    if (gid != user.gid) return false;
  }
  return setuid(0) != 0 && seteuid(0) != 0;
}

}  // namespace

absl::StatusOr<UserIdentity> FindUser(const std::string& name) {
  errno = 0;
  const passwd* const found = getpwnam(name.c_str());
  if (found == nullptr) return absl::NotFoundError(absl::StrCat("there is no user '", name, "'"));
  if (found->pw_uid == 0) {
    return absl::InvalidArgumentError(absl::StrCat("'", name, "' is root, which drops nothing"));
  }
  UserIdentity user = {.name = name, .uid = found->pw_uid, .gid = found->pw_gid};
  int count = kMaxGroups;
  user.groups.resize(kMaxGroups);
  if (getgrouplist(name.c_str(), user.gid, user.groups.data(), &count) < 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", name, "' is in more than ", kMaxGroups, " groups"));
  }
  user.groups.resize(static_cast<size_t>(count));
  return user;
}

absl::Status GiveFolder(const std::string& path, const UserIdentity& user) {
  for (size_t slash = path.find('/', 1); slash != std::string::npos;
       slash = path.find('/', slash + 1)) {
    FC_RETURN_IF_ERROR(MakeFolderFor(path.substr(0, slash), user));
  }
  FC_RETURN_IF_ERROR(MakeFolderFor(path, user));
  const UniqueFd folder(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!folder.valid()) return Failed(absl::StrCat("open ", path, ", which must be a folder"));
  if (fchown(folder.get(), user.uid, user.gid) != 0) {
    return Failed(absl::StrCat("give the folder ", path, " to ", user.name));
  }
  return GiveFilesIn(folder, user);
}

absl::Status DropRoot(const UserIdentity& user) {
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return Failed("give up new rights");
  if (geteuid() == user.uid && getuid() == user.uid) return absl::OkStatus();
  if (geteuid() != 0) {
    return absl::PermissionDeniedError(
        absl::StrCat("only root can become ", user.name, ": start as root, or as that user"));
  }
  FC_RETURN_IF_ERROR(SetIdentity(user));
  if (IsForGood(user)) return absl::OkStatus();
  return absl::InternalError(absl::StrCat("became ", user.name, ", but could become root again"));
}

}  // namespace fluxcascade
