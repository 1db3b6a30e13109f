#include "broker/net/tls_context.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace broker {

namespace {

SSL_CTX* as_context(void* context) {
  return static_cast<SSL_CTX*>(context);
}

// What OpenSSL has to say, and nothing left over for the next one.
std::string reason() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  const char* text = code == 0 ? nullptr : ERR_reason_error_string(code);
  return text == nullptr ? "it cannot be read" : text;
}

base::Error refused(const std::string& what) {
  return {base::ErrorCode::invalid, what + ": " + reason()};
}

base::Result<void> read_files(SSL_CTX* context, const TlsSettings& settings) {
  if (!settings.cert_file.empty() || !settings.key_file.empty()) {
    if (SSL_CTX_use_certificate_chain_file(context, settings.cert_file.c_str()) != 1) {
      return refused("error parsing X509 certificate/key pair: cert_file " + settings.cert_file);
    }
    if (SSL_CTX_use_PrivateKey_file(context, settings.key_file.c_str(), SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_check_private_key(context) != 1) {
      return refused("error parsing X509 certificate/key pair: key_file " + settings.key_file);
    }
  }
  if (settings.ca_file.empty()) {
    SSL_CTX_set_default_verify_paths(context);
  } else if (SSL_CTX_load_verify_locations(context, settings.ca_file.c_str(), nullptr) != 1) {
    return refused("failed to parse root ca certificate: ca_file " + settings.ca_file);
  }
  return {};
}

}  // namespace

base::Result<std::shared_ptr<const TlsContext>> TlsContext::load(const TlsSettings& settings) {
  SSL_CTX* context = SSL_CTX_new(TLS_method());
  if (context == nullptr) return refused("TLS");
  std::shared_ptr<const TlsContext> loaded(new TlsContext(settings, context));
  SSL_CTX_set_min_proto_version(context, settings.only_1_3 ? TLS1_3_VERSION : TLS1_2_VERSION);
  // Bytes wait in vectors that may move between two tries; a part of them may be taken.
  SSL_CTX_set_mode(context,
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                       SSL_MODE_RELEASE_BUFFERS);
  // Whether clients resume is theirs to decide; a session that is resumed shows the certificate it
  // began with.
  static constexpr unsigned char kSessions[] = "nats";
  SSL_CTX_set_session_id_context(context, kSessions, sizeof kSessions - 1);
  TRY(read_files(context, settings));
  return loaded;
}

TlsContext::~TlsContext() {
  SSL_CTX_free(as_context(context_));
}

void* TlsContext::new_connection(const std::optional<std::string>& dialled) const {
  SSL* ssl = SSL_new(as_context(context_));
  if (ssl == nullptr) return nullptr;
  if (!dialled) {
    const int required = SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
    SSL_set_verify(ssl, settings_.verify ? required : SSL_VERIFY_NONE, nullptr);
    SSL_set_accept_state(ssl);
    return ssl;
  }
  SSL_set_verify(ssl, settings_.insecure ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, nullptr);
  X509_VERIFY_PARAM* wanted = SSL_get0_param(ssl);
  if (X509_VERIFY_PARAM_set1_ip_asc(wanted, dialled->c_str()) != 1) {
    ERR_clear_error();
    SSL_set1_host(ssl, dialled->c_str());
    SSL_set_tlsext_host_name(ssl, dialled->c_str());
  }
  SSL_set_connect_state(ssl);
  return ssl;
}

}  // namespace broker
