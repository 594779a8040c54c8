// What the requests of all services have in common: pages, ids, etags, and which fields an update
// changes.
#ifndef FLUXCASCADE_CONTROLPLANE_API_REQUESTS_H_
#define FLUXCASCADE_CONTROLPLANE_API_REQUESTS_H_

#include <cstdint>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/random/random.h"
#include "common/time/clock.h"
#include "controlplane/store/store.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/field_mask.pb.h"
#include "google/protobuf/message.h"

namespace fluxcascade {

inline constexpr int kDefaultPageSize = 50;
inline constexpr int kMaxPageSize = 1000;
inline constexpr size_t kMaxPageTokenBytes = 1024;
inline constexpr size_t kMaxDisplayName = 200;
inline constexpr size_t kMaxRequestId = 64;

// kInvalidArgument for a size or token outside its limits; 0 means kDefaultPageSize.
absl::StatusOr<PageRequest> ToPageRequest(int page_size, absl::string_view page_token);

// kNotFound when there is no such workspace.
absl::Status CheckWorkspace(Transaction& tx, absl::string_view parent);

// kInvalidArgument unless the resource `given`, whose form has been checked, is in the workspace.
absl::Status CheckWithin(absl::string_view field, absl::string_view given,
                         absl::string_view workspace);

// `given`, or a new id when it is empty. kInvalidArgument, naming `field`.
absl::StatusOr<std::string> ToResourceId(absl::string_view field, absl::string_view given,
                                         const Clock& clock, Random& random);

absl::Status CheckText(absl::string_view field, absl::string_view value, size_t max_bytes,
                       bool required);

// kInvalidArgument, listing the values there are, for a number that is none of them.
absl::Status CheckEnum(absl::string_view field, int given,
                       const google::protobuf::EnumDescriptor& type);

// For a field that never changes: kInvalidArgument when an update without a mask gives another
// value than the stored one. With a mask it is not looked at.
absl::Status CheckUnchanged(const google::protobuf::FieldMask& mask, absl::string_view field,
                            absl::string_view given, absl::string_view stored);

// kAborted, saying what to do, when an etag is given and is not the current one.
absl::Status CheckEtag(absl::string_view given, int64_t revision);

// What a system's answer to a call for `connection` is to our own client. Its refusal of the
// connection's credential is kFailedPrecondition, saying what to do: kUnauthenticated is about the
// client's own token.
absl::Status SystemError(absl::string_view connection, const absl::Status& error);

// Which fields of `given` an update changes: those of the mask, or without one those that are set.
// Fields that are neither in `changeable` nor among the ones that every update carries (name, etag)
// are refused when the mask names them, with a list of what can be changed; without a mask
// output-only fields, which a client sends back as it got them, are passed over.
absl::StatusOr<std::set<std::string>> FieldsToUpdate(const google::protobuf::Message& given,
                                                     const google::protobuf::FieldMask& mask,
                                                     const std::set<std::string>& changeable);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_API_REQUESTS_H_
