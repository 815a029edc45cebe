#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace lorascope::test {

/// One request as it came in.
struct HttpRequest {
  std::string path;
  std::map<std::string, std::string> headers;  ///< names in lower case

  /// The first byte that a Range header asks for; 0 without one.
  std::size_t range_start() const;
};

/// What to answer; `cut_after` bytes of the body the connection is dropped.
struct HttpAnswer {
  int status = 200;
  std::string body;
  std::map<std::string, std::string> headers;
  std::size_t cut_after = std::string::npos;
  std::size_t told_length = std::string::npos;  ///< a Content-Length that is not the body's
};

/// Answers one request a connection on a free port of 127.0.0.1, until the end of its scope.
class HttpServer {
 public:
  explicit HttpServer(std::function<HttpAnswer(const HttpRequest&)> answer);
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;
  ~HttpServer();

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  std::vector<HttpRequest> requests() const;

 private:
  void serve();
  void serve_connection(int connection);

  std::function<HttpAnswer(const HttpRequest&)> answer_;
  int socket_ = -1;
  int port_ = 0;
  std::atomic<bool> is_ending_ = false;
  mutable std::mutex mutex_;
  std::vector<HttpRequest> requests_;
  std::thread thread_;
};

}  // namespace lorascope::test
