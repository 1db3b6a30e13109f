#include "tests/support/temp_dir.h"

#include <cstdio>
#include <fstream>
#include <stdexcept>

#include <doctest/doctest.h>

namespace support {

namespace {

std::atomic<bool> failed = false;

// doctest tells its listeners of every failure, its tests of none.
class FailureListener : public doctest::IReporter {
 public:
  explicit FailureListener(const doctest::ContextOptions&) {}

  void report_query(const doctest::QueryData&) override {}

  void test_run_start() override {}

  void test_run_end(const doctest::TestRunStats&) override {}

  void test_case_start(const doctest::TestCaseData&) override { failed = false; }

  void test_case_reenter(const doctest::TestCaseData&) override {}

  void test_case_end(const doctest::CurrentTestCaseStats&) override {}

  void test_case_exception(const doctest::TestCaseException&) override { failed = true; }

  void subcase_start(const doctest::SubcaseSignature&) override {}

  void subcase_end() override {}

  void log_assert(const doctest::AssertData& data) override { failed = failed || data.m_failed; }

  void log_message(const doctest::MessageData& data) override {
    failed = failed || (data.m_severity & doctest::assertType::is_warn) == 0;
  }

  void test_case_skipped(const doctest::TestCaseData&) override {}
};

REGISTER_LISTENER("failures", 1, FailureListener);

}  // namespace

bool test_has_failed() {
  return failed || std::uncaught_exceptions() > 0;
}

TempDir::TempDir() {
  std::string name = (std::filesystem::temp_directory_path() / "natsctl-test-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr)
    throw std::runtime_error("cannot make a folder like " + name);
  path_ = name;
}

TempDir::~TempDir() {
  if (test_has_failed()) {
    std::fprintf(stderr, "kept for a look: %s\n", path_.c_str());
    return;
  }
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::filesystem::path TempDir::file(const std::string& name, const std::string& text) const {
  const auto file = path_ / name;
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file) << text;
  return file;
}

}  // namespace support
