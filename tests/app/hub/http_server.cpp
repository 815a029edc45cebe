#include "tests/app/hub/http_server.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <sstream>
#include <stdexcept>

namespace lorascope::test {
namespace {

HttpRequest parse_request(const std::string& text) {
  std::istringstream lines(text);
  std::string method;
  HttpRequest request;
  lines >> method >> request.path;
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line) && line != "\r") {
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos) continue;
    std::string name = line.substr(0, colon);
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
    const std::size_t start = line.find_first_not_of(' ', colon + 1);
    request.headers[name] = line.substr(start, line.find_last_not_of("\r") + 1 - start);
  }
  return request;
}

void send_all(int connection, const std::string& bytes) {
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    const ssize_t count = ::send(connection, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (count <= 0) return;
    sent += static_cast<std::size_t>(count);
  }
}

}  // namespace

std::size_t HttpRequest::range_start() const {
  const auto range = headers.find("range");
  return range == headers.end() ? 0 : std::stoul(range->second.substr(range->second.find('=') + 1));
}

HttpServer::HttpServer(std::function<HttpAnswer(const HttpRequest&)> answer) : answer_(std::move(answer)) {
  socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  const bool is_listening = socket_ >= 0 && ::bind(socket_, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                            ::listen(socket_, 8) == 0 &&
                            ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  if (!is_listening) throw std::runtime_error("cannot listen on 127.0.0.1");
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { serve(); });
}

HttpServer::~HttpServer() {
  is_ending_ = true;
  ::shutdown(socket_, SHUT_RDWR);
  thread_.join();
  ::close(socket_);
}

std::vector<HttpRequest> HttpServer::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

void HttpServer::serve() {
  while (!is_ending_) {
    const int connection = ::accept(socket_, nullptr, nullptr);
    if (connection < 0) continue;
    serve_connection(connection);
    ::close(connection);
  }
}

void HttpServer::serve_connection(int connection) {
  std::string text;
  char buffer[4096];
  while (text.find("\r\n\r\n") == std::string::npos) {
    const ssize_t count = ::recv(connection, buffer, sizeof buffer, 0);
    if (count <= 0) return;
    text.append(buffer, static_cast<std::size_t>(count));
  }
  const HttpRequest request = parse_request(text);
  {
    const std::lock_guard lock(mutex_);
    requests_.push_back(request);
  }
  const HttpAnswer answer = answer_(request);
  const bool is_true = answer.told_length == std::string::npos;
  std::string head = "HTTP/1.1 " + std::to_string(answer.status) + " x\r\nConnection: close\r\nContent-Length: " +
                     std::to_string(is_true ? answer.body.size() : answer.told_length) + "\r\n";
  for (const auto& [name, value] : answer.headers) head += name + ": " + value + "\r\n";
  send_all(connection, head + "\r\n" + answer.body.substr(0, answer.cut_after));
}

}  // namespace lorascope::test
