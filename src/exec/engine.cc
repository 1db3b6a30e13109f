#include "exec/engine.h"

#include "base/text.h"

#include <fstream>
#include <thread>

#include <fmt/core.h>
#include <httplib.h>
#include <sys/socket.h>

namespace exec {

namespace {

using base::Error;
using base::ErrorCode;
using base::Json;
using base::Result;

constexpr int kNotModified = 304;  // started, stopped already
constexpr int kNotFound = 404;
constexpr std::size_t kPiece = 1024 * 1024;  // of a file on its way
constexpr std::size_t kMaxWords = 500;       // of an engine that says a lot
constexpr base::nanoseconds kRestart =
    std::chrono::seconds(20);  // of an engine: its package's upgrade
constexpr base::nanoseconds kEnginePause = std::chrono::milliseconds(500);  // between two tries

// {"message": "No such container: a"}; Podman has {"cause", "message"}.
std::string words_of(const std::string& body) {
  const auto json = Json::parse(body);
  const auto said = json ? (*json)["message"].text() : std::string();
  return std::string(base::trim(said.empty() ? body : said)).substr(0, kMaxWords);
}

class SocketEngine final : public Engine {
 public:
  explicit SocketEngine(std::filesystem::path socket)
      : socket_(std::move(socket)), client_(socket_.string()) {
    client_.set_address_family(AF_UNIX);
    client_.set_connection_timeout(2);
    client_.set_keep_alive(true);
    // cpp-httplib would write the socket's path there, which Go's server refuses.
    client_.set_default_headers({{"Host", "localhost"}});
  }

  Result<std::string> ask(const EngineRequest& request) override {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(request.patience).count();
    client_.set_read_timeout(seconds);
    client_.set_write_timeout(seconds);
    auto response = send(request);
    // A connection kept from an earlier question may have been closed under our hands.
    if (!response && request.method == "GET" && response.error() == httplib::Error::Read)
      response = send(request);
    // Nobody took the question, so it may be put again.
    const auto begun = std::chrono::steady_clock::now();
    while (answered_ && !response && is_away(response.error()) &&
           std::chrono::steady_clock::now() - begun < kRestart) {
      std::this_thread::sleep_for(kEnginePause);
      response = send(request);
    }
    if (!response) return silence(response.error(), request);
    answered_ = true;
    const auto status = response->status;
    if (status / 100 == 2 || status == kNotModified) return std::move(response->body);
    const auto code = status == kNotFound ? ErrorCode::not_found
                      : status / 100 == 4 ? ErrorCode::refused
                                          : ErrorCode::io;
    return Error(code, words_of(response->body));
  }

 private:
  static bool is_away(httplib::Error error) {
    return error == httplib::Error::Connection || error == httplib::Error::ConnectionTimeout;
  }

  httplib::Result send(const EngineRequest& request) {
    if (!request.file.empty()) return send_file(request);
    if (request.method == "GET") return client_.Get(request.path);
    if (request.method == "PUT") return client_.Put(request.path, request.body, request.type);
    if (request.method == "DELETE") return client_.Delete(request.path);
    return client_.Post(request.path, request.body, request.type);
  }

  httplib::Result send_file(const EngineRequest& request) {
    std::ifstream file(request.file, std::ios::binary);
    std::error_code failed;
    const auto size = std::filesystem::file_size(request.file, failed);
    return client_.Post(
        request.path,
        failed ? 0 : size,
        [&](std::size_t at, std::size_t left, httplib::DataSink& sink) {
          std::string piece(std::min(left, kPiece), '\0');
          file.seekg(static_cast<std::streamoff>(at));
          if (!file.read(piece.data(), static_cast<std::streamsize>(piece.size()))) return false;
          return sink.write(piece.data(), piece.size());
        },
        request.type);
  }

  Error silence(httplib::Error error, const EngineRequest& request) const {
    if (is_away(error)) {
      return {ErrorCode::refused,
              fmt::format("no container engine answers at {} (start it, or name its socket in "
                          "executor.socket; this user must be allowed to open it)",
                          socket_.string())};
    }
    const bool late = error == httplib::Error::Read || error == httplib::Error::Write;
    return {late ? ErrorCode::timeout : ErrorCode::io,
            fmt::format("{}: {} {}: {}",
                        socket_.string(),
                        request.method,
                        request.path.substr(0, request.path.find('?')),
                        late ? "the connection was lost, or no answer within " +
                                   base::format_duration(request.patience)
                             : httplib::to_string(error))};
  }

  std::filesystem::path socket_;
  httplib::Client client_;
  bool answered_ = false;  // once: it is worth waiting for
};

Result<Json> json_in(Result<std::string> answer, const std::string& path) {
  const auto text = TRY(std::move(answer));
  if (base::trim(text).empty()) return Json();
  auto json = Json::parse(text);
  if (!json) return std::move(json).error().in(path);
  return json;
}

}  // namespace

Result<Json> Engine::get(const std::string& path) {
  return json_in(ask({.path = path}), path);
}

Result<Json> Engine::post(const std::string& path, const Json& body) {
  return json_in(ask({.method = "POST", .path = path, .body = body.is_null() ? "" : body.dump()}),
                 path);
}

Result<void> Engine::remove(const std::string& path) {
  const auto answer = ask({.method = "DELETE", .path = path});
  if (!answer && answer.error().code != ErrorCode::not_found) return answer.error();
  return {};
}

std::unique_ptr<Engine> engine_at(const std::filesystem::path& socket) {
  return std::make_unique<SocketEngine>(socket);
}

std::string url_word(const std::string& text) {
  std::string result;
  for (const char c : text) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) ||
                       std::string_view("-._~").find(c) != std::string_view::npos;
    result += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return result;
}

}  // namespace exec
