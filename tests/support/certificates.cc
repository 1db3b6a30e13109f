#include "tests/support/certificates.h"

#include <cstdio>
#include <memory>
#include <random>
#include <stdexcept>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

namespace support {

namespace {

constexpr long kDay = 24 * 60 * 60;

struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }

  void operator()(X509* certificate) const { X509_free(certificate); }

  void operator()(std::FILE* file) const { std::fclose(file); }
};

using Key = std::unique_ptr<EVP_PKEY, Free>;
using Paper = std::unique_ptr<X509, Free>;
using File = std::unique_ptr<std::FILE, Free>;

void must(bool done, const char* what) {
  if (!done) throw std::runtime_error(std::string("cannot make a certificate: ") + what);
}

void extend(X509* paper, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, paper, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
  must(extension != nullptr, value.c_str());
  X509_add_ext(paper, extension, -1);
  X509_EXTENSION_free(extension);
}

Paper blank(EVP_PKEY* key, const std::string& common_name) {
  Paper paper(X509_new());
  X509_set_version(paper.get(), X509_VERSION_3);
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(paper.get()), std::random_device{}());
  X509_gmtime_adj(X509_getm_notBefore(paper.get()), -kDay);
  X509_gmtime_adj(X509_getm_notAfter(paper.get()), kDay);
  X509_set_pubkey(paper.get(), key);
  X509_NAME* name = X509_get_subject_name(paper.get());
  const auto add = [name](const char* field, const std::string& value) {
    X509_NAME_add_entry_by_txt(name,
                               field,
                               MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(value.data()),
                               static_cast<int>(value.size()),
                               -1,
                               0);
  };
  add("OU", "tests");
  add("CN", common_name);
  return paper;
}

void save(const std::filesystem::path& path, X509* paper, EVP_PKEY* key) {
  const File cert(std::fopen((path.string() + ".pem").c_str(), "w"));
  const File secret(std::fopen((path.string() + ".key").c_str(), "w"));
  must(cert && PEM_write_X509(cert.get(), paper) == 1, "write");
  must(
      secret && PEM_write_PrivateKey(secret.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1,
      "write");
}

template <class T, class Read>
T* read(const std::filesystem::path& path, Read&& reader) {
  const File file(std::fopen(path.c_str(), "r"));
  must(file != nullptr, path.c_str());
  return reader(file.get());
}

}  // namespace

Authority::Authority() {
  const Key key(EVP_EC_gen("P-256"));
  const Paper paper = blank(key.get(), "test authority");
  X509_set_issuer_name(paper.get(), X509_get_subject_name(paper.get()));
  extend(paper.get(), paper.get(), NID_basic_constraints, "critical,CA:TRUE");
  extend(paper.get(), paper.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
  extend(paper.get(), paper.get(), NID_subject_key_identifier, "hash");
  must(X509_sign(paper.get(), key.get(), EVP_sha256()) > 0, "sign");
  save(folder_ / "ca", paper.get(), key.get());
}

Certificate Authority::issue(const std::string& file_name,
                             const std::string& common_name,
                             const std::vector<std::string>& emails,
                             const std::string& host) const {
  const Paper issuer(read<X509>(
      file(), [](std::FILE* in) { return PEM_read_X509(in, nullptr, nullptr, nullptr); }));
  const Key issuer_key(read<EVP_PKEY>(folder_ / "ca.key", [](std::FILE* in) {
    return PEM_read_PrivateKey(in, nullptr, nullptr, nullptr);
  }));
  const Key key(EVP_EC_gen("P-256"));
  const Paper paper = blank(key.get(), common_name);
  X509_set_issuer_name(paper.get(), X509_get_subject_name(issuer.get()));
  std::string names = "DNS:" + host + ",IP:127.0.0.1";
  for (const std::string& email : emails)
    names += ",email:" + email;
  extend(paper.get(), issuer.get(), NID_subject_alt_name, names);
  extend(paper.get(), issuer.get(), NID_ext_key_usage, "serverAuth,clientAuth");
  extend(paper.get(), issuer.get(), NID_authority_key_identifier, "keyid");
  must(X509_sign(paper.get(), issuer_key.get(), EVP_sha256()) > 0, "sign");
  save(folder_ / file_name, paper.get(), key.get());
  return {folder_ / (file_name + ".pem"), folder_ / (file_name + ".key")};
}

std::string Authority::tls_block(const Certificate& certificate, const std::string& more) const {
  return "tls { cert_file: \"" + certificate.cert.string() + "\", key_file: \"" +
         certificate.key.string() + "\", ca_file: \"" + file().string() + "\"\n" + more + "\n}\n";
}

}  // namespace support
