#pragma once

#include "report/line_printer.h"
#include "report/picture.h"
#include "run/observer.h"

#include <cstdio>
#include <memory>
#include <vector>

// The observers of a run, one for each kind of reader. None can fail or steer the run.
namespace report {

enum class Output { text, jsonl, json };

// For a terminal: lines for what happened stay, and below them the picture lives. For a file or a
// pipe the lines alone.
class ProgressView final : public run::Observer {
 public:
  // The clock outlives the view.
  ProgressView(std::FILE* out, const Terminal& terminal, const base::Clock& clock)
      : printer_(out, terminal), clock_(clock) {}

  void on_event(const run::Event& event) override;
  void on_look(const watch::Snapshot& snapshot) override;

 private:
  void redraw();

  LinePrinter printer_;
  const base::Clock& clock_;
  Picture picture_;
};

// For machines: an event a line as it happens.
class EventPrinter final : public run::Observer {
 public:
  explicit EventPrinter(std::FILE* out) : out_(out) {}

  void on_event(const run::Event& event) override;
  void on_look(const watch::Snapshot& snapshot) override;

 private:
  std::FILE* out_;
};

// For machines that read once: nothing until the run ends, then its events as one JSON document.
class DocumentPrinter final : public run::Observer {
 public:
  explicit DocumentPrinter(std::FILE* out) : out_(out) {}

  void on_event(const run::Event& event) override;
  void on_look(const watch::Snapshot& snapshot) override;

 private:
  std::FILE* out_;
  std::vector<run::Event> events_;
};

// A run's events as one JSON document: {"run", "exit_code", "text", "events"}.
base::Json document_of(const std::vector<run::Event>& events);

// Whether natsctl lets go of the run with this event.
bool ends_the_run(const run::Event& event);

}  // namespace report
