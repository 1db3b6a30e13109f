#include "report/event_line.h"
#include "report/line_printer.h"
#include "report/picture.h"
#include "report/reports.h"
#include "report/table.h"
#include "report/views.h"
#include "run/baseline.h"
#include "tests/run/run_world.h"

#include <sstream>

#include <doctest/doctest.h>

namespace {

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines)
    text += line + "\n";
  return text;
}

std::vector<run::Event> upgraded() {
  run_world::World world;
  world.upgrade();
  return world.events();
}

std::vector<run::Event> halted() {
  run_world::World world;
  world.sick_release = "2.0";
  world.upgrade();
  return world.events();
}

watch::Sample sample(const std::string& node, const std::string& version, int clients) {
  watch::Sample result;
  result.node = node;
  result.varz.emplace();
  result.varz->server_id = "ID" + node;
  result.varz->version = version;
  result.varz->connections = clients;
  result.healthz.emplace();
  result.healthz->status = "ok";
  result.routez.emplace();
  return result;
}

// What a printer wrote to a file.
class Written {
 public:
  Written() : file_(std::tmpfile()) {}

  ~Written() { std::fclose(file_); }

  Written(const Written&) = delete;
  Written& operator=(const Written&) = delete;

  std::FILE* file() { return file_; }

  std::string text() {
    std::string result(static_cast<std::size_t>(std::ftell(file_)), '\0');
    std::rewind(file_);
    const auto got = std::fread(result.data(), 1, result.size(), file_);
    result.resize(got);
    return result;
  }

 private:
  std::FILE* file_;
};

}  // namespace

TEST_SUITE_BEGIN("report");

TEST_CASE("a clipped line keeps its width, its colours closed") {
  const report::Terminal terminal{.smart = true, .colour = true, .width = 80};
  CHECK(report::clip("abcdef", 6) == "abcdef");
  CHECK(report::clip("abcdef", 4) == "abc…");
  CHECK(report::columns(terminal.paint(report::Colour::red, "äöü")) == 3);
  const auto clipped = report::clip(terminal.paint(report::Colour::red, "abcdef"), 3);
  CHECK(report::columns(clipped) == 3);
  CHECK(clipped.ends_with("\x1b[0m"));
}

TEST_CASE("a table's columns are as wide as their widest cell") {
  const auto lines = report::lines_of({{"a", "b"}, {{"long one", "x"}, {"s", "y"}}}, {});
  CHECK(lines == std::vector<std::string>{"a         b", "long one  x", "s         y"});
}

TEST_CASE("a terminal overprints the block, a pipe shows none") {
  Written terminal;
  report::LinePrinter smart(terminal.file(), {.smart = true, .width = 20});
  smart.show({"one", "two"});
  smart.show({"three"});
  CHECK(terminal.text() == "one\ntwo\n\x1b[2A\r\x1b[Jthree\n");

  Written pipe;
  report::LinePrinter plain(pipe.file(), {});
  plain.show({"one"});
  plain.print("stays");
  CHECK(pipe.text() == "stays\n");
}

TEST_CASE(
    "the cluster's table shows version, state, clients and routes, and why a server is down") {
  watch::Snapshot snapshot;
  snapshot.nodes["A"] = sample("A", "1.0", 12);
  snapshot.nodes["A"].routez->peers = {{.remote_id = "IDB", .connections = 2}};
  snapshot.nodes["B"] = sample("B", "2.0", 0);
  snapshot.nodes["C"].trouble = "connection refused";
  const auto text =
      joined(report::lines_of(report::cluster_table({"A", "B", "C"}, snapshot, {}, {}), {}));
  CHECK(has(text, "A       1.0      ok     12"));
  CHECK(has(text, "B\n"));
  CHECK(has(text, "down"));
  CHECK(has(text, "connection refused"));
  const report::Drains drains = {{"A", "12s in rounds"}};
  const auto with_drains = joined(
      report::lines_of(report::cluster_table({"A", "B", "C"}, snapshot, {}, {}, drains), {}));
  CHECK(has(with_drains, "clients  drain"));
  CHECK(has(with_drains, "12       12s in rounds"));
  CHECK(report::cluster_json({"A"}, snapshot, drains)["servers"].items()[0]["drain"].text() ==
        "12s in rounds");
}

TEST_CASE(
    "the picture of a run names the step in hand, its gate with values, and each server's turn") {
  run_world::World world;
  report::Picture picture;
  std::string seen;
  world.when_waiting = [&](const std::string& step) {
    if (step != "B/lame-duck") return;
    picture = {};
    for (auto event : world.events()) {
      if (event.kind == run::EventKind::run_started) {
        event.data.set("servers", base::Json(std::vector<std::string>{"A", "B"}));
        event.data.set("temp_node", "C");
      }
      picture.apply(event);
    }
    picture.snapshot.nodes["A"] = sample("A", "2.0", 3);
    seen = joined(report::draw(picture, world.clock.wall(), {}));
  };
  world.upgrade();
  CHECK(has(seen, "B/lame-duck"));
  CHECK(has(seen, "clients-moved"));
  CHECK(has(seen, "A       2.0      ok       done"));
  CHECK(has(seen, "in hand"));
  CHECK(has(seen, "temporary"));
}

TEST_CASE("a narrow terminal clips every line of the picture") {
  report::Picture picture;
  for (const auto& event : upgraded())
    picture.apply(event);
  const report::Terminal narrow{.smart = true, .width = 30};
  for (const auto& line : report::draw(picture, {}, narrow))
    CHECK(report::columns(line) <= 30);
}

TEST_CASE("an event is one line for people") {
  const auto events = upgraded();
  CHECK(has(*report::line_of(events.front(), {}), "demo to 2.0"));
  CHECK(report::line_of(events.back(), {})->starts_with("00:0"));
  CHECK(has(*report::line_of(events.back(), {}), "every member runs 2.0"));
}

TEST_CASE("for machines every event is one line of JSON that reads back") {
  Written out;
  report::EventPrinter printer(out.file());
  const auto events = halted();
  for (const auto& event : events)
    printer.on_event(event);
  std::istringstream lines(out.text());
  std::vector<run::Event> read;
  for (std::string line; std::getline(lines, line);)
    read.push_back(*run::event_from_json(*base::Json::parse(line)));
  CHECK(read == events);
}

TEST_CASE("the text report says how it ended, step by step, and how to go on") {
  const auto good = report::text_report(upgraded());
  CHECK(has(good, "verified (exit code 0)"));
  CHECK_FALSE(has(good, "resume"));
  const auto bad = report::text_report(halted());
  CHECK(has(bad, "halted in a safe mixed state (exit code 5)"));
  CHECK(has(bad, "A/start-node"));
  CHECK(has(bad, "node-healthy stayed shut"));
  CHECK(has(bad, "recover/A/start-node"));
  CHECK(has(bad, "natsctl resume 20260101-demo"));
}

TEST_CASE("the JUnit report counts what failed and what was not begun") {
  const auto good = report::junit_report(upgraded(), "rehearsal of demo");
  CHECK(has(good, "failures=\"0\""));
  CHECK(has(good, "name=\"A/start-node\""));
  const auto bad = report::junit_report(halted(), "a < b");
  CHECK(has(bad, "failures=\"1\""));
  CHECK(has(bad, "<skipped/>"));
  CHECK(has(bad, "name=\"a &lt; b\""));
}

TEST_CASE("traffic that lost messages is a failed case, with the ledger in words") {
  auto events = upgraded();
  watch::ProbeResult traffic;
  traffic.confirmed = 120;
  traffic.careful.lost = 2;
  events.back().data.set("traffic", traffic.to_json());
  CHECK(
      has(report::junit_report(events, "s"), "<failure message=\"2 lost\">120 messages confirmed"));
  CHECK(has(report::text_report(events), "careful subscribers lost 2"));
}

TEST_CASE("traffic that proved nothing is a failed case, with the reason") {
  auto events = upgraded();
  watch::ProbeResult traffic;
  traffic.sent = 12;
  traffic.confirmed = 2;
  events.back().data.set("traffic", traffic.to_json());
  events.back().data.set("exit_code", run::kMessagesLost);
  events.back().text = "10 of 12 messages were never confirmed";
  CHECK(has(report::junit_report(events, "s"),
            "<failure message=\"10 of 12 messages were never confirmed\">2 messages confirmed, 10 "
            "not;"));
}

TEST_CASE("the HTML report is one page that fetches nothing and escapes what it shows") {
  auto events = halted();
  events.back().text = "<script>alert(1)</script>";
  const auto page = report::html_report(events);
  CHECK_FALSE(has(page, "<script"));
  CHECK_FALSE(has(page, "http"));
  CHECK_FALSE(has(page, "src="));
  CHECK(has(page, "&lt;script&gt;"));
  CHECK(has(page, "recover/A/start-node"));
}

TEST_CASE("a report says whether JetStream holds what it held") {
  auto events = upgraded();
  watch::Baseline baseline;
  auto& held = baseline[watch::kWholeCluster].jetstream.emplace();
  held.peers = {"A", "B", "D"};
  held.streams["APP > ORDERS"] = {.messages = 90, .first_seq = 1, .last_seq = 90};
  held.consumers["APP > ORDERS > DUR"] = {.delivered = 10, .ack_floor = 9};
  run::Event noted;
  noted.kind = run::EventKind::baseline;
  noted.data = run::to_json(baseline);
  events.insert(events.begin() + 1, noted);
  held.streams["APP > ORDERS"] = {.messages = 120, .first_seq = 1, .last_seq = 120};
  events.back().data.set("jetstream", run::to_json(baseline));
  CHECK(has(report::text_report(events),
            "peers A, B, D as before; 1 stream and 1 durable consumer, 90 messages before and 120 "
            "after; nothing is behind"));
  held.peers = {"A", "B"};
  held.streams.clear();
  held.consumers["APP > ORDERS > DUR"].ack_floor = 3;
  events.back().data.set("jetstream", run::to_json(baseline));
  for (const auto& text : {report::text_report(events), report::html_report(events)}) {
    CHECK(has(text, "others than before"));
    CHECK(has(text, "ORDERS is gone"));
    CHECK(has(text, "DUR lost acknowledgements"));
  }
  CHECK_FALSE(has(report::text_report(upgraded()), "jetstream"));
}

TEST_SUITE_END();
