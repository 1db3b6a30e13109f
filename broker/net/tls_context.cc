#include "broker/net/tls_context.h"

#include "broker/net/go_errors.h"
#include "broker/net/tls_suites.h"

#include <cerrno>
#include <fstream>
#include <new>

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
  return {base::ErrorCode::invalid, what};
}

// As Go says it of a file.
base::Result<void> readable(const std::string& path) {
  std::ifstream file(path);
  if (file.is_open()) return {};
  return refused("open " + path + ": " + go_text({errno, boost::system::system_category()}));
}

// What OpenSSL says of a file's content, in Go's words where there are some.
std::string wrong_with(const std::string& path, const std::string& part) {
  std::ifstream file(path);
  const std::string content((std::istreambuf_iterator<char>(file)), {});
  if (content.find("-----BEGIN ") == std::string::npos) {
    ERR_clear_error();
    return "tls: failed to find any PEM data in " + part + " input";
  }
  const bool mismatch = ERR_GET_REASON(ERR_peek_last_error()) == X509_R_KEY_VALUES_MISMATCH;
  const std::string why = reason();
  if (mismatch) return "tls: private key does not match public key";
  return path + ": " + why;
}

base::Result<void> read_pair(SSL_CTX* context, const TlsCertificate& pair) {
  TRY(readable(pair.cert_file));
  TRY(readable(pair.key_file));
  if (SSL_CTX_use_certificate_chain_file(context, pair.cert_file.c_str()) != 1) {
    return refused(wrong_with(pair.cert_file, "certificate"));
  }
  if (SSL_CTX_use_PrivateKey_file(context, pair.key_file.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(context) != 1) {
    return refused(wrong_with(pair.key_file, "key"));
  }
  return {};
}

base::Result<void> read_authorities(SSL_CTX* context, const std::string& ca_file) {
  if (ca_file.empty()) {
    SSL_CTX_set_default_verify_paths(context);
    return {};
  }
  TRY(readable(ca_file));
  if (SSL_CTX_load_verify_locations(context, ca_file.c_str(), nullptr) == 1) return {};
  ERR_clear_error();
  return refused("failed to parse root ca certificate");
}

void set_rules(SSL_CTX* context, const TlsSettings& settings) {
  // Go has certificates with keys that OpenSSL, as Debian sets it, takes for too small.
  constexpr int kSecurityLevel = 1;
  SSL_CTX_set_security_level(context, kSecurityLevel);
  const std::string ciphers = openssl_ciphers(settings.ciphers);
  const bool only_1_3 = settings.only_1_3 || ciphers.empty();
  if (!ciphers.empty()) SSL_CTX_set_cipher_list(context, ciphers.c_str());
  SSL_CTX_set1_groups_list(context, openssl_groups(settings.curves).c_str());
  SSL_CTX_set_min_proto_version(context, only_1_3 ? TLS1_3_VERSION : TLS1_2_VERSION);
  // Bytes wait in vectors that may move between two tries; a part of them may be taken.
  SSL_CTX_set_mode(context,
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                       SSL_MODE_RELEASE_BUFFERS | SSL_MODE_NO_AUTO_CHAIN);
  // Whether clients resume is theirs to decide; a session that is resumed shows the certificate it
  // began with.
  static constexpr unsigned char kSessions[] = "nats";
  SSL_CTX_set_session_id_context(context, kSessions, sizeof kSessions - 1);
}

// Whoever asks for a name is shown the first certificate for it, see TlsSettings::certificates.
int choose_certificate(SSL* ssl, int*, void* all) {
  const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  if (name == nullptr) return SSL_TLSEXT_ERR_NOACK;
  for (void* each : *static_cast<std::vector<void*>*>(all)) {
    X509* certificate = SSL_CTX_get0_certificate(as_context(each));
    if (certificate == nullptr || X509_check_host(certificate, name, 0, 0, nullptr) != 1) continue;
    SSL_set_SSL_CTX(ssl, as_context(each));
    break;
  }
  return SSL_TLSEXT_ERR_OK;
}

base::Result<void> read_files(const std::vector<void*>& contexts, const TlsSettings& settings) {
  constexpr char kPair[] = "error parsing X509 certificate/key pair";
  SSL_CTX* first = as_context(contexts.front());
  if (!settings.cert_file.empty()) {
    const auto read = read_pair(first, {settings.cert_file, settings.key_file});
    if (!read) return refused(std::string(kPair) + ": " + read.error().what);
  }
  const std::size_t count = settings.certificates.size();
  for (std::size_t i = 0; i < count; ++i) {
    const auto read = read_pair(as_context(contexts[i]), settings.certificates[i]);
    if (read) continue;
    return refused(std::string(kPair) + " " + std::to_string(i + 1) + "/" + std::to_string(count) +
                   ": " + read.error().what);
  }
  for (void* context : contexts)
    TRY(read_authorities(as_context(context), settings.ca_file));
  return {};
}

}  // namespace

base::Result<std::shared_ptr<const TlsContext>> TlsContext::load(const TlsSettings& settings) {
  std::vector<void*> contexts;
  for (std::size_t i = 0; i < std::max<std::size_t>(1, settings.certificates.size()); ++i) {
    SSL_CTX* context = SSL_CTX_new(TLS_method());
    if (context == nullptr) throw std::bad_alloc();
    set_rules(context, settings);
    contexts.push_back(context);
  }
  std::shared_ptr<TlsContext> loaded(new TlsContext(settings, std::move(contexts)));
  SSL_CTX* first = as_context(loaded->contexts_.front());
  SSL_CTX_set_tlsext_servername_callback(first, choose_certificate);
  SSL_CTX_set_tlsext_servername_arg(first, &loaded->contexts_);
  if (const auto read = read_files(loaded->contexts_, settings); !read) {
    return refused(settings.place + read.error().what);
  }
  return std::shared_ptr<const TlsContext>(std::move(loaded));
}

TlsContext::~TlsContext() {
  for (void* context : contexts_)
    SSL_CTX_free(as_context(context));
}

void* TlsContext::new_connection(const std::optional<std::string>& dialled) const {
  SSL* ssl = SSL_new(as_context(contexts_.front()));
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
