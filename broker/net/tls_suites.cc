#include "broker/net/tls_suites.h"

#include <map>

namespace broker {

namespace {

using Names = std::map<std::string, const char*, std::less<>>;

// Without a name of OpenSSL's: of TLS 1.3, which no list turns on or off, or gone.
const Names& suites() {
  static const Names kSuites = {
      {"TLS_RSA_WITH_RC4_128_SHA", ""},
      {"TLS_RSA_WITH_3DES_EDE_CBC_SHA", ""},
      {"TLS_RSA_WITH_AES_128_CBC_SHA", "AES128-SHA"},
      {"TLS_RSA_WITH_AES_128_CBC_SHA256", "AES128-SHA256"},
      {"TLS_RSA_WITH_AES_256_CBC_SHA", "AES256-SHA"},
      {"TLS_RSA_WITH_AES_256_GCM_SHA384", "AES256-GCM-SHA384"},
      {"TLS_ECDHE_ECDSA_WITH_RC4_128_SHA", ""},
      {"TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA", "ECDHE-ECDSA-AES128-SHA"},
      {"TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA", "ECDHE-ECDSA-AES256-SHA"},
      {"TLS_ECDHE_RSA_WITH_RC4_128_SHA", ""},
      {"TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA", ""},
      {"TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", "ECDHE-RSA-AES128-SHA"},
      {"TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256", "ECDHE-RSA-AES128-SHA256"},
      {"TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256", "ECDHE-ECDSA-AES128-SHA256"},
      {"TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", "ECDHE-RSA-AES256-SHA"},
      {"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "ECDHE-RSA-AES128-GCM-SHA256"},
      {"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "ECDHE-ECDSA-AES128-GCM-SHA256"},
      {"TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "ECDHE-RSA-AES256-GCM-SHA384"},
      {"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "ECDHE-ECDSA-AES256-GCM-SHA384"},
      {"TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305", "ECDHE-RSA-CHACHA20-POLY1305"},
      {"TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305", "ECDHE-ECDSA-CHACHA20-POLY1305"},
      {"TLS_AES_128_GCM_SHA256", ""},
      {"TLS_AES_256_GCM_SHA384", ""},
      {"TLS_CHACHA20_POLY1305_SHA256", ""}};
  return kSuites;
}

const Names& curves() {
  static const Names kCurves = {
      {"X25519", "X25519"}, {"CurveP256", "P-256"}, {"CurveP384", "P-384"}, {"CurveP521", "P-521"}};
  return kCurves;
}

// What nats-server offers when nothing is said, the best first.
constexpr char kUsualCiphers[] =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305:"
    "ECDHE-RSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384";
constexpr char kUsualGroups[] = "X25519:P-256:P-384:P-521";

std::string translated(const std::vector<std::string>& names, const Names& known) {
  std::string out;
  for (const std::string& name : names) {
    const auto row = known.find(name);
    if (row == known.end() || *row->second == 0) continue;
    out += (out.empty() ? "" : ":") + std::string(row->second);
  }
  return out;
}

}  // namespace

bool is_cipher_suite(const std::string& name) {
  return suites().contains(name);
}

bool is_curve(const std::string& name) {
  return curves().contains(name);
}

std::string openssl_ciphers(const std::vector<std::string>& names) {
  return names.empty() ? kUsualCiphers : translated(names, suites());
}

std::string openssl_groups(const std::vector<std::string>& names) {
  return names.empty() ? kUsualGroups : translated(names, curves());
}

std::string suite_name(std::string standard) {
  constexpr std::string_view kEnd = "_CHACHA20_POLY1305_SHA256";
  if (standard.starts_with("TLS_ECDHE_") && standard.ends_with(kEnd)) {
    standard.resize(standard.size() - std::string_view("_SHA256").size());
  }
  return standard;
}

}  // namespace broker
