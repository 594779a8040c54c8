#include "edge/routing/logged_form.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "common/proto_time/proto_time.h"

namespace fluxcascade::edge {
namespace {

// Without it nobody could read the body, which is kept as it was signed.
constexpr char kContentEncoding[] = "content-encoding";

bool IsLogged(const std::string& name, const std::vector<std::string>& wanted) {
  return name == kContentEncoding || std::find(wanted.begin(), wanted.end(), name) != wanted.end();
}

}  // namespace

v1::LoggedRequest LoggedForm(const RoutedHook& hook, const SignedRequest& request,
                             const std::vector<std::string>& verified_by, absl::Time receive_time) {
  v1::LoggedRequest logged;
  *logged.mutable_receive_time() = ToProto(receive_time);
  logged.set_hook_id(hook.id);
  for (const RawHeader& header : request.headers) {
    const std::string name = absl::AsciiStrToLower(header.name);
    if (!IsLogged(name, hook.logged_headers)) continue;
    v1::Header* copy = logged.add_headers();
    copy->set_name(name);
    copy->set_value(std::string(header.value));
  }
  if (request.query.has_value()) logged.set_query(std::string(*request.query));
  logged.mutable_verified_by()->Add(verified_by.begin(), verified_by.end());
  return logged;
}

}  // namespace fluxcascade::edge
