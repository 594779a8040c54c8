#include "tests/sandbox/pipedrive/pipedrive_oauth.h"

#include <map>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "tests/sandbox/http/url_text.h"

namespace fluxcascade::sandbox {
namespace {

std::pair<std::string, std::string> BasicCredentials(const ApiRequest& request) {
  static constexpr absl::string_view kScheme = "basic ";
  const std::string header = request.Header("authorization");
  std::string text;
  if (!absl::StartsWithIgnoreCase(header, kScheme) ||
      !absl::Base64Unescape(header.substr(kScheme.size()), &text)) {
    return {};
  }
  return absl::StrSplit(text, absl::MaxSplits(':', 1));
}

ApiResponse OAuthError(int status, const char* error, const char* message) {
  return JsonResponse(status, {{"success", false}, {"error", error}, {"message", message}});
}

}  // namespace

ApiResponse PipedriveToken(const ApiRequest& request, CompanyRegistry& companies,
                           const Clock& clock, const std::string& api_domain) {
  const std::multimap<std::string, std::string> form = ParseForm(request.body);
  const auto value = [&form](const char* name) {
    const auto found = form.find(name);
    return found == form.end() ? std::string() : found->second;
  };
  if (value("grant_type") != "refresh_token") {
    return OAuthError(400, "unsupported_grant_type", "only refresh_token is served here");
  }
  const auto [client_id, client_secret] = BasicCredentials(request);
  const absl::StatusOr<PipedriveTokens> tokens =
      companies.Refresh(client_id, client_secret, value("refresh_token"), clock.Now());
  if (absl::IsUnauthenticated(tokens.status())) {
    return OAuthError(401, "invalid_client", "Invalid client: client is invalid");
  }
  if (!tokens.ok()) {
    return OAuthError(400, "invalid_grant", "Invalid grant: refresh token is invalid");
  }
  return JsonResponse(200, {{"access_token", tokens->access_token},
                            {"token_type", "bearer"},
                            {"refresh_token", tokens->refresh_token},
                            {"scope", "base contacts:full admin"},
                            {"expires_in", absl::ToInt64Seconds(tokens->expires_in)},
                            {"api_domain", api_domain}});
}

}  // namespace fluxcascade::sandbox
