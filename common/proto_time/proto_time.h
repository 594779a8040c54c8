// Protobuf's times and ours.
#ifndef FLUXCASCADE_COMMON_PROTO_TIME_PROTO_TIME_H_
#define FLUXCASCADE_COMMON_PROTO_TIME_PROTO_TIME_H_

#include "absl/time/time.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"

namespace fluxcascade {

// Rounded down to microseconds, so that what comes back from storage compares equal.
google::protobuf::Timestamp ToProto(absl::Time time);
absl::Time FromProto(const google::protobuf::Timestamp& time);

google::protobuf::Duration ToProto(absl::Duration duration);
absl::Duration FromProto(const google::protobuf::Duration& duration);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_PROTO_TIME_PROTO_TIME_H_
