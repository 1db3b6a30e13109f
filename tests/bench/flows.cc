#include "tests/bench/flow.h"
#include "tests/bench/scenario.h"
#include "tests/bench/stand.h"

namespace bench {

namespace {

constexpr std::size_t kBlockBytes = 64 * 1024;
constexpr std::size_t kDeliveredAtOnce = 4 * 1024 * 1024;  // what one block may become in all
constexpr std::string_view kHeaders = "NATS/1.0\r\nTrace: 0123456789abcdef\r\nKind: order\r\n\r\n";

struct FlowTrial final : Trial {
  FlowTrial(const support::Release& release, Stand::Servers servers, const Effort& its_effort)
      : stand(release, servers), effort(its_effort) {}

  Numbers round() override {
    Numbers numbers = flow.run(effort.round, stand.pids());
    numbers[Quantity::memory] = 0;
    for (const pid_t pid : stand.pids())
      numbers[Quantity::memory] += resident_kib(pid);
    return numbers;
  }

  Stand stand;
  Effort effort;
  Flow flow;
};

using Made = std::unique_ptr<FlowTrial>;

Made fresh(const support::Release& release,
           const Effort& effort,
           Stand::Servers servers = Stand::Servers::one) {
  return std::make_unique<FlowTrial>(release, servers, effort);
}

std::vector<Block> same(std::string_view subject, std::size_t payload, std::size_t receivers = 1) {
  const std::string frame = pub_frame(subject, std::string(payload, 'x'));
  const std::size_t bytes = std::min(kBlockBytes, kDeliveredAtOnce / receivers);
  const std::size_t count = std::max<std::size_t>(1, bytes / frame.size());
  return render(count, count * frame.size(), [&](std::size_t) { return frame; });
}

Scenario publish_only(std::size_t payload, const std::string& name, const std::string& size) {
  auto goals = flow_goals();
  goals[0].limit = 1.0 / 5;
  return {"publish-" + name, "publish only, " + size, goals, [=](const auto& release, auto effort) {
            auto trial = fresh(release, effort);
            trial->flow.sources.push_back({&trial->stand.near(), same("bench.x", payload)});
            return trial;
          }};
}

// `pairs` publishers, each with a subscriber of its own.
Made one_to_one(Made trial, std::size_t payload, std::size_t pairs = 1) {
  Flow& flow = trial->flow;
  for (std::size_t i = 0; i < pairs; ++i) {
    const std::string subject = "bench." + std::to_string(i);
    Peer& sink = trial->stand.far();
    subscribe(sink, subject);
    Peer& source = trial->stand.near();
    wait_for_interest(source, sink, subject);
    flow.sources.push_back({&source, same(subject, payload)});
    flow.sinks.push_back(&sink);
  }
  flow.sink_bytes = msg_bytes("bench.0", "1", payload);
  flow.window = std::max(flow.window, 4 * payload);
  return trial;
}

Scenario one_to_one(std::size_t payload, const std::string& name, const std::string& size) {
  return {
      "one-to-one-" + name, "1 to 1, " + size, flow_goals(), [=](const auto& release, auto effort) {
        return one_to_one(fresh(release, effort), payload);
      }};
}

Scenario across_a_route(std::size_t payload, const std::string& name, const std::string& size) {
  return {"route-" + name,
          "1 to 1 across a route, " + size,
          flow_goals(),
          [=](const auto& release, auto effort) {
            return one_to_one(fresh(release, effort, Stand::Servers::two_with_a_route), payload);
          }};
}

Scenario with_headers() {
  return {
      "headers", "1 to 1, 128 B and headers", flow_goals(), [](const auto& release, auto effort) {
        auto trial = one_to_one(fresh(release, effort), 128);
        const auto frame = pub_frame("bench.0", std::string(128, 'x'), {}, kHeaders);
        trial->flow.sources[0].blocks =
            render(kBlockBytes / frame.size(), kBlockBytes, [&](std::size_t) { return frame; });
        trial->flow.sink_bytes = msg_bytes("bench.0", "1", 128, kHeaders.size());
        return trial;
      }};
}

Scenario fan_out(std::size_t receivers) {
  const std::string number = std::to_string(receivers);
  return {
      "fan-out-" + number,
      "1 to " + number + ", 128 B",
      flow_goals(),
      [=](const auto& release, auto effort) {
        auto trial = fresh(release, effort);
        for (std::size_t i = 0; i < receivers; ++i) {
          trial->flow.sinks.push_back(&trial->stand.near());
          subscribe(*trial->flow.sinks.back(), "bench.x");
        }
        trial->flow.sources.push_back({&trial->stand.near(), same("bench.x", 128, receivers * 2)});
        trial->flow.copies = receivers;
        trial->flow.sink_bytes = receivers * msg_bytes("bench.x", "1", 128);
        return trial;
      }};
}

Scenario queue_group() {
  return {
      "queue-10", "queue group of 10, 128 B", flow_goals(), [](const auto& release, auto effort) {
        auto trial = fresh(release, effort);
        for (int i = 0; i < 10; ++i) {
          trial->flow.sinks.push_back(&trial->stand.near());
          subscribe(*trial->flow.sinks.back(), "bench.x crew");
        }
        trial->flow.sources.push_back({&trial->stand.near(), same("bench.x", 128)});
        trial->flow.sink_bytes = msg_bytes("bench.x", "1", 128);
        return trial;
      }};
}

Scenario four_to_four() {
  return {"four-to-four", "4 to 4, 128 B", flow_goals(), [](const auto& release, auto effort) {
            return one_to_one(fresh(release, effort), 128, 4);
          }};
}

// `count` subjects in turn, to one subscriber of all.
void publish_subjects(FlowTrial& trial, std::size_t count, std::string_view filter) {
  constexpr std::size_t kDigits = 6;
  Peer& sink = trial.stand.near();
  if (filter.empty()) {
    std::string lines;
    for (std::size_t i = 0; i < count; ++i)
      lines += "SUB bench." + padded(i, kDigits) + " " + padded(i, kDigits) + "\r\n";
    sink.say(lines);
    sink.sync();
  } else {
    subscribe(sink, std::string(filter), padded(0, kDigits));
  }
  const std::string payload(128, 'x');
  trial.flow.sinks.push_back(&sink);
  trial.flow.sink_bytes = msg_bytes("bench." + padded(0, kDigits), padded(0, kDigits), 128);
  trial.flow.sources.push_back({&trial.stand.near(), render(count, kBlockBytes, [&](std::size_t i) {
                                  return pub_frame("bench." + padded(i, kDigits), payload);
                                })});
}

Scenario wildcard() {
  return {"wildcard",
          "50,000 subjects to one wildcard, 128 B",
          flow_goals(),
          [](const auto& release, auto effort) {
            auto trial = fresh(release, effort);
            publish_subjects(*trial, effort.subjects, "bench.*");
            return trial;
          }};
}

Scenario subjects(bool beside_others) {
  auto goals = flow_goals();
  if (beside_others)
    goals.push_back({Quantity::server_cpu, Goal::Kind::like_scenario, 1.25, "subjects"});
  return {beside_others ? "subjects-beside" : "subjects",
          beside_others ? "1,000 subjects beside 100,000 other subscriptions, 128 B"
                        : "1,000 subjects, 128 B",
          goals,
          [=](const auto& release, auto effort) {
            auto trial = fresh(release, effort);
            Peer& others = trial->stand.near();
            for (std::size_t i = 0; beside_others && i < effort.subscriptions; ++i) {
              others.say("SUB other." + std::to_string(i) + ".x " + std::to_string(i) + "\r\n");
              if (i % 1000 == 999) others.sync();
            }
            others.sync();
            publish_subjects(*trial, 1000, {});
            return trial;
          }};
}

Scenario beside_connections() {
  auto goals = flow_goals();
  goals.push_back({Quantity::server_cpu, Goal::Kind::like_scenario, 1.25, "one-to-one-128"});
  return {"one-to-one-beside",
          "1 to 1 beside 10,000 idle connections, 128 B",
          goals,
          [](const auto& release, auto effort) {
            auto trial = fresh(release, effort);
            for (std::size_t i = 0; i < effort.connections; ++i)
              trial->stand.near();
            return one_to_one(std::move(trial), 128);
          },
          false};
}

}  // namespace

std::vector<Goal> flow_goals() {
  return {{Quantity::server_cpu, Goal::Kind::ratio_at_most, 1.0 / 3},
          {Quantity::throughput, Goal::Kind::ratio_at_least, 2}};
}

void add_flows(std::vector<Scenario>& list) {
  list.push_back(publish_only(16, "16", "16 B"));
  list.push_back(publish_only(128, "128", "128 B"));
  list.push_back(one_to_one(16, "16", "16 B"));
  list.push_back(one_to_one(128, "128", "128 B"));
  list.push_back(one_to_one(4096, "4k", "4 KiB"));
  list.push_back(one_to_one(64 * 1024, "64k", "64 KiB"));
  list.push_back(one_to_one(1024 * 1024, "1m", "1 MiB"));
  list.push_back(with_headers());
  list.push_back(fan_out(100));
  list.push_back(fan_out(1000));
  list.push_back(queue_group());
  list.push_back(four_to_four());
  list.push_back(wildcard());
  list.push_back(subjects(false));
  list.push_back(subjects(true));
  list.push_back(beside_connections());
  list.push_back(across_a_route(128, "128", "128 B"));
  list.push_back(across_a_route(4096, "4k", "4 KiB"));
}

}  // namespace bench
