#include "tests/sandbox/http/https_poster.h"

#include <cpp_httplib/httplib.h>

#include <map>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "common/mutex/mutex.h"
#include "tests/sandbox/http/url_text.h"

namespace fluxcascade::sandbox {
namespace {

using Client = std::unique_ptr<httplib::SSLClient>;

class HttpsPoster final : public WebhookPoster {
 public:
  explicit HttpsPoster(std::string ca_file) : ca_file_(std::move(ca_file)) {}

  PostResult Post(const WebhookPost& post) override {
    const absl::StatusOr<HttpsUrl> url = ParseHttpsUrl(post.url);
    if (!url.ok()) return {0, std::string(url.status().message())};
    const std::string origin = absl::StrCat(url->host, ":", url->port);
    Client client = Take(origin, *url);
    SetTimeouts(*client, post.timeout);
    httplib::Headers headers;
    for (const auto& [name, value] : post.headers) headers.emplace(name, value);
    const httplib::Result result =
        client->Post(url->target, headers, post.body, "application/json");
    if (!result) return {0, httplib::to_string(result.error())};
    GiveBack(origin, std::move(client));
    return {result->status, ""};
  }

 private:
  static void SetTimeouts(httplib::SSLClient& client, absl::Duration timeout) {
    const auto chrono = absl::ToChronoMicroseconds(timeout);
    client.set_connection_timeout(chrono);
    client.set_read_timeout(chrono);
    client.set_write_timeout(chrono);
  }

  Client Take(const std::string& origin, const HttpsUrl& url) FC_EXCLUDES(mutex_) {
    {
      MutexLock lock(mutex_);
      std::vector<Client>& idle = idle_[origin];
      if (!idle.empty()) {
        Client client = std::move(idle.back());
        idle.pop_back();
        return client;
      }
    }
    auto client = std::make_unique<httplib::SSLClient>(url.host, url.port);
    client->set_ca_cert_path(ca_file_);
    client->enable_server_certificate_verification(true);
    client->set_keep_alive(true);
    client->set_tcp_nodelay(true);
    client->set_follow_location(false);
    return client;
  }

  void GiveBack(const std::string& origin, Client client) FC_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    idle_[origin].push_back(std::move(client));
  }

  const std::string ca_file_;
  Mutex mutex_;
  std::map<std::string, std::vector<Client>> idle_ FC_GUARDED_BY(mutex_);
};

}  // namespace

std::unique_ptr<WebhookPoster> MakeHttpsPoster(std::string ca_file) {
  return std::make_unique<HttpsPoster>(std::move(ca_file));
}

}  // namespace fluxcascade::sandbox
