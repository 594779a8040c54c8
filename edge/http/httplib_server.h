// What cpp-httplib does here: finds the route of a request, and writes responses. It never sees a
// socket, nor a header or body of a sender: those are the framer's (httplib decodes header values,
// cuts targets at `#`, and blocks while it reads).
#ifndef FLUXCASCADE_EDGE_HTTP_HTTPLIB_SERVER_H_
#define FLUXCASCADE_EDGE_HTTP_HTTPLIB_SERVER_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace fluxcascade::edge {

// For one thread.
class HttplibServer {
 public:
  struct Request {
    absl::string_view method;
    // Without query; visible ASCII only.
    absl::string_view path;
    bool keep_alive = true;
  };
  struct Response {
    int status = 200;
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
  };
  using Handler = std::function<void(Response*)>;

  HttplibServer();
  ~HttplibServer();

  // `pattern`: a path, in which `:name` stands for one part of any text. Several routes of one
  // method are tried in the order of adding. Methods: GET (and HEAD with it), POST, PUT, PATCH,
  // DELETE, OPTIONS.
  void Route(absl::string_view method, const std::string& pattern, Handler handler);

  // Calls the route's handler, and returns the whole HTTP/1.1 response: 404 where no route
  // matches, 400 for a method that httplib does not know.
  std::string Process(const Request& request);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_HTTP_HTTPLIB_SERVER_H_
