#include "cli/live.h"

#include "report/views.h"

namespace cli {

namespace {

constexpr auto kLookEvery =
    std::chrono::milliseconds(250);  // smooth to the eye, nothing to a machine

std::unique_ptr<run::Observer> view_for(Session& session) {
  switch (session.globals.output) {
    case report::Output::jsonl:
      return std::make_unique<report::EventPrinter>(stdout);
    case report::Output::json:
      return std::make_unique<report::DocumentPrinter>(stdout);
    case report::Output::text:
      break;
  }
  return std::make_unique<report::ProgressView>(stdout, session.globals.terminal(), *session.clock);
}

}  // namespace

// Two threads come to the view: the runner's with events, ours with looks.
class Live::OneAtATime final : public run::Observer {
 public:
  explicit OneAtATime(run::Observer& view) : view_(view) {}

  void on_event(const run::Event& event) override {
    const std::lock_guard lock(mutex_);
    view_.on_event(event);
  }

  void on_look(const watch::Snapshot& snapshot) override {
    const std::lock_guard lock(mutex_);
    view_.on_look(snapshot);
  }

 private:
  std::mutex mutex_;
  run::Observer& view_;
};

Live::Live(Session& session)
    : view_(view_for(session)),
      door_(std::make_unique<OneAtATime>(*view_)),
      looking_([this, &session](const std::stop_token& stop) {
        while (session.clock->wait(kLookEvery, stop))
          door_->on_look(session.watcher->latest());
      }) {}

Live::~Live() = default;

run::Observer& Live::observer() {
  return *door_;
}

void Live::end() {
  looking_.request_stop();
  if (looking_.joinable()) looking_.join();
}

Stops::Stops(const Globals& globals,
             base::Clock& clock,
             std::optional<base::nanoseconds> within,
             std::function<bool()> asked)
    : on_signal_(globals.gentle(), [this] { gentle_.request_stop(); }) {
  if (within) deadline_ = clock.now() + *within;
  waiting_ = std::jthread(
      [this, &clock, asked = std::move(asked), deadline = deadline_](const std::stop_token& stop) {
        while (clock.wait(kLookEvery, stop)) {
          if ((!deadline || clock.now() < *deadline) && !asked()) continue;
          gentle_.request_stop();
          return;
        }
      });
}

Stops::~Stops() = default;

}  // namespace cli
