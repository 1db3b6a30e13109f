#pragma once

#include "base/json.h"
#include "tests/support/frames.h"

#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace support {

// What went wrong in a conversation: the test fails with this sentence.
struct WireError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// What a client wants of TLS beside the usual.
struct TlsWish {
  bool only_1_2 = false;
  std::string host = {};  // whose certificate it asks for; empty: whoever listens at 127.0.0.1
};

// A raw connection to a server on the loopback: bytes as we please, lines as they come.
//
//   Wire alice(port);                       // INFO is still to be read
//   alice.send("SUB greetings 1");          // CRLF is added
//   alice.sync();                           // PING, and everything up to its PONG is behind us
//   CHECK(alice.line() == "MSG greetings 1 5");
class Wire {
 public:
  static constexpr std::chrono::milliseconds kPatience = std::chrono::seconds(10);

  explicit Wire(int port);

  // On a socket that is connected already.
  static Wire on(int socket);

  Wire(Wire&& other) noexcept;
  ~Wire();

  // A client that has read its INFO and sent CONNECT {"verbose":false}.
  static Wire client(int port, std::string_view connect = R"({"verbose":false})");

  // From here on in TLS; throws WireError when the handshake fails. The server's certificate is to
  // be of this authority; ours is shown when one is given. Returns the common name of the server's.
  std::string secure(const std::string& authority_file,
                     const std::string& cert_file = {},
                     const std::string& key_file = {},
                     const TlsWish& wish = {});

  // From here on a websocket, with `headers` ("Cookie: a=b\r\n") in the request: what is sent is a
  // masked message, what is heard are the messages of frames. Returns the head of the answer, with
  // whose first line the server may also refuse.
  std::string upgrade(const std::string& headers = {}, const std::string& path = "/");

  FrameListener& frames() { return *frames_; }

  // The next control frame, "close 1000 Client Closed" or "pong text"; what comes before is kept.
  std::string control();

  // Bytes as they are, also on a websocket.
  void send_bytes(std::string_view bytes);

  void send(std::string_view line);
  void send_raw(std::string_view bytes);

  // The next line without its line end; empty optional when the peer has closed.
  // Throws WireError when neither happens in time.
  std::optional<std::string> next(std::chrono::milliseconds patience = kPatience);

  std::string line();                            // throws when the peer has closed
  std::string line_with(std::string_view part);  // skips lines until one holds `part`
  std::string line_with_any(const std::vector<std::string>& parts);
  base::Json info();     // skips lines until an INFO
  void sync();           // PING; skips lines until PONG
  int count_messages();  // MSGs that are behind a PING, PONG
  void finish();         // nothing more is said; reading goes on
  bool closed(std::chrono::milliseconds patience = kPatience);  // skips what comes before the end

  // Everything up to the end of the connection.
  std::string rest();

 private:
  bool receive(std::chrono::milliseconds patience);  // false: the peer has closed

  struct Tls;
  Wire(int socket, std::string unread);

  int socket_;
  std::unique_ptr<Tls> tls_;               // null: clear text
  std::unique_ptr<FrameListener> frames_;  // null: no websocket
  std::string unread_;
};

// Where servers come to us: a door on the loopback.
class WireDoor {
 public:
  WireDoor();
  ~WireDoor();
  WireDoor(const WireDoor&) = delete;
  WireDoor& operator=(const WireDoor&) = delete;

  int port() const { return port_; }

  // The next one who dials; throws WireError when nobody does in time.
  Wire accept(std::chrono::milliseconds patience = Wire::kPatience);

 private:
  int socket_;
  int port_;
};

// GET from the loopback, over HTTP/1.0: the body then comes as it is, whatever its length.
struct HttpAnswer {
  int status = 0;
  std::string head;
  std::string body;

  base::Json json() const;  // throws WireError when the body is none
};

HttpAnswer http_get(int port, std::string_view path);

}  // namespace support
