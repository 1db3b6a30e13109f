#include "report/views.h"

#include "report/event_line.h"

namespace report {

namespace {

void write(std::FILE* out, std::string text) {
  text += '\n';
  std::fwrite(text.data(), 1, text.size(), out);
  std::fflush(out);
}

}  // namespace

bool ends_the_run(const run::Event& event) {
  return event.kind == run::EventKind::run_finished || event.kind == run::EventKind::run_paused ||
         event.kind == run::EventKind::run_interrupted;
}

void ProgressView::on_event(const run::Event& event) {
  picture_.apply(event);
  const bool shown_below = printer_.terminal().smart && event.kind == run::EventKind::waiting;
  if (ends_the_run(event)) printer_.clear();
  if (const auto line = line_of(event, printer_.terminal()); line && !shown_below)
    printer_.print(*line);
  if (!ends_the_run(event)) redraw();
}

void ProgressView::on_look(const watch::Snapshot& snapshot) {
  picture_.snapshot = snapshot;
  redraw();
}

void ProgressView::redraw() {
  if (!printer_.terminal().smart || picture_.state.run.empty() || picture_.state.exit_code) return;
  printer_.show(draw(picture_, clock_.wall(), printer_.terminal()));
}

void EventPrinter::on_event(const run::Event& event) {
  write(out_, to_json(event).dump());
}

void EventPrinter::on_look(const watch::Snapshot&) {}

void DocumentPrinter::on_event(const run::Event& event) {
  events_.push_back(event);
  if (ends_the_run(event)) write(out_, document_of(events_).dump_pretty());
}

void DocumentPrinter::on_look(const watch::Snapshot&) {}

base::Json document_of(const std::vector<run::Event>& events) {
  const auto state = run::fold(events);
  auto list = base::Json::array();
  for (const auto& event : events)
    list.push(to_json(event));
  auto document = base::Json::object({{"run", state.run}, {"text", state.why}});
  document.set("exit_code", state.exit_code ? base::Json(*state.exit_code) : base::Json());
  document.set("events", std::move(list));
  return document;
}

}  // namespace report
