#include "broker/s2/transport.h"

#include "broker/net/coded_transport.h"

namespace broker {

namespace {

constexpr std::size_t kReadBytes = 64 * 1024;

class S2Transport final : public CodedTransport {
 public:
  S2Transport(EventLoop& loop,
              std::unique_ptr<Transport> below,
              TransportUser& user,
              S2Level level,
              std::string_view early)
      : CodedTransport(loop, std::move(below), user, kReadBytes, early), writer_(level) {}

 private:
  void encode(std::span<const iovec> pieces, std::size_t, Chunk& out) override {
    writer_.write(pieces, out);
  }

  std::size_t decode(std::span<char>& input, std::span<char> room) override {
    const auto got = reader_.read(input, room);
    if (got) return *got;
    end_failing(got.error().what);
    return 0;
  }

  bool holds_back() const override { return reader_.holds_back(); }

  S2Writer writer_;
  S2Reader reader_;
};

}  // namespace

std::unique_ptr<Transport> s2_transport(EventLoop& loop,
                                        std::unique_ptr<Transport> below,
                                        TransportUser& user,
                                        S2Level level,
                                        std::string_view early) {
  return std::make_unique<S2Transport>(loop, std::move(below), user, level, early);
}

}  // namespace broker
