#include "base/files.h"

#include "base/digest.h"

#include <csignal>
#include <filesystem>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

namespace fs = std::filesystem;

// A folder that is gone with the test.
struct Folder {
  fs::path path;

  Folder() {
    std::string name = (fs::temp_directory_path() / "natsctl-base-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = name;
  }

  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  ~Folder() { fs::remove_all(path); }

  fs::path operator/(const std::string& name) const { return path / name; }

  std::size_t entries() const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(path), fs::directory_iterator()));
  }
};

// No file of this process may grow beyond `bytes` while it lives: a full disk that needs no disk.
class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes) {
    before_signal_ = std::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit now{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &now);
  }

  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

  ~FullDisk() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, before_signal_);
  }

 private:
  rlimit before_{};
  void (*before_signal_)(int) = nullptr;
};

}  // namespace

TEST_SUITE("base: files") {
  TEST_CASE(
      "what is written is read, with the mode that was asked for and nothing left beside it") {
    const Folder folder;
    REQUIRE(base::write_file(folder / "a", "one"));
    REQUIRE(base::write_file(folder / "a", "two", base::FileMode::secret));
    CHECK(*base::read_file(folder / "a") == "two");
    CHECK(fs::status(folder / "a").permissions() ==
          (fs::perms::owner_read | fs::perms::owner_write));
    CHECK(folder.entries() == 1);
  }

  TEST_CASE(
      "what a killed process had half written goes with the next write, a living one's stays") {
    const Folder folder;
    const pid_t gone = ::fork();
    if (gone == 0) ::_exit(0);
    ::waitpid(gone, nullptr, 0);
    const auto part = [&](pid_t writer) { return ".b.json." + std::to_string(writer) + ".new"; };
    for (const auto& name : {part(gone), part(::getppid()), std::string(".b.new")})
      std::ofstream(folder / name) << "half";
    REQUIRE(base::write_file(folder / "a", "one"));
    CHECK_FALSE(fs::exists(folder / part(gone)));
    CHECK(fs::exists(folder / part(::getppid())));
    CHECK(fs::exists(folder / ".b.new"));
  }

  TEST_CASE("a file that is not there is told by name") {
    const auto text = base::read_file("/nowhere/a");
    REQUIRE_FALSE(text);
    CHECK(text.error().code == base::ErrorCode::not_found);
    CHECK(text.error().what == "/nowhere/a: cannot open it: No such file or directory");
    CHECK_FALSE(base::read_file("/"));
    CHECK_FALSE(base::write_file("/nowhere/a", "x"));
  }

  TEST_CASE("a write that fails leaves the old text and nothing beside it") {
    const Folder folder;
    REQUIRE(base::write_file(folder / "a", "old"));
    {
      const FullDisk full(100);
      CHECK_FALSE(base::write_file(folder / "a", std::string(1000, 'x')));
    }
    CHECK(*base::read_file(folder / "a") == "old");
    CHECK(folder.entries() == 1);
  }

  TEST_CASE("a copy is the same and can be executed when that was asked for") {
    const Folder folder;
    const std::string bytes("\0\n\xff#!", 5);
    REQUIRE(base::write_file(folder / "a", bytes));
    REQUIRE(base::copy_file(folder / "a", folder / "b", base::FileMode::executable));
    CHECK(*base::read_file(folder / "b") == bytes);
    CHECK(::access((folder / "b").c_str(), X_OK) == 0);
    CHECK_FALSE(base::copy_file(folder / "none", folder / "b", base::FileMode::shared));
    CHECK(*base::read_file(folder / "b") == bytes);
  }

  TEST_CASE("a link is replaced in one step") {
    const Folder folder;
    REQUIRE(base::replace_link(folder / "active", "one"));
    REQUIRE(base::replace_link(folder / "active", "two"));
    CHECK(fs::read_symlink(folder / "active") == "two");
    CHECK(folder.entries() == 1);
  }

  TEST_CASE("a folder is made with those above it, and a file in the way is told") {
    const Folder folder;
    CHECK(base::make_folder(folder / "a/b/c"));
    CHECK(base::make_folder(folder / "a/b/c"));
    REQUIRE(base::write_file(folder / "f", ""));
    CHECK_FALSE(base::make_folder(folder / "f/g"));
  }

  TEST_CASE("free space is told also for a folder that is yet to be made") {
    const Folder folder;
    CHECK(*base::free_space(folder / "not/yet") > 0);
  }

  TEST_CASE("appended text follows what was there") {
    const Folder folder;
    for (const auto* line : {"one\n", "two\n"}) {
      auto file = base::AppendFile::open(folder / "log");
      REQUIRE(file);
      CHECK(file->append(line));
    }
    CHECK(*base::read_file(folder / "log") == "one\ntwo\n");
  }

  TEST_CASE("an append that fails leaves no half line") {
    const Folder folder;
    auto file = base::AppendFile::open(folder / "log");
    REQUIRE(file);
    REQUIRE(file->append("one\n"));
    {
      const FullDisk full(10);
      CHECK_FALSE(file->append("a line that does not fit\n"));
    }
    CHECK(*base::read_file(folder / "log") == "one\n");
    CHECK(file->append("two\n"));
    CHECK(*base::read_file(folder / "log") == "one\ntwo\n");
  }

  TEST_CASE("a lock is held by one, and free again when its holder lets go or dies") {
    const Folder folder;
    {
      const auto lock = base::FileLock::take(folder / "lock");
      REQUIRE(lock);
      const auto second = base::FileLock::take(folder / "lock");
      REQUIRE_FALSE(second);
      CHECK(second.error().code == base::ErrorCode::refused);
    }
    CHECK(base::FileLock::take(folder / "lock"));
    const auto child = ::fork();
    if (child == 0) {
      const auto held = base::FileLock::take(folder / "lock");
      ::_exit(held ? 0 : 1);  // without a destructor, as one that is killed
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(WEXITSTATUS(status) == 0);
    CHECK(base::FileLock::take(folder / "lock"));
  }

  TEST_CASE("a server we start inherits neither our lock nor our journal") {
    const Folder folder;
    const auto lock = base::FileLock::take(folder / "lock");
    const auto journal = base::AppendFile::open(folder / "journal");
    REQUIRE((lock && journal));
    int open_files = 0;
    for (int descriptor = 3; descriptor < 64; ++descriptor) {
      const int flags = ::fcntl(descriptor, F_GETFD);
      std::error_code unused;
      const auto target = fs::read_symlink("/proc/self/fd/" + std::to_string(descriptor), unused);
      if (flags < 0 || target.parent_path() != folder.path) continue;
      ++open_files;
      CHECK((flags & FD_CLOEXEC) != 0);
    }
    CHECK(open_files == 2);
  }
}

TEST_SUITE("base: digest") {
  // Source: FIPS 180-2, examples of SHA-256.
  TEST_CASE("the known digests come out") {
    CHECK(base::sha256("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(base::sha256("abc") ==
          "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  }

  TEST_CASE("a file has the digest of its bytes") {
    const Folder folder;
    REQUIRE(base::write_file(folder / "a", "abc"));
    CHECK(*base::sha256_of_file(folder / "a") == base::sha256("abc"));
    CHECK_FALSE(base::sha256_of_file(folder / "none"));
  }
}
