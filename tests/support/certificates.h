#pragma once

#include "tests/support/temp_dir.h"

#include <filesystem>
#include <string>
#include <vector>

namespace support {

// Files of one certificate, as a tls block or a client names them.
struct Certificate {
  std::filesystem::path cert;
  std::filesystem::path key;
};

// An authority of our own, made when the test runs and gone with it.
class Authority {
 public:
  Authority();

  std::filesystem::path file() const { return folder_ / "ca.pem"; }

  // For the loopback, signed by us. `common_name` is its subject's; `emails` are further names.
  // `host` is what it is for beside 127.0.0.1. Again for the same file name: a new one in its
  // place.
  Certificate issue(const std::string& file_name,
                    const std::string& common_name,
                    const std::vector<std::string>& emails = {},
                    const std::string& host = "localhost") const;

  // What a server with a certificate of ours writes in a tls block.
  std::string tls_block(const Certificate& certificate, const std::string& more = {}) const;

 private:
  TempDir folder_;
};

}  // namespace support
