// Messages from a fuzzer's text: protobuf's text format, so that what is changed is what is said
// and not how long it is, and a seed can be read.
#ifndef FLUXCASCADE_COMMON_TESTING_TEXT_PROTO_H_
#define FLUXCASCADE_COMMON_TESTING_TEXT_PROTO_H_

#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"

namespace fluxcascade {

// False, with `message` in any state, when `text` is no such message. Says nothing about why.
bool ParseTextProto(absl::string_view text, google::protobuf::Message* message);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_TESTING_TEXT_PROTO_H_
