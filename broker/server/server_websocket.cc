// Where browsers come in: listening, and what is made of those who were let in.
#include "broker/server/server.h"
#include "broker/sessions/client_session.h"

namespace broker {

base::Result<void> Server::open_websocket_door() {
  const auto options = this->options();
  const WebsocketOptions& websocket = options->websocket;
  if (!websocket.enabled()) return {};
  for (unsigned index = 0; index < workers_.size(); ++index) {
    Worker& worker = workers_.at(index);
    gates_.push_back(std::make_unique<WebsocketGate>(
        worker.loop(), [this, &worker](Admitted admitted) { admit(worker, std::move(admitted)); }));
  }
  auto listener = Listener::open(control_, websocket.host, websocket.port, [this](Socket socket) {
    accept_websocket(std::move(socket));
  });
  if (!listener) {
    return base::Error(base::ErrorCode::io,
                       "Unable to listen for websocket connections: " + listener.error().what);
  }
  websocket_listener_ = *std::move(listener);
  websocket_port_ = websocket_listener_->address().port;
  base::log::info("Listening for websocket clients on {}://{}",
                  websocket.tls ? "wss" : "ws",
                  contract::HostPort{websocket.host, websocket_port_}.text());
  if (!websocket.tls) {
    base::log::warn("Websocket not configured with TLS. DO NOT USE IN PRODUCTION!");
  }
  return {};
}

void Server::accept_websocket(Socket socket) {
  auto terms = std::make_shared<const GateTerms>(gate_terms(options()->websocket, tls_.websockets));
  // std::function wants its captures copied; a socket is handed on once.
  auto held = std::make_shared<Socket>(std::move(socket));
  workers_.next().post([this, held, terms = std::move(terms)](Worker& worker) {
    gates_[worker.index()]->open(std::move(*held), terms);
  });
}

void Server::admit(Worker& worker, Admitted admitted) {
  if (admitted.upgrade.kind == Upgrade::Kind::leafnode) {
    base::log::error("Not configured to accept leaf node connections");
    return;  // the link closes with its end
  }
  auto cookies = read_cookies(options()->websocket, admitted.upgrade);
  ClientSession::make(
      worker,
      clients_,
      ClientArrival(std::move(admitted.link), ConnectionType::websocket, std::move(cookies)));
}

// Who is still on the way in is sent away.
void Server::close_websocket_door() {
  if (websocket_listener_ == nullptr) return;
  websocket_listener_.reset();
  if (!running_) return;
  workers_.post_all([this](Worker& worker) { gates_[worker.index()]->clear(); });
}

}  // namespace broker
