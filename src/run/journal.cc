#include "run/journal.h"

#include "base/digest.h"

#include <fmt/format.h>

namespace run {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::size_t kCrcDigits = 16;
constexpr std::string_view kCrcKey = R"(,"crc":")";
constexpr std::size_t kCrcTail = kCrcKey.size() + kCrcDigits + 2;  // the key, the digits, "}

std::string crc_of(std::string_view line) {
  return base::sha256(line).substr(0, kCrcDigits);
}

// The line without its crc, as crc_of() saw it; empty when the line does not end with one.
std::string without_crc(std::string_view line) {
  if (line.size() < kCrcTail || !line.ends_with("\"}")) return {};
  const auto tail = line.substr(line.size() - kCrcTail);
  if (!tail.starts_with(kCrcKey)) return {};
  return std::string(line.substr(0, line.size() - kCrcTail)) + "}";
}

std::string crc_in(std::string_view line) {
  return std::string(line.substr(line.size() - kCrcDigits - 2, kCrcDigits));
}

Result<Event> read_line(std::string_view line, const JournalText& before) {
  const auto body = without_crc(line);
  if (body.empty() || crc_of(body) != crc_in(line)) {
    return Error(ErrorCode::invalid, "the line is damaged: its crc does not fit");
  }
  const auto json = TRY(base::Json::parse(body));
  if (json["prev"].text() != before.last_crc) {
    return Error(ErrorCode::invalid, "the line does not follow the one before it");
  }
  auto event = TRY(event_from_json(json));
  if (event.seq != before.events.size() + 1) {
    return Error(
        ErrorCode::invalid,
        fmt::format("event {} stands where {} is due", event.seq, before.events.size() + 1));
  }
  return event;
}

}  // namespace

JournalLine journal_line(const Event& event, const std::string& prev) {
  auto json = to_json(event);
  json.set("prev", prev);
  auto text = json.dump();
  auto crc = crc_of(text);
  text.pop_back();
  text += fmt::format("{}{}\"}}\n", kCrcKey, crc);
  return {std::move(text), std::move(crc)};
}

Result<JournalText> read_journal(std::string_view text, const std::string& name) {
  JournalText result;
  for (int number = 1; result.bytes < text.size(); ++number) {
    const auto end = text.find('\n', result.bytes);
    if (end == std::string_view::npos) break;
    const auto line = text.substr(result.bytes, end - result.bytes);
    auto event = read_line(line, result);
    if (!event) return std::move(event).error().in(fmt::format("{}:{}", name, number));
    result.events.push_back(*std::move(event));
    result.last_crc = crc_in(line);
    result.bytes = end + 1;
  }
  return result;
}

Result<std::vector<Event>> load_journal(const fs::path& file) {
  const auto text = TRY(base::read_file(file));
  return TRY(read_journal(text, file.string())).events;
}

Result<Journal> Journal::create(const fs::path& file, std::string run, const base::Clock& clock) {
  std::error_code failure;
  if (fs::exists(file, failure)) {
    return Error(ErrorCode::refused, fmt::format("{}: there is a journal already", file.string()));
  }
  return Journal(TRY(base::AppendFile::open(file)), std::move(run), clock);
}

Result<Journal> Journal::reopen(const fs::path& file, const base::Clock& clock) {
  const auto text = TRY(base::read_file(file));
  auto read = TRY(read_journal(text, file.string()));
  if (read.events.empty()) {
    return Error(ErrorCode::invalid,
                 fmt::format("{}: nothing was written before the run ended", file.string()));
  }
  if (read.bytes < text.size()) {
    std::error_code failure;
    fs::resize_file(file, read.bytes, failure);
    if (failure) {
      return Error(
          ErrorCode::io,
          fmt::format(
              "{}: cannot cut off its torn last line: {}", file.string(), failure.message()));
    }
  }
  Journal journal(TRY(base::AppendFile::open(file)), read.events.front().run, clock);
  journal.last_crc_ = std::move(read.last_crc);
  journal.events_ = std::move(read.events);
  return journal;
}

Result<Event> Journal::append(Event event) {
  event.seq = events_.size() + 1;
  event.run = run_;
  event.time = clock_->wall();
  auto line = journal_line(event, last_crc_);
  TRY(file_.append(line.text));
  last_crc_ = std::move(line.crc);
  events_.push_back(event);
  return event;
}

}  // namespace run
