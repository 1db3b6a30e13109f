#pragma once

#include "base/result.h"
#include "base/units.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

// Certificates and rules for TLS connections: the door to OpenSSL, with tls_transport.cc.
// Source: docs.nats.io/running-a-nats-service/configuration/securing_nats/tls
namespace broker {

struct TlsCertificate {
  std::string cert_file = {};
  std::string key_file = {};

  bool operator==(const TlsCertificate&) const = default;
};

// A tls block. Plain.
struct TlsSettings {
  std::string cert_file = {};
  std::string key_file = {};
  // Instead of the one above: each is shown to those who ask for a name of its own, the first to
  // all others.
  std::vector<TlsCertificate> certificates = {};
  std::string ca_file = {};  // empty: the machine's
  bool verify = false;       // whoever dials us shows a certificate that is good
  bool insecure = false;     // whom we dial need not: for tests
  base::nanoseconds timeout = std::chrono::seconds(2);  // for a handshake
  bool only_1_3 = false;                                // min_version "1.3"
  std::vector<std::string> pinned_certs = {};           // hex SHA-256 of public keys; empty: any
  std::vector<std::string> ciphers = {};  // for TLS 1.2, see tls_suites.h; empty: the usual ones
  std::vector<std::string> curves = {};   // the same
  bool check_known_urls = false;  // whoever dials us has the name of a host that we would dial
  std::string place = {};         // "nats.conf:3:5: ": what stands before an Error of load()

  bool operator==(const TlsSettings&) const = default;
};

// Who is on the other end, once the handshake is done.
struct TlsPeer {
  std::string version = {};  // "1.3"
  std::string cipher = {};   // "TLS_AES_128_GCM_SHA256"
  bool has_certificate = false;
  std::vector<std::string> emails = {};  // names of the certificate, by kind
  std::vector<std::string> dns_names = {};
  std::vector<std::string> uris = {};
  std::string subject = {};  // "CN=ann,OU=orders" as RFC 2253 has it
};

// Immutable. Connections keep the one they began with, so that files can be read again without
// dropping anyone. Threads: any.
class TlsContext {
 public:
  // Reads the files. The Error names the file and what is wrong with it.
  static base::Result<std::shared_ptr<const TlsContext>> load(const TlsSettings& settings);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  const TlsSettings& settings() const { return settings_; }

  // For tls_transport.cc: a new connection's state, an SSL*. `dialled`: the name or address that
  // the peer's certificate is to be for; nothing when the peer dialled us.
  void* new_connection(const std::optional<std::string>& dialled) const;

 private:
  TlsContext(TlsSettings settings, std::vector<void*> contexts)
      : settings_(std::move(settings)), contexts_(std::move(contexts)) {}

  const TlsSettings settings_;
  std::vector<void*> contexts_;  // SSL_CTX*, one a certificate, at least one
};

}  // namespace broker
