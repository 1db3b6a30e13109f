// Loaded into natsctl by LD_PRELOAD: kills it, as kill -9 does, at one record of its journal.
// natsctl itself knows nothing of this; what is caught are its own system calls on a file
// journal.jsonl.
//
//   NATSCTL_TEST_KILL="before step_started A/lame-duck"   nothing of that line is written
//                     "amid step_started A/lame-duck"     half of it is: it is torn
//                     "after step_started A/lame-duck"    it is written and synced
//                     "after run_resumed"                 a record without a step
//                     "after recovery_started A"          likewise, of a node
#include <array>
#include <csignal>
#include <cstdlib>
#include <string>
#include <string_view>

#include <dlfcn.h>
#include <fcntl.h>
#include <unistd.h>

namespace {

struct Place {
  std::string moment;
  std::string event;  // as the line has it: "event":"step_started"
  std::string where;  // "A/lame-duck"; empty: whichever

  bool is(std::string_view line) const {
    const auto has = [&](const std::string& key, const std::string& value) {
      return line.find("\"" + key + "\":\"" + value + "\"") != std::string_view::npos;
    };
    if (event.empty() || !has("event", event)) return false;
    return where.empty() || has("step", where) || (has("step", "") && has("node", where));
  }
};

Place read_place() {
  Place place;
  const char* wanted = std::getenv("NATSCTL_TEST_KILL");  // NOLINT(concurrency-mt-unsafe)
  if (wanted == nullptr) return place;
  const std::string text = wanted;
  const auto first = text.find(' ');
  const auto second = text.find(' ', first + 1);
  place.moment = text.substr(0, first);
  place.event = text.substr(first + 1, second == std::string::npos ? second : second - first - 1);
  if (second != std::string::npos) place.where = text.substr(second + 1);
  // Not for the servers and commands that natsctl starts.
  ::unsetenv("LD_PRELOAD");         // NOLINT(concurrency-mt-unsafe)
  ::unsetenv("NATSCTL_TEST_KILL");  // NOLINT(concurrency-mt-unsafe)
  return place;
}

const Place place = read_place();  // before main, and before any other thread
thread_local bool due = false;     // the line is written, and not yet synced

bool is_journal(int descriptor) {
  std::array<char, 4096> name{};
  const auto link = "/proc/self/fd/" + std::to_string(descriptor);
  const auto size = ::readlink(link.c_str(), name.data(), name.size());
  return size > 0 &&
         std::string_view(name.data(), static_cast<std::size_t>(size)).ends_with("/journal.jsonl");
}

[[noreturn]] void die() {
  ::kill(::getpid(), SIGKILL);
  for (;;)
    ::pause();
}

template <typename Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" {

ssize_t write(int descriptor, const void* bytes, size_t count) {
  static auto* const real = next<ssize_t(int, const void*, size_t)>("write");
  const std::string_view line(static_cast<const char*>(bytes), count);
  if (place.is(line) && is_journal(descriptor)) {
    if (place.moment == "amid") static_cast<void>(real(descriptor, bytes, count / 2));
    if (place.moment != "after") die();
    due = true;
  }
  return real(descriptor, bytes, count);
}

int fdatasync(int descriptor) {
  static auto* const real = next<int(int)>("fdatasync");
  const int result = real(descriptor);
  if (due && result == 0) die();
  return result;
}
}
