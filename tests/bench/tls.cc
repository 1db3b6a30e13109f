#include "tests/bench/tls.h"

#include <cstdio>
#include <cstring>
#include <stdexcept>

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <poll.h>

namespace bench {

namespace {

template <class T, void (*release)(T*)>
struct Free {
  void operator()(T* object) const { release(object); }
};

using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY, EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Free<X509, X509_free>>;
using Context = std::unique_ptr<SSL_CTX, Free<SSL_CTX, SSL_CTX_free>>;
using Session = std::unique_ptr<SSL, Free<SSL, SSL_free>>;

constexpr long kDay = 24 * 60 * 60;

Certificate certify(EVP_PKEY* key) {
  Certificate certificate(X509_new());
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -kDay);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), kDay);
  X509_NAME* name = X509_get_subject_name(certificate.get());
  const auto* host = reinterpret_cast<const unsigned char*>("localhost");
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, host, -1, -1, 0);
  X509_set_issuer_name(certificate.get(), name);
  X509_set_pubkey(certificate.get(), key);
  if (X509_sign(certificate.get(), key, EVP_sha256()) == 0)
    throw std::runtime_error("cannot sign a certificate");
  return certificate;
}

template <class Write>
void write_pem(const std::filesystem::path& path, Write&& write) {
  std::FILE* file = std::fopen(path.c_str(), "we");
  const bool written = file != nullptr && write(file) == 1;
  if (file != nullptr) std::fclose(file);
  if (!written) throw std::runtime_error("cannot write " + path.string());
}

SSL_CTX* client_context() {
  static const Context kContext(SSL_CTX_new(TLS_client_method()));
  return kContext.get();
}

class OpenSsl final : public Cipher {
 public:
  explicit OpenSsl(Session session) : session_(std::move(session)) {}

  long read(char* to, std::size_t bytes) override {
    return result(SSL_read(session_.get(), to, static_cast<int>(bytes)));
  }

  long write(const char* from, std::size_t bytes) override {
    return result(SSL_write(session_.get(), from, static_cast<int>(bytes)));
  }

 private:
  long result(int done) {
    if (done > 0) return done;
    const int error = SSL_get_error(session_.get(), done);
    return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE ? -1 : 0;
  }

  Session session_;
};

}  // namespace

std::string tls_conf(const std::filesystem::path& folder) {
  const Key key(EVP_EC_gen("P-256"));
  const Certificate certificate = certify(key.get());
  const auto key_file = folder / "key.pem";
  const auto certificate_file = folder / "certificate.pem";
  write_pem(key_file, [&](std::FILE* file) {
    return PEM_write_PrivateKey(file, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  });
  write_pem(certificate_file,
            [&](std::FILE* file) { return PEM_write_X509(file, certificate.get()); });
  return "tls { cert_file: '" + certificate_file.string() + "', key_file: '" + key_file.string() +
         "', timeout: 20 }\n";
}

Peer tls_client(int port) {
  Peer peer(port);
  peer.await("\r\n");  // INFO, in clear
  Session session(SSL_new(client_context()));
  // A write that did not fit is tried again from wherever the rest of the block then lies.
  SSL_set_mode(session.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_set_fd(session.get(), peer.fd());
  while (true) {
    const int done = SSL_connect(session.get());
    if (done == 1) break;
    const int error = SSL_get_error(session.get(), done);
    pollfd poll{peer.fd(), static_cast<short>(error == SSL_ERROR_WANT_WRITE ? POLLOUT : POLLIN), 0};
    const bool waits = error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
    if (!waits || ::poll(&poll, 1, 20'000) <= 0) throw std::runtime_error("no TLS handshake");
  }
  peer.encrypt(std::make_unique<OpenSsl>(std::move(session)));
  peer.say(kHello);
  peer.await("PONG\r\n");
  return peer;
}

}  // namespace bench
