#include "broker/net/tls_peer.h"

#include "base/digest.h"
#include "base/text.h"
#include "broker/net/tls_suites.h"

#include <algorithm>
#include <memory>

#include <openssl/bio.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace broker {

namespace {

std::string text_of(const ASN1_STRING* string) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(string)),
          static_cast<std::size_t>(ASN1_STRING_length(string))};
}

// As Go prints it: "CN=ann,OU=orders".
std::string subject_of(X509* certificate) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), BIO_free);
  X509_NAME_print_ex(
      out.get(), X509_get_subject_name(certificate), 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(out.get(), &bytes);
  return {bytes, static_cast<std::size_t>(size)};
}

void read_names(X509* certificate, TlsPeer& peer) {
  auto* names = static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  for (int i = 0; names != nullptr && i < sk_GENERAL_NAME_num(names); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names, i);
    if (name->type == GEN_EMAIL) {
      peer.emails.push_back(text_of(name->d.rfc822Name));
    } else if (name->type == GEN_DNS) {
      peer.dns_names.push_back(text_of(name->d.dNSName));
    } else if (name->type == GEN_URI) {
      peer.uris.push_back(text_of(name->d.uniformResourceIdentifier));
    }
  }
  GENERAL_NAMES_free(names);
}

// Hex SHA-256 of the subject's public key.
std::string key_digest(X509* certificate) {
  unsigned char* bytes = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &bytes);
  if (size <= 0) return {};
  std::string digest =
      base::sha256({reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size)});
  OPENSSL_free(bytes);
  return digest;
}

}  // namespace

base::Result<TlsPeer> read_tls_peer(void* connection, const std::vector<std::string>& pinned) {
  auto* ssl = static_cast<SSL*>(connection);
  TlsPeer peer;
  const std::string version = SSL_get_version(ssl);  // "TLSv1.3"
  peer.version = version.starts_with("TLSv") ? version.substr(4) : version;
  if (const SSL_CIPHER* cipher = SSL_get_current_cipher(ssl)) {
    peer.cipher = suite_name(SSL_CIPHER_standard_name(cipher));
  }
  X509* certificate = SSL_get0_peer_certificate(ssl);
  peer.has_certificate = certificate != nullptr;
  if (certificate != nullptr) {
    peer.subject = subject_of(certificate);
    read_names(certificate, peer);
  }
  if (pinned.empty()) return peer;
  const std::string digest = certificate == nullptr ? std::string{} : key_digest(certificate);
  const bool known = std::any_of(pinned.begin(), pinned.end(), [&](const std::string& pin) {
    return base::lower(pin) == digest;
  });
  if (!known) return base::Error(base::ErrorCode::refused, "certificate not pinned");
  return peer;
}

}  // namespace broker
