#include "watch/monitor_client.h"

#include "base/json.h"

#include <iterator>

#include <fmt/core.h>
#include <httplib.h>

namespace watch {

namespace {

using base::Error;
using base::ErrorCode;
using base::Json;
using base::Result;

constexpr std::size_t kMaxBody = 32 * 1024 * 1024;  // /connz of 1024 connections has about 1 MiB

constexpr int kAccountsAPage = 256;    // of /jsz, which never splits an account
constexpr time_t kJszPatience = 5;     // seconds, for a page
constexpr int kShareOfTheServer = 20;  // one part of so many for making up /jsz
constexpr auto kMostBetween = std::chrono::seconds(30);

struct Answer {
  int status = 0;
  std::string body;
};

// One round of questions over one connection.
class Round {
 public:
  explicit Round(const plan::Address& address) : client_(address.host, address.port) {
    // cpp-httplib waits 300 s for a connection unless told; a stopped process accepts and never
    // answers.
    client_.set_connection_timeout(1);
    client_.set_read_timeout(1);
    client_.set_write_timeout(1);
    client_.set_keep_alive(true);
    client_.set_tcp_nodelay(true);
  }

  void be_patient(time_t seconds) { client_.set_read_timeout(seconds); }

  Result<Answer> get(const std::string& path) {
    Answer answer;
    bool too_large = false;
    const auto response = client_.Get(path, [&](const char* bytes, std::size_t count) {
      too_large = answer.body.size() + count > kMaxBody;
      if (!too_large) answer.body.append(bytes, count);
      return !too_large;
    });
    if (too_large) return Error(ErrorCode::protocol, path + ": the answer is larger than 32 MiB");
    if (!response) return silence(response.error());
    answer.status = response->status;
    return answer;
  }

 private:
  static Error silence(httplib::Error error) {
    switch (error) {
      case httplib::Error::Connection:
        return {ErrorCode::refused, "connection refused"};
      case httplib::Error::ConnectionTimeout:
        return {ErrorCode::timeout, "no connection within 1s"};
      case httplib::Error::Read:
        return {ErrorCode::timeout, "connected, but no answer within 1s"};
      default:
        return {ErrorCode::io, httplib::to_string(error)};
    }
  }

  httplib::Client client_;
};

template <class Part>
Result<Part> part_of(Round& round, const std::string& path) {
  const auto answer = TRY(round.get(path));
  if (answer.status != 200) {
    return Error(ErrorCode::protocol, fmt::format("{}: HTTP status {}", path, answer.status));
  }
  auto json = Json::parse(answer.body);
  if (!json) return std::move(json).error().in(path);
  auto part = Part::from_json(*json);
  if (!part) return std::move(part).error().in(path);
  return part;
}

// 503 with a plain text on 2.9, 500 with JSON later: both are the server's own judgement.
Result<contract::Healthz> health(Round& round) {
  const auto answer = TRY(round.get("/healthz"));
  if (const auto json = Json::parse(answer.body); json && json->is_object()) {
    return contract::Healthz::from_json(*json);
  }
  contract::Healthz healthz;
  healthz.status = answer.status == 200 ? "ok" : "unavailable";
  healthz.error = answer.body.substr(0, 200);
  return healthz;
}

// All pages of it, as one answer.
Result<contract::Jsz> whole_jsz(Round& round) {
  round.be_patient(kJszPatience);
  contract::Jsz whole;
  for (int offset = 0;; offset += kAccountsAPage) {
    auto page = TRY(part_of<contract::Jsz>(
        round,
        fmt::format("/jsz?accounts=1&streams=1&consumers=1&config=1&raft=1&offset={}&limit={}",
                    offset,
                    kAccountsAPage)));
    auto& accounts = page.account_details;
    const bool last = accounts.size() < static_cast<std::size_t>(kAccountsAPage);
    if (offset == 0) {
      whole = std::move(page);
    } else {
      std::move(accounts.begin(), accounts.end(), std::back_inserter(whole.account_details));
    }
    if (last) return whole;
  }
}

Result<void> look_at_jetstream(Round& round, Memory& memory, const base::Clock& clock) {
  const auto asked = clock.now();
  const auto begun = std::chrono::steady_clock::now();
  auto jsz = whole_jsz(round);
  if (!jsz) {
    memory.forget_jetstream();
    return std::move(jsz).error();
  }
  const base::nanoseconds cost = std::chrono::steady_clock::now() - begun;
  memory.keep_jetstream({asked, clock.now(), std::move(*jsz)},
                        std::min<base::nanoseconds>(cost * kShareOfTheServer, kMostBetween));
  return {};
}

}  // namespace

MonitorClient::MonitorClient(std::string node, plan::Address address)
    : node_(std::move(node)), address_(std::move(address)) {}

MonitorClient::~MonitorClient() = default;

Sample MonitorClient::look(const base::Clock& clock) {
  Sample sample;
  sample.node = node_;
  Round round(address_);
  // Keeps the part, or why there is none; false when the server does not answer at all.
  auto keep = [&](auto& place, auto got) {
    if (got) {
      place = std::move(*got);
      return true;
    }
    if (sample.trouble.empty()) sample.trouble = got.error().what;
    return got.error().code == ErrorCode::protocol || got.error().code == ErrorCode::invalid;
  };

  auto varz = part_of<contract::Varz>(round, "/varz");
  sample.refused = !varz && varz.error().code == ErrorCode::refused;
  const bool goes_on = keep(sample.varz, std::move(varz)) &&
                       keep(sample.connz, part_of<contract::Connz>(round, "/connz?limit=256")) &&
                       keep(sample.routez, part_of<contract::Routez>(round, "/routez")) &&
                       keep(sample.healthz, health(round));
  if (goes_on && has_jetstream(sample) &&
      memory_.wants_jetstream(sample.varz->server_id, clock.now())) {
    const auto looked = look_at_jetstream(round, memory_, clock);
    if (!looked && sample.trouble.empty()) sample.trouble = looked.error().what;
  }
  sample.taken = clock.now();
  memory_.complete(sample);
  return sample;
}

}  // namespace watch
