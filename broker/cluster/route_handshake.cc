// How two servers meet: CONNECT, INFO, what they agree on, and whether the route stands.
#include "base/log.h"
#include "broker/cluster/gossip.h"
#include "broker/cluster/route_login.h"
#include "broker/cluster/route_session.h"
#include "broker/s2/transport.h"

namespace broker {

namespace log = base::log;

void RouteSession::on_connect(const Operation& operation) {
  auto connect = contract::read_route_connect(operation.text);
  if (!connect) return close(CloseReason::protocol_violation);
  // Only clients say in which language they are written.
  if (!connect->lang.empty()) {
    log::error("{} - attempted to connect to route port", label());
    return close(CloseReason::wrong_port, "attempted to connect to route port");
  }
  if (!connect->gateway.empty()) {
    return close(
        CloseReason::wrong_gateway,
        "Rejecting connection from gateway \"" + connect->gateway + "\" on the Route port");
  }
  if (!dialled_ && !may_join(*settings_, *connect, connection().tls_peer())) {
    log::error("{} - authentication error", label());
    return close(CloseReason::authentication_violation, "Authorization Violation");
  }
  const std::string err = "Rejecting connection, cluster name \"" + connect->cluster +
                          "\" does not match \"" + mesh_.name() + "\"";
  if (!agrees_on_name(connect->cluster, connect->cluster_dynamic, err)) return;
  authorized_ = true;
  auth_timer_.stop();
  parser().require_connect(false);
}

void RouteSession::on_info(const Operation& operation) {
  auto info = contract::read_server_info(operation.text);
  if (!info) {
    log::error("{} - {}", label(), info.error().what);
    return close(CloseReason::protocol_violation);
  }
  if (!registered_) return on_first_info(*info);
  if (!info->gateway.empty()) return on_gateway_info(*info);
  const auto peer = mesh_.table().find(*destination());
  if (peer && peer->info.server_id == info->server_id) return on_own_info(*info);
  hear_of(mesh_, *info);
}

void RouteSession::on_first_info(const contract::ServerInfo& info) {
  if (info.server_id == mesh_.identity().server_id) {
    if (dialled_) log::debug("Detected route to self, ignoring \"{}\"", dialled_->url.redacted());
    return end(RouteEnd::Cause::self, CloseReason::duplicate_route);
  }
  if (info.server_name == mesh_.identity().server_name) {
    log::error("{} - Remote server has a duplicate name: \"{}\"", label(), info.server_name);
    return close(CloseReason::duplicate_server_name);
  }
  // In a CONNECT the name may be missing; here it decides.
  if (!agrees_on_name(info.cluster, info.cluster_dynamic, {})) return;
  if (!agree_on_compression(info)) return;
  // A newer peer opens a second connection for its system account. We carry every account on one.
  if (!info.route_account.empty()) {
    return close(
        CloseReason::duplicate_route,
        std::string(kNoDedicatedRoute) + "\"" + info.route_account + "\" between those servers");
  }
  if (enter(info)) {
    relay_->start(RoutePermission(info.export_permissions),
                  info.lnocu ? InterestBook::Origins::apart : InterestBook::Origins::together);
    log::debug("{} - Sent local subscriptions to route", label());
    if (const auto peer = mesh_.table().find(*destination())) {
      introduce(mesh_, *peer);
      if (mesh_.gateways().joined) mesh_.gateways().joined(*peer);
    }
    mesh_.tell_changed();
  }
}

// A peer tells of another cluster.
void RouteSession::on_gateway_info(const contract::ServerInfo& info) {
  if (mesh_.gateways().heard) return mesh_.gateways().heard(info);
  log::error("Received information about gateway \"{}\" from {}, but gateway is not configured",
             info.gateway,
             state_.name);
}

// False: INFO comes again, compressed, or the connection ends. Who dials says CONNECT and INFO in
// clear and compresses from then on; who is dialled compresses from its next INFO on.
// Source: nats-server server/route.go (negotiateRouteCompression); seen on 2.10 and 2.15
bool RouteSession::agree_on_compression(const contract::ServerInfo& info) {
  if (!compression_.empty()) return true;
  const RouteCompression& own = settings_->compression;
  if (!is_wanted(own.mode)) {
    const bool unknown = info.compression.empty() || own.mode == kNotSupported;
    compression_ = unknown ? kNotSupported : kCompressionOff;
    return true;
  }
  auto chosen = choose_mode(own.mode, info.compression);
  if (!chosen) {
    log::error("{} - {}", label(), chosen.error().what);
    close(CloseReason::protocol_violation, chosen.error().what);
    return false;
  }
  if (*chosen == kS2Auto) chosen = mode_for(worker().loop().now() - began_, own);
  compression_ = *std::move(chosen);
  patience_.stop();
  keepalive().start();
  if (!is_wanted(compression_)) return true;
  if (dialled_) {
    say_connect();
    say_info();
  }
  change_transport(
      [&loop = worker().loop(), level = level_of(compression_)](
          std::unique_ptr<Transport> below, TransportUser& user, std::string_view early) {
        return s2_transport(loop, std::move(below), user, level, early);
      });
  if (!dialled_) say_info();
  return false;
}

bool RouteSession::agrees_on_name(std::string_view name, bool dynamic, std::string_view err) {
  if (mesh_.agree_on_name(name, dynamic, *destination()) != ClusterName::Verdict::conflict)
    return true;
  log::debug("{} - cluster name from remote server conflicts: \"{}\"", label(), name);
  // Whom we dialled must hear of ours, since it may be the one to give up its own: the next try
  // will then find it changed.
  if (dialled_) say_connect();
  // A name that we only made up is no reason to complain: the peer comes back and takes it, or we
  // its.
  close(CloseReason::cluster_name_conflict, mesh_.has_dynamic_name() ? std::string_view{} : err);
  return false;
}

// Registers the peer, or closes because it is here already. A server that we dialled hears of us
// only now: a duplicate need not.
bool RouteSession::enter(const contract::ServerInfo& info) {
  Peer peer{.info = info,
            .to = destination(),
            .ip = connection().remote().ip,
            .did_solicit = dialled_.has_value()};
  if (dialled_ && dialled_->configured) peer.configured.push_back(dialled_->url);
  if (mesh_.table().add(peer) == RouteTable::Outcome::already_connected) {
    log::debug("{} - Detected duplicate remote route \"{}\"", label(), info.server_id);
    if (dialled_ && dialled_->configured) {
      log::debug("Not attempting reconnect for solicited route, already connected to \"{}\"",
                 info.server_id);
    }
    end(RouteEnd::Cause::duplicate, CloseReason::duplicate_route);
    return false;
  }
  registered_ = true;
  state_.connected = true;
  state_.name = info.server_name;
  state_.version = info.version;
  destination()->headers = info.headers && mesh_.identity().headers;
  destination()->origins = info.lnoc;
  origins_named_ = info.lnocu;
  remote_.set_origins_named(origins_named_);
  log::debug("{} - Registering remote route \"{}\"", label(), info.server_id);
  if (dialled_) {
    say_connect();
    say_info();
  }
  return true;
}

// A peer speaks of itself again: it is about to leave, or what may cross has changed.
void RouteSession::on_own_info(const contract::ServerInfo& info) {
  if (info.lame_duck && mesh_.table().mark_lame_duck(*destination())) mesh_.tell_changed();
  relay_->set_peer_export(RoutePermission(info.export_permissions));
}

}  // namespace broker
