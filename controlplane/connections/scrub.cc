#include "controlplane/connections/scrub.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_replace.h"

namespace fluxcascade {
namespace {

constexpr size_t kMinSecretLength = 4;

}  // namespace

std::string Scrub(std::string text, const std::vector<std::string>& secrets) {
  for (const std::string& secret : secrets) {
    if (secret.size() < kMinSecretLength) continue;
    absl::StrReplaceAll({{secret, "[secret]"}}, &text);
  }
  return text;
}

absl::StatusOr<HttpResponse> ScrubAnswer(absl::StatusOr<HttpResponse> answer,
                                         const std::vector<std::string>& secrets) {
  if (!answer.ok()) {
    return absl::Status(answer.status().code(),
                        Scrub(std::string(answer.status().message()), secrets));
  }
  if (answer->status < 200 || answer->status >= 300) {
    answer->body = Scrub(std::move(answer->body), secrets);
  }
  return answer;
}

}  // namespace fluxcascade
