#include "broker/leaf/leafs.h"

#include "base/log.h"
#include "broker/leaf/leaf_session.h"

namespace broker {

namespace log = base::log;

Leafs::Leafs(Workers& workers, Clients& clients, LeafIdentity identity, LeafSettings settings)
    : common_(workers, clients, std::move(identity), std::move(settings)), home_(workers.at(0)) {
  const auto tell_all = [](const std::vector<Tell>& tells) {
    return [&tells](const SessionState& state) {
      for (const Tell& tell : tells)
        tell(state);
    };
  };
  common_.set_hooks(
      {.ended = [this](const LeafEnd& end) { home_.post([this, end](Worker&) { on_ended(end); }); },
       .discovered =
           [this](std::size_t remote, const std::vector<std::string>& urls) {
             home_.post([this, remote, urls](Worker&) {
               if (remote < remotes_.size() && remotes_[remote] != nullptr)
                 remotes_[remote]->discovered(urls);
             });
           },
       .connected = tell_all(connected_),
       .closed = tell_all(closed_)});
}

Leafs::~Leafs() = default;

base::Result<void> Leafs::listen() {
  const auto settings = common_.settings();
  if (!settings->listens()) return {};
  listener_ =
      TRY(Listener::open(home_.loop(), settings->host, settings->port, [this](Socket socket) {
        auto shared = std::make_shared<Socket>(std::move(socket));
        common_.workers().next().post([this, shared](Worker& worker) {
          LeafSession::make(worker, common_, std::move(*shared), std::nullopt);
        });
      }));
  port_ = listener_->address().port;
  common_.set_port(port_);
  log::info("Listening for leafnode connections on {}",
            contract::HostPort{settings->host, port_}.text());
  if (!settings->advertise.empty())
    log::info("Advertise address for leafnode is set to {}", common_.info().ip);
  return {};
}

void Leafs::make_remotes() {
  const auto settings = common_.settings();
  for (std::size_t i = remotes_.size(); i < settings->remotes.size(); ++i) {
    const LeafRemoteSettings& remote = settings->remotes[i];
    if (remote.disabled) {
      remotes_.push_back(nullptr);
      continue;
    }
    remotes_.push_back(std::make_unique<LeafRemote>(home_, common_, i, remote));
    remotes_.back()->start();
  }
}

void Leafs::start() {
  home_.post([this](Worker&) { make_remotes(); });
}

void Leafs::stop() {
  home_
      .ask([this](Worker&) {
        for (const auto& remote : remotes_) {
          if (remote != nullptr) remote->stop();
        }
        listener_.reset();
      })
      .get();
  if (port_ != 0) log::debug("Leafnode accept loop exiting..");
}

void Leafs::on_ended(const LeafEnd& end) {
  if (end.remote < remotes_.size() && remotes_[end.remote] != nullptr)
    remotes_[end.remote]->ended(end.delay);
}

}  // namespace broker
