#include "tests/support/wire.h"

#include "base/text.h"
#include "tests/support/ports.h"

#include <cerrno>
#include <csignal>
#include <cstring>

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace support {

struct Wire::Tls {
  ~Tls() {
    SSL_free(ssl);
    SSL_CTX_free(context);
  }

  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  SSL* ssl = nullptr;
};

Wire::Wire(int port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    const std::string why = std::strerror(errno);
    ::close(socket_);
    throw WireError("port " + std::to_string(port) + ": " + why);
  }
  const int on = 1;
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

Wire::Wire(int socket, std::string unread) : socket_(socket), unread_(std::move(unread)) {}

Wire Wire::on(int socket) {
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return {socket, {}};
}

WireDoor::WireDoor()
    : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), port_(free_port()) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port_));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int on = 1;
  ::setsockopt(socket_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (::bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(socket_, SOMAXCONN) != 0) {
    const std::string why = std::strerror(errno);
    ::close(socket_);
    throw WireError("a door on port " + std::to_string(port_) + ": " + why);
  }
}

WireDoor::~WireDoor() {
  ::close(socket_);
}

Wire WireDoor::accept(std::chrono::milliseconds patience) {
  pollfd ready{socket_, POLLIN, 0};
  if (::poll(&ready, 1, static_cast<int>(patience.count())) != 1)
    throw WireError("nobody dialled port " + std::to_string(port_));
  return Wire::on(::accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC));
}

Wire::Wire(Wire&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)),
      tls_(std::move(other.tls_)),
      frames_(std::move(other.frames_)),
      unread_(std::move(other.unread_)) {}

Wire::~Wire() {
  if (socket_ >= 0) ::close(socket_);
}

Wire Wire::client(int port, std::string_view connect) {
  Wire wire(port);
  wire.info();
  wire.send("CONNECT " + std::string(connect));
  wire.sync();
  return wire;
}

std::string Wire::secure(const std::string& authority_file,
                         const std::string& cert_file,
                         const std::string& key_file,
                         const TlsWish& wish) {
  std::signal(SIGPIPE, SIG_IGN);  // OpenSSL cannot be told to write without it
  tls_ = std::make_unique<Tls>();
  SSL_CTX_load_verify_locations(tls_->context, authority_file.c_str(), nullptr);
  SSL_CTX_set_verify(tls_->context, SSL_VERIFY_PEER, nullptr);
  if (!cert_file.empty()) {
    SSL_CTX_use_certificate_chain_file(tls_->context, cert_file.c_str());
    SSL_CTX_use_PrivateKey_file(tls_->context, key_file.c_str(), SSL_FILETYPE_PEM);
  }
  tls_->ssl = SSL_new(tls_->context);
  if (wish.only_1_2) SSL_set_max_proto_version(tls_->ssl, TLS1_2_VERSION);
  if (wish.host.empty()) {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls_->ssl), "127.0.0.1");
  } else {
    SSL_set1_host(tls_->ssl, wish.host.c_str());
    SSL_set_tlsext_host_name(tls_->ssl, wish.host.c_str());
  }
  SSL_set_fd(tls_->ssl, socket_);
  if (SSL_connect(tls_->ssl) != 1) {
    const unsigned long code = ERR_get_error();
    const char* why = code == 0 ? nullptr : ERR_reason_error_string(code);
    throw WireError(std::string("TLS handshake: ") + (why == nullptr ? "closed" : why));
  }
  char name[256] = {};
  X509_NAME_get_text_by_NID(X509_get_subject_name(SSL_get0_peer_certificate(tls_->ssl)),
                            NID_commonName,
                            name,
                            sizeof name);
  return name;
}

void Wire::send(std::string_view line) {
  send_raw(std::string(line) + "\r\n");
}

std::string Wire::upgrade(const std::string& headers, const std::string& path) {
  send_bytes("GET " + path +
             " HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
             "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
             headers + "\r\n");
  std::string head;
  while (const auto said = next()) {
    if (said->empty()) break;
    head += *said + "\n";
  }
  if (!head.starts_with("HTTP/1.1 101 ")) return head;
  frames_ = std::make_unique<FrameListener>();
  unread_ = frames_->hear(std::exchange(unread_, {}));
  return head;
}

std::string Wire::control() {
  while (true) {
    if (const auto control = frames_->next_control()) {
      const std::string& payload = control->payload;
      if (control->opcode != 8) return (control->opcode == 9 ? "ping " : "pong ") + payload;
      if (payload.size() < 2) return "close";
      const auto octet = [&](std::size_t at) { return static_cast<unsigned char>(payload[at]); };
      return "close " + std::to_string(octet(0) * 256 + octet(1)) + " " + payload.substr(2);
    }
    if (!receive(kPatience)) return "closed";
  }
}

void Wire::send_raw(std::string_view bytes) {
  send_bytes(frames_ != nullptr ? masked_frame(0x82, bytes) : std::string(bytes));
}

void Wire::send_bytes(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = tls_ != nullptr
                          ? SSL_write(tls_->ssl, bytes.data(), static_cast<int>(bytes.size()))
                          : ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;  // the peer has closed: what it said before is read as usual
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

std::optional<std::string> Wire::next(std::chrono::milliseconds patience) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (true) {
    if (const auto at = unread_.find('\n'); at != std::string::npos) {
      std::string line = unread_.substr(0, at);
      unread_.erase(0, at + 1);
      if (line.ends_with('\r')) line.pop_back();
      return line;
    }
    const auto left = end - std::chrono::steady_clock::now();
    if (!receive(std::chrono::duration_cast<std::chrono::milliseconds>(left))) return std::nullopt;
  }
}

bool Wire::receive(std::chrono::milliseconds patience) {
  pollfd ready{socket_, POLLIN, 0};
  const bool waits = tls_ == nullptr || SSL_pending(tls_->ssl) == 0;
  if (waits &&
      (patience.count() < 0 || ::poll(&ready, 1, static_cast<int>(patience.count())) == 0)) {
    throw WireError("nothing came in time" + (unread_.empty() ? "" : " after '" + unread_ + "'"));
  }
  char bytes[65536];
  const auto count = tls_ != nullptr ? SSL_read(tls_->ssl, bytes, sizeof bytes)
                                     : ::recv(socket_, bytes, sizeof bytes, 0);
  if (count <= 0) return false;
  const std::string_view came(bytes, static_cast<std::size_t>(count));
  if (frames_ != nullptr) {
    unread_ += frames_->hear(came);
  } else {
    unread_ += came;
  }
  return true;
}

std::string Wire::rest() {
  while (receive(kPatience))
    continue;
  return std::move(unread_);
}

std::string Wire::line() {
  auto line = next();
  if (!line) throw WireError("the server has closed the connection");
  return *std::move(line);
}

std::string Wire::line_with(std::string_view part) {
  return line_with_any({std::string(part)});
}

std::string Wire::line_with_any(const std::vector<std::string>& parts) {
  std::string last = "nothing";
  try {
    while (true) {
      std::string text = line();
      for (const std::string& part : parts) {
        if (text.find(part) != std::string::npos) return text;
      }
      if (text == "PING") send("PONG");
      last = std::move(text);
    }
  } catch (const WireError& error) {
    throw WireError("waiting for '" + base::join(parts, "' or '") + "', last came '" + last +
                    "': " + error.what());
  }
}

base::Json Wire::info() {
  auto json = base::Json::parse(line_with("INFO {").substr(5));
  if (!json) throw WireError("INFO: " + json.error().what);
  return *json;
}

void Wire::sync() {
  send("PING");
  line_with("PONG");
}

int Wire::count_messages() {
  int count = 0;
  send("PING");
  while (true) {
    const std::string text = line_with_any({"MSG ", "PONG"});
    if (text == "PONG") return count;
    ++count;
    line();  // the payload
  }
}

void Wire::finish() {
  ::shutdown(socket_, SHUT_WR);
}

bool Wire::closed(std::chrono::milliseconds patience) {
  try {
    while (next(patience))
      continue;
    return true;
  } catch (const WireError&) {
    return false;
  }
}

base::Json HttpAnswer::json() const {
  auto json = base::Json::parse(body);
  if (!json) throw WireError("not JSON: " + body);
  return *json;
}

HttpAnswer http_get(int port, std::string_view path) {
  Wire wire(port);
  wire.send_raw("GET " + std::string(path) + " HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n");
  HttpAnswer answer;
  while (auto line = wire.next()) {
    if (line->empty()) {
      answer.body = wire.rest();
      break;
    }
    if (answer.head.empty()) answer.status = std::atoi(line->substr(line->find(' ') + 1).c_str());
    answer.head += *line + "\n";
  }
  return answer;
}

}  // namespace support
