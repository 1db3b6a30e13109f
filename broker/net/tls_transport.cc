// The second door to OpenSSL: bytes of a connection through TLS.
#include "broker/net/tls_peer.h"
#include "broker/net/transport.h"

#include <algorithm>
#include <array>
#include <vector>

#include <openssl/err.h>
#include <openssl/ssl.h>

namespace broker {

namespace {

constexpr std::size_t kRecordBytes = 17 * 1024;  // the longest record there is, and its frame

// What OpenSSL takes clear text for: it knows a few protocols by their first letters, and those of
// CONNECT are a web proxy's.
bool is_clear_text(int reason) {
  return reason == SSL_R_WRONG_VERSION_NUMBER || reason == SSL_R_HTTP_REQUEST ||
         reason == SSL_R_HTTPS_PROXY_REQUEST || reason == SSL_R_PACKET_LENGTH_TOO_LONG;
}

// OpenSSL's words in those of Go, which people search their logs for.
std::string why_it_failed(SSL* ssl) {
  const unsigned long code = ERR_peek_last_error();
  const long verified = SSL_get_verify_result(ssl);
  std::string text = "handshake failed";
  if (is_clear_text(ERR_GET_REASON(code))) {
    text = "first record does not look like a TLS handshake";
  } else if (ERR_GET_REASON(code) == SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE) {
    text = "client didn't provide a certificate";
  } else if (verified != X509_V_OK) {
    text = std::string("failed to verify certificate: ") + X509_verify_cert_error_string(verified);
  } else if (const char* reason = ERR_reason_error_string(code)) {
    text = reason;
  }
  ERR_clear_error();
  return "tls: " + text;
}

class TlsTransport final : public Transport, private TransportUser {
 public:
  TlsTransport(EventLoop& loop,
               std::unique_ptr<Transport> below,
               TransportUser& user,
               const TlsStart& start,
               std::string_view early)
      : loop_(loop),
        below_(std::move(below)),
        user_(&user),
        context_(start.context),
        ssl_(static_cast<SSL*>(start.context->new_connection(start.dialled))),
        arriving_(BIO_new(BIO_s_mem())),
        leaving_(BIO_new(BIO_s_mem())),
        record_(kRecordBytes) {
    below_->set_user(*this);
    SSL_set_bio(ssl_, arriving_, leaving_);
    BIO_write(arriving_, early.data(), static_cast<int>(early.size()));
    later([this] { go_on(); });
  }

  ~TlsTransport() override {
    close();
    SSL_free(ssl_);
  }

  void start_read(std::span<char> room) override {
    room_ = room;
    if (!going_on_ && secured_) later([this] { go_on(); });
  }

  // Bytes count as written when all of their record has gone below; until then they are offered
  // again, and passed over.
  Written write(std::span<const iovec> pieces) override {
    if (!secured_) return {};
    if (!send_ciphertext()) return {0, IoError::failed};
    if (is_full()) return {};
    Written written{unreported_, IoError::none};
    std::size_t skip = std::exchange(unreported_, 0);
    for (const iovec& piece : pieces) {
      std::size_t done = std::min(skip, piece.iov_len);
      skip -= done;
      while (done < piece.iov_len) {
        const int taken = SSL_write(ssl_,
                                    static_cast<const char*>(piece.iov_base) + done,
                                    static_cast<int>(piece.iov_len - done));
        ERR_clear_error();
        if (taken <= 0 || !send_ciphertext()) return {written.bytes, IoError::failed};
        done += static_cast<std::size_t>(taken);
        if (is_full()) {
          unreported_ = static_cast<std::size_t>(taken);
          return written;
        }
        written.bytes += static_cast<std::size_t>(taken);
      }
    }
    return written;
  }

  void wait_writable() override {
    user_waits_ = true;
    if (secured_) wait_below();
  }

  void set_user(TransportUser& user) override { user_ = &user; }

  void close() override {
    if (user_ == nullptr) return;
    user_ = nullptr;
    *alive_ = false;
    if (secured_) {
      SSL_shutdown(ssl_);
      ERR_clear_error();
      send_ciphertext();
    }
    below_->close();
  }

 private:
  // In a coming turn, unless we are gone by then.
  void later(Task task) {
    loop_.post([alive = alive_, task = std::move(task)] {
      if (*alive) task();
    });
  }

  bool is_full() const { return sent_ < ciphertext_.size(); }

  // False: the socket failed.
  bool send_ciphertext() {
    while (true) {
      if (!is_full()) {
        ciphertext_.resize(static_cast<std::size_t>(BIO_pending(leaving_)));
        sent_ = 0;
        if (ciphertext_.empty()) return true;
        BIO_read(leaving_, ciphertext_.data(), static_cast<int>(ciphertext_.size()));
      }
      const iovec piece{ciphertext_.data() + sent_, ciphertext_.size() - sent_};
      const Written written = below_->write({&piece, 1});
      if (written.error != IoError::none) return false;
      sent_ += written.bytes;
      if (is_full()) return true;
    }
  }

  void wait_below() {
    if (std::exchange(waiting_below_, true)) return;
    below_->wait_writable();
  }

  void read_below() {
    if (std::exchange(reading_below_, true)) return;
    below_->start_read(record_);
  }

  void on_writable() override {
    waiting_below_ = false;
    if (!send_ciphertext()) return fail(IoError::failed);
    if (is_full()) return wait_below();
    if (secured_ && std::exchange(user_waits_, false)) user_->on_writable();
  }

  void on_read(std::size_t bytes, IoError error) override {
    reading_below_ = false;
    BIO_write(arriving_, record_.data(), static_cast<int>(bytes));
    below_error_ = error;
    go_on();
  }

  // Does what can be done with what has arrived: the handshake, then reads for the user as long as
  // it wants to.
  void go_on() {
    if (going_on_ || user_ == nullptr) return;
    const auto alive = alive_;
    going_on_ = true;
    if (!secured_ && !shake_hands()) {
      if (*alive) going_on_ = false;
      return;
    }
    while (*alive && !room_.empty()) {
      const int got = SSL_read(ssl_, room_.data(), static_cast<int>(room_.size()));
      if (got <= 0) break;
      room_ = {};
      user_->on_read(static_cast<std::size_t>(got), IoError::none);
    }
    if (!*alive) return;
    going_on_ = false;
    if (room_.empty()) return;
    end_read();
  }

  // Nothing more could be read from what has arrived.
  void end_read() {
    const bool closed = (SSL_get_shutdown(ssl_) & SSL_RECEIVED_SHUTDOWN) != 0;
    const int error = SSL_get_error(ssl_, -1);
    ERR_clear_error();
    if (!send_ciphertext()) return fail(IoError::failed);  // answers of TLS itself
    if (is_full()) wait_below();
    if (closed) return fail(IoError::end_of_stream);
    if (below_error_ != IoError::none) return fail(below_error_);
    if (error == SSL_ERROR_SSL) return fail(IoError::failed);
    read_below();
  }

  // False: not yet, or never.
  bool shake_hands() {
    const int done = SSL_do_handshake(ssl_);
    const int error = done == 1 ? SSL_ERROR_NONE : SSL_get_error(ssl_, done);
    const bool failed = error != SSL_ERROR_NONE && error != SSL_ERROR_WANT_READ;
    const std::string why = failed ? why_it_failed(ssl_) : std::string{};
    if (!send_ciphertext() || (!failed && done != 1 && below_error_ != IoError::none)) {
      return refuse("EOF");
    }
    if (is_full()) wait_below();
    if (failed) return refuse(why);
    if (done != 1) {
      read_below();
      return false;
    }
    auto peer = read_tls_peer(ssl_, context_->settings().pinned_certs);
    if (!peer) return refuse(peer.error().what);
    secured_ = true;
    const auto alive = alive_;
    user_->on_secured(*peer);
    if (*alive && std::exchange(user_waits_, false)) user_->on_writable();
    return *alive;
  }

  bool refuse(const std::string& why) {
    user_->on_failing(why);
    fail(IoError::handshake_failed);
    return false;
  }

  void fail(IoError error) {
    room_ = {};
    user_->on_read(0, error);
  }

  EventLoop& loop_;
  std::unique_ptr<Transport> below_;
  TransportUser* user_;  // null once closed
  const std::shared_ptr<const TlsContext> context_;
  SSL* ssl_;
  BIO* arriving_;  // owned by ssl_, as the next one
  BIO* leaving_;
  std::vector<char> record_;      // what is read from below
  std::vector<char> ciphertext_;  // on its way below
  std::size_t sent_ = 0;          // of it
  std::size_t unreported_ = 0;    // bytes of the user that are in it
  std::span<char> room_;          // where the user reads; empty: it does not
  IoError below_error_ = IoError::none;
  const std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  bool secured_ = false;
  bool going_on_ = false;
  bool user_waits_ = false;
  bool waiting_below_ = false;
  bool reading_below_ = false;
};

}  // namespace

std::unique_ptr<Transport> tls_transport(EventLoop& loop,
                                         std::unique_ptr<Transport> below,
                                         TransportUser& user,
                                         const TlsStart& start,
                                         std::string_view early) {
  return std::make_unique<TlsTransport>(loop, std::move(below), user, start, early);
}

}  // namespace broker
