#include "common/testing/text_proto.h"

#include <string>

#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/text_format.h"

namespace fluxcascade {
namespace {

constexpr int kDeepest = 20;

class NoComplaints final : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int, int, const std::string&) override {}
};

}  // namespace

bool ParseTextProto(absl::string_view text, google::protobuf::Message* message) {
  NoComplaints errors;
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&errors);
  parser.SetRecursionLimit(kDeepest);
  return parser.ParseFromString(std::string(text), message);
}

}  // namespace fluxcascade
