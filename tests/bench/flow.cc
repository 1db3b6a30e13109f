#include "tests/bench/flow.h"

#include "tests/bench/epoll.h"

#include <memory>
#include <stdexcept>

namespace bench {

namespace {

constexpr std::size_t kReadBytes = 256 * 1024;
constexpr auto kPatience = std::chrono::seconds(20);
constexpr std::size_t kLineBytes = 6;  // of PING and PONG with their ends

// One run of a flow.
class Run {
 public:
  explicit Run(Flow& flow) : flow_(flow), place_(std::make_unique<char[]>(kReadBytes)) {
    for (std::size_t i = 0; i < flow.sinks.size(); ++i)
      epoll_.watch(flow.sinks[i]->fd(), i);
    for (std::size_t i = 0; i < flow.sources.size(); ++i)
      epoll_.watch_writable_edge(flow.sources[i].peer->fd(), flow.sinks.size() + i);
  }

  void publish_for(std::chrono::nanoseconds time) {
    const auto end = std::chrono::steady_clock::now() + time;
    bool more = true;
    while (more) {
      more = std::chrono::steady_clock::now() < end;
      bool wrote = false;
      for (auto& source : flow_.sources)
        wrote = write_some(source, more) || wrote;
      receive(wrote ? 0 : 20);
      // A block that has begun is said to its end.
      for (const auto& source : flow_.sources)
        more = more || source.begun;
    }
  }

  // Until every byte of a message has come. A server may have asked in between whether a client is
  // there: so few bytes may make a round end too early that settle() must look for the rest.
  void finish() {
    const auto end = std::chrono::steady_clock::now() + kPatience;
    while (!flow_.sinks.empty() && received_ < expected()) {
      receive(20);
      if (std::chrono::steady_clock::now() > end) throw std::runtime_error("messages are missing");
    }
    if (!flow_.sinks.empty()) return;
    for (auto& source : flow_.sources)
      source.peer->sync();
  }

  // After the clock has stopped: all that was sent is there, and nothing else.
  void settle() {
    std::size_t behind = 0;
    for (Peer* sink : flow_.sinks) {
      sink->say("PING\r\n");
      behind += sink->await("PONG\r\n").size();
    }
    if (flow_.sinks.empty()) return;
    const std::size_t questions = received_ + behind - expected() - kLineBytes * flow_.sinks.size();
    if (questions % kLineBytes != 0 || questions > kLineBytes * flow_.sinks.size())
      throw std::runtime_error("what came is not what was sent");
  }

  std::size_t published() const { return published_; }

 private:
  std::size_t expected() const { return published_ * flow_.sink_bytes; }

  bool has_room() const { return flow_.sinks.empty() || expected() < received_ + flow_.window; }

  // True when something was written.
  bool write_some(Flow::Source& source, bool may_begin) {
    if (!source.begun && (!may_begin || !has_room())) return false;
    const Block& block = source.blocks[source.next];
    if (!source.begun) published_ += block.messages;
    source.begun = true;
    const auto bytes = source.peer->write(std::string_view(block.bytes).substr(source.written));
    source.written += bytes;
    if (source.written == block.bytes.size()) {
      source.written = 0;
      source.begun = false;
      source.next = (source.next + 1) % source.blocks.size();
    }
    return bytes > 0;
  }

  void receive(int milliseconds) {
    epoll_.wait(milliseconds, [&](std::size_t index) {
      if (index < flow_.sinks.size())
        received_ += flow_.sinks[index]->read(place_.get(), kReadBytes);
    });
  }

  Flow& flow_;
  Epoll epoll_;
  std::unique_ptr<char[]> place_;
  std::size_t published_ = 0;
  std::size_t received_ = 0;
};

}  // namespace

Numbers Flow::run(std::chrono::nanoseconds time, const std::vector<pid_t>& servers) {
  Run run(*this);
  const Stretch stretch(servers);
  run.publish_for(time);
  run.finish();
  Numbers numbers = stretch.take(static_cast<double>(run.published() * copies));
  run.settle();
  return numbers;
}

}  // namespace bench
