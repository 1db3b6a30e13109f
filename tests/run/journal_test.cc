#include "run/journal.h"

#include "base/text.h"
#include "tests/support/fake_clock.h"
#include "tests/support/temp_dir.h"

#include <csignal>

#include <doctest/doctest.h>
#include <sys/resource.h>

// No file of this process grows beyond so many bytes: what a full disk looks like to it.
class FullDisk {
 public:
  explicit FullDisk(std::size_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    rlimit small = before_;
    small.rlim_cur = bytes;
    setrlimit(RLIMIT_FSIZE, &small);
  }

  ~FullDisk() { setrlimit(RLIMIT_FSIZE, &before_); }

  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  rlimit before_{};
};

// A journal in a folder of its own, and what can befall its file.
class JournalFixture {
 public:
  JournalFixture() : file_(folder_ / "journal.jsonl") {}

  run::Journal create() { return *run::Journal::create(file_, "20260101-demo", clock_); }

  base::Result<run::Journal> reopen() { return run::Journal::reopen(file_, clock_); }

  // A journal of that many events: "step 1", "step 2" ...
  void write(int events) {
    auto journal = create();
    for (int number = 1; number <= events; ++number) {
      run::Event event;
      event.kind = run::EventKind::step_started;
      event.step = "step " + std::to_string(number);
      event.data = base::Json::object({{"changes", true}});
      REQUIRE(journal.append(event));
    }
  }

  std::string text() { return *base::read_file(file_); }

  void replace(const std::string& text) { REQUIRE(base::write_file(file_, text)); }

  void change(const std::string& from, const std::string& to) {
    auto now = text();
    now.replace(now.find(from), from.size(), to);
    replace(now);
  }

  void remove_line(int number) {
    auto lines = base::split(text(), '\n');
    lines.erase(lines.begin() + number - 1);
    replace(base::join(lines, "\n"));
  }

  std::string refusal() {
    const auto loaded = run::load_journal(file_);
    return loaded ? "" : loaded.error().what;
  }

  std::size_t count() { return run::load_journal(file_)->size(); }

 protected:
  support::TempDir folder_;
  std::filesystem::path file_;
  support::FakeClock clock_;
};

TEST_SUITE_BEGIN("run: journal");

TEST_CASE_FIXTURE(JournalFixture, "what was appended is read back, in order and whole") {
  write(3);
  const auto events = *run::load_journal(file_);
  REQUIRE(events.size() == 3);
  CHECK(events[0].seq == 1);
  CHECK(events[2].seq == 3);
  CHECK(events[2].run == "20260101-demo");
  CHECK(events[2].step == "step 3");
  CHECK(events[2].data["changes"].boolean());
  CHECK(events[2].time == clock_.wall());
}

TEST_CASE_FIXTURE(JournalFixture, "a reopened journal goes on where it stopped") {
  write(2);
  {
    auto journal = *reopen();
    CHECK(journal.events().size() == 2);
    REQUIRE(journal.append({}));
  }
  CHECK(count() == 3);
  CHECK(run::load_journal(file_)->back().seq == 3);
}

TEST_CASE_FIXTURE(JournalFixture, "a last line torn at any byte is dropped, and the rest goes on") {
  write(3);
  const auto whole = text();
  const auto second_ends = whole.find('\n', whole.find('\n') + 1) + 1;
  for (auto cut = second_ends; cut < whole.size(); ++cut) {
    CAPTURE(cut);
    replace(whole.substr(0, cut));
    auto journal = reopen();
    REQUIRE(journal);
    REQUIRE(journal->events().size() == 2);
    REQUIRE(journal->append({}));
    REQUIRE(count() == 3);
  }
}

TEST_CASE_FIXTURE(JournalFixture, "a changed line is refused by its number") {
  write(3);
  change("step 2", "step 9");
  CHECK(refusal().find("journal.jsonl:2: the line is damaged") != std::string::npos);
  CHECK_FALSE(reopen());
}

TEST_CASE_FIXTURE(JournalFixture, "a missing line is refused by the number of the one after it") {
  write(4);
  remove_line(2);
  CHECK(refusal().find("journal.jsonl:2: the line does not follow") != std::string::npos);
}

TEST_CASE_FIXTURE(JournalFixture, "a line of another program's making is refused") {
  write(1);
  replace(text() + "hello\n");
  CHECK(refusal().find("journal.jsonl:2:") != std::string::npos);
}

TEST_CASE_FIXTURE(JournalFixture, "a journal is never begun over another one") {
  write(1);
  CHECK_FALSE(run::Journal::create(file_, "another", clock_));
}

TEST_CASE_FIXTURE(JournalFixture,
                  "on a full disk nothing is appended, no half line stays, and it goes on later") {
  auto journal = create();
  REQUIRE(journal.append({}));
  const auto before = text();
  {
    const FullDisk full(before.size() + 10);
    CHECK_FALSE(journal.append({}));
  }
  CHECK(text() == before);
  REQUIRE(journal.append({}));
  CHECK(count() == 2);
}

TEST_SUITE_END();
