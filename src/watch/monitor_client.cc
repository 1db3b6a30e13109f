#include "watch/monitor_client.h"

#include <fmt/format.h>
#include <httplib.h>

namespace watch {

namespace {

using base::Error;
using base::ErrorCode;
using base::Json;
using base::Result;

constexpr std::size_t kMaxBody = 32 * 1024 * 1024;  // /connz of 1024 connections has about 1 MiB

struct Answer {
  int status = 0;
  std::string body;
};

const char* path_of(Question question) {
  switch (question) {
    case Question::varz:
      return "/varz";
    case Question::connz:
      return "/connz";
    case Question::routez:
      return "/routez";
    case Question::healthz:
      return "/healthz";
    case Question::gatewayz:
      return "/gatewayz";
    case Question::leafz:
      return "/leafz";
    case Question::jsz:
      return "/jsz";
  }
  return "/";
}

// {"accounts":true,"limit":256} -> "?accounts=1&limit=256". The system account says "consumer"
// where HTTP says "consumers", and a number for a "state" that HTTP names. Source: nats-server
// server/monitor.go, JSzOptions and HandleJsz.
std::string query_of(const Json& options) {
  std::string query;
  for (const auto& [key, value] : options.fields()) {
    const auto name = key == "consumer" ? "consumers" : key;
    const auto text = key == "state"                        ? "closed"
                      : value.kind() == Json::Kind::boolean ? (value.boolean() ? "1" : "0")
                      : value.is_text()                     ? value.text()
                                                            : value.dump();
    query += fmt::format("{}{}={}", query.empty() ? '?' : '&', name, text);
  }
  return query;
}

Error silence(httplib::Error error, base::nanoseconds patience, bool may_vanish) {
  const auto time = base::format_duration(patience);
  switch (error) {
    case httplib::Error::Connection:
      return {ErrorCode::refused, "connection refused"};
    case httplib::Error::ConnectionTimeout:
      return {may_vanish ? ErrorCode::refused : ErrorCode::timeout, "no connection within 1s"};
    case httplib::Error::Read:
      return {ErrorCode::timeout, "connected, but no answer within " + time};
    default:
      return {ErrorCode::io, httplib::to_string(error)};
  }
}

Result<Answer> get(httplib::Client& client,
                   const std::string& path,
                   base::nanoseconds patience,
                   bool may_vanish) {
  client.set_read_timeout(std::chrono::ceil<std::chrono::seconds>(patience).count());
  Answer answer;
  bool too_large = false;
  const auto response = client.Get(path, [&](const char* bytes, std::size_t count) {
    too_large = answer.body.size() + count > kMaxBody;
    if (!too_large) answer.body.append(bytes, count);
    return !too_large;
  });
  if (too_large) return Error(ErrorCode::protocol, path + ": the answer is larger than 32 MiB");
  if (!response) return silence(response.error(), patience, may_vanish);
  answer.status = response->status;
  return answer;
}

// 503 with a plain text on 2.9, 500 with JSON later: both are the server's own judgement.
Json health_in(const Answer& answer) {
  if (auto json = Json::parse(answer.body); json && json->is_object()) return *std::move(json);
  return Json::object({{"status", answer.status == 200 ? "ok" : "unavailable"},
                       {"error", answer.body.substr(0, 200)}});
}

}  // namespace

struct MonitorClient::Connection {
  httplib::Client client;

  explicit Connection(const plan::Address& address) : client(address.host, address.port) {
    // cpp-httplib waits 300 s for a connection unless told; a stopped process accepts and never
    // answers.
    client.set_connection_timeout(1);
    client.set_write_timeout(1);
    client.set_keep_alive(true);
    client.set_tcp_nodelay(true);
  }
};

MonitorClient::MonitorClient(plan::Address address, AtItsEnd end)
    : address_(std::move(address)),
      end_(end),
      connection_(std::make_unique<Connection>(address_)) {}

MonitorClient::~MonitorClient() = default;

Result<Json> MonitorClient::ask(Question question,
                                const Json& options,
                                base::nanoseconds patience) {
  const std::string path = path_of(question);
  const auto target = path + query_of(options);
  const auto begun = std::chrono::steady_clock::now();
  const bool may_vanish = end_ == AtItsEnd::vanishes;
  auto got = get(connection_->client, target, patience, may_vanish);
  // A connection of an earlier look that the server closed under our hands says nothing of it: a
  // new one does, answer or refusal.
  const bool silent =
      !got && (got.error().code == ErrorCode::timeout || got.error().code == ErrorCode::io);
  if (silent && std::chrono::steady_clock::now() - begun < patience / 2)
    got = get(connection_->client, target, patience, may_vanish);
  const auto answer = TRY(std::move(got));
  if (question == Question::healthz) return health_in(answer);
  if (answer.status != 200) {
    return Error(ErrorCode::protocol, fmt::format("{}: HTTP status {}", path, answer.status));
  }
  auto json = Json::parse(answer.body);
  if (!json) return std::move(json).error().in(path);
  return json;
}

}  // namespace watch
