// How a process that was started as root becomes another user, for good.
#ifndef FLUXCASCADE_COMMON_SERVER_DROP_ROOT_H_
#define FLUXCASCADE_COMMON_SERVER_DROP_ROOT_H_

#include <sys/types.h>

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace fluxcascade {

struct UserIdentity {
  std::string name;
  uid_t uid = 0;
  gid_t gid = 0;
  // Its own one, and those that it is a member of.
  std::vector<gid_t> groups;
};

// kNotFound: no such user. kInvalidArgument: root, which would drop nothing.
absl::StatusOr<UserIdentity> FindUser(const std::string& name);

// Makes the folder and those above it that are missing, for the user alone, and gives it the folder
// and the files in it: what a process that ran as root before has left. Neither symbolic links nor
// files that have another name elsewhere are touched, since the user may have put them there to be
// given more than is its own.
absl::Status GiveFolder(const std::string& path, const UserIdentity& user);

// To be called before the process starts its first thread. From then on it is that user, with its
// groups and no others, and can't come back; no program that it starts gets more rights than it has
// itself. OK, too, if it was that user already. On an error it must not go on.
absl::Status DropRoot(const UserIdentity& user);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_SERVER_DROP_ROOT_H_
