#include "broker/leaf/leaf_session.h"

#include "base/log.h"
#include "broker/protocol/headers.h"
#include "broker/protocol/lines.h"
#include "broker/protocol/writer.h"
#include "broker/sessions/client_info.h"
#include "broker/subjects/subject.h"

#include <fmt/format.h>

namespace broker {

namespace log = base::log;

namespace {

// Servers do not limit one another's messages; this is where lengths stop making sense.
constexpr std::size_t kMostPayloadBytes = 1024 * 1024 * 1024;

constexpr std::string_view kRequestInfo = "Nats-Request-Info";

// How long who dials keeps away from a hub that sent it away. Source: nats-server
// server/leafnode.go (leafNodeReconnectDelayAfterLoopDetected, ...AfterClusterNameSame,
// leafNodeReconnectAfterPermViolation, leafNodeMinVersionReconnectDelay)
constexpr base::nanoseconds kAwayAfterLoop = std::chrono::seconds(30);
constexpr base::nanoseconds kAwayAfterMinVersion = std::chrono::seconds(5);

SessionLimits limits_of(const ClientLimits& clients, const LeafSettings& settings) {
  SessionLimits limits;
  // A list of queue groups may be long. Source: nats-server 2.10 server/const.go
  limits.parser.max_control_line = 16 * clients.max_control_line;
  limits.parser.max_payload = kMostPayloadBytes;
  limits.max_pending = clients.max_pending;
  limits.write_deadline =
      settings.write_deadline.count() > 0 ? settings.write_deadline : clients.write_deadline;
  limits.keepalive = {contract::kFirstRoutePing, clients.ping_interval, clients.ping_max};
  limits.keepalive.first_ping = std::min(limits.keepalive.first_ping, clients.ping_interval);
  return limits;
}

std::shared_ptr<const TlsContext> tls_of(const LeafTls& tls,
                                         const std::optional<LeafDialled>& dialled) {
  if (!dialled) return tls.door;
  return dialled->remote < tls.remotes.size() ? tls.remotes[dialled->remote] : nullptr;
}

}  // namespace

LeafSession& LeafSession::make(Worker& worker,
                               LeafCommon& common,
                               Socket socket,
                               std::optional<LeafDialled> dialled) {
  Birth birth{.worker = worker,
              .link = std::move(socket),
              .id = common.clients().next_id(),
              .kind = Destination::Kind::leaf,
              .limits = limits_of(common.clients().rules()->limits, *common.settings())};
  auto session =
      std::unique_ptr<LeafSession>(new LeafSession(std::move(birth), common, std::move(dialled)));
  LeafSession& leaf = *session;
  worker.adopt(std::move(session));
  leaf.start();
  return leaf;
}

LeafSession::LeafSession(Birth birth, LeafCommon& common, std::optional<LeafDialled> dialled)
    : Session(std::move(birth)),
      common_(common),
      settings_(common.settings()),
      dialled_(std::move(dialled)),
      tls_(tls_of(*common.tls(), dialled_)),
      interest_(common.exchange(), destination()),
      wait_(worker().loop()),
      isolated_(settings_->isolate || (dialled_ && dialled_->settings.isolate)) {
  state_.door = ConnectionType::leafnode;
}

LeafSession::~LeafSession() = default;

void LeafSession::start() {
  if (!dialled_) {
    log::info("{} - Leafnode connection created", label());
    return start_secured();
  }
  const LeafRemoteSettings& remote = dialled_->settings;
  log::info("{} - Leafnode connection created for account: {}", label(), own_account(*dialled_));
  if (remote.handshake_first && tls_ != nullptr) return start_secured();
  wait_.start(remote.first_info_timeout, [this] { close(CloseReason::read_error); });
  begin();
}

void LeafSession::say(std::string_view line) {
  if (traced()) trace_out(line.substr(0, line.find('\r')));
  write(line);
}

// Interest goes before the messages that will be answered to it.
Chunk& LeafSession::outgoing(std::size_t bytes) {
  if (relay_ != nullptr) relay_->flush();
  return Session::outgoing(bytes);
}

void LeafSession::deliver(Chunk chunk) {
  if (relay_ != nullptr) relay_->flush();
  Session::deliver(std::move(chunk));
}

void LeafSession::on_operation(const Operation& operation) {
  switch (operation.verb) {
    case Verb::lmsg:
    case Verb::hmsg:
      return on_message(operation);
    case Verb::ls_plus:
    case Verb::ls_minus:
      return on_interest(operation);
    case Verb::ping:
      return write(kPong);
    case Verb::pong:
      return keepalive().on_pong();
    case Verb::info:
      return on_info(operation);
    case Verb::connect:
      return on_connect(operation);
    case Verb::err:
      return on_err(operation.text);
    default:
      return;  // +OK; the rest is not in the dialect of leaf nodes
  }
}

void LeafSession::on_parse_error(ParseError error) {
  switch (error) {
    case ParseError::connect_expected:
      return refuse();
    case ParseError::control_line:
      return close(CloseReason::max_control_line_exceeded, "maximum control line exceeded");
    case ParseError::payload:
      return close(CloseReason::max_payload_exceeded, "Maximum Payload Violation");
    case ParseError::unknown_operation:
      log::error("{} - Leafnode parser ERROR: unknown protocol operation", label());
      return close(CloseReason::protocol_violation);
    default:
      log::error("{} - Leafnode parser ERROR: wrong arguments", label());
      return close(CloseReason::protocol_violation);
  }
}

void LeafSession::on_batch_end() {
  if (worker().outbox().take_congestion()) pace();
}

// The other end closes; what it says tells when to come back.
void LeafSession::on_err(std::string_view text) {
  log::error("{} - Leafnode Error '{}'", label(), text);
  const auto has = [&](std::string_view words) {
    return text.find(words) != std::string_view::npos;
  };
  if (has("remote leafnode has same cluster name")) {
    next_try_ = kAwayAfterLoop;
    log::error(
        "{} - Leafnode connection dropped with same cluster name error. Delaying attempt to "
        "reconnect for {}",
        label(),
        base::format_go_duration(next_try_));
  } else if (has("connection rejected since minimum version required is")) {
    next_try_ = kAwayAfterMinVersion;
    log::error(
        "{} - Leafnode connection dropped due to minimum version requirement. Delaying attempt to "
        "reconnect for {}",
        label(),
        base::format_go_duration(next_try_));
  } else if (has("Loop detected")) {
    find_loop(false);
  } else if (has("Permissions Violation")) {
    next_try_ = kAwayAfterLoop;
  }
}

void LeafSession::find_loop(bool say_so) {
  next_try_ = kAwayAfterLoop;
  const std::string text =
      fmt::format("Loop detected for leafnode account=\"{}\". Delaying attempt to reconnect for {}",
                  account_ != nullptr ? account_->name()
                  : dialled_          ? own_account(*dialled_)
                                      : std::string(),
                  base::format_go_duration(kAwayAfterLoop));
  log::error("{} - {}", label(), text);
  close(CloseReason::protocol_violation, say_so ? std::string_view(text) : std::string_view());
}

// ---- interest and messages

void LeafSession::on_interest(const Operation& operation) {
  if (account_ == nullptr) return close(CloseReason::protocol_violation, "Authorization Violation");
  const std::string_view subject = operation.subject;
  if (operation.verb == Verb::ls_minus) {
    interest_.remove(subject, operation.queue);
    common_.exchange().lose_interest(worker(), *account_, subject);
    state_.subscriptions = interest_.size();
    return;
  }
  if (subject == common_.loop_subject(*account_)) return find_loop(true);
  const auto asked = rights_->may_be_asked(subject);
  if (asked == LeafRights::Asked::denied) {
    log::debug("{} - Permissions Violation for Subscription to \"{}\"", label(), subject);
    return violate("Subscription to", "Subscription", subject);
  }
  if (!is_valid_subject(subject)) {
    log::error("{} - Could not insert subscription: invalid subject", label());
    return write_err("Invalid Subscription");
  }
  const std::int64_t most = common_.clients().rules()->limits.max_subscriptions;
  if (most > 0 && static_cast<std::int64_t>(interest_.size()) >= most) {
    log::error("{} - maximum subscriptions exceeded", label());
    return write_err("maximum subscriptions exceeded");
  }
  interest_.add(*account_,
                subject,
                operation.queue,
                static_cast<std::int32_t>(std::max<std::int64_t>(operation.number, 1)),
                asked == LeafRights::Asked::filtered ? rights_->denied_out() : nullptr);
  state_.subscriptions = interest_.size();
}

// A hub closes on who oversteps; who dialled one only leaves it out.
void LeafSession::violate(std::string_view what,
                          std::string_view action,
                          std::string_view subject) {
  if (side_.hub) return;
  next_try_ = kAwayAfterLoop;
  log::error(
      "{} - {} Violation on \"{}\" - Check other side configuration", label(), action, subject);
  close(CloseReason::protocol_violation,
        fmt::format("Permissions Violation for {} \"{}\"", what, subject));
}

void LeafSession::on_message(const Operation& operation) {
  ++state_.traffic.in_messages;
  state_.traffic.in_bytes += operation.body.size();
  Traffic& total = worker().counters().total;
  ++total.in_messages;
  total.in_bytes += operation.body.size();
  if (account_ == nullptr) return;
  if (!rights_->may_take(operation.subject)) {
    const auto& permits = destination()->reply_permits;
    if (permits == nullptr || !permits->use(operation.subject, worker().loop().now()))
      return violate("Publish to", "Publish", operation.subject);
  }
  Outgoing message{operation.subject, operation.reply, operation.body, operation.header_bytes};
  // A requester that is known already stays who it is.
  const std::string_view headers = operation.body.substr(0, operation.header_bytes);
  const bool known = !headers.empty() && !find_header(headers, kRequestInfo).empty();
  const Publisher publisher{
      .from = destination().get(), .echo = false, .requester = known ? nullptr : this};
  if (mappings_ != nullptr) [[unlikely]] {
    if (auto elsewhere = common_.exchange().map(*mappings_, operation.subject, worker())) {
      message.subject = *elsewhere;
      // The other end chose queue groups for another subject.
      common_.exchange().publish(worker(), *account_, message, publisher);
      return;
    }
  }
  common_.exchange().publish_arrived(
      worker(), *account_, message, {*destination(), operation.queues, {}}, publisher);
}

std::string LeafSession::request_info(Disclosure disclosure) const {
  return client_info(snapshot(), disclosure, {common_.identity().server_name, common_.cluster()})
      .dump();
}

void LeafSession::renew_account() {
  if (is_closed() || account_ == nullptr) return;
  mappings_ = account_->shape()->mappings;
  interest_.renew_imports();
}

void LeafSession::account_changed(const Account& account) {
  if (is_closed() || account_ != &account) return;
  renew_account();
  const auto claims = account.claims();
  if (claims == nullptr || grant_ == nullptr) return;
  const Identity identity{state_.user, account_, permissions_, grant_};
  switch (standing(identity, *claims)) {
    case Standing::good:
      return;
    case Standing::revoked:
      return close(CloseReason::revocation, "User Authentication Revoked");
    case Standing::refused:
      return refuse();
    case Standing::forgotten:
      return close(CloseReason::authentication_violation);
  }
}

// ---- the end

void LeafSession::on_close(CloseReason reason) {
  wait_.stop();
  if (relay_ != nullptr) relay_->stop();
  state_.subscriptions = interest_.size();
  const auto wanted = interest_.all();
  interest_.clear();
  for (const SubscriptionPtr& subscription : wanted)
    common_.exchange().lose_interest(worker(), *account_, subscription->subject);
  log::info("{} - Leafnode connection closed: {}{}",
            label(),
            to_string(reason),
            peer_.server.empty() ? std::string() : " - Remote: " + peer_.server);
  if (account_ != nullptr) {
    common_.table().remove(*destination());
    --account_->leafs();
    SessionState gone = state_;
    gone.reason = reason;
    common_.hooks().closed(gone);
  }
  if (dialled_) common_.hooks().ended({dialled_->remote, next_try_});
}

std::optional<LeafState> LeafSession::leaf_state(bool with_subscriptions) const {
  if (account_ == nullptr) return std::nullopt;
  LeafState state{
      .session = snapshot(), .server = peer_.server, .is_spoke = side_.hub, .isolated = isolated_};
  if (with_subscriptions) {
    for (const SubscriptionPtr& each : interest_.all())
      state.session.subscription_list.push_back({.subject = each->subject, .queue = each->queue});
  }
  return state;
}

void for_each_leaf(Worker& worker, const std::function<void(LeafSession&)>& use) {
  std::vector<LeafSession*> sessions;
  for (const auto& [endpoint, owner] : worker.endpoints()) {
    if (endpoint->destination()->kind == Destination::Kind::leaf)
      sessions.push_back(static_cast<LeafSession*>(endpoint));
  }
  for (LeafSession* session : sessions)
    use(*session);
}

}  // namespace broker
