#include "watch/system_view.h"

#include "watch/port.h"

#include <fmt/format.h>

namespace watch {

namespace {

using base::Error;
using base::ErrorCode;
using base::Json;
using base::Result;

constexpr base::nanoseconds kPortPatience = std::chrono::milliseconds(500);

const char* word_of(Question question) {
  switch (question) {
    case Question::varz:
      return "VARZ";
    case Question::connz:
      return "CONNZ";
    case Question::routez:
      return "ROUTEZ";
    case Question::healthz:
      return "HEALTHZ";
    case Question::gatewayz:
      return "GATEWAYZ";
    case Question::leafz:
      return "LEAFZ";
    case Question::jsz:
      return "JSZ";
  }
  return "";
}

}  // namespace

SystemView::SystemView(SystemAccount& system, plan::Node node)
    : system_(system), node_(std::move(node)) {}

Result<Json> SystemView::ask(Question question, const Json& options, base::nanoseconds patience) {
  if (!id_.empty()) {
    auto answer = system_.ask(id_, word_of(question), options, patience);
    if (answer || answer.error().code != ErrorCode::not_found) return answer;
    id_.clear();  // this process has ended; another one may have its name by now
  }
  if (question == Question::varz) return first_varz(patience);
  return silence();
}

Result<Json> SystemView::first_varz(base::nanoseconds patience) {
  const auto who = system_.find(node_.name, patience);
  if (!who && who.error().code == ErrorCode::not_found) return silence();
  if (!who) return who.error();
  id_ = who->id;
  return system_.ask(id_, word_of(Question::varz), {}, patience);
}

Error SystemView::silence() const {
  const auto& port = node_.route ? node_.route : node_.client;
  if (refuses(port, kPortPatience)) {
    return {
        ErrorCode::refused,
        fmt::format("no answer in the system account, and {} refuses connections", port.text())};
  }
  return {ErrorCode::timeout,
          fmt::format("no server '{}' answers in the system account", node_.name)};
}

}  // namespace watch
