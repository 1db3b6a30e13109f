#include "broker/exchange/internal_client.h"

#include "base/log.h"
#include "broker/protocol/scan.h"

namespace broker {

namespace {

constexpr std::string_view kLineEnd = "\r\n";
constexpr std::size_t kMostPending = 64 * 1024 * 1024;

std::size_t to_size(std::string_view digits) {
  return static_cast<std::size_t>(read_number(digits).value_or(0));
}

}  // namespace

InternalClient::InternalClient(Worker& worker, Exchange& exchange, std::uint64_t id)
    : worker_(worker),
      exchange_(exchange),
      destination_(std::make_shared<Destination>(
          Destination::Kind::internal, worker.index(), id, "internal", worker.all().size())) {
  destination_->max_pending = kMostPending;
  destination_->reply_routes = std::make_shared<ReplyRoutes>();
  destination_->endpoint = this;
}

InternalClient::~InternalClient() {
  destination_->open = false;
  destination_->endpoint = nullptr;
  worker_.loop().forget(*this);
}

void InternalClient::subscribe(
    Account& account, std::string subject, Reach reach, Handler handler, std::string queue) {
  auto subscription = std::make_shared<Subscription>();
  subscription->subject = std::move(subject);
  subscription->queue = std::move(queue);
  subscription->sid = std::to_string(handlers_.size());
  subscription->kind =
      reach == Reach::everywhere ? Subscription::Kind::local : Subscription::Kind::hidden;
  subscription->to = destination_;
  handlers_.push_back(std::move(handler));
  exchange_.subscribe(account, subscription);
}

void InternalClient::publish(Account& account,
                             Letter letter,
                             std::function<void(unsigned)> receivers) {
  worker_.post([this, &account, letter = std::move(letter), receivers = std::move(receivers)](
                   Worker& worker) {
    const Outgoing message{letter.subject, letter.reply, letter.body, 0};
    const Publisher publisher{.from = destination_.get(), .echo = false};
    const unsigned count = exchange_.publish(worker, account, message, publisher);
    if (receivers) receivers(count);
  });
}

void InternalClient::flush() {
  worker_.ask([](Worker& worker) { worker.outbox().flush(); }).get();
}

Chunk& InternalClient::outgoing(std::size_t) {
  worker_.loop().at_turn_end(*this, EventLoop::Phase::mail);
  return inbox_;
}

void InternalClient::deliver(Chunk chunk) {
  outgoing(chunk.size()).append(chunk.view());
}

void InternalClient::overflow() {
  base::log::warn("requests to the server itself come faster than it reads them: some are lost");
}

void InternalClient::at_turn_end() {
  std::swap(inbox_, reading_);
  std::string_view rest = reading_.view();
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find(kLineEnd));
    rest.remove_prefix(line.size() + kLineEnd.size());
    hand_on(line, rest);
  }
  reading_ = Chunk();
}

// "MSG subject sid [reply] size" or "HMSG subject sid [reply] header-size size", then the body.
void InternalClient::hand_on(std::string_view line, std::string_view& rest) {
  Received message;
  const bool headed = take_token(line) == "HMSG";
  message.subject = take_token(line);
  const std::size_t sid = to_size(take_token(line));
  const std::size_t size = to_size(take_last_token(line));
  const std::size_t header_bytes = headed ? to_size(take_last_token(line)) : 0;
  message.reply = trim_blanks(line);
  message.headers = rest.substr(0, header_bytes);
  message.payload = rest.substr(header_bytes, size - header_bytes);
  rest.remove_prefix(size + kLineEnd.size());
  handlers_[sid](message);
}

}  // namespace broker
