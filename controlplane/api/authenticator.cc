#include "controlplane/api/authenticator.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/crypto/digest.h"
#include "common/file/file.h"
#include "common/grpc_status/grpc_status.h"
#include "common/id/id.h"
#include "common/proto_time/proto_time.h"
#include "common/status/status_macros.h"

namespace fluxcascade {
namespace {

constexpr size_t kTokenBytes = 32;
constexpr size_t kMaxTokenLength = 256;

absl::string_view Value(const grpc::AuthMetadataProcessor::InputMetadata& metadata,
                        const char* key) {
  const auto found = metadata.find(key);
  if (found == metadata.end()) return "";
  return absl::string_view(found->second.data(), found->second.size());
}

// What an operator needs before he has a token: which methods there are, and whether the process
// lives.
bool IsOpen(absl::string_view path) {
  return absl::StartsWith(path, "/grpc.reflection.") || absl::StartsWith(path, "/grpc.health.");
}

std::string HashOf(absl::string_view token) { return std::string(AsBytes(Sha256(token))); }

}  // namespace

grpc::Status Authenticator::Process(const InputMetadata& metadata, grpc::AuthContext*,
                                    OutputMetadata* consumed, OutputMetadata*) {
  if (IsOpen(Value(metadata, ":path"))) return grpc::Status::OK;
  const absl::Status status = Check(metadata);
  const auto authorization = metadata.find("authorization");
  if (authorization != metadata.end()) {
    // So that no service can log it.
    consumed->insert({std::string("authorization"),
                      std::string(authorization->second.data(), authorization->second.size())});
  }
  return ToGrpc(status);
}

absl::Status Authenticator::Check(const InputMetadata& metadata) const {
  absl::string_view token = Value(metadata, "authorization");
  if (token.empty()) {
    return absl::UnauthenticatedError(
        "no token: send the header `authorization: Bearer <token>` (the administrator's token is "
        "in "
        "the state folder)");
  }
  if (!absl::ConsumePrefix(&token, "Bearer ") || token.size() > kMaxTokenLength) {
    return absl::UnauthenticatedError("the authorization header is not `Bearer <token>`");
  }
  std::optional<store::v1::ApiToken> found;
  FC_RETURN_IF_ERROR(store_.Read([&](Transaction& tx) -> absl::Status {
    FC_ASSIGN_OR_RETURN(found, tx.api_tokens().Find(HashOf(token)));
    return absl::OkStatus();
  }));
  if (found.has_value()) return absl::OkStatus();
  return absl::UnauthenticatedError("the token is not known");
}

absl::StatusOr<bool> EnsureAdminToken(Store& store, const std::string& path, const Clock& clock,
                                      Random& random) {
  const std::string token = absl::StrCat("fca_", NewToken(kTokenBytes, random));
  bool needed = false;
  FC_RETURN_IF_ERROR(store.Read([&](Transaction& tx) -> absl::Status {
    FC_ASSIGN_OR_RETURN(needed, tx.api_tokens().Empty());
    return absl::OkStatus();
  }));
  if (!needed) return false;
  // The file first: a token that is in force but nowhere to be read would lock everybody out.
  FC_RETURN_IF_ERROR(WriteFileAtomically(path, absl::StrCat(token, "\n"), 0600));
  store::v1::ApiToken stored;
  stored.set_token_hash(HashOf(token));
  stored.set_display_name("administrator, made at the first start");
  *stored.mutable_create_time() = ToProto(clock.Now());
  FC_RETURN_IF_ERROR(store.Run([&](Transaction& tx) { return tx.api_tokens().Insert(stored); }));
  return true;
}

}  // namespace fluxcascade
