#pragma once

#include <string>
#include <vector>

// Cipher suites and curves as a tls block names them, in the words that OpenSSL has for them.
// Source: nats-server server/ciphersuites.go; OpenSSL ciphers(1)
namespace broker {

// Whether a tls block may name them: "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "CurveP256".
bool is_cipher_suite(const std::string& name);
bool is_curve(const std::string& name);

// Lists for OpenSSL; of none: nats-server's. Suites of TLS 1.3 are always on and not among them,
// nor are those that OpenSSL has no more: such a list may be empty.
std::string openssl_ciphers(const std::vector<std::string>& names);
std::string openssl_groups(const std::vector<std::string>& names);

// What nats-server calls a suite, from its standard name: it has older ones for two.
std::string suite_name(std::string standard);

}  // namespace broker
