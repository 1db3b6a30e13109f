#pragma once

#include "base/clock.h"
#include "base/files.h"
#include "base/result.h"
#include "run/event.h"

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

// A run's memory: JSON lines, one an event, that only grow. Every line names the one before it
// (`prev`) and vouches for itself (`crc`), each the first 16 hex digits of a SHA-256 over the line
// without its `crc`:
//
//   {"seq":2,"time":"2026-11-23T07:15:30Z","run":"20261123-071530-demo-5c0f1e","event":"step_started",
//    "step":"A/lame-duck","node":"A","text":"","data":null,"prev":"9f86d081884c7d65","crc":"60303ae22b998861"}
//
// Promises: append() returns when the line is on the disk, so an effect that follows it has a
// durable intent. A last line without its line end was torn by a crash and is dropped. Any other
// damage refuses the whole journal and names the line: a journal that may lie must not steer a
// cluster.
//
// Errors: io when the disk is full or gone (nothing half-written stays), invalid when the file is
// damaged. Threads: one.
namespace run {

namespace fs = std::filesystem;

class Journal {
 public:
  // A new journal; refused when the file exists.
  static base::Result<Journal> create(const fs::path& file,
                                      std::string run,
                                      const base::Clock& clock);

  // Goes on with one: the events so far, and a torn last line cut off the file.
  static base::Result<Journal> reopen(const fs::path& file, const base::Clock& clock);

  // Gives the event its number, time and run, writes it and returns it as written.
  base::Result<Event> append(Event event);

  // What was in the file when it was opened, and what was appended since.
  const std::vector<Event>& events() const { return events_; }

  const std::string& run() const { return run_; }

 private:
  Journal(base::AppendFile file, std::string run, const base::Clock& clock)
      : file_(std::move(file)), run_(std::move(run)), clock_(&clock) {}

  base::AppendFile file_;
  std::string run_;
  const base::Clock* clock_;
  std::string last_crc_;
  std::vector<Event> events_;
};

// A journal as it was read: the events, and how many bytes of the file they fill.
struct JournalText {
  std::vector<Event> events;
  std::string last_crc;
  std::size_t bytes = 0;  // less than the text's size when its last line was torn
};

// Pure. `name` is the file's, for errors: "journal.jsonl:7: the line was changed".
base::Result<JournalText> read_journal(std::string_view text, const std::string& name);
base::Result<std::vector<Event>> load_journal(const fs::path& file);

// One event as a line of the journal, its line end included.
struct JournalLine {
  std::string text;
  std::string crc;
};

JournalLine journal_line(const Event& event, const std::string& prev);

}  // namespace run
