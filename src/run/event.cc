#include "run/event.h"

#include <array>

#include <fmt/format.h>

namespace run {

namespace {

struct Named {
  EventKind kind;
  std::string_view name;
};

constexpr std::array kNames = {
    Named{EventKind::run_started, "run_started"},
    Named{EventKind::baseline, "baseline"},
    Named{EventKind::turns_changed, "turns_changed"},
    Named{EventKind::step_started, "step_started"},
    Named{EventKind::step_skipped, "step_skipped"},
    Named{EventKind::waiting, "waiting"},
    Named{EventKind::step_finished, "step_finished"},
    Named{EventKind::step_failed, "step_failed"},
    Named{EventKind::recovery_started, "recovery_started"},
    Named{EventKind::recovery_finished, "recovery_finished"},
    Named{EventKind::run_paused, "run_paused"},
    Named{EventKind::run_interrupted, "run_interrupted"},
    Named{EventKind::run_resumed, "run_resumed"},
    Named{EventKind::steered, "steered"},
    Named{EventKind::run_finished, "run_finished"},
};

}  // namespace

std::string name_of(EventKind kind) {
  for (const auto& named : kNames) {
    if (named.kind == kind) return std::string(named.name);
  }
  return {};
}

base::Json to_json(const Event& event) {
  auto json = base::Json::object({{"seq", event.seq},
                                  {"time", base::format_time(event.time)},
                                  {"run", event.run},
                                  {"event", name_of(event.kind)},
                                  {"step", event.step},
                                  {"node", event.node},
                                  {"text", event.text}});
  json.set("data", event.data);
  return json;
}

base::Result<Event> event_from_json(const base::Json& json) {
  const auto name = json["event"].text();
  Event event;
  bool known = false;
  for (const auto& named : kNames) {
    if (named.name != name) continue;
    event.kind = named.kind;
    known = true;
  }
  if (!known) {
    return base::Error(base::ErrorCode::invalid,
                       fmt::format("'{}' is no event this natsctl knows", name));
  }
  event.seq = json["seq"].unsigned_integer();
  event.time = TRY(base::parse_time(json["time"].text()));
  event.run = json["run"].text();
  event.step = json["step"].text();
  event.node = json["node"].text();
  event.text = json["text"].text();
  event.data = json["data"];
  return event;
}

}  // namespace run
