#include "broker/exchange/service_latency.h"

#include "base/text.h"
#include "broker/exchange/name_hash.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <map>

namespace broker {

namespace {

using base::Json;

constexpr char kType[] = "io.nats.server.metric.v1.service_latency";
constexpr std::size_t kIdLetters = 22;
constexpr std::size_t kHashLetters = 8;
constexpr int kAll = 100;

using Headers = std::map<std::string, std::vector<std::string>>;

// "x-b3-sampled" -> "X-B3-Sampled": as Go keeps names.
std::string canonical(std::string_view name) {
  std::string result;
  bool first = true;
  for (const char c : name) {
    const auto letter = static_cast<unsigned char>(c);
    result += static_cast<char>(first ? std::toupper(letter) : std::tolower(letter));
    first = c == '-';
  }
  return result;
}

Headers read_headers(std::string_view block) {
  Headers headers;
  bool first = true;
  for (const std::string& text : base::split(block, '\n')) {
    const std::string_view line = base::trim(text);
    const auto colon = line.find(':');
    if (!std::exchange(first, false) && colon != std::string_view::npos) {
      headers[canonical(line.substr(0, colon))].emplace_back(base::trim(line.substr(colon + 1)));
    }
  }
  return headers;
}

// Those of the names, or that begin with the last one, as JSON.
std::string picked(const Headers& headers, const std::vector<std::string>& names) {
  Json json = Json::object();
  for (const auto& header : headers) {
    const std::string& name = header.first;
    const bool wanted = std::any_of(names.begin(), names.end(), [&](const std::string& each) {
      return each.ends_with('-') ? name.starts_with(each) : name == each;
    });
    if (wanted) json.set(name, header.second);
  }
  return json.dump();
}

// The lowest bit of a number in hexadecimal digits.
bool is_odd_hex(std::string_view digits) {
  if (digits.empty() || digits.size() > 2) return false;
  if (!std::all_of(digits.begin(), digits.end(), [](unsigned char c) { return std::isxdigit(c); }))
    return false;
  constexpr std::string_view kOdd = "13579bdfBDF";
  return kOdd.find(digits.back()) != std::string_view::npos;
}

const std::string* first_of(const Headers& headers, const std::string& name) {
  const auto found = headers.find(name);
  return found == headers.end() ? nullptr : &found->second.front();
}

// What a tracing library says in its headers: measure this one.
std::optional<std::string> asked_for(const Headers& headers) {
  static const std::vector<std::string> kB3 = {
      "X-B3-Sampled", "X-B3-Traceid", "X-B3-Parentspanid", "X-B3-Spanid"};
  if (const auto* uber = first_of(headers, "Uber-Trace-Id")) {
    const auto parts = base::split(*uber, ':');
    if (parts.size() != 4 || !is_odd_hex(parts[3])) return std::nullopt;
    return picked(headers, {"Uber-Trace-Id", "Uberctx-"});
  }
  if (const auto* sampling = first_of(headers, "X-B3-Sampled")) {
    if (*sampling == "1") return picked(headers, kB3);
    if (*sampling == "0") return std::nullopt;
  }
  if (first_of(headers, "X-B3-Traceid") != nullptr) return picked(headers, kB3);
  if (const auto* b3 = first_of(headers, "B3")) {
    const auto parts = base::split(*b3, '-');
    const bool denied = parts.size() > 2 ? parts[2] == "0" : parts.size() == 1 && parts[0] == "0";
    if (denied) return std::nullopt;
    return picked(headers, {"B3"});
  }
  if (const auto* context = first_of(headers, "Traceparent")) {
    const auto parts = base::split(*context, '-');
    if (parts.size() != 4 || parts[3].size() != 2 || !is_odd_hex(parts[3])) return std::nullopt;
    return picked(headers, {"Traceparent", "Tracestate"});
  }
  return std::nullopt;
}

std::int64_t rtt_in(const Json& client) {
  return client["rtt"].integer();
}

Json parsed(std::string_view json) {
  auto value = Json::parse(json);
  return value ? *std::move(value) : Json();
}

const char* description(int status) {
  switch (status) {
    case 400:
      return "Bad Request";
    case 408:
      return "Request Timeout";
    case 503:
      return "Service Unavailable";
    default:
      return "Service Timeout";
  }
}

// Its numbers, before they are written.
struct Times {
  std::int64_t service = 0;
  std::int64_t system = 0;
  std::int64_t total = 0;
};

struct Parts {
  int status = 200;
  Json requestor = {};
  Json responder = {};
  Json headers = {};
  std::string start = {};
  Times times = {};
};

// What is estimated from round trips may come out below nothing.
Json written(const Parts& parts, base::WallTime now) {
  Json json = Json::object({{"type", kType},
                            {"id", random_token(kIdLetters)},
                            {"timestamp", base::format_time(now)},
                            {"status", parts.status}});
  if (parts.status != 200) json.set("description", description(parts.status));
  if (!parts.requestor.is_null()) json.set("requestor", parts.requestor);
  if (!parts.responder.is_null()) json.set("responder", parts.responder);
  if (!parts.headers.is_null()) json.set("header", parts.headers);
  json.set("start", parts.start);
  json.set("service", std::max<std::int64_t>(parts.times.service, 0));
  json.set("system", std::max<std::int64_t>(parts.times.system, 0));
  json.set("total", parts.times.total);
  return json;
}

Parts parts_of(const Measurement& request) {
  Parts parts;
  parts.requestor = parsed(request.requestor);
  parts.headers = parsed(request.headers);
  parts.start = base::format_time(request.received - base::nanoseconds(rtt_in(parts.requestor)));
  return parts;
}

}  // namespace

std::optional<std::string> sampled(const LatencySampling& latency,
                                   std::string_view headers,
                                   std::minstd_rand& random) {
  if (latency.percent >= kAll) return std::string();
  const int drawn = std::uniform_int_distribution<int>(0, kAll - 1)(random);
  if (drawn < latency.percent) return std::string();
  if (headers.empty()) return std::nullopt;
  return asked_for(read_headers(headers));
}

// Source: nats-server server/raft.go (getHash)
std::string latency_hash(const std::string& server_name) {
  return name_hash(server_name, kHashLetters);
}

bool is_measured_reply(std::string_view reply) {
  return reply.ends_with(".T") && reply.starts_with("_R_.");
}

std::string latency_subject(std::string_view reply) {
  const auto tokens = base::split(reply, '.');
  return "$SYS.LATENCY.M2." + tokens[tokens.size() - 2];
}

Json latency_answered(const Measurement& request, std::string_view responder, base::WallTime now) {
  Parts parts = parts_of(request);
  if (!responder.empty()) parts.responder = parsed(responder);
  const std::int64_t taken = (now - request.received).count();
  parts.times.service = taken - rtt_in(parts.responder);
  parts.times.total = rtt_in(parts.requestor) + taken;
  return written(parts, now);
}

Json latency_failed(const Measurement& request, int status, base::WallTime now) {
  Parts parts = parts_of(request);
  parts.status = status;
  return written(parts, now);
}

Json latency_merged(const Json& mine, const Json& half, base::WallTime now) {
  Parts parts{.requestor = mine["requestor"],
              .responder = half["responder"],
              .headers = mine["header"],
              .start = mine["start"].text()};
  parts.times.service = half["service"].integer();
  parts.times.system = mine["service"].integer() - (parts.times.service + rtt_in(parts.responder));
  parts.times.total = mine["total"].integer();
  return written(parts, now);
}

Json latency_half(const std::string& account,
                  std::string_view reply,
                  std::string_view responder,
                  base::WallTime received,
                  base::WallTime now) {
  const Json client = parsed(responder);
  const std::int64_t rtt = rtt_in(client);
  const std::int64_t service = std::max<std::int64_t>((now - received).count() - rtt, 0);
  Json half = Json::object({{"type", ""},
                            {"id", ""},
                            {"timestamp", "0001-01-01T00:00:00Z"},
                            {"status", 200},
                            {"responder", client},
                            {"start", base::format_time(received)},
                            {"service", service},
                            {"system", 0},
                            {"total", service + rtt}});
  return Json::object({{"account", account}, {"req_id", reply}, {"m2", std::move(half)}});
}

}  // namespace broker
