#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace lorascope::app::hub {

/// What a server answered, redirects followed. status 0: no answer, `failure` says why.
struct HttpResponse {
  long status = 0;
  std::map<std::string, std::string> headers;  ///< names in lower case
  std::string body;                            ///< of a download: only where the status is an error
  std::string failure;                         ///< connection refused, connection lost, timed out, …

  bool is_complete() const { return failure.empty(); }
};

/// GET requests over HTTP and HTTPS. The token goes to the host that was asked, not to hosts it redirects to.
class HttpClient {
 public:
  explicit HttpClient(std::string token) : token_(std::move(token)) {}

  /// A small document; a body above `limit_bytes` counts as a failure.
  HttpResponse get(const std::string& url, std::size_t limit_bytes = 16u << 20) const;

  /// What a download asks for: the bytes from `offset` on, of the version with this ETag where one is given.
  struct Part {
    std::string url;
    std::uint64_t offset = 0;
    std::string etag;
  };

  /// Called once before the first byte: the answer's headers, and whether the server does start at the offset; if not,
  /// it sends the file from its beginning.
  using Begin = std::function<void(const HttpResponse& head, bool is_resumed)>;

  /// Hands the bytes to `sink` as they come.
  HttpResponse download(const Part& part, const Begin& begin, const std::function<void(std::string_view)>& sink) const;

 private:
  std::string token_;
};

}  // namespace lorascope::app::hub
