#include "app/lorascope/hub/http_client.h"

#include <curl/curl.h>

#include <algorithm>
#include <cctype>
#include <exception>
#include <memory>
#include <utility>

#include "core/base/error.h"

namespace lorascope::app::hub {
namespace {

constexpr long kConnectSeconds = 15;
constexpr long kStalledSeconds = 30;
constexpr std::size_t kErrorBody = 2000;

struct CurlCleanup {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Handle = std::unique_ptr<CURL, CurlCleanup>;
using List = std::unique_ptr<curl_slist, CurlCleanup>;

/// One request on its way: where its bytes go, and what went wrong while they were taken.
struct Transfer {
  CURL* handle = nullptr;
  HttpResponse response;
  std::size_t limit_bytes = 0;
  std::uint64_t offset = 0;
  bool is_begun = false;
  const HttpClient::Begin* begin = nullptr;
  const std::function<void(std::string_view)>* sink = nullptr;
  std::exception_ptr problem;

  long status() const {
    long code = 0;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &code);
    return code;
  }

  bool take(std::string_view bytes) {
    const long code = status();
    if (sink == nullptr || code >= 300) {
      const std::size_t limit = sink == nullptr ? limit_bytes : kErrorBody;
      if (response.body.size() + bytes.size() > limit && sink == nullptr) return false;
      response.body.append(bytes.substr(0, limit - std::min(limit, response.body.size())));
      return true;
    }
    if (!std::exchange(is_begun, true)) (*begin)(response, code == 206 && offset > 0);
    (*sink)(bytes);
    return true;
  }
};

/// No exception may pass through libcurl's C code: it is kept and thrown on the other side.
std::size_t on_bytes(char* bytes, std::size_t size, std::size_t count, void* target) {
  auto* transfer = static_cast<Transfer*>(target);
  try {
    return transfer->take({bytes, size * count}) ? size * count : 0;
  } catch (...) {
    transfer->problem = std::current_exception();
    return 0;
  }
}

std::size_t on_header(char* bytes, std::size_t size, std::size_t count, void* target) {
  auto* transfer = static_cast<Transfer*>(target);
  const std::string line(bytes, size * count);
  if (line.rfind("HTTP/", 0) == 0) transfer->response.headers.clear();  // the answer after a redirect
  const std::size_t colon = line.find(':');
  if (colon == std::string::npos) return size * count;
  std::string name = line.substr(0, colon);
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
  const std::size_t start = line.find_first_not_of(' ', colon + 1);
  const std::size_t end = line.find_last_not_of("\r\n ");
  if (start != std::string::npos && end >= start)
    transfer->response.headers[name] = line.substr(start, end - start + 1);
  return size * count;
}

Handle new_handle() {
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  Handle handle(ready == CURLE_OK ? curl_easy_init() : nullptr);
  if (!handle) throw Error("cannot use the network: libcurl does not start");
  return handle;
}

/// The header lines of a request.
struct RequestHeaders {
  std::string token;
  std::string if_range;
};

HttpResponse perform(Handle handle, Transfer& transfer, const std::string& url, const RequestHeaders& sent) {
  CURL* curl = handle.get();
  transfer.handle = curl;
  char message[CURL_ERROR_SIZE] = "";
  List headers;
  const auto add = [&](const std::string& line) { headers.reset(curl_slist_append(headers.release(), line.c_str())); };
  if (!sent.token.empty()) add("Authorization: Bearer " + sent.token);
  if (!sent.if_range.empty()) add("If-Range: " + sent.if_range);
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "lorascope");
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt(curl, CURLOPT_MAXREDIRS, 10L);
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, kStalledSeconds);
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, message);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_bytes);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &transfer);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &transfer);
  const CURLcode code = curl_easy_perform(curl);
  if (transfer.problem) std::rethrow_exception(transfer.problem);
  transfer.response.status = transfer.status();
  if (code != CURLE_OK) transfer.response.failure = *message != '\0' ? message : curl_easy_strerror(code);
  return std::move(transfer.response);
}

}  // namespace

HttpResponse HttpClient::get(const std::string& url, std::size_t limit_bytes) const {
  Transfer transfer;
  transfer.limit_bytes = limit_bytes;
  return perform(new_handle(), transfer, url, {token_, ""});
}

HttpResponse HttpClient::download(const Part& part, const Begin& begin,
                                  const std::function<void(std::string_view)>& sink) const {
  Transfer transfer;
  transfer.offset = part.offset;
  transfer.begin = &begin;
  transfer.sink = &sink;
  Handle handle = new_handle();
  if (part.offset > 0) curl_easy_setopt(handle.get(), CURLOPT_RANGE, (std::to_string(part.offset) + "-").c_str());
  return perform(std::move(handle), transfer, part.url, {token_, part.offset > 0 ? part.etag : ""});
}

}  // namespace lorascope::app::hub
