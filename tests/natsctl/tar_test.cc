#include "exec/tar.h"

#include "base/files.h"
#include "exec/process.h"
#include "tests/support/temp_dir.h"

#include <doctest/doctest.h>

namespace {

std::string tar(const std::vector<std::string>& words) {
  exec::Command command{{"tar"}};
  command.argv.insert(command.argv.end(), words.begin(), words.end());
  const auto outcome = exec::run_command(command);
  REQUIRE_MESSAGE((outcome && outcome->ok()), (outcome ? outcome->output : ""));
  return outcome->output;
}

}  // namespace

TEST_SUITE("exec: archives of one file") {
  TEST_CASE("tar reads what is written, whatever its length") {
    for (const std::size_t length : {0, 1, 511, 512, 513, 100'000}) {
      CAPTURE(length);
      const support::TempDir folder;
      const std::string text(length, 'x');
      const auto archive = exec::write_tar(
          {.name = "it's a.conf", .text = text, .mode = 0640, .owner = 7, .group = 9});
      const auto file = folder.file("archive.tar", archive);
      CHECK(tar({"-tvf", file.string()}).starts_with("-rw-r----- 7/9"));
      CHECK(tar({"-xOf", file.string(), "it's a.conf"}) == text);
      const auto back = exec::read_tar(archive);
      REQUIRE(back);
      CHECK(back->name == "it's a.conf");
      CHECK(back->text == text);
      CHECK(back->mode == 0640);
      CHECK(back->owner == 7);
    }
  }

  TEST_CASE("what tar writes is read: files, links, and names that need a header of their own") {
    const support::TempDir folder;
    folder.file("nats.conf", "port: 4222\n");
    std::filesystem::create_symlink("nats.conf", folder / "link");
    const auto archive_of = [&](const std::string& format, const std::string& name) {
      tar({"-C",
           folder.path().string(),
           "--format=" + format,
           "-cf",
           (folder / "t").string(),
           name});
      return exec::read_tar(*base::read_file(folder / "t"));
    };
    for (const auto* format : {"ustar", "pax", "gnu"}) {
      CAPTURE(format);
      const auto file = archive_of(format, "nats.conf");
      REQUIRE(file);
      CHECK(file->text == "port: 4222\n");
      CHECK(file->link == "");
      const auto link = archive_of(format, "link");
      REQUIRE(link);
      CHECK(link->link == "nats.conf");
    }
  }

  TEST_CASE("a folder, half an archive and no archive are no file") {
    const support::TempDir folder;
    std::filesystem::create_directory(folder / "sub");
    tar({"-C", folder.path().string(), "-cf", (folder / "t").string(), "sub"});
    CHECK_FALSE(exec::read_tar(*base::read_file(folder / "t")));
    const auto whole = exec::write_tar({.name = "a", .text = std::string(2000, 'x')});
    CHECK_FALSE(exec::read_tar(whole.substr(0, 1000)));
    CHECK_FALSE(exec::read_tar(""));
    CHECK_FALSE(exec::read_tar("<html>"));
    CHECK_FALSE(exec::read_tar(std::string(1024, '\0')));
  }
}
