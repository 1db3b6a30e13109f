#include "broker/net/connection.h"
#include "broker/net/dialer.h"
#include "broker/net/listener.h"
#include "broker/net/mailbox.h"
#include "tests/support/ports.h"

#include <future>
#include <random>
#include <thread>

#include <doctest/doctest.h>

using namespace broker;

namespace {

// A loop on a thread of its own for as long as the test lasts.
class RunningLoop {
 public:
  RunningLoop() : thread_([this] { loop.run(); }) {}

  ~RunningLoop() {
    loop.stop();
    thread_.join();
  }

  // Runs `work` on the loop and waits for it.
  void on(const std::function<void()>& work) {
    std::promise<void> done;
    loop.post([&] {
      work();
      done.set_value();
    });
    done.get_future().get();
  }

  EventLoop loop;

 private:
  std::thread thread_;
};

// Answers each line with itself.
struct Echo : ConnectionHandler {
  std::size_t on_bytes(std::string_view bytes) override {
    const auto end = bytes.rfind('\n');
    if (end == std::string_view::npos) return 0;
    connection->write(bytes.substr(0, end + 1));
    return end + 1;
  }

  void on_written(std::size_t bytes) override { written += bytes; }

  void on_fault(Fault fault) override { ended.set_value(fault); }

  std::unique_ptr<Connection> connection;
  std::size_t written = 0;
  std::promise<Fault> ended;
};

// Gathers what comes.
struct Gather : ConnectionHandler {
  std::size_t on_bytes(std::string_view bytes) override {
    text += bytes;
    if (text.size() >= wanted) enough.set_value();
    if (text.size() >= wanted) wanted = std::string::npos;
    return bytes.size();
  }

  void on_written(std::size_t) override {}

  void on_fault(Fault) override {}

  std::unique_ptr<Connection> connection;
  std::string text;
  std::size_t wanted = 1;
  std::promise<void> enough;
};

base::Result<Socket> dial(RunningLoop& running, Dialer& dialer, const std::string& host, int port) {
  auto promise = std::make_shared<std::promise<base::Result<Socket>>>();
  running.loop.post([&dialer, promise, host, port] {
    dialer.dial(host,
                static_cast<std::uint16_t>(port),
                std::chrono::seconds(5),
                [promise](base::Result<Socket> result) { promise->set_value(std::move(result)); });
  });
  return promise->get_future().get();
}

}  // namespace

TEST_SUITE("broker: event loop") {
  TEST_CASE("posted tasks run in order, on the loop's thread, turn work after them and once") {
    struct Work : TurnWork {
      void at_turn_end() override { ++runs; }

      int runs = 0;
    };

    Work work;
    std::vector<int> order;
    {
      RunningLoop running;
      for (int i = 0; i < 100; ++i) {
        running.loop.post([&, i] { order.push_back(running.loop.is_current() ? i : -1); });
      }
      running.on([&] {
        running.loop.at_turn_end(work, EventLoop::Phase::write);
        running.loop.at_turn_end(work, EventLoop::Phase::write);
      });
    }
    CHECK(order.size() == 100);
    CHECK(std::is_sorted(order.begin(), order.end()));
    CHECK(order.front() == 0);
    CHECK(work.runs == 1);
  }

  TEST_CASE("a timer calls once, and stopped or destroyed it never does") {
    RunningLoop running;
    std::promise<void> called;
    std::unique_ptr<Timer> due;
    std::unique_ptr<Timer> stopped;
    std::unique_ptr<Timer> destroyed;
    int wrong = 0;
    running.on([&] {
      due = std::make_unique<Timer>(running.loop);
      stopped = std::make_unique<Timer>(running.loop);
      destroyed = std::make_unique<Timer>(running.loop);
      stopped->start(std::chrono::milliseconds(1), [&] { ++wrong; });
      destroyed->start(std::chrono::milliseconds(1), [&] { ++wrong; });
      due->start(std::chrono::hours(1), [&] { ++wrong; });
      due->start(std::chrono::milliseconds(5), [&] { called.set_value(); });
      stopped->stop();
      destroyed.reset();
    });
    called.get_future().get();
    CHECK(wrong == 0);
    running.on([&] {
      CHECK_FALSE(due->is_running());
      due.reset();
      stopped.reset();
    });
  }

  TEST_CASE("mail from many threads arrives complete and in each sender's order") {
    RunningLoop running;
    std::map<int, int> next;
    int wrong = 0;
    int reads = 0;
    std::atomic<int> count{0};
    Mailbox<std::pair<int, int>> mailbox(running.loop,
                                         [&](std::vector<std::pair<int, int>>& letters) {
                                           ++reads;
                                           for (const auto& [sender, number] : letters) {
                                             if (next[sender]++ != number) ++wrong;
                                             ++count;
                                           }
                                         });
    std::vector<std::thread> senders;
    for (int sender = 0; sender < 4; ++sender) {
      senders.emplace_back([&, sender] {
        for (int number = 0; number < 5000; ++number)
          mailbox.send({sender, number});
      });
    }
    for (auto& sender : senders)
      sender.join();
    running.on([] {});
    CHECK(count == 20000);
    CHECK(wrong == 0);
    CHECK(reads <= 20000);
  }
}

TEST_SUITE("broker: connections") {
  TEST_CASE("what one side writes the other reads, and the end of one is the end of the other") {
    RunningLoop running;
    Echo echo;
    Gather gather;
    gather.wanted = 6 * 20000;
    std::unique_ptr<Listener> listener;
    std::unique_ptr<Dialer> dialer;
    running.on([&] {
      dialer = std::make_unique<Dialer>(running.loop);
      auto opened = Listener::open(running.loop, "localhost", 0, [&](Socket socket) {
        echo.connection = std::make_unique<Connection>(
            running.loop, std::move(socket), std::chrono::seconds(5), echo);
        echo.connection->start();
      });
      REQUIRE(opened);
      listener = *std::move(opened);
    });
    auto socket = dial(running, *dialer, "127.0.0.1", listener->address().port);
    REQUIRE(socket);
    CHECK(socket->remote().port == listener->address().port);
    running.on([&] {
      gather.connection = std::make_unique<Connection>(
          running.loop, *std::move(socket), std::chrono::seconds(5), gather);
      gather.connection->start();
      for (int i = 0; i < 20000; ++i)
        gather.connection->write("hello\n");
    });
    gather.enough.get_future().get();
    running.on([&] {
      CHECK(gather.text.size() == 6 * 20000);
      CHECK(gather.text.substr(0, 12) == "hello\nhello\n");
      gather.connection->close();
    });
    CHECK(echo.ended.get_future().get() == Fault::end_of_stream);
    running.on([&] {
      echo.connection.reset();
      gather.connection.reset();
      listener.reset();
      dialer.reset();
    });
  }

  TEST_CASE("what was written before close_when_written still arrives") {
    RunningLoop running;
    Echo server;
    Gather gather;
    const std::string text(8 * 1024 * 1024, 'x');
    gather.wanted = text.size();
    std::promise<void> drained;
    std::unique_ptr<Listener> listener;
    std::unique_ptr<Dialer> dialer;
    running.on([&] {
      dialer = std::make_unique<Dialer>(running.loop);
      auto opened = Listener::open(running.loop, "127.0.0.1", 0, [&](Socket socket) {
        server.connection = std::make_unique<Connection>(
            running.loop, std::move(socket), std::chrono::seconds(5), server);
        server.connection->start();
        server.connection->write(text);
        server.connection->close_when_written([&] { drained.set_value(); });
      });
      listener = *std::move(opened);
    });
    auto socket = dial(running, *dialer, "127.0.0.1", listener->address().port);
    REQUIRE(socket);
    running.on([&] {
      gather.connection = std::make_unique<Connection>(
          running.loop, *std::move(socket), std::chrono::seconds(5), gather);
      gather.connection->start();
    });
    gather.enough.get_future().get();
    drained.get_future().get();
    running.on([&] {
      CHECK(gather.text == text);
      server.connection.reset();
      gather.connection.reset();
      listener.reset();
      dialer.reset();
    });
  }

  TEST_CASE("errors are worded as Go's") {
    RunningLoop running;
    std::unique_ptr<Dialer> dialer;
    std::unique_ptr<Listener> first;
    running.on([&] {
      dialer = std::make_unique<Dialer>(running.loop);
      first = *Listener::open(running.loop, "127.0.0.1", 0, [](Socket) {});
      const auto second =
          Listener::open(running.loop, "127.0.0.1", first->address().port, [](Socket) {});
      REQUIRE_FALSE(second);
      CHECK(second.error().what == "listen tcp 127.0.0.1:" + std::to_string(first->address().port) +
                                       ": bind: address already in use");
    });
    const int port = support::free_port();
    const auto refused = dial(running, *dialer, "127.0.0.1", port);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().what ==
          "dial tcp 127.0.0.1:" + std::to_string(port) + ": connect: connection refused");
    running.on([&] {
      first.reset();
      dialer.reset();
    });
  }
}

TEST_SUITE("broker: buffers") {
  TEST_CASE("a read buffer keeps what is unread and grows for what is wanted") {
    ReadBuffer buffer;
    const auto put = [&](std::string_view text, std::size_t wanted) {
      const auto room = buffer.room(wanted);
      REQUIRE(room.size() >= text.size());
      std::memcpy(room.data(), text.data(), text.size());
      buffer.filled(text.size());
    };
    put("PUB a 100000\r\nab", 0);
    CHECK(buffer.unread() == "PUB a 100000\r\nab");
    CHECK(buffer.room(100016).size() >= 100000);
    CHECK(buffer.unread() == "PUB a 100000\r\nab");
    buffer.consume(14);
    put("cd", 0);
    CHECK(buffer.unread() == "abcd");
    buffer.consume(4);
    CHECK(buffer.room(0).size() <= ReadBuffer::kBatchBytes);
  }

  TEST_CASE("a read buffer grows while reads fill it and shrinks when they stay small") {
    ReadBuffer buffer;
    for (int i = 0; i < 10; ++i) {
      const auto room = buffer.room(0);
      buffer.filled(room.size());
      buffer.consume(room.size());
    }
    CHECK(buffer.room(0).size() == ReadBuffer::kBatchBytes);
    for (int i = 0; i < 100; ++i) {
      buffer.room(0);
      buffer.filled(10);
      buffer.consume(10);
    }
    CHECK(buffer.room(0).size() == ReadBuffer::kLeastBytes);
  }

  TEST_CASE("a write queue gives out its bytes in order, however they are taken") {
    std::minstd_rand random(3);
    WriteQueue queue;
    std::string expected;
    std::string taken;
    std::array<iovec, 8> room;
    for (int i = 0; i < 2000; ++i) {
      const std::string text(random() % 3000, static_cast<char>('a' + i % 26));
      expected += text;
      if (random() % 4 == 0) {
        Chunk chunk;
        chunk.append(text);
        queue.push(std::move(chunk));
      } else {
        queue.tail(text.size()).append(text);
      }
      std::string offered;
      for (const iovec& piece : queue.pieces(room))
        offered.append(static_cast<char*>(piece.iov_base), piece.iov_len);
      const std::size_t take = offered.empty() ? 0 : random() % (offered.size() + 1);
      taken += offered.substr(0, take);
      queue.written(take);
      REQUIRE(queue.bytes() == expected.size() - taken.size());
    }
    while (!queue.empty()) {
      std::size_t take = 0;
      for (const iovec& piece : queue.pieces(room)) {
        taken.append(static_cast<char*>(piece.iov_base), piece.iov_len);
        take += piece.iov_len;
      }
      queue.written(take);
    }
    CHECK(taken == expected);
  }
}
