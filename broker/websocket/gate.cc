#include "broker/websocket/gate.h"

#include "base/log.h"
#include "broker/websocket/transport.h"

#include <array>

#include <fmt/format.h>

namespace broker {

namespace {

// What the head of a request may take. Source: Go net/http (DefaultMaxHeaderBytes)
constexpr std::size_t kMostHeadBytes = 1024 * 1024;

constexpr std::size_t kGateReadBytes = 4096;

// Stands in for whoever speaks next: nothing is read or waited for meanwhile.
class Nobody final : public TransportUser {
 public:
  void on_read(std::size_t, IoError) override {}

  void on_writable() override {}
};

Nobody& nobody() {
  static Nobody user;
  return user;
}

}  // namespace

// One connection before it is a websocket.
class WebsocketGate::Visitor final : public TransportUser,
                                     public std::enable_shared_from_this<Visitor> {
 public:
  Visitor(WebsocketGate& gate, Socket socket, std::shared_ptr<const GateTerms> terms)
      : gate_(gate),
        terms_(std::move(terms)),
        remote_(socket.remote()),
        local_(socket.local()),
        patience_(gate.loop_),
        transport_(plain_transport(gate.loop_, std::move(socket), *this)) {}

  void begin() {
    if (terms_->timeout.count() > 0) patience_.start(terms_->timeout, [this] { leave(); });
    if (terms_->tls != nullptr) {
      transport_ =
          tls_transport(gate_.loop_, std::move(transport_), *this, {terms_->tls, std::nullopt}, {});
    }
    transport_->start_read(room_);
  }

 private:
  void on_secured(const TlsPeer& peer) override { tls_peer_ = peer; }

  void on_failing(const std::string& why) override {
    base::log::error("websocket: TLS handshake error from {}: {}", to_string(remote_), why);
  }

  void on_writable() override {}

  void on_read(std::size_t bytes, IoError error) override {
    head_.append(room_.data(), bytes);
    if (error != IoError::none) return leave();
    while (true) {
      const auto end = end_of_head(head_);
      if (end == std::string::npos && head_.size() > kMostHeadBytes) {
        say("HTTP/1.1 431 Request Header Fields Too Large\r\n"
            "Content-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n"
            "431 Request Header Fields Too Large");
        return leave();
      }
      if (end == std::string::npos) return transport_->start_read(room_);
      const std::string head = head_.substr(0, end - 2);
      head_.erase(0, end);
      auto answer = answer_request(head, terms_->upgrade);
      if (auto* upgrade = std::get_if<Upgrade>(&answer)) return enter(std::move(*upgrade));
      const auto& refusal = std::get<Refusal>(answer);
      if (!refusal.why.empty()) complain(refusal.why);
      if (!say(refusal.answer) || refusal.closes) return leave();
    }
  }

  void complain(const std::string& why) const {
    base::log::error("{} - websocket handshake error: {}", to_string(remote_), why);
  }

  // False: not even so little fits the socket. Its peer reads nothing.
  bool say(std::string_view text) {
    const iovec piece{const_cast<char*>(text.data()), text.size()};
    return transport_->write({&piece, 1}).bytes == text.size();
  }

  void enter(Upgrade upgrade) {
    if (!head_.empty()) {
      complain("client sent data before handshake is complete");
      return leave();
    }
    if (!say(upgrade.answer)) return leave();
    patience_.stop();
    const WebsocketMode mode{.masked = upgrade.masked,
                             .compression = upgrade.compression,
                             .small_frames = upgrade.small_frames,
                             .whole_messages = upgrade.whole_messages};
    Link link(
        remote_, local_, websocket_transport(gate_.loop_, std::move(transport_), nobody(), mode));
    link.tls_peer = std::move(tls_peer_);
    link.forwarded_for = upgrade.forwarded_for;
    const auto self = shared_from_this();
    gate_.forget(*this);
    gate_.admit_({std::move(link), std::move(upgrade)});
  }

  void leave() {
    const auto self = shared_from_this();
    patience_.stop();
    transport_->close();
    gate_.forget(*this);
  }

  WebsocketGate& gate_;
  const std::shared_ptr<const GateTerms> terms_;
  const Address remote_;
  const Address local_;
  Timer patience_;
  std::unique_ptr<Transport> transport_;  // null once handed on
  std::optional<TlsPeer> tls_peer_;
  std::array<char, kGateReadBytes> room_{};
  std::string head_;
};

WebsocketGate::WebsocketGate(EventLoop& loop, Admit admit)
    : loop_(loop), admit_(std::move(admit)) {}

WebsocketGate::~WebsocketGate() = default;

void WebsocketGate::open(Socket socket, std::shared_ptr<const GateTerms> terms) {
  auto visitor = std::make_shared<Visitor>(*this, std::move(socket), std::move(terms));
  visitors_.emplace(visitor.get(), visitor);
  visitor->begin();
}

void WebsocketGate::clear() {
  visitors_.clear();
}

// In a coming turn: its transport may be on the call stack.
void WebsocketGate::forget(Visitor& visitor) {
  const auto found = visitors_.find(&visitor);
  if (found == visitors_.end()) return;
  loop_.post([gone = std::move(found->second)] {});
  visitors_.erase(found);
}

}  // namespace broker
