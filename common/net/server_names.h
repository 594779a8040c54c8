// Finds which of a server's certificates is for the name that a client asks for.
#ifndef FLUXCASCADE_COMMON_NET_SERVER_NAMES_H_
#define FLUXCASCADE_COMMON_NET_SERVER_NAMES_H_

#include <cstddef>
#include <optional>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"

namespace fluxcascade {

// Thread-safe once filled. Upper and lower case are the same.
class ServerNames {
 public:
  // `name`, as a certificate has it: a host name, or `*.` and a host name, which stands for every
  // name with one label in place of the star (RFC 6125, section 6.4.3). A name keeps the first
  // index that it was given.
  void Add(absl::string_view name, size_t index);

  // The whole name before a wildcard; nothing when neither was added. Takes a final dot for none.
  std::optional<size_t> Find(absl::string_view host) const;

 private:
  absl::flat_hash_map<std::string, size_t> exact_;
  // By what follows `*.`.
  absl::flat_hash_map<std::string, size_t> wildcard_;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_NET_SERVER_NAMES_H_
