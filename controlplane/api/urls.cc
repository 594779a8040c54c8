#include "controlplane/api/urls.h"

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/http/public_address.h"
#include "common/http/url.h"
#include "common/net/socket_address.h"
#include "common/status/status_macros.h"

namespace fluxcascade {
namespace {

// As SocketAddress reads it; only IPv6 addresses have colons.
std::string IpText(const HttpUrl& url) {
  const bool v6 = absl::StrContains(url.host, ":");
  return absl::StrCat(v6 ? "[" : "", url.host, v6 ? "]:" : ":", url.port);
}

}  // namespace

absl::Status CheckEndpointUrl(absl::string_view url, bool allow_private_addresses) {
  if (url.size() > kMaxEndpointUrlBytes) {
    return absl::InvalidArgumentError(absl::StrCat("is ", url.size(), " bytes long, at most ",
                                                   kMaxEndpointUrlBytes, " are allowed"));
  }
  FC_ASSIGN_OR_RETURN(const HttpUrl parsed, ParseHttpsUrl(url));
  if (allow_private_addresses) return absl::OkStatus();
  if (parsed.host == "localhost" || absl::EndsWith(parsed.host, ".localhost")) {
    return absl::InvalidArgumentError("is of this very machine; a public address is needed");
  }
  if (!parsed.host_is_address) return absl::OkStatus();
  FC_ASSIGN_OR_RETURN(const SocketAddress address, SocketAddress::Parse(IpText(parsed)));
  if (IsPublicAddress(address)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(parsed.host, " is not an address of the public internet"));
}

absl::Status CheckPublicBaseUrl(absl::string_view url) {
  FC_ASSIGN_OR_RETURN(const HttpUrl parsed, ParseHttpsUrl(url));
  if (parsed.target != "/" || absl::EndsWith(url, "/")) {
    return absl::InvalidArgumentError(
        "must be https://host or https://host:port, without path, query or a slash at its end");
  }
  // Systems sign what they call, and may write it in their own way: one spelling is the same to
  // all.
  const std::string canonical = absl::StrCat("https://", parsed.authority());
  if (url == canonical) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("must be written ", canonical));
}

}  // namespace fluxcascade
